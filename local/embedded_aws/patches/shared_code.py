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


class _SharedZip(zipfile.ZipFile):
    """A ZipFile that unpacks into a directory shared by all archives of the same bytes."""

    def extractall(self, path=None, members=None, pwd=None):  # type: ignore[no-untyped-def]
        """Make ``path``, an empty directory, a link to the shared one."""
        shared = Path(gettempdir(), "unpacked", _digest(Path(str(self.filename))))
        with _lock:
            if not shared.exists():
                shared.parent.mkdir(exist_ok=True)
                staging = mkdtemp(dir=shared.parent)
                super().extractall(staging, members, pwd)
                Path(staging).rename(shared)
        Path(path).rmdir()
        Path(path).symlink_to(shared, target_is_directory=True)


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
        "lzf.extractall(layer_dir)",
        "os.makedirs(layer_dir)",
    )
    lambda_runtime.zipfile = SimpleNamespace(
        ZipFile=_SharedZip,
        BadZipFile=zipfile.BadZipFile,
        LargeZipFile=zipfile.LargeZipFile,
        LargeFileError=getattr(zipfile, "LargeFileError", zipfile.LargeZipFile),
    )
