"""`python -m benchmarks [MB ...]`: files read, each contestant in a process of its own, in turn.

Speed is CPU time (these machines are noisy, and a core is what is paid for), the best of the
rounds (of one, for 1 GB and more); memory is the process's peak above that of an empty one.
Reported as ratios to duckdb, and kept in performance.json beside other sizes.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import aggregate, generate, performance, validate
from benchmarks.files_page import PEER

TASKS = {
    "validate": (validate, generate.dataset_record),
    "aggregate": (aggregate, generate.score_record),
}
_ROUNDS = 3
_LARGE = 1000  # MB from which one round is enough: it lasts longer than the machine's moods


class Measured(NamedTuple):
    """CPU seconds, and peak memory in MB above that of an empty process."""

    seconds: float
    memory: float


def main() -> None:
    if len(sys.argv) == 4 and sys.argv[1] in TASKS:  # noqa: PLR2004
        _contend(*sys.argv[1:])
        return
    sizes = [int(size) for size in sys.argv[1:]] or [10]
    found = []
    with tempfile.TemporaryDirectory(prefix="modeleval-bench-") as folder:
        for task, (module, make) in TASKS.items():
            for size in sizes:
                path = Path(folder, f"{task}.jsonl")
                count = generate.write(path, size, make)
                rounds = 1 if size >= _LARGE else _ROUNDS
                measured = _measure(task, list(module.CONTESTANTS), path, rounds)
                found.append(_result(task, size, count, measured))
    order = list(TASKS)
    performance.keep_rows(
        "files", found, by="mb", order=lambda row: (order.index(row["task"]), row["mb"])
    )


def _measure(task: str, contestants: list[str], path: Path, rounds: int) -> dict[str, Measured]:
    """The best of the rounds; taking turns spreads the machine's moods over all."""
    best: dict[str, Measured] = {}
    for _ in range(rounds):
        for name in contestants:
            command = [sys.executable, "-m", "benchmarks", task, name, str(path)]
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603
            new = Measured(*json.loads(output))
            best[name] = min(new, best.get(name, new))
    return best


def _result(task: str, size: int, count: int, measured: dict[str, Measured]) -> dict[str, Any]:
    """A task at one size, and one line of it on the screen."""
    peer = measured[PEER]
    ratio = peer.seconds / measured["modeleval"].seconds
    print(f"{task}, {size} MB, {count:,} records: {ratio:.2f} of {PEER}'s speed", flush=True)
    return {
        "task": task,
        "mb": size,
        "records": count,
        "contestants": {
            name: {"seconds": one.seconds, "peakMb": one.memory} for name, one in measured.items()
        },
    }


def _contend(task: str, name: str, path: str) -> None:
    """Run one contestant; print its CPU seconds and memory."""
    module = import_module(f"benchmarks.{task}")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.process_time()
    module.CONTESTANTS[name](Path(path))
    seconds = time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps([seconds, (peak - before) / 1024]))


if __name__ == "__main__":
    main()
