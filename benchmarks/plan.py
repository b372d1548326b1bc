"""`python -m benchmarks.plan [MB ...]`: a dataset validated, split into parts and written.

What PlanJobs does of one evaluation, with an S3 that reads a local file and counts what is written.
Time is that of the wall and of the processor; memory the process's peak above that of an empty one.
Kept in performance.json beside other sizes.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO

from botocore.response import StreamingBody

from benchmarks import generate, performance
from modeleval.kinds import judge_dataset
from modeleval.kinds.bedrock_judge import JudgeEvaluation
from modeleval.kinds.protocol import PlanContext
from modeleval.objects import Objects
from modeleval.settings import Settings

_JUDGE = "amazon.nova-pro-v1:0"
_MEGABYTE = 1_000_000


class LocalS3:
    """One dataset to read, and nowhere to write to."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.objects = 0
        self.bytes = 0

    def get_object(self, **_: Any) -> dict[str, Any]:
        size = self._path.stat().st_size
        body = StreamingBody(self._path.open("rb"), size)
        return {"Body": body, "ETag": "etag", "ContentLength": size}

    def put_object(self, *, Body: bytes, **_: Any) -> None:  # noqa: N803 - boto3's
        self._count(len(Body))

    def upload_fileobj(self, file: BinaryIO, *_: Any) -> None:
        while data := file.read(1 << 20):
            self.bytes += len(data)
        self.objects += 1

    def _count(self, size: int) -> None:
        self.objects += 1
        self.bytes += size


def plan(path: Path) -> dict[str, Any]:
    """Plan one evaluation of the dataset; what it took."""
    s3: Any = LocalS3(path)
    services: Any = SimpleNamespace(
        objects=Objects(s3, "bucket"),
        settings=Settings.model_validate({"judgeModels": [_JUDGE]}),
        store=SimpleNamespace(pin_source=lambda *given, **_: given[2]),
    )
    evaluation = JudgeEvaluation.model_validate(
        {
            "name": "answers",
            "kind": "bedrock-judge",
            "dataset": path.name,
            "responses": {"precomputed": generate.IDENTIFIER},
            "judge": _JUDGE,
            "metrics": ["Correctness"],
        }
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wall, processor = time.perf_counter(), time.process_time()
    prepared = judge_dataset.prepare(evaluation, PlanContext("run", 0, services))
    return {
        "wall": time.perf_counter() - wall,
        "processor": time.process_time() - processor,
        "peakMb": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024,
        "records": prepared.records,
        "parts": sum(len(group.parts) for group in prepared.groups),
        "writtenMb": s3.bytes / _MEGABYTE,
    }


def main() -> None:
    if len(sys.argv) == 2 and sys.argv[1].endswith(".jsonl"):  # noqa: PLR2004
        print(json.dumps(plan(Path(sys.argv[1]))))
        return
    sizes = [int(size) for size in sys.argv[1:]] or [10]
    found: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="modeleval-bench-") as folder:
        for size in sizes:
            path = Path(folder, "dataset.jsonl")
            generate.write(path, size, generate.dataset_record)
            command = [sys.executable, "-m", "benchmarks.plan", str(path)]
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603
            found.append({"mb": size, **json.loads(output)})
            print(found[-1], flush=True)
    performance.keep_rows("planning", found, by="mb", order=lambda row: row["mb"])


if __name__ == "__main__":
    main()
