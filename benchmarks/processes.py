"""What processes take of the machine, as Linux tells it in /proc."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_NAME = b"AWS_LAMBDA_FUNCTION_NAME="
_SECONDS = 0.5
_UTIME = 11
"""Where the processor's time stands in /proc/<pid>/stat, after the name in brackets."""
_GONE = (OSError, ProcessLookupError)
_FORGET_PEAK = "5"
"""What /proc/<pid>/clear_refs takes it for."""


def peak_megabytes(process: int | str = "self") -> float:
    """The most memory that a process has held (MB of 2**20 bytes), all of it counted.

    Not `ru_maxrss`: a program that is executed inherits that of the one that it replaced. Raises
    OSError if the process is gone.
    """
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise ProcessLookupError(f"process {process} has ended")


def processor_seconds(process: int | str) -> float:
    """Of the user's and the system's time. Raises OSError if the process is gone."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[_UTIME]) + int(fields[_UTIME + 1])) / _TICKS


@dataclass
class Taken:
    """Of the processes of one function: the largest peak, the sum of their time, how many."""

    peak_mb: float = 0.0
    processor: float = 0.0
    processes: int = 0


class FunctionProcesses:
    """The processes that an embedded AWS runs functions in, looked at twice a second.

    `root` is the launcher's process. Peaks and times count from `watched`'s beginning.
    """

    def __init__(self, root: int) -> None:
        self._root = root
        self._names: dict[int, str | None] = {}
        self._begun: dict[int, float] = {}
        self._seen: dict[int, tuple[float, float]] = {}

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Look while the block runs; what was seen before is forgotten."""
        self._seen = {}
        self._begun = {}
        for process in self._functions():
            with suppress(*_GONE):
                Path(f"/proc/{process}/clear_refs").write_text(_FORGET_PEAK)
                self._begun[process] = processor_seconds(process)
        ended = threading.Event()
        looking = threading.Thread(target=self._look_until, args=(ended,), daemon=True)
        looking.start()
        try:
            yield
        finally:
            self._look()
            ended.set()
            looking.join()

    def taken(self) -> dict[str, Taken]:
        """By function name, of those that did anything."""
        found: dict[str, Taken] = {}
        for process, (peak, seconds) in self._seen.items():
            spent = seconds - self._begun.get(process, 0.0)
            if spent <= 0:
                continue
            one = found.setdefault(str(self._names[process]), Taken())
            one.peak_mb = max(one.peak_mb, peak)
            one.processor += spent
            one.processes += 1
        return found

    def _look_until(self, ended: threading.Event) -> None:
        while not ended.wait(_SECONDS):
            self._look()

    def _look(self) -> None:
        for process in self._functions():
            with suppress(*_GONE):
                self._seen[process] = peak_megabytes(process), processor_seconds(process)

    def _functions(self) -> list[int]:
        """The processes of functions; a process is what it is when it is first seen."""
        running = {int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()}
        for process in running - set(self._names):
            self._names[process] = self._function(process)
        return [process for process in running if self._names[process] is not None]

    def _function(self, process: int) -> str | None:
        """The function that a process runs; None if it is none of this embedded AWS."""
        with suppress(*_GONE):
            for entry in Path(f"/proc/{process}/environ").read_bytes().split(b"\0"):
                if entry.startswith(_NAME) and self._is_below(process):
                    return entry.removeprefix(_NAME).decode()
        return None

    def _is_below(self, process: int) -> bool:
        while process > 1:
            if process == self._root:
                return True
            parents = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            process = int(parents[1])
        return False
