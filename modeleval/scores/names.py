"""From the metric name that a person wrote to the right one, or to a helpful refusal."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping

from modeleval.errors import SuiteInvalid

BUILTIN_PREFIX = "Builtin."
_SHOWN = 63  # the API's own limit on a metric name

_RETRIEVAL = "is a metric of RAG retrieval, not of model responses"
_CITATION = "is a metric of RAG answers with citations, not of model responses"
_PROGRAMMATIC = "is a metric of the kind bedrock-programmatic, which no judge scores"

_ELSEWHERE = {
    "ContextRelevance": (_RETRIEVAL, "Leave it out, or evaluate the retrieval."),
    "ContextCoverage": (_RETRIEVAL, "Leave it out, or evaluate the retrieval."),
    "CitationPrecision": (_CITATION, "Leave it out, or evaluate the RAG answers."),
    "CitationCoverage": (_CITATION, "Leave it out, or evaluate the RAG answers."),
    "LogicalCoherence": (
        "is the RAG metric; for model responses it is Coherence",
        "Write Coherence.",
    ),
    "Accuracy": (_PROGRAMMATIC, "The judge's metric for right answers is Correctness."),
    "Robustness": (_PROGRAMMATIC, "No judge metric stands in for it."),
    "Toxicity": (_PROGRAMMATIC, "The judge's metric for harmful content is Harmfulness."),
    "Readability": (
        "has a published prompt but is not a metric that a job accepts",
        "The nearest metrics are Coherence and ProfessionalStyleAndTone.",
    ),
}


def metric_name(reported: str) -> str:
    """The name as the suite has it: "Builtin.Correctness" and "Correctness" are the same metric.

    Outputs write either form. Custom names come back unchanged.
    """
    return reported.removeprefix(BUILTIN_PREFIX)


def right_name(
    name: str,
    known: Iterable[str],
    *,
    where: str | None = None,
    others: Mapping[str, tuple[str, str]] = _ELSEWHERE,
) -> str:
    """The one of the `known` judge metrics that `name` means.

    Case, spaces, hyphens, underscores and the prefix "Builtin." do not matter. `others` are metrics
    of other kinds of evaluation, each with what it is and what to do. Raises SuiteInvalid with the
    nearest name, or with what a metric of another kind of evaluation belongs to.
    """
    names = {fold(candidate): candidate for candidate in known}
    elsewhere = {fold(candidate): candidate for candidate in others}
    folded = fold(name)
    if folded in names:
        return names[folded]
    if folded in elsewhere:
        what, action = others[elsewhere[folded]]
        raise SuiteInvalid(f"{elsewhere[folded]} {what}", where=where, action=action)
    raise SuiteInvalid(
        f"{name[:_SHOWN]!r} is not a built-in judge metric",
        where=where,
        action=_hint(folded, names, elsewhere, others),
    )


def fold(name: str) -> str:
    """What two spellings of one name have in common: no prefix, no case, no separators."""
    plain = re.sub(rf"^\s*{re.escape(BUILTIN_PREFIX)}", "", name, flags=re.IGNORECASE)
    return re.sub(r"[\s_-]+", "", plain).casefold()


def _hint(
    folded: str,
    names: dict[str, str],
    elsewhere: dict[str, str],
    others: Mapping[str, tuple[str, str]],
) -> str:
    near = difflib.get_close_matches(folded, [*names, *elsewhere], n=1, cutoff=0.6)
    if not near:
        return (
            f"Choose from {', '.join(names.values())}; "
            "a metric of your own is defined under customMetrics."
        )
    if near[0] in names:
        return f"Did you mean {names[near[0]]}?"
    meant = elsewhere[near[0]]
    what, action = others[meant]
    return f"If you mean {meant}: it {what}. {action}"
