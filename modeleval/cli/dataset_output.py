"""Writing a local file as a whole or not at all, and never over something by mistake."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import typer


@dataclass
class Target:
    """A file beside the output, which becomes the output if `keep` was called."""

    file: BinaryIO
    kept: bool = False

    def keep(self) -> None:
        self.kept = True


@contextmanager
def replacing(output: Path, *, source: str, force: bool) -> Iterator[Target]:
    """A target for `output`; raises BadParameter where that may not be written.

    `source` is what is read, and is never replaced. Without `force`, nothing that is there is.
    """
    _check(output, source)
    part = output.with_name(f".{output.name}.{os.getpid()}.part")
    reserved = not force and _reserve(output)
    target = None
    try:
        with part.open("xb") as file:
            target = Target(file)
            yield target
        if target.kept:
            part.replace(output)
            reserved = False
    finally:
        part.unlink(missing_ok=True)
        if reserved:
            output.unlink(missing_ok=True)


def _check(output: Path, source: str) -> None:
    if str(output).startswith("s3:/"):
        raise typer.BadParameter("OUT is a local file; upload it with aws s3 cp OUT s3://…")
    if not output.parent.is_dir():
        raise typer.BadParameter(f"There is no folder {output.parent}")
    if not os.access(output.parent, os.W_OK):
        raise typer.BadParameter(f"The folder {output.parent} may not be written")
    if output.is_dir():
        raise typer.BadParameter(f"{output} is a folder; name a file in it")
    if output.exists() and not source.startswith("s3://") and output.samefile(source):
        raise typer.BadParameter(f"{output} is the file that is read; name another one")


def _reserve(output: Path) -> bool:
    try:
        output.touch(exist_ok=False)
    except FileExistsError:
        raise typer.BadParameter(f"{output} exists; --force replaces it") from None
    return True
