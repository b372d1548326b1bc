"""Compiled Python in the packages.

A function may write nothing beside its code, so that without bytecode every cold start compiles
all that it imports anew.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

from modeleval.errors import SettingsInvalid


class Compiler(NamedTuple):
    """An interpreter that compiles for the functions. version: such as 3.13.0."""

    executable: str
    version: str


@cache
def compiler_for(python: str) -> Compiler | None:
    """This interpreter if it is of that version (`3.13`), else one that uv finds here.

    None if there is none: then the packages hold sources alone. Nothing is downloaded.
    """
    if platform.python_version().startswith(f"{python}."):
        return Compiler(sys.executable, platform.python_version())
    found = _run([sys.executable, "-m", "uv", "python", "find", "--no-project", python])
    if found.returncode != 0:
        return None
    executable = found.stdout.strip()
    asked = _run([executable, "-c", "import platform; print(platform.python_version())"])
    return Compiler(executable, asked.stdout.strip()) if asked.returncode == 0 else None


def this_compiler() -> Compiler:
    return Compiler(sys.executable, platform.python_version())


def compile_all(folder: Path, compiler: Compiler, *, mounted: str) -> None:
    """Bytecode beside every source below a folder, the same wherever and whenever it is made.

    It names its source by where Lambda mounts the folder, and is valid whatever the source's time
    is: a package's files lose theirs on the way.
    """
    command = [
        compiler.executable, "-I", "-m", "compileall", "-q", "-f",
        "--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", mounted, str(folder),
    ]  # fmt: skip
    result = _run(command)
    if result.returncode != 0:
        raise SettingsInvalid(
            f"The functions' code could not be compiled: {result.stdout.strip()[-2000:]}",
            action=f"Check {compiler.executable}, then synthesize again.",
        )


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    return subprocess.run(  # noqa: S603 - an interpreter of this machine
        command, env=variables, capture_output=True, text=True, check=False
    )
