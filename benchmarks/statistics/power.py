"""Power at the sample sizes that modeleval publishes, and of the smallest differences it states."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.statistics import methods, scenarios
from benchmarks.statistics.scenarios import SIZES, Discrete, differences
from modeleval.statistics.planning import records_needed, smallest_detectable

SAMPLES = 4000
_STATED = 300
MARGINS = (0.02, 0.05, 0.1)
SDS = {"continuous": 0.15, "5 levels": 0.25, "yes/no": 0.40}


def published(chance: np.random.Generator) -> list[dict[str, Any]]:
    """P(passed | no difference) with as many records as `records_needed` asks for: 80 % or more."""
    rows = []
    for name, sd in SDS.items():
        for margin in MARGINS:
            needed = records_needed(margin, sd, reach=1.0)
            naive = records_needed(margin, sd, reach=None)
            assert needed is not None
            powers = {
                shape.name: _passes(chance, shape, needed, margin) for shape in _shapes(name, sd)
            }
            rows.append(
                {
                    "scale": name,
                    "sd": sd,
                    "margin": margin,
                    "records": needed,
                    "records_student": naive,
                    "power": powers,
                }
            )
    return rows


def detectable(chance: np.random.Generator) -> list[dict[str, Any]]:
    """P(interval leaves zero out) where the truth is what `smallest_detectable` stated: 80 %."""
    rows = []
    for step, share in ((1.0, 0.08), (0.25, 0.3), (0.5, 0.15)):
        for n in SIZES[1:]:
            still = differences("", {step: share, -step: share})
            kinds = scenarios.independent(chance, still, n, _STATED)
            low, high = methods.bounded(kinds, 0.025, -1.0, 1.0)
            half = np.maximum(kinds.means - low, high - kinds.means)
            errors = methods.robust_error(kinds)
            told = [smallest_detectable(*pair) for pair in zip(half, errors, strict=True)]
            stated = float(np.median(told))
            tilt = min(stated / (2 * step), share)
            rest = (stated - 2 * step * tilt) / step  # what the losses cannot give, more gains do
            gains = share + tilt + rest
            if gains + share - tilt > 1:
                continue
            shifted = differences("", {step: gains, -step: share - tilt})
            moved = scenarios.independent(chance, shifted, n, SAMPLES)
            found = methods.above(moved, 0.0, -1.0, 0.025)
            rows.append(
                {
                    "step": step,
                    "changed": 2 * share,
                    "records": n,
                    "smallest": round(stated, 4),
                    "power": round(float(found.mean()), 4),
                }
            )
    return rows


def _shapes(name: str, sd: float) -> tuple[Discrete, ...]:
    if name == "yes/no":
        return (differences("complete changes", {1: sd**2 / 2, -1: sd**2 / 2}),)
    step = 0.25 if sd <= 0.25 else 0.5  # noqa: PLR2004
    share = sd**2 / step**2 / 2
    rare = sd**2 / 2
    return (
        differences("one level", {step: share, -step: share}),
        differences("complete changes", {1: rare, -1: rare}),
        differences("both", {step: share / 2, -step: share / 2, 1: rare / 2, -1: rare / 2}),
    )


def _passes(chance: np.random.Generator, shape: Discrete, n: int, margin: float) -> float:
    kinds = scenarios.independent(chance, shape, n, SAMPLES)
    return round(float(methods.above(kinds, -margin, -1.0, 0.05).mean()), 4)
