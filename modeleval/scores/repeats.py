"""Repeated judgements of the same records: averaged per record first, then treated as one."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from modeleval.scores.records import RecordScore


def averaged(repeats: Sequence[Iterator[RecordScore]]) -> Iterator[RecordScore]:
    """One score per record and metric: the mean of the judgements that gave a number.

    Of a string scale it is the level that was given most often (of two, the earlier). A record to
    which most judgements say that the metric does not apply is not applicable. The explanation is
    that of the first judgement nearest to the result. Raises ValueError if the judgements are not
    of the same records in the same order.
    """
    for judgements in zip(*repeats, strict=True):
        first = judgements[0]
        if any((one.key, one.metric) != (first.key, first.metric) for one in judgements):
            raise ValueError("repeated judgements are not of the same records")
        yield _one(judgements)


def _one(judgements: Sequence[RecordScore]) -> RecordScore:
    numbers = [float(one.value) for one in judgements if isinstance(one.value, int | float)]
    texts = [one.value for one in judgements if isinstance(one.value, str)]
    apart = sum(one.not_applicable for one in judgements)
    first = judgements[0]
    if apart > len(numbers) + len(texts):
        return _with(first, None, not_applicable=True, explained=_first(judgements, None))
    if numbers:
        mean = math.fsum(numbers) / len(numbers)
        return _with(first, mean, explained=_nearest(judgements, mean))
    if texts:
        level = Counter(texts).most_common(1)[0][0]
        return _with(first, level, explained=_first(judgements, level))
    return _with(first, None, explained=_first(judgements, None))


def _with(
    score: RecordScore,
    value: float | str | None,
    *,
    explained: str | None,
    not_applicable: bool = False,
) -> RecordScore:
    return msgspec.structs.replace(
        score, value=value, not_applicable=not_applicable, explanation=explained
    )


def _nearest(judgements: Sequence[RecordScore], mean: float) -> str | None:
    scored = [one for one in judgements if isinstance(one.value, int | float)]
    return min(scored, key=lambda one: abs(float(one.value or 0) - mean)).explanation


def _first(judgements: Sequence[RecordScore], value: str | None) -> str | None:
    return next((one.explanation for one in judgements if one.value == value), None)


def judgements_of(
    repeats: Sequence[Iterator[RecordScore]],
) -> Mapping[str, Mapping[str, list[float | None]]]:
    """The subject's judgements by metric and record key, for the variance between repeats."""
    found: dict[str, dict[str, list[float | None]]] = defaultdict(lambda: defaultdict(list))
    for repeat in repeats:
        for score in repeat:
            if score.candidate is None:
                number = score.value if isinstance(score.value, int | float) else None
                found[score.metric][score.key].append(number)
    return found
