"""Before spending: what the gate's margins need, overall and per category."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from unit_documents import evaluation, suite
from unit_fakes import run

from modeleval.store.items import EvaluationFacts
from modeleval.suite.document import parse_suite
from modeleval.workflow.margins import margin_notes, margin_warnings

RULE = {"evaluation": "answers", "metric": "Correctness", "maxRegression": 0.1}


def notes(*rules: dict[str, Any], **facts: Any) -> list[dict[str, Any]]:
    parsed = parse_suite(suite(gate={"rules": list(rules)}), source="s")
    fields: dict[str, Any] = {"name": "answers", "kind": "bedrock-judge", "subject": "bot"}
    known = EvaluationFacts(**fields | {"records": 2000} | facts)
    services: Any = SimpleNamespace(store=None)  # there is no baseline's run to read
    return margin_notes(run(evaluations=(known,)), parsed, services)


def test_a_rule_for_all_metrics_is_noted_for_each() -> None:
    rule = {"evaluation": "answers", "maxRegression": 0.1}
    assert [one["metric"] for one in notes(rule)] == ["Correctness", "Harmfulness"]
    assert evaluation()["metrics"] == ["Correctness", "Harmfulness"]


def test_a_category_has_only_its_own_records() -> None:
    found = notes(RULE, RULE | {"category": "de"}, categories={"de": 30})
    assert [(one["category"], one["records"]) for one in found] == [(None, 2000), ("de", 30)]
    assert found[0]["decides"] < 0.1 < found[1]["decides"]
    assert found[0]["needed"] == found[1]["needed"]
    [(name, sentence)] = margin_warnings(found)
    assert name == "answers"
    assert sentence.startswith("Correctness in de: 30 records can decide a margin of ")
    assert "0.1 needs about " in sentence


def test_a_category_without_records_decides_nothing() -> None:
    [(_, sentence)] = margin_warnings(notes(RULE | {"category": "de"}, categories={"de": 0}))
    assert sentence.startswith("Correctness in de: 0 records can decide a margin of none")


def test_a_category_that_nobody_counted_has_no_note() -> None:
    assert notes(RULE | {"category": "de"}, categories={"en": 5}) == []


@pytest.mark.parametrize("category", [None, "de"])
def test_what_is_enough_is_no_warning(category: str | None) -> None:
    rule = RULE | ({"category": category} if category else {})
    assert list(margin_warnings(notes(rule, categories={"de": 2000}))) == []


def test_metrics_may_be_of_different_records() -> None:
    rule = {"evaluation": "answers", "maxRegression": 0.1}
    found = notes(rule, records_of={"Correctness": 12})
    assert {one["metric"]: one["records"] for one in found} == {
        "Correctness": 12,
        "Harmfulness": 2000,
    }
