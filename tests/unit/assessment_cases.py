"""Evaluations with scores, as the assessment sees them, in a line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from modeleval.assessment.comparisons import Against, comparisons
from modeleval.assessment.rules import Decided, Material, decide
from modeleval.assessment.subject import Scored
from modeleval.assessment.table import ScoreTable
from modeleval.scores.custom import Level, custom_metric
from modeleval.scores.findings import low_scores
from modeleval.scores.metrics import JUDGE_METRICS, Direction, Metric
from modeleval.scores.records import RecordScore
from modeleval.scores.summary import summarise
from modeleval.suite.gate import Gate

TONE = custom_metric("tone", [Level("warm", "warm"), Level("cold", "cold")])
"""A scale of texts."""

ROBUST = Metric(
    name="robust", direction=Direction.LOWER, levels=None, maximum=100.0, bounded=False, meaning=""
)
"""Without ends: a change in percent."""

CORRECT, HARM = "Correctness", "Harmfulness"
SECRET = "the-secret-explanation"  # noqa: S105 - a text of a record, which must not be told

NA = "not applicable"
"""As a value of `records`."""


def metric_of(name: str) -> Metric:
    return {"tone": TONE, "robust": ROBUST}.get(name) or JUDGE_METRICS[name]


def records(
    metric: str,
    values: Iterable[float | str | None],
    *,
    first: int = 0,
    per_cluster: int = 0,
    **fields: Any,
) -> list[RecordScore]:
    """One score a value, keys k0, k1, ...; None is unscored, NA not applicable."""
    found = []
    for number, value in enumerate(values, start=first):
        found.append(
            RecordScore(
                key=f"k{number}",
                line=number + 1,
                metric=metric,
                value=None if value == NA else value,
                not_applicable=value == NA,
                explanation=SECRET,
                cluster=f"c{number // per_cluster}" if per_cluster else None,
                **fields,
            )
        )
    return found


def scored(scores: Sequence[RecordScore] = (), *metrics: str, **fields: Any) -> Scored:
    """An evaluation with these scores, summarised as ScoreRun does it."""
    names = metrics or tuple(dict.fromkeys(score.metric for score in scores))
    known: Mapping[str, Metric] = {name: metric_of(name) for name in names}
    aggregated = [one.metric for one in fields.get("aggregates", ())]
    made: dict[str, Any] = {
        "name": "answers",
        "subject": "support/4",
        "metrics": known,
        "table": ScoreTable(scores),
        "summaries": summarise(scores, evaluation="answers", metrics=known),
        "definitions": dict.fromkeys([*names, *aggregated], "nova, 1"),
        "low_scores": low_scores([one for one in scores if one.candidate is None], known).by_metric,
    }
    return Scored(**made | fields)


def approved(other: Scored) -> Against:
    return Against(label="approved", subject="support/3", other=other, run_id="meaaaaaaaaaaaaaaaa")


def material(ours: Scored, theirs: Scored | None = None, **fields: Any) -> Material:
    if theirs is None:
        return Material(ours, "", True, missing_baseline="there is no earlier run", **fields)
    against = approved(theirs)
    return Material(ours, "", True, comparisons(ours, against), against, **fields)


def gate(*rules: Mapping[str, Any], **fields: Any) -> Gate:
    return Gate.model_validate(
        {"rules": [{"evaluation": "answers", **rule} for rule in rules], **fields}
    )


def decided(ours: Material, *rules: Mapping[str, Any], **fields: Any) -> list[Decided]:
    return decide(gate(*rules, **fields), {"answers": ours})


def one(ours: Material, **rule: Any) -> Decided:
    """The only condition of a rule."""
    (found,) = decided(ours, rule)
    return found
