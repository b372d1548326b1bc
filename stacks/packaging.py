"""Lambda code and its one dependency layer, built without Docker by uv.

Both are built into `build/` at synth, keyed by what goes in, so that a second synth builds nothing.
"""

from __future__ import annotations

import hashlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from modeleval.errors import SettingsInvalid
from stacks.bytecode import Compiler, compile_all, compiler_for, this_compiler

ROOT = Path(__file__).parent.parent
BUILD = ROOT / "build"
PYTHON = "3.13"

SERVICE_MODELS = (
    "bedrock",
    "bedrock-agent",
    "bedrock-runtime",
    "dynamodb",
    "events",
    "lambda",
    "s3",
    "sagemaker",
    "secretsmanager",
    "sns",
    "stepfunctions",
)
"""The service models that stay in the layer: those that functions use. A function's credentials
come from its environment, so that botocore needs none to find them."""

_PLATFORMS = {"arm64": "aarch64-manylinux_2_28", "x86_64": "x86_64-manylinux_2_28"}
_OF_THE_COMMAND = frozenset(
    {
        "api.py",
        "cli",
        "doctor",
        "init",
        "judge_attacks",
        "log_lines.py",
        "notebook",
        "smoke",
        "whole_file.py",
    }
)
_LEFT_OUT = _OF_THE_COMMAND | {"__pycache__", ".DS_Store"}
_SCIPY = frozenset({"_lib", "fft", "special"})
_UNUSED = ("**/__pycache__", "**/*.pyi", "bin", "boto3/examples", "**/tests", ".lock")


def host_architecture() -> str:
    return "arm64" if platform.machine().lower() in ("arm64", "aarch64") else "x86_64"


def compiler(architecture: str) -> Compiler | None:
    """What compiles for the functions' Python; None if this machine has no such."""
    return this_compiler() if architecture == "host" else compiler_for(PYTHON)


def function_code(suites: Path | None = None, *, architecture: str = "host") -> Path:
    """A folder with the domain, the handlers and the suites, and nothing else of the repository.

    With bytecode, where this machine has the functions' Python.
    """
    sources = {
        "modeleval": ROOT / "modeleval",
        "lambdas": ROOT / "lambdas",
        "suites": suites or ROOT / "suites",
    }
    files = {
        f"{name}/{path.relative_to(source).as_posix()}": path
        for name, source in sources.items()
        for path in sorted(source.rglob("*"))
        if path.is_file() and not _LEFT_OUT.intersection(path.relative_to(source).parts)
    }
    compiling = compiler(architecture)
    digest = hashlib.sha256(_version(compiling).encode())
    for name, path in files.items():
        digest.update(f"{name}\0".encode())
        digest.update(path.read_bytes())

    def fill(folder: Path) -> None:
        for name, path in files.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        if compiling:
            compile_all(folder, compiling, mounted="/var/task")

    return _built(f"code-{digest.hexdigest()[:16]}", fill)


def dependency_layer(architecture: str) -> Path:
    """A folder `python/` with the locked dependencies for the functions' target.

    `host` is for the embedded AWS, which runs functions on this machine's own interpreter. Of
    botocore's 33 MB nearly all are service models that no function loads.
    """

    def trim(python: Path) -> None:
        for package in ("botocore", "boto3"):
            for service in (python / package / "data").iterdir():
                if service.is_dir() and service.name not in SERVICE_MODELS:
                    shutil.rmtree(service)

    return _layer("layer", architecture, _exported, trim)


def statistics_layer(architecture: str) -> Path:
    """A folder `python/` with scipy and numpy, for the functions that do statistics.

    Of scipy only what `modeleval.statistics` imports is kept: 90 MB instead of 170.
    """

    def trim(python: Path) -> None:
        for path in (python / "scipy").iterdir():
            if path.is_dir() and path.name not in _SCIPY:
                shutil.rmtree(path)

    return _layer("statistics", architecture, lambda: _of_extra("statistics"), trim)


def reference_layer(architecture: str) -> Path:
    """A folder `python/` with sacrebleu and rouge-score, for the function that collects: 80 MB."""

    return _layer("reference", architecture, lambda: _of_extra("reference"), lambda _: None)


def report_layer(architecture: str) -> Path:
    """A folder `python/` with Jinja2, for the function that writes reports: 1 MB."""

    return _layer("report", architecture, lambda: _of_extra("report"), lambda _: None)


def _of_extra(extra: str) -> list[str]:
    """What an extra adds to the dependencies that every function has."""
    others = set(_exported())
    return [one for one in _exported("--extra", extra) if one not in others]


def _exported(*arguments: str) -> list[str]:
    """The locked requirements with their hashes, one text per package."""
    exported = _uv(
        "export", "--frozen", "--no-default-groups", "--no-emit-project", "--no-header",
        "--no-annotate", *arguments,
    )  # fmt: skip
    return re.findall(r"^\S.*(?:\n\s+.*)*", exported, flags=re.MULTILINE)


def _layer(
    name: str,
    architecture: str,
    requirements: Callable[[], list[str]],
    trim: Callable[[Path], None],
) -> Path:
    lock = (ROOT / "uv.lock").read_bytes() + Path(__file__).read_bytes()
    compiling = compiler(architecture)
    key = hashlib.sha256(lock + f"{architecture}-{_version(compiling)}".encode()).hexdigest()[:16]

    def fill(folder: Path) -> None:
        file = folder / "requirements.txt"
        file.write_text("\n".join(requirements()) + "\n")
        _uv(
            "pip", "install", *_target(architecture), "--no-deps", "--require-hashes",
            "--target", str(folder / "python"), "--requirement", str(file),
        )  # fmt: skip
        file.unlink()
        trim(folder / "python")
        _leave_out_unused(folder / "python")
        if compiling:
            compile_all(folder, compiling, mounted="/opt")

    return _built(f"{name}-{architecture}-{key}", fill)


def _version(compiling: Compiler | None) -> str:
    return compiling.version if compiling else f"{PYTHON}, sources alone"


def _target(architecture: str) -> list[str]:
    if architecture == "host":
        return ["--python", sys.executable]
    return [
        "--python-platform", _PLATFORMS[architecture],
        "--python-version", PYTHON,
        "--only-binary", ":all:",
        # Pure Python, and to be had as a source only.
        "--no-binary", "rouge-score",
    ]  # fmt: skip


def _leave_out_unused(python: Path) -> None:
    for pattern in _UNUSED:
        for path in list(python.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _built(name: str, fill: Callable[[Path], None]) -> Path:
    """The folder of that name, filled once; a build that breaks off leaves nothing behind."""
    folder = BUILD / name
    if folder.exists():
        return folder
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD, prefix=f".{name}.") as scratch:
        fresh = Path(scratch) / name
        fresh.mkdir()
        fill(fresh)
        try:
            fresh.rename(folder)
        except OSError:
            if not folder.exists():  # else another synth was faster
                raise
    return folder


def _uv(*arguments: str) -> str:
    command = [sys.executable, "-m", "uv", *arguments]
    result = subprocess.run(  # noqa: S603 - our own interpreter
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if result.returncode != 0:
        raise SettingsInvalid(
            f"The functions' dependencies could not be packaged: {result.stderr.strip()[-2000:]}",
            action="Check that the package registry is reached, then synthesize again.",
        )
    return result.stdout
