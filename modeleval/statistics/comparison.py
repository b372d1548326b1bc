"""Two versions of one metric on the same records."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace

import numpy as np

from modeleval.statistics.conclusions import Comparison, worded
from modeleval.statistics.paired import difference_interval, sign_flip_test
from modeleval.statistics.planning import smallest_detectable
from modeleval.statistics.units import Floats, group
from modeleval.statistics.words import DifferenceInterval, Scale, Word

__all__ = ["compare"]

_TIE = 1e-9


def compare(
    new: Mapping[str, float],
    base: Mapping[str, float],
    *,
    scale: Scale,
    higher_is_better: bool = True,
    clusters: Mapping[str, Hashable] | None = None,
    margin: float | None = None,
) -> Comparison:
    """New and base by record key; what is not applicable is left out by the caller.

    `clusters` gives each key's cluster; a key that it lacks is a cluster of its own. The word is
    that of this metric alone: `conclude` corrects it where several are read together.
    """
    keys = [key for key in new if key in base]
    one = Comparison(
        word=Word.NOT_COMPARABLE,
        reason="no record was scored in both",
        paired=True,
        margin=margin,
        matched=len(keys),
        units=0,
        only_new=len(new) - len(keys),
        only_base=len(base) - len(keys),
    )
    if not keys:
        return one
    ours = np.fromiter((new[key] for key in keys), dtype=np.float64)
    theirs = np.fromiter((base[key] for key in keys), dtype=np.float64)
    labels = [clusters.get(key, (key,)) for key in keys] if clusters else None
    turned = ours - theirs if higher_is_better else theirs - ours
    one = replace(one, mean_new=float(ours.mean()), mean_base=float(theirs.mean()))
    measured = _measure(one, turned, labels, scale)
    return worded(measured, measured.p_value)


def _measure(
    one: Comparison, turned: Floats, labels: list[Hashable] | None, scale: Scale
) -> Comparison:
    units = group(turned, labels)
    interval = difference_interval(turned, reach=scale.reach, clusters=labels)
    flipped = sign_flip_test(turned, clusters=labels)
    p_value, detectable = None, None
    if isinstance(interval, DifferenceInterval):
        # Yes/no differences without clusters are symmetric whenever their mean is zero, so the
        # sign-flip test is exact McNemar and needs no second opinion.
        exact = scale.binary and not units.clustered and _only_ends(turned, scale.reach)
        p_value = flipped if exact else max(flipped, interval.p_value)
        half = max(interval.value - interval.low, interval.high - interval.value)
        detectable = smallest_detectable(half, interval.standard_error)
        detectable = detectable if scale.reach is None else min(detectable, scale.reach)
    return replace(
        one,
        difference=units.mean,
        interval=interval,
        flip_p_value=flipped,
        p_value=p_value,
        smallest_detectable=detectable,
        units=units.count,
        wins=int((turned > _TIE).sum()),
        ties=int((np.abs(turned) <= _TIE).sum()),
        losses=int((turned < -_TIE).sum()),
    )


def _only_ends(turned: Floats, reach: float | None) -> bool:
    sizes = np.abs(turned)
    return reach is not None and bool(((sizes <= _TIE) | (np.abs(sizes - reach) <= _TIE)).all())
