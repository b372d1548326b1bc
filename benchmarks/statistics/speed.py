"""20 metrics of 10,000 records compared: seconds, and memory at its peak above what was before."""

from __future__ import annotations

import resource
import time
from typing import Any

import numpy as np

from modeleval.statistics.comparison import compare
from modeleval.statistics.conclusions import conclude
from modeleval.statistics.words import Scale

_METRICS, _RECORDS = 20, 10_000


def run(chance: np.random.Generator) -> list[dict[str, Any]]:
    rows = []
    for name, levels in (("5 levels", 5), ("continuous", None)):
        scale = Scale(minimum=0.0, maximum=1.0, levels=levels)
        versions = [(_scores(chance, levels), _scores(chance, levels)) for _ in range(_METRICS)]
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        begun = time.process_time()
        conclude([compare(new, base, scale=scale) for new, base in versions])
        seconds = time.process_time() - begun
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        rows.append(
            {"scale": name, "seconds": round(seconds, 1), "mb": round((peak - before) / 1024)}
        )
    return rows


def _scores(chance: np.random.Generator, levels: int | None) -> dict[str, float]:
    values = chance.random(_RECORDS)
    if levels is not None:
        values = np.floor(values * levels) / (levels - 1)
    return {f"{place:08d}": value for place, value in enumerate(values.tolist())}
