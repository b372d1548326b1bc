"""Layers and code are unpacked once, not once per worker.

Each cold start in MiniStack unpacks the function's code and layers into a new directory, where no
bytecode is cached either: with boto3 in a layer that is most of the start. Here workers of the same
zip file share one directory, as read-only to a function as /opt and /var/task are on AWS.
"""

from __future__ import annotations

import hashlib
import threading
import zipfile
from pathlib import Path
from tempfile import gettempdir, mkdtemp
from types import SimpleNamespace

from ministack.core import lambda_runtime

from embedded_aws.patches.check import require, require_source

_NAME = "shared_code"
_lock = threading.Lock()


class _SharedZip:
    """Unpacks into a directory shared by all archives of the same bytes; only the first is read."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._shared = Path(gettempdir(), "unpacked", _digest(self._path))

    def __enter__(self) -> _SharedZip:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""

    def namelist(self) -> list[str]:
        """The members that are still to be unpacked: MiniStack looks at where each would go."""
        if self._shared.exists():
            return []
        with zipfile.ZipFile(self._path) as archive:
            return archive.namelist()

    def extractall(self, path: str) -> None:
        """Make ``path``, an empty directory, a link to the shared one."""
        with _lock:
            if not self._shared.exists():
                self._shared.parent.mkdir(exist_ok=True)
                staging = mkdtemp(dir=self._shared.parent)
                with zipfile.ZipFile(self._path) as archive:
                    archive.extractall(staging)
                Path(staging).rename(self._shared)
        Path(path).rmdir()
        Path(path).symlink_to(self._shared, target_is_directory=True)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def apply() -> None:
    """Give the worker module this ZipFile."""
    require(lambda_runtime.zipfile is zipfile, _NAME, "the worker module has no zipfile")
    require_source(
        lambda_runtime.Worker._spawn,
        _NAME,
        "zf.extractall(code_dir)",
        "for member in lzf.namelist():",
        "lzf.extractall(layer_dir)",
        "os.makedirs(layer_dir)",
    )
    lambda_runtime.zipfile = SimpleNamespace(
        ZipFile=_SharedZip,
        BadZipFile=zipfile.BadZipFile,
        LargeZipFile=zipfile.LargeZipFile,
        LargeFileError=getattr(zipfile, "LargeFileError", zipfile.LargeZipFile),
    )
