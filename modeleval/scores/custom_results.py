"""On which scale are the results of a custom metric: as it was written, or divided by its maximum?

AWS does not say (built-in metrics are divided). The results of a job decide: they are levels of one
of the two scales. Where they are levels of both, and would mean different things, nobody can tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

_ROUNDING = 6e-5  # services round results to four decimals; a little more for binary fractions


class Scale(StrEnum):
    RAW = "raw"
    NORMALIZED = "normalized"
    AMBIGUOUS = "ambiguous"
    NEITHER = "neither"


def scale_of(results: Iterable[float], levels: Sequence[float]) -> Scale:
    """Which scale the results of one job are on. No results are raw."""
    top = max(levels)
    seen = sorted(set(results))
    raw = all(_is_one_of(result, levels) for result in seen)
    normalized = top > 0 and all(_is_one_of(result * top, levels, top) for result in seen)
    if raw and normalized:
        same = all(abs(result - result * top) < _ROUNDING for result in seen)
        return Scale.RAW if same else Scale.AMBIGUOUS
    if raw:
        return Scale.RAW
    return Scale.NORMALIZED if normalized else Scale.NEITHER


def level_of(result: float, scale: Scale, levels: Sequence[float]) -> float | None:
    """The level that a result is; None where that cannot be told. Off the scale: as it is."""
    if scale is Scale.AMBIGUOUS:
        return 0.0 if result == 0 else None
    if scale is Scale.NORMALIZED:
        return min(levels, key=lambda level: abs(level - result * max(levels)))
    return result


def _is_one_of(value: float, levels: Sequence[float], top: float = 1.0) -> bool:
    """A normalised result's rounding error is `top` times as large on the scale."""
    return any(abs(value - level) <= _ROUNDING * max(top, 1.0) for level in levels)
