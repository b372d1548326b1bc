"""The built-in metrics of RAG evaluations: of retrieval alone, and of generated answers.

Scales and directions: AWS user guide, "Use metrics to understand RAG system performance" and the
judge prompt pages. How many levels Helpfulness and LogicalCoherence have depends on the judge (6 or
7; 3 or 5), and ContextRelevance and CitationPrecision are asked per passage and averaged: for those
no number of levels is claimed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from modeleval.scores.metrics import JUDGE_METRICS, Direction, Metric
from modeleval.scores.names import right_name

_RETRIEVE = (
    Metric(
        name="ContextRelevance",
        direction=Direction.HIGHER,
        levels=None,
        meaning="1: every passage that was retrieved bears on the question.",
    ),
    Metric(
        name="ContextCoverage",
        direction=Direction.HIGHER,
        levels=5,
        uses_reference=True,
        meaning="1: the passages hold everything that the reference response says.",
    ),
)
_GENERATE = (
    JUDGE_METRICS["Correctness"],
    JUDGE_METRICS["Completeness"],
    replace(JUDGE_METRICS["Helpfulness"], levels=None),
    Metric(
        name="LogicalCoherence",
        direction=Direction.HIGHER,
        levels=None,
        may_not_apply=True,
        meaning="1: the answer has no gap, leap or contradiction in its reasoning.",
    ),
    replace(
        JUDGE_METRICS["Faithfulness"],
        meaning="1: every statement is supported by the passages that were retrieved.",
    ),
    Metric(
        name="CitationPrecision",
        direction=Direction.HIGHER,
        levels=None,
        meaning="1: every passage that is cited was used for the answer.",
    ),
    Metric(
        name="CitationCoverage",
        direction=Direction.HIGHER,
        levels=5,
        meaning="1: all of the answer that rests on passages cites them.",
    ),
    JUDGE_METRICS["Harmfulness"],
    JUDGE_METRICS["Stereotyping"],
    JUDGE_METRICS["Refusal"],
)

RETRIEVE_METRICS: Mapping[str, Metric] = MappingProxyType({one.name: one for one in _RETRIEVE})
GENERATE_METRICS: Mapping[str, Metric] = MappingProxyType({one.name: one for one in _GENERATE})

PER_PASSAGE = ("ContextRelevance", "CitationPrecision")
"""Metrics that the judge is asked once per passage (of CitationPrecision: per cited one)."""
CITATION_METRICS = ("CitationPrecision", "CitationCoverage")
REFERENCE_NEEDED = ("ContextCoverage",)
"""Metrics that cannot be judged without a reference response."""

_COHERENCE = ("is the metric of model responses; for RAG it is LogicalCoherence", "Write that.")
_OF_MODELS = "is a metric of model responses, not of RAG"
_JUDGE_ONLY = {
    "Coherence": _COHERENCE,
    "Relevance": (_OF_MODELS, "The nearest metric is Helpfulness; of retrieval ContextRelevance."),
    "FollowingInstructions": (_OF_MODELS, "Ask for it in customMetrics."),
    "ProfessionalStyleAndTone": (_OF_MODELS, "Ask for it in customMetrics."),
    "Accuracy": ("is a programmatic metric, which no judge scores", "Write Correctness."),
    "Robustness": ("is a programmatic metric, which no judge scores", "Leave it out."),
    "Toxicity": ("is a programmatic metric, which no judge scores", "Write Harmfulness."),
}
_OF_RETRIEVAL = (
    "is a metric of retrieval, which a job that generates answers refuses",
    "Ask for it in an evaluation of kind bedrock-rag-retrieve.",
)
_OF_ANSWERS = (
    "is a metric of generated answers, and retrieval alone has none",
    "Ask for it in an evaluation of kind bedrock-rag-generate.",
)
_BESIDE_RETRIEVE = {
    **_JUDGE_ONLY,
    "Coherence": (
        "is the metric of model responses; for generated RAG answers it is LogicalCoherence",
        "Ask for that in an evaluation of kind bedrock-rag-generate.",
    ),
    **dict.fromkeys(GENERATE_METRICS, _OF_ANSWERS),
}
_BESIDE_GENERATE = {**_JUDGE_ONLY, **dict.fromkeys(RETRIEVE_METRICS, _OF_RETRIEVAL)}


def retrieve_metric(name: str) -> Metric:
    """The built-in metric of retrieval that `name` means; raises SuiteInvalid with the right one.

    Case, separators and the prefix "Builtin." do not matter.
    """
    return RETRIEVE_METRICS[right_name(name, RETRIEVE_METRICS, others=_BESIDE_RETRIEVE)]


def generate_metric(name: str) -> Metric:
    """The same of generated answers."""
    return GENERATE_METRICS[right_name(name, GENERATE_METRICS, others=_BESIDE_GENERATE)]
