"""The command `modeleval` before a deployed stack, as a person calls it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from deployed_world import DeployedWorld


class Ended(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """All of standard output."""
        return json.loads(self.out)


def outside(world: DeployedWorld, *arguments: str) -> Ended:
    """The command as it is installed, in a process and an environment of its own."""
    command = Path(sys.executable).parent / "modeleval"
    found = subprocess.run(
        [command, *arguments, "--stack", world.stack.stack],
        env=world.aws.environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return Ended(found.returncode, found.stdout, found.stderr)
