"""RAG entries of a suite: what is understood, and what is refused with the right alternative."""

from __future__ import annotations

from typing import Any

import pytest
from rag_plans import ASKED, BASE, GENERATE, LITE, OTHER_BASE, RETRIEVE, SYSTEM, document, entry
from unit_documents import custom_metric, suite

from modeleval.errors import SuiteInvalid
from modeleval.kinds.registry import KINDS
from modeleval.scores.metrics import Direction
from modeleval.suite.document import parse_suite


def refusal(kind: str = GENERATE, **changes: Any) -> str:
    with pytest.raises(SuiteInvalid) as caught:
        parse_suite(suite(evaluations=[document(kind, **changes)]), source="suite.yaml")
    return str(caught.value)


@pytest.mark.parametrize("kind", [RETRIEVE, GENERATE])
def test_the_kinds_are_registered_under_their_names(kind: str) -> None:
    assert KINDS[kind].name == kind
    assert parse_suite(suite(evaluations=[document(kind)]), source="s").needs_bedrock_terms


@pytest.mark.parametrize(
    ("kind", "metric", "words"),
    [
        (GENERATE, "Coherence", "for RAG it is LogicalCoherence"),
        (RETRIEVE, "Coherence", "in an evaluation of kind bedrock-rag-generate"),
        (GENERATE, "ContextRelevance", "in an evaluation of kind bedrock-rag-retrieve"),
        (GENERATE, "Builtin.ContextCoverage", "which a job that generates answers refuses"),
        (RETRIEVE, "Faithfulness", "retrieval alone has none"),
        (RETRIEVE, "CitationPrecision", "in an evaluation of kind bedrock-rag-generate"),
        (GENERATE, "Relevance", "The nearest metric is Helpfulness"),
        (GENERATE, "FollowingInstructions", "Ask for it in customMetrics"),
        (GENERATE, "Accuracy", "Write Correctness"),
        (GENERATE, "Faithfullness", "Did you mean Faithfulness?"),
        (RETRIEVE, "ContextRelevence", "Did you mean ContextRelevance?"),
    ],
)
def test_a_metric_of_another_kind_is_answered_with_the_right_one(
    kind: str, metric: str, words: str
) -> None:
    said = refusal(kind, metrics=[metric])
    assert "evaluations[0].metrics[0]" in said
    assert words in said


@pytest.mark.parametrize("name", ["logical_coherence", "Builtin.LogicalCoherence"])
def test_any_spelling_of_a_metric_will_do(name: str) -> None:
    assert [one.name for one in entry(metrics=[name]).metrics] == ["LogicalCoherence"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"responses": None}, "name either responses: {precomputed: …} or knowledgeBase"),
        ({"knowledgeBase": ASKED}, "and not both"),
        ({"responses": {"model": LITE}}, "asks no model by itself"),
        (
            {"responses": {"retrieveOnlySourceConfig": {"ragSourceIdentifier": SYSTEM}}},
            "Bedrock's own name is retrieveSourceConfig; in a suite write responses: {precomputed",
        ),
        ({"precomputedRagSourceConfig": {}}, "in a suite write responses: {precomputed: …}"),
        ({"responses": {"precomputed": "a b"}}, "responses.precomputed"),
        ({"metrics": None}, "no metric"),
        ({"metrics": ["Correctness", "Builtin.Correctness"]}, "named more than once"),
        ({"customMetrics": [custom_metric(name=f"m{n}") for n in range(11)]}, "at most 10"),
        ({"customMetrics": [custom_metric(name="CitationCoverage")]}, "built-in metric has this"),
        ({"metric": ["Correctness"]}, "did you mean 'metrics'?"),
        ({"responses": [{"precomputed": "a"}, {"precomputed": "b"}]}, "need their own dataset"),
        (
            {"responses": [{"precomputed": "a"}, {"precomputed": "a", "dataset": "x"}]},
            "a is named more than once",
        ),
        ({"candidates": [{"label": "x"}]}, "name either precomputed (with its dataset) or knowl"),
    ],
)
def test_wrong_entries(changes: dict[str, Any], words: str) -> None:
    assert words in refusal(**changes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"id": "a-b"}, "knowledgeBase.id"),
        ({"id": "ABCDEFGHIJK"}, "knowledgeBase.id"),
        ({"model": None}, "knowledgeBase.model"),
        ({"model": "Nova Lite"}, "not a model that a knowledge base answers with"),
        ({"numberOfResults": 101}, "numberOfResults"),
        ({"searchType": "HYBIRD"}, "searchType"),
        ({"promptTemplate": "Answer!"}, "$search_results$ must stand where the passages"),
        ({"inferenceParams": {"temperature": 2}}, "inferenceParams.temperature"),
        ({"inferenceParams": {"stopSequences": ["a"] * 5}}, "inferenceParams.stopSequences"),
        ({"reranking": {"model": "us.amazon.nova-pro-v1:0"}}, "a reranker is a foundation model"),
        (
            {"reranking": {"model": "amazon.rerank-v1:0", "numberOfResults": 9}},
            "9 are more than the 5 passages of numberOfResults",
        ),
        ({"filter": {}}, "exactly one operator"),
        ({"filter": {"equal": {"key": "a", "value": 1}}}, "did you mean equals?"),
        ({"filter": {"equals": {"key": "a"}}}, 'equals takes {"key": …, "value": …}'),
        ({"filter": {"equals": {"key": "", "value": 1}}}, "a text of 1 to 100 characters"),
        ({"filter": {"equals": {"key": "a", "value": float("nan")}}}, "not JSON"),
        ({"filter": {"andAll": [{"equals": {"key": "a", "value": 1}}]}}, "at least two filters"),
        ({"filter": {"orAll": ["a", "b"]}}, "takes a list of filters"),
    ],
)
def test_wrong_knowledge_bases(changes: dict[str, Any], words: str) -> None:
    base = {name: value for name, value in (ASKED | changes).items() if value is not None}
    said = refusal(responses=None, knowledgeBase=base)
    assert "evaluations[0].knowledgeBase" in said
    assert words in said


