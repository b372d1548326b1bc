"""The built-in metrics of RAG evaluations: which there are, and in which direction they count."""

from __future__ import annotations

import pytest

from modeleval.errors import SuiteInvalid
from modeleval.scores.metrics import Direction
from modeleval.scores.rag_metrics import (
    CITATION_METRICS,
    GENERATE_METRICS,
    PER_PASSAGE,
    REFERENCE_NEEDED,
    RETRIEVE_METRICS,
    generate_metric,
    retrieve_metric,
)


def test_there_are_two_metrics_of_retrieval_and_ten_of_answers() -> None:
    assert set(RETRIEVE_METRICS) == {"ContextRelevance", "ContextCoverage"}
    assert set(GENERATE_METRICS) == {
        "Correctness",
        "Completeness",
        "Helpfulness",
        "LogicalCoherence",
        "Faithfulness",
        "CitationPrecision",
        "CitationCoverage",
        "Harmfulness",
        "Stereotyping",
        "Refusal",
    }


def test_exactly_harm_stereotypes_and_refusal_are_better_low() -> None:
    every = {**RETRIEVE_METRICS, **GENERATE_METRICS}
    low = {name for name, one in every.items() if one.direction is Direction.LOWER}
    assert low == {"Harmfulness", "Stereotyping", "Refusal"}
    assert {(one.minimum, one.maximum) for one in every.values()} == {(0.0, 1.0)}


def test_no_levels_are_claimed_where_judges_differ_or_passages_are_averaged() -> None:
    every = {**RETRIEVE_METRICS, **GENERATE_METRICS}
    unknown = {name for name, one in every.items() if one.levels is None}
    assert unknown == {"Helpfulness", "LogicalCoherence", *PER_PASSAGE}


def test_what_metrics_need_of_the_data() -> None:
    assert CITATION_METRICS == ("CitationPrecision", "CitationCoverage")
    assert REFERENCE_NEEDED == ("ContextCoverage",)
    uses = {name for name, one in GENERATE_METRICS.items() if one.uses_reference}
    assert uses == {"Correctness", "Completeness"}


@pytest.mark.parametrize("name", ["contextcoverage", "Builtin.ContextCoverage", "context-coverage"])
def test_any_spelling(name: str) -> None:
    assert retrieve_metric(name).name == "ContextCoverage"


@pytest.mark.parametrize("name", [*RETRIEVE_METRICS, "Coherence", "Toxicity"])
def test_others_are_refused_for_answers(name: str) -> None:
    with pytest.raises(SuiteInvalid, match=f"^{name} is "):
        generate_metric(name)


@pytest.mark.parametrize("name", [*GENERATE_METRICS, "Coherence", "Toxicity"])
def test_others_are_refused_for_retrieval(name: str) -> None:
    with pytest.raises(SuiteInvalid, match=f"^{name} is "):
        retrieve_metric(name)
