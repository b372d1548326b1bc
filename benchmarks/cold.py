"""`python -m benchmarks.cold [ROUNDS]`: cold starts beside the floor, and the packages' sizes.

In a fresh process, with the packaged code and layers alone: from the interpreter's start until the
handler's module is imported and a first client is made. The floor is boto3, one client and
powertools' logger, from the same layer. Compiled means as packaged, with bytecode; sources means
without, as a machine that has not the functions' Python packages it. CPU seconds, the median of
rounds that take turns.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from benchmarks import performance
from stacks import packaging

_ROUNDS = 5
FLOOR = "floor"
AIM = 1.15
UNZIPPED_LIMIT_MB, ZIPPED_LIMIT_MB = 250, 50
_MEGABYTE = 1_000_000
_FLOOR = """
import boto3
from aws_lambda_powertools import Logger
Logger(service="floor", utc=True)
boto3.client("dynamodb")
"""
_FUNCTION = """
import lambdas.{step}
lambdas.{step}.services.store
"""
_TAKEN = "import time; print(time.process_time())"
_ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "a",
    "AWS_SECRET_ACCESS_KEY": "a",
    "BUCKET_NAME": "bucket",
    "TABLE_NAME": "table",
    "SETTINGS": '{"judgeModels": ["amazon.nova-pro-v1:0"]}',
    "STACK_NAME": "modeleval",
    "BEDROCK_ROLE_ARN": "arn:aws:iam::111122223333:role/bedrock",
    "RUN_STATE_MACHINE_ARN": "arn:aws:states:us-east-1:111122223333:stateMachine:run",
}
_OTHER_MODULES = {"__init__", "runtime", "short_errors"}


class Package(NamedTuple):
    """The packaged code and layers; folders."""

    code: Path
    layers: Mapping[str, Path]


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else _ROUNDS
    package = packaged()
    performance.keep("sizes", sizes(package))
    found = {
        "rounds": rounds,
        "compiled": measure(package, rounds, compiled=True),
        "sources": measure(package, rounds, compiled=False),
    }
    performance.keep("cold", found)


def packaged() -> Package:
    """What synth packages, for this machine."""
    layers = {
        "dependencies": packaging.dependency_layer("host"),
        "statistics": packaging.statistics_layer("host"),
        "reference": packaging.reference_layer("host"),
        "report": packaging.report_layer("host"),
    }
    return Package(packaging.function_code(), layers)


def steps(code: Path) -> list[str]:
    """The functions' handler modules."""
    found = sorted(path.stem for path in (code / "lambdas").glob("*.py"))
    return [name for name in found if name not in _OTHER_MODULES]


def measure(package: Package, rounds: int, *, compiled: bool) -> dict[str, float]:
    """CPU seconds of the floor and of each function, the median of the rounds."""
    programs = {FLOOR: _FLOOR}
    programs |= {step: _FUNCTION.format(step=step) for step in steps(package.code)}
    taken: dict[str, list[float]] = {name: [] for name in programs}
    with tempfile.TemporaryDirectory(prefix="modeleval-cold-") as nothing:
        environment = _environment(package, None if compiled else nothing)
        for _ in range(rounds):
            for name, seconds in _turn(programs, environment):
                taken[name].append(seconds)
    return {name: round(statistics.median(found), 3) for name, found in taken.items()}


def _environment(package: Package, elsewhere: str | None) -> dict[str, str]:
    """Variables of a process that finds the packages and, as in Lambda, may keep no bytecode.

    `elsewhere`: an empty folder in which it looks for bytecode, and so overlooks the packages'.
    """
    folders = [package.code, *(layer / "python" for layer in package.layers.values())]
    path = os.pathsep.join(map(str, folders))
    prefix = {"PYTHONPYCACHEPREFIX": elsewhere} if elsewhere else {}
    return {
        "PYTHONPATH": path,
        "PATH": os.environ["PATH"],
        "PYTHONDONTWRITEBYTECODE": "1",
        **_ENVIRONMENT,
        **prefix,
    }


def _turn(programs: Mapping[str, str], environment: dict[str, str]) -> Iterator[tuple[str, float]]:
    for name, program in programs.items():
        # Nothing of this environment's own packages (-S), nor of this folder (-P).
        command = [sys.executable, "-S", "-P", "-c", program + _TAKEN]
        done = subprocess.run(  # noqa: S603 - our own interpreter
            command, env=environment, check=True, capture_output=True, text=True
        )
        yield name, float(done.stdout)


def sizes(package: Package) -> dict[str, dict[str, float]]:
    """MB of the code and of each layer: as files, and as a zip."""
    found = {"code": package.code, **package.layers}
    return {name: _size(folder) for name, folder in found.items()}


def _size(folder: Path) -> dict[str, float]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in files:
                archive.write(path, path.relative_to(folder))
        zipped = file.tell()
    unzipped = sum(path.stat().st_size for path in files)
    return {"mb": round(unzipped / _MEGABYTE, 1), "zippedMb": round(zipped / _MEGABYTE, 1)}


if __name__ == "__main__":
    main()
