"""`python -m benchmarks.statistics`: simulate, and write statistics.md and statistics.json.

Each part has a seed of its own, so that one may grow without changing the others. Exits with 1 if
an aim was missed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.statistics import aggregates, coverage, decisions, power, report, speed

_SEED = 2411_00640
_FOLDER = Path(__file__).parent.parent
_PARTS: dict[str, Callable[[np.random.Generator], list[dict[str, Any]]]] = {
    "speed": speed.run,
    "coverage": coverage.run,
    "gate": decisions.gate,
    "limits": decisions.limits,
    "words": decisions.words,
    "aggregates": aggregates.means,
    "aggregate differences": aggregates.differences,
    "published": power.published,
    "detectable": power.detectable,
}


def main() -> int:
    results = {}
    for name, run in _PARTS.items():
        print(f"{name} ...", file=sys.stderr)
        results[name] = run(np.random.default_rng([_SEED, *name.encode()]))
    (_FOLDER / "statistics.md").write_text(report.page(results))
    lines = ",\n".join(
        f'"{name}": [\n' + ",\n".join(json.dumps(row) for row in rows) + "\n]"
        for name, rows in results.items()
    )
    (_FOLDER / "statistics.json").write_text("{\n" + lines + "\n}\n")
    missed = report.misses(results)
    print("\n".join(missed) or "every aim was met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
