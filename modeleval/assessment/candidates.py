"""Several candidates of one evaluation, ranked on the records that all of them have."""

from __future__ import annotations

from typing import Any

from modeleval.assessment.comparisons import result_document
from modeleval.assessment.intervals import scale_of
from modeleval.assessment.subject import Scored
from modeleval.scores.metrics import Direction
from modeleval.statistics.candidates import rank

_LEAST = 3
"""Two candidates are a comparison; a ranking says something from three on."""


def ranking_document(scored: Scored) -> list[dict[str, Any]]:
    """Per metric the candidates from best to worst, between which ranks each may lie, and every
    pair's comparison, the better mean first. Words are corrected (Holm) over a metric's pairs;
    those of `comparisons` over the metrics.
    """
    labels = scored.table.candidates
    if len(labels) < _LEAST:
        return []
    documents = []
    for metric in scored.metrics.values():
        values = {
            label or scored.subject: scored.table.values(metric.name, candidate=label)
            for label in labels
        }
        common = set.intersection(*(set(of_one) for of_one in values.values()))
        if not common:
            continue
        ranking = rank(
            values,
            scale=scale_of(metric, averaged=scored.averaged),
            higher_is_better=metric.direction is Direction.HIGHER,
            clusters=scored.table.clusters(common),
        )
        documents.append(
            {
                "metric": metric.name,
                "direction": metric.direction.value,
                "records": ranking.records,
                "leftOut": ranking.left_out,
                "correctedOver": "pairs",
                "candidates": [
                    {
                        "candidate": one.name,
                        "mean": one.mean,
                        "bestRank": one.best_rank,
                        "worstRank": one.worst_rank,
                        "tiedWith": list(one.tied_with),
                    }
                    for one in ranking.candidates
                ],
                "pairs": [
                    {"candidate": better, "other": worse, **result_document(result)}
                    for (better, worse), result in ranking.pairs.items()
                ],
            }
        )
    return documents
