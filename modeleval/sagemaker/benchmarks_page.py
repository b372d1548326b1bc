"""`docs/benchmarks.md`, written from the table: `python -m modeleval.sagemaker.benchmarks_page`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from modeleval.sagemaker.benchmarks import BENCHMARKS, Benchmark

_HEAD = """\
# Benchmarks

What `benchmark:` of an evaluation of the kind `sagemaker-benchmark` may name. Case, hyphens,
underscores and spaces do not matter: `MMLU-Pro` is `mmlu_pro`. More is better in all of them.

This page is written by `python -m modeleval.sagemaker.benchmarks_page > docs/benchmarks.md`; a test
holds it to the table.

| benchmark | metric | what it says | strategy | input | models | subtasks |
|---|---|---|---|---|---|---|
"""

_SIZES = """
## Where they are from

The size is that of the published test set: AWS does not say how much of it SageMaker asks.

| benchmark | published | size |
|---|---|---|
"""

_SUBTASKS = """
## Subtasks

`subtasks: [anatomy, virology]` chooses some; without it, or with `ALL`, all are run. Benchmarks
that are not listed here have none to choose from.
"""

MODELS = {"any": "all", "only": "Nova only", "never": "all but Nova"}


def page() -> str:
    """The whole page, as Markdown."""
    rows = "".join(_row(benchmark) for benchmark in BENCHMARKS.values())
    origins = "".join(f"| `{b.name}` | {b.source} | {b.size} |\n" for b in BENCHMARKS.values())
    return _HEAD + rows + _SIZES + origins + _SUBTASKS + "".join(_sections())


def _row(benchmark: Benchmark) -> str:
    cells = (
        f"`{benchmark.name}`",
        f"`{benchmark.metric}`",
        benchmark.meaning,
        f"`{benchmark.strategy}`",
        benchmark.modality,
        MODELS[benchmark.nova],
        str(len(benchmark.subtasks) or "none"),
    )
    return f"| {' | '.join(cells)} |\n"


def _sections() -> Iterator[str]:
    for benchmark in BENCHMARKS.values():
        if benchmark.subtasks:
            names = ", ".join(f"`{subtask}`" for subtask in benchmark.subtasks)
            yield f"\n**{benchmark.name}** ({len(benchmark.subtasks)}): {names}\n"


if __name__ == "__main__":
    sys.stdout.write(page())
