"""How much of the scatter is the judge's own: variance between repeats beside that of records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from modeleval.statistics.repeats import repeat_variance

Judgements = Mapping[str, Mapping[str, Sequence[float | None]]]
"""By metric and record key."""


def variance_document(judgements: Judgements) -> dict[str, Any]:
    """Per metric both components, and the judge's share of one judgement's and of a mean's."""
    found = {}
    for metric, of_metric in judgements.items():
        variance = repeat_variance(of_metric)
        if variance is not None:
            found[metric] = {
                "betweenRecords": variance.between_records,
                "betweenRepeats": variance.between_repeats,
                "repeatShare": variance.repeat_share,
                "meanShare": variance.mean_share,
                "records": variance.records,
                "repeats": variance.repeats,
            }
    return found
