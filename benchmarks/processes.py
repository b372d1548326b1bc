"""What processes take of the machine, as Linux tells it in /proc."""

from __future__ import annotations

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def peak_megabytes(process: int | str = "self") -> float:
    """The most memory that a process has held (MB of 2**20 bytes), all of it counted.

    Not `ru_maxrss`: a program that is executed inherits that of the one that it replaced. Raises
    OSError if the process is gone.
    """
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise ProcessLookupError(f"process {process} has ended")
