"""Before spending: what the gate's margins need, overall and per category."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from unit_documents import evaluation, suite
from unit_fakes import run

from modeleval.store.items import EvaluationFacts, JudgedRecords
from modeleval.suite.document import parse_suite
from modeleval.workflow.margin_words import margin_sentence, margin_warnings
from modeleval.workflow.margins import margin_notes

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


def judged(records: int, clusters: float | None = None, **fields: Any) -> tuple[JudgedRecords, ...]:
    known = {"metric": "Correctness", "records": records, "clusters": clusters}
    return (JudgedRecords(**known | fields),)


def test_records_of_one_conversation_count_as_alike_before_the_run() -> None:
    [alone] = notes(RULE, judged=judged(400))
    [together] = notes(RULE, judged=judged(400, 40.0))
    [fewer] = notes(RULE, judged=judged(40))
    assert together["decides"] == pytest.approx(fewer["decides"])
    assert together["needed"] == pytest.approx(10 * fewer["needed"], rel=0.02)
    assert alone["decides"] < 0.1 < together["decides"]
    sentence = margin_sentence(together)
    assert "400 records, which may weigh as little as 40 independent ones, can decide" in sentence


def test_a_metric_of_some_categories_has_only_their_records() -> None:
    [found] = notes(RULE, judged=judged(25))
    assert found["records"] == 25
    rule = RULE | {"category": "de"}
    [none] = notes(rule, categories={"de": 30}, judged=judged(25))
    assert (none["records"], none["decides"]) == (0, None)
    [own] = notes(rule, categories={"de": 30}, judged=judged(12, 3.0, category="de"))
    assert (own["records"], own["clusters"]) == (12, 3.0)


def test_a_margin_of_nothing_is_warned_of() -> None:
    [(name, sentence)] = margin_warnings(notes(RULE | {"maxRegression": 0}))
    assert name == "answers"
    assert sentence.startswith("Correctness: 2,000 records can decide a margin of 0.0")
    assert sentence.endswith("; a margin of 0 passes only what is certainly better")
