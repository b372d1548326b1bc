"""RAG entries of a suite: what is understood, and what is refused with the right alternative."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from rag_plans import ASKED, BASE, GENERATE, LITE, OTHER_BASE, RETRIEVE, document, entry
from unit_documents import custom_metric, suite

from modeleval.errors import SuiteInvalid
from modeleval.kinds.registry import KINDS
from modeleval.scores.metrics import Direction
from modeleval.suite.document import parse_suite

REFUSALS = yaml.safe_load((Path(__file__).parent / "rag_refusals.yaml").read_text("utf-8"))


def refusal(kind: str = GENERATE, **changes: Any) -> str:
    with pytest.raises(SuiteInvalid) as caught:
        parse_suite(suite(evaluations=[document(kind, **changes)]), source="suite.yaml")
    return str(caught.value)


@pytest.mark.parametrize("kind", [RETRIEVE, GENERATE])
def test_the_kinds_are_registered_under_their_names(kind: str) -> None:
    assert KINDS[kind].name == kind
    assert parse_suite(suite(evaluations=[document(kind)]), source="s").needs_bedrock_terms


@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: case["says"][:60])
def test_a_refusal_and_all_that_is_said_of_it(case: Any) -> None:
    assert refusal(case["kind"], **case["changes"]) == (
        f"The suite has 1 problem:\n  {case['says']}\n (suite.yaml). "
        "docs/suites.md describes every field."
    )


@pytest.mark.parametrize("name", ["logical_coherence", "Builtin.LogicalCoherence"])
def test_any_spelling_of_a_metric_will_do(name: str) -> None:
    assert [one.name for one in entry(metrics=[name]).metrics] == ["LogicalCoherence"]


def test_custom_metrics_are_at_most_ten() -> None:
    many = [custom_metric(name=f"m{n}") for n in range(11)]
    assert "customMetrics: Bedrock takes at most 10" in refusal(customMetrics=many)


def test_a_filter_is_not_nested_without_end() -> None:
    inner: dict[str, Any] = {"equals": {"key": "a", "value": 1}}
    for _ in range(10):
        inner = {"andAll": [inner, inner]}
    assert "nested too deeply" in refusal(
        RETRIEVE, responses=None, knowledgeBase={"id": BASE, "filter": inner}
    )


@pytest.mark.parametrize(
    ("kind", "variable"), [(GENERATE, "prediction"), (GENERATE, "context"), (RETRIEVE, "context")]
)
def test_custom_metrics_have_the_variables_of_their_kind(kind: str, variable: str) -> None:
    metric = custom_metric(instructions=f"Judge. {{{{prompt}}}} {{{{{variable}}}}}")
    assert entry(kind, customMetrics=metric).custom_metrics[0].name == "Tone"


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
