"""Which built-in metrics: proposed for the task, as far as the data supports them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from modeleval.datasets.checking import CHECKS
from modeleval.datasets.formats import (
    FUNCTION,
    GENERATE,
    HUMAN,
    JUDGE,
    REFERENCE,
    RETRIEVE,
    SAGEMAKER_JUDGE,
)
from modeleval.datasets.peek import Peek
from modeleval.documents import problems
from modeleval.errors import SuiteInvalid
from modeleval.init.protocol import Around, Asked, Choice, Draft, Remark, WrongAnswer
from modeleval.init.questions.choosing import listed
from modeleval.kinds.function_scorer.document import REWARD, ScoredMetric
from modeleval.kinds.human_metrics import MAX_HUMAN_METRICS, HumanMetric, RatingMethod
from modeleval.kinds.reference.table import OFFERED, offered_name
from modeleval.scores.metrics import JUDGE_METRICS, Metric, judge_metric
from modeleval.scores.rag_metrics import CITATION_METRICS, GENERATE_METRICS, RETRIEVE_METRICS

_ANY = "any"
_LABEL_CHARACTERS = 30
"""Median references up to this length look like labels, longer ones like texts."""
_JUDGED: Mapping[str, Mapping[str, Metric]] = {
    JUDGE: JUDGE_METRICS,
    SAGEMAKER_JUDGE: JUDGE_METRICS,
    RETRIEVE: RETRIEVE_METRICS,
    GENERATE: GENERATE_METRICS,
}
_PAIR = 2


class Metrics:
    """Names with commas between them; of people's metrics each with its rating method."""

    name = "metrics"

    def applies(self, draft: Draft) -> bool:
        return draft.kind in _PROPOSED

    def asked(self, draft: Draft, around: Around) -> Asked:  # noqa: ARG002
        kind = draft.kind or JUDGE
        proposed = _PROPOSED[kind](draft)
        explained = ["The proposal fits the task and what the data has; commas separate several."]
        if kind == HUMAN:
            explained = [
                (
                    f"Each as Name:Method, with one of {', '.join(RatingMethod)}; those that "
                    "compare need two sources."
                )
            ]
        if draft.custom:
            explained.append(f"Beside your own {len(draft.custom)}; none is an answer, too.")
        return Asked("Which metrics?", explained, _choices(draft), ", ".join(proposed) or None)

    def take(self, text: str, draft: Draft, around: Around) -> Sequence[Remark]:  # noqa: ARG002
        kind = draft.kind or JUDGE
        choices = _choices(draft)
        names = [
            choices[int(part) - 1].answer
            if part.isascii() and part.isdigit() and 1 <= int(part) <= len(choices)
            else part
            for part in listed(text)
        ]
        if not names and not draft.custom:
            raise WrongAnswer("There must be at least one metric")
        found = [_read(kind, name) for name in names]
        for one in found:
            _refuse_unsupported(kind, one, draft.look)
        if kind == HUMAN:
            _refuse_of_people(found, draft)
        draft.metrics = tuple(found) if kind == HUMAN else tuple(dict.fromkeys(found))
        return ()


def _choices(draft: Draft) -> list[Choice]:
    """Every metric of the kind, and what it means; those that the data cannot have say so."""
    kind = draft.kind or JUDGE
    if kind in _JUDGED:
        meanings = {name: one.meaning for name, one in _JUDGED[kind].items()}
    elif kind == REFERENCE:
        meanings = {name: one.meaning for name, one in OFFERED.items()}
    else:
        return []
    return [
        Choice(
            name,
            f"not with this data: {why}" if (why := _why_not(kind, name, draft.look)) else what,
        )
        for name, what in meanings.items()
    ]


def _why_not(kind: str, name: str, look: Peek | None) -> str | None:
    """Why the data does not support a metric, by the table that `peek` shows."""
    rows = look.supports if look else ()
    ours = [one for one in rows if one.kind == kind and one.metric in (name, _ANY)]
    return next((one.says for one in ours if not one.usable), None)


def _refuse_unsupported(kind: str, metric: Any, look: Peek | None) -> None:
    why = _why_not(kind, metric, look) if isinstance(metric, str) else None
    if why:
        raise WrongAnswer(f"{metric} cannot be had with this data: {why}")


def _refuse_of_people(metrics: Sequence[dict[str, Any]], draft: Draft) -> None:
    """Raise WrongAnswer for what no single metric shows: names, number, and who is compared."""
    names = [one["name"] for one in metrics]
    if len(names) > MAX_HUMAN_METRICS or len(set(names)) < len(names):
        raise WrongAnswer(f"There are at most {MAX_HUMAN_METRICS} metrics, and their names differ")
    comparing = [one["name"] for one in metrics if RatingMethod(one["ratingMethod"]).compares]
    if comparing and len(draft.identifiers) < _PAIR:
        raise WrongAnswer(
            f"{comparing[0]} compares two sources, and there is one; use {RatingMethod.THUMBS} or "
            f"{RatingMethod.LIKERT}"
        )


def _read(kind: str, name: str) -> Any:
    """A metric as the suite names it; raises WrongAnswer with the right name."""
    try:
        if kind == REFERENCE:
            return offered_name(name)
        if kind == SAGEMAKER_JUDGE:
            return judge_metric(name).name
        known = CHECKS[kind].metric
        if known is not None:
            return known(name).name
        if kind == HUMAN:
            title, _, method = name.partition(":")
            given = {"name": title.strip(), "ratingMethod": method.strip() or RatingMethod.LIKERT}
            return HumanMetric.model_validate(given).to_document()
        return ScoredMetric.model_validate(name).name
    except ValidationError as error:
        raise WrongAnswer("; ".join(problems(error, HumanMetric))) from None
    except (SuiteInvalid, ValueError) as error:
        raise WrongAnswer(f"{name}: {error}") from None


def _proposed_judged(draft: Draft) -> list[str]:
    if draft.look is not None and draft.look.references:
        return ["Correctness", "Completeness", "Helpfulness", "Harmfulness"]
    return ["Helpfulness", "Relevance", "FollowingInstructions", "Harmfulness"]


def _proposed_rag(draft: Draft) -> list[str]:
    """Both citation metrics or neither: AWS advises to ask for them together."""
    wanted = [*RETRIEVE_METRICS] if draft.kind == RETRIEVE else _OF_ANSWERS
    if draft.look is None:
        return [name for name in wanted if name not in _NEEDING]
    return [name for name in wanted if not _why_not(draft.kind or "", name, draft.look)]


def _proposed_reference(draft: Draft) -> list[str]:
    length = draft.look.lengths.get("reference") if draft.look else None
    if length is not None and length.median <= _LABEL_CHARACTERS:
        return ["Accuracy", "F1"]
    return ["TokenF1", "ROUGE"]


def _proposed_people(draft: Draft) -> list[str]:
    two = len(draft.identifiers) == _PAIR
    return [f"Preferred:{RatingMethod.COMPARED_LIKERT}" if two else f"Useful:{RatingMethod.THUMBS}"]


_OF_ANSWERS = ["Correctness", "Faithfulness", "Helpfulness", *CITATION_METRICS, "Harmfulness"]
_NEEDING = ("ContextCoverage", *CITATION_METRICS)
_PROPOSED: Mapping[str, Callable[[Draft], list[str]]] = {
    JUDGE: _proposed_judged,
    SAGEMAKER_JUDGE: _proposed_judged,
    RETRIEVE: _proposed_rag,
    GENERATE: _proposed_rag,
    REFERENCE: _proposed_reference,
    HUMAN: _proposed_people,
    FUNCTION: lambda _: [REWARD],
}