def test_a_filter_is_not_nested_without_end() -> None:
    inner: dict[str, Any] = {"equals": {"key": "a", "value": 1}}
    for _ in range(10):
        inner = {"andAll": [inner, inner]}
    assert "nested too deeply" in refusal(
        RETRIEVE, responses=None, knowledgeBase={"id": BASE, "filter": inner}
    )


def test_retrieval_alone_has_no_model() -> None:
    said = refusal(RETRIEVE, responses=None, knowledgeBase=ASKED)
    assert "unknown field" in said


@pytest.mark.parametrize(
    ("kind", "variable", "taken"),
    [
        (GENERATE, "prediction", True),
        (GENERATE, "context", True),
        (RETRIEVE, "context", True),
        (RETRIEVE, "prediction", False),
        (GENERATE, "response", False),
    ],
)
def test_custom_metrics_have_the_variables_of_their_kind(
    kind: str, variable: str, taken: bool
) -> None:
    metric = custom_metric(instructions=f"Judge. {{{{prompt}}}} {{{{{variable}}}}}")
    if taken:
        assert entry(kind, customMetrics=metric).custom_metrics[0].name == "Tone"
    else:
        assert f"unknown variable {{{{{variable}}}}}" in refusal(kind, customMetrics=metric)


@pytest.mark.parametrize("variable", ["ground_truth", "reference_contexts"])
def test_a_custom_metric_may_use_references(variable: str) -> None:
    text = f"Judge. {{{{context}}}} {{{{{variable}}}}}"
    [metric] = entry(customMetrics=custom_metric(instructions=text)).custom_metrics
    assert metric.uses_reference


def test_lists_of_responses_are_candidates() -> None:
    responses = [
        {"precomputed": "a"},
        {"precomputed": "b", "dataset": "datasets/b.jsonl", "label": "second"},
    ]
    found = entry(responses=responses)
    assert found.subject == "a"
    assert [(label, side.precomputed, side.dataset) for label, side in found.sides()] == [
        (None, "a", found.dataset),
        ("second", "b", "datasets/b.jsonl"),
    ]


@pytest.mark.parametrize("field", ["knowledgeBase", "knowledgeBases"])
def test_lists_of_knowledge_bases_are_candidates(field: str) -> None:
    bases = [ASKED, {**ASKED, "id": OTHER_BASE, "label": "other"}, {**ASKED, "id": OTHER_BASE}]
    found = entry(responses=None, **{field: bases})
    sides = [
        (label, side.knowledge_base and side.knowledge_base.id) for label, side in found.sides()
    ]
    assert sides == [(None, BASE), ("other", OTHER_BASE), (f"{OTHER_BASE}/{LITE}", OTHER_BASE)]
    assert {side.dataset for _, side in found.sides()} == {found.dataset}


def test_a_knowledge_base_may_be_compared_with_precomputed_outputs() -> None:
    found = entry(candidates=[{"knowledgeBase": ASKED}])
    [_, (label, side)] = found.sides()
    assert label == f"{BASE}/{LITE}"
    assert side.precomputed is None


def test_directions_and_wanted_refusals() -> None:
    asked = entry(metrics=["Refusal", "Harmfulness", "LogicalCoherence"], refusalWanted=True)
    metrics = KINDS[GENERATE].metrics(asked)
    assert metrics["Refusal"].direction is Direction.HIGHER
    assert metrics["Harmfulness"].direction is Direction.LOWER
    assert metrics["LogicalCoherence"].may_not_apply


@pytest.mark.parametrize(
    ("changes", "of_model"),
    [
        ({"dataset": "datasets/{model.version}.jsonl"}, True),
        ({"responses": {"precomputed": "rag-v{model.version}"}}, True),
        ({}, False),
        ({"responses": None, "knowledgeBase": {"id": BASE, "model": "{model.id}"}}, True),
        ({"responses": None, "knowledgeBases": [{"id": BASE, "model": "{model.id}"}]}, True),
        (
            {
                "dataset": "datasets/{model.version}.jsonl",
                "responses": None,
                "knowledgeBase": ASKED,
            },
            False,
        ),
    ],
)
def test_whose_answers_they_are(changes: dict[str, Any], of_model: bool) -> None:
    parsed = parse_suite(suite(evaluations=[document(**changes)]), source="s")
    assert parsed.of_model == [of_model]


def test_a_triggered_suite_ties_precomputed_outputs_to_its_model() -> None:
    document_ = suite(trigger={"modelPackageGroups": ["support"]}, evaluations=[document()])
    with pytest.raises(SuiteInvalid, match=r"tie its responses to it; write \{model.version\}"):
        parse_suite(document_, source="s")
