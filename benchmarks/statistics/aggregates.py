"""Means that are reported with a standard error and no records: coverage, and the gate's errors.

Of yes/no scores every possible sample is weighed by its chance; of others 2,000 are drawn. A sample
whose standard error is zero has no interval, and decides nothing. Beside it the textbook's z.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import ndtri
from scipy.stats import binom

from benchmarks.statistics import scenarios
from modeleval.statistics.intervals import LEAST_UNITS
from modeleval.statistics.reported import Reported, reported_ends
from modeleval.statistics.units import Floats
from modeleval.statistics.words import Method, Scale

SIZES = (10, 30, 50, 100, 200, 300, 1000)
MARGINS = (0.02, 0.05, 0.1)
SCALE = Scale(minimum=0.0, maximum=1.0)
_BASES = (0.5, 0.7, 0.8, 0.9, 0.95, 0.97)
_SAMPLES = 2000
_ERROR = 0.05
Ends = tuple[Floats, Floats]


def means(chance: np.random.Generator) -> list[dict[str, Any]]:
    """Coverage where there is an interval; P(minimum passed) and P(failed), the truth at it."""
    rows = [
        _row(
            (f"yes/no, {share:.0%} yes", n, share),
            _yes_no(n),
            binom.pmf(np.arange(n + 1), n, share),
        )
        for share in (0.5, 0.7, 0.8, 0.9, 0.95, 0.98)
        for n in SIZES
    ]
    for name in ("5 levels", "85 % at the top", "95 % at the top"):
        for n in SIZES:
            for one in scenarios.SCORES[name]:
                values = chance.choice(one.values, (_SAMPLES, n), p=one.chances)
                errors = values.std(axis=1, ddof=1) / np.sqrt(n)
                even = np.full(_SAMPLES, 1 / _SAMPLES)
                rows.append(
                    _row((f"{name}: {one.name}", n, one.mean), (values.mean(axis=1), errors), even)
                )
    return rows


def differences(chance: np.random.Generator) -> list[dict[str, Any]]:  # noqa: ARG001 - all are weighed
    """P(maxRegression passed | worse by the margin), P(failed | equal), of yes/no scores."""
    rows = []
    for n in SIZES[:-1]:
        values, errors = _yes_no(n)
        shown = _shown(values, errors)
        lower, upper = _apart(values, _ends(values, errors, _ERROR))
        half = float(ndtri(1 - _ERROR)) * np.hypot(errors[:, None], errors)
        gaps = values[:, None] - values
        for margin in MARGINS:
            for base in _BASES:
                worse = _weights(n, base - margin, base, shown)
                equal = _weights(n, base, base, shown)
                rows.append(
                    {
                        "records": n,
                        "base": base,
                        "margin": margin,
                        "passed": _share(worse, lower > -margin),
                        "failed": _share(equal, upper < 0),
                        "naive_passed": _share(worse, gaps - half > -margin),
                    }
                )
    return rows


def _yes_no(n: int) -> Ends:
    """Every mean of n yes/no scores, and its standard error."""
    values = np.arange(n + 1) / n
    return values, np.sqrt(values * (1 - values) / (n - 1))


def _row(about: tuple[str, int, float], samples: Ends, weights: Floats) -> dict[str, Any]:
    """`about`: scenario, records and true mean; `samples`: means and standard errors."""
    (scenario, n, truth), (values, errors) = about, samples
    shown = _shown(values, errors)
    low, high = _ends(values, errors, _ERROR / 2)
    lower, upper = _ends(values, errors, _ERROR)
    half, side = (float(ndtri(share)) * errors for share in (1 - _ERROR / 2, 1 - _ERROR))
    total = float(weights[shown].sum())
    slack = 1e-9
    held = shown & (low <= truth + slack) & (high >= truth - slack)
    naive = shown & (values - half <= truth + slack) & (values + half >= truth - slack)
    return {
        "scenario": scenario,
        "records": n,
        "share": round(total, 4),
        "coverage": round(_share(weights, held) / total, 4) if total else None,
        "naive": round(_share(weights, naive) / total, 4) if total else None,
        "passed": _share(weights, shown & (lower >= truth + slack)),
        "failed": _share(weights, shown & (upper < truth - slack)),
        "naive_passed": _share(weights, shown & (values - side >= truth + slack)),
    }


def _shown(values: Floats, errors: Floats) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):
        size = values * (1 - values) / errors**2 + 1
    return (errors > 1e-12) & (size >= LEAST_UNITS[Method.STANDARD_ERROR])  # noqa: PLR2004


def _ends(values: Floats, errors: Floats, error: float) -> Ends:
    """The product's bounds of each; where there are none, the scale's ends."""
    shown = _shown(values, errors)
    pairs = [
        reported_ends(Reported(float(value), float(wide)), SCALE, error) if told else (0.0, 1.0)
        for value, wide, told in zip(values, errors, shown, strict=True)
    ]
    low, high = np.array(pairs).T
    return low, high


def _apart(values: Floats, ends: Ends) -> Ends:
    """Bounds of every difference of two, from both bounds of each (Newcombe's hybrid)."""
    low, high = ends
    gaps = values[:, None] - values
    down = np.hypot((values - low)[:, None], high - values)
    return gaps - down, gaps + np.hypot((high - values)[:, None], values - low)


def _weights(n: int, new: float, base: float, shown: Any) -> Floats:
    counts = np.arange(n + 1)
    weights: Floats = np.outer(
        binom.pmf(counts, n, new) * shown, binom.pmf(counts, n, base) * shown
    )
    return weights


def _share(weights: Floats, which: Any) -> float:
    return round(float(weights[which].sum()), 4)
