"""What came back of a run: how many judgements, and what those are worth by its estimate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from modeleval.cost.estimate import JUDGE, ModelEstimate, RunEstimate
from modeleval.cost.explain import plain
from modeleval.store.items import Run

_PLACES = Decimal("0.000001")


def judged_of(run: Run, entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """JSON-able: judgements that came back, those that were asked for, and USD as a decimal string.

    A judgement is one record and metric; one that is not applicable was judged too. The service
    tells no tokens, so the dollars are the estimate's, of judges as far as they judged and of all
    else in full; null if a price is unknown, or nothing has one.
    """
    counts = {entry["name"]: _counted(entry.get("summaries", ())) for entry in entries}
    estimate = RunEstimate.from_document(run.estimate)
    usd = estimate.usd
    if usd is not None:
        worth = (_worth(part, counts) for part in estimate.evaluations)
        usd = sum(worth, Decimal(0)).quantize(_PLACES)
    return {
        "judgements": sum(judged for judged, _ in counts.values()),
        "planned": sum(planned for _, planned in counts.values()),
        "usd": None if usd is None else plain(usd),
    }


def _counted(summaries: Iterable[Mapping[str, Any]]) -> tuple[int, int]:
    """Judgements of an evaluation, over all metrics and candidates: come back, and asked for."""
    # Scores that a service gives for many records at once are none of a record's.
    counted = ("n", "notApplicable", "unscored")
    whole = [
        one
        for one in summaries
        if one["category"] is None and all(one.get(name) is not None for name in counted)
    ]
    judged = sum(int(one["n"]) + int(one["notApplicable"]) for one in whole)
    return judged, judged + sum(int(one["unscored"]) for one in whole)


def _worth(part: ModelEstimate, counts: Mapping[str, tuple[int, int]]) -> Decimal:
    usd = part.usd or Decimal(0)
    if part.purpose != JUDGE:
        return usd
    judged, planned = counts.get(part.evaluation, (0, 0))
    share = Fraction(judged, planned) if planned else Fraction(0)
    return usd * share.numerator / share.denominator
