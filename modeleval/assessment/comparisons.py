"""The subject of an evaluation beside its base model, or beside another run's subject."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from modeleval.assessment.intervals import NO_NUMBERS, aggregate_scale, reported, scale_of
from modeleval.assessment.subject import Scored
from modeleval.scores.aggregates import AggregateScore
from modeleval.scores.metrics import Direction, Metric
from modeleval.statistics.aggregates import compare_aggregates
from modeleval.statistics.comparison import compare
from modeleval.statistics.conclusions import Comparison, conclude
from modeleval.statistics.words import DifferenceInterval, Word

Margins = Mapping[tuple[str, str | None], float]
"""By metric and category; None is overall."""


@dataclass(frozen=True, kw_only=True)
class Against:
    """What the subject is compared with: the other side's scores, and how it is called.

    label: `base-model`, `previous`, `approved`, `run`, or a candidate's own. candidate: whose
    scores of `other` are meant, None for its subject. run_id: another run's, or None for this one.
    """

    label: str
    subject: str
    other: Scored
    candidate: str | None = None
    run_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One metric of an evaluation, overall or in a category, compared."""

    evaluation: str
    against: Against
    metric: str
    category: str | None
    direction: Direction
    result: Comparison


def comparisons(scored: Scored, against: Against, margins: Margins | None = None) -> list[Compared]:
    """Every metric, overall and per category. Words are corrected (Holm) over the metrics' overall
    comparisons, and apart from those over the categories'.

    `margins`: the margin that the gate asks about, of a metric overall or in a category, for the
    words *no worse than the margin*.
    """
    asked = margins or {}
    overall = [
        *(_records(scored, against, metric, None, asked) for metric in scored.metrics.values()),
        *_aggregates(scored, against, asked, overall=True),
    ]
    parts = [
        *(
            _records(scored, against, metric, category, asked)
            for metric in scored.metrics.values()
            for category in scored.table.categories
        ),
        *_aggregates(scored, against, asked, overall=False),
    ]
    return [*_concluded(overall), *_concluded(parts)]


def _concluded(found: Sequence[Compared]) -> Iterator[Compared]:
    results = conclude([one.result for one in found])
    return (replace(one, result=result) for one, result in zip(found, results, strict=True))


def _records(
    scored: Scored,
    against: Against,
    metric: Metric,
    category: str | None,
    margins: Margins,
) -> Compared:
    compared = Compared(
        evaluation=scored.name,
        against=against,
        metric=metric.name,
        category=category,
        direction=metric.direction,
        result=Comparison(word=Word.NOT_COMPARABLE, reason="", paired=True),
    )
    differing = _differing(scored, against.other, metric.name)
    if differing:
        return replace(compared, result=replace(compared.result, reason=differing))
    ours = scored.table.values(metric.name, category=category)
    theirs = against.other.table.values(metric.name, candidate=against.candidate, category=category)
    result = compare(
        ours,
        theirs,
        scale=scale_of(metric, averaged=scored.averaged or against.other.averaged),
        higher_is_better=metric.direction is Direction.HIGHER,
        clusters=scored.table.clusters(ours),
        margin=margins.get((metric.name, category)),
    )
    if not ours and not theirs:
        result = replace(result, reason=NO_NUMBERS)
    return replace(compared, result=result)


def _differing(ours: Scored, theirs: Scored, metric: str) -> str | None:
    """Why two runs' scores of a metric cannot be compared; None if they can."""
    if ours is theirs:
        return None
    one, other = ours.definitions.get(metric), theirs.definitions.get(metric)
    if other is None:
        return f"the other run has no {metric}"
    return None if one == other else "the judge, the metric's definition or its scale differ"


def _aggregates(
    scored: Scored, against: Against, margins: Margins, *, overall: bool
) -> Iterator[Compared]:
    for mine in scored.aggregates:
        if mine.candidate is not None or (mine.category is None) is not overall:
            continue
        theirs = against.other.aggregate(mine.metric, mine.category, against.candidate)
        if theirs is not None:
            yield Compared(
                evaluation=scored.name,
                against=against,
                metric=mine.metric,
                category=mine.category,
                direction=mine.direction,
                result=_compared_aggregates(
                    scored, against, (mine, theirs), margins.get((mine.metric, mine.category))
                ),
            )


def _compared_aggregates(
    scored: Scored,
    against: Against,
    both: tuple[AggregateScore, AggregateScore],
    margin: float | None,
) -> Comparison:
    mine, theirs = both
    differing = _differing(scored, against.other, mine.metric)
    if differing:
        return Comparison(word=Word.NOT_COMPARABLE, reason=differing, paired=False)
    return compare_aggregates(
        reported(mine),
        reported(theirs),
        scale=aggregate_scale(mine),
        higher_is_better=mine.direction is Direction.HIGHER,
        margin=margin,
    )


def comparison_document(one: Compared) -> dict[str, Any]:
    """JSON-able: what is compared, the difference with its ends, and the word with its reason."""
    return {
        "against": one.against.label,
        "runId": one.against.run_id,
        "other": one.against.subject,
        "metric": one.metric,
        "category": one.category,
        "direction": one.direction.value,
        "correctedOver": "metrics" if one.category is None else "categories",
        **result_document(one.result),
    }


def result_document(result: Comparison) -> dict[str, Any]:
    """JSON-able: the word with its reason, and the numbers; pValue is the corrected one."""
    interval = result.interval if isinstance(result.interval, DifferenceInterval) else None
    return {
        "word": result.word.value,
        "reason": result.reason,
        "paired": result.paired,
        "mean": result.mean_new,
        "otherMean": result.mean_base,
        "difference": result.difference,
        "low": _finite(interval.low) if interval else None,
        "high": _finite(interval.high) if interval else None,
        "pValue": result.adjusted_p,
        "smallestDetectable": _finite(result.smallest_detectable),
        "matched": result.matched,
        "onlyHere": result.only_new,
        "onlyThere": result.only_base,
        "wins": result.wins,
        "ties": result.ties,
        "losses": result.losses,
    }


def _finite(number: float | None) -> float | None:
    """What JSON can say; a scale without ends leaves some numbers infinite."""
    return number if number is not None and math.isfinite(number) else None
