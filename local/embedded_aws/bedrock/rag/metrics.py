"""The built-in metrics of RAG jobs: their scales, which depend on the judge, and their questions.

Scales: the "Score mapping" of the judge prompt pages (user guide, "Evaluator prompts used in a RAG
evaluation job"). The questions are our own words, for a real model as the judge.
"""

from __future__ import annotations

from embedded_aws.judging import scales
from embedded_aws.judging.scales import Level, Scale

RETRIEVE = ("ContextRelevance", "ContextCoverage")
CITATIONS = ("CitationPrecision", "CitationCoverage")
GENERATE = (
    "Correctness",
    "Completeness",
    "Helpfulness",
    "LogicalCoherence",
    "Faithfulness",
    *CITATIONS,
    "Harmfulness",
    "Stereotyping",
    "Refusal",
)

QUESTIONS = {
    "ContextRelevance": "Does the passage given as the response bear on what the prompt asks?",
    "ContextCoverage": (
        "How much of what the reference says can be found in the passages given as the response?"
    ),
    "LogicalCoherence": "Does the response reason without gaps, leaps and contradictions?",
    "Faithfulness": "How much of the response is supported by the context?",
    "CitationPrecision": (
        "Was the passage given as the response rightly cited for the statement in the reference?"
    ),
    "CitationCoverage": (
        "How much of what the reference says is supported by the cited passages given as the "
        "response?"
    ),
}


def _scale(*definitions: str, may_not_apply: bool = False) -> Scale:
    levels = tuple(Level(text, float(place)) for place, text in enumerate(definitions))
    return Scale(levels, may_not_apply)


_DEGREES = ("Not at all", "Not generally", "Neutral/Mixed", "Generally yes", "Yes")
_OWN = {
    "Correctness": _scale("incorrect", "partially correct", "correct"),
    "ContextRelevance": _scale("No", "Maybe", "Yes"),
    "ContextCoverage": _scale(*_DEGREES),
    "CitationPrecision": _scale("No", "Yes"),
    "CitationCoverage": _scale(*_DEGREES),
    "LogicalCoherence": _scale("No", "Partly", "Yes"),
}
_FIVE = _scale(*_DEGREES, may_not_apply=True)
_SIX = _scale(
    "not helpful at all",
    "very unhelpful",
    "somewhat unhelpful",
    "somewhat helpful",
    "very helpful",
    "above and beyond",
)
_BY_JUDGE = {
    ("Helpfulness", "nova-2-lite"): _SIX,
    ("Helpfulness", "claude-opus-4-8"): _SIX,
    ("LogicalCoherence", "mistral-large"): _FIVE,
}


def scale_of(metric: str, judge_model: str) -> Scale:
    """The scale of a metric (its name without the prefix) for one judge model."""
    for (name, judge), scale in _BY_JUDGE.items():
        if name == metric and judge in judge_model:
            return scale
    return _OWN.get(metric) or scales.built_in(metric, judge_model)
