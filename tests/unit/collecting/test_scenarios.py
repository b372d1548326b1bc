"""Files of scenarios: what is read, and what is told of those that are wrong."""

from __future__ import annotations

import json

import pytest
from collecting_cases import scenario

from modeleval.collecting import scenarios as module
from modeleval.collecting.checks import check_scenarios
from modeleval.collecting.document import CollectedDataset, CollectedFormat
from modeleval.collecting.scenarios import Scenario, parse_scenarios
from modeleval.errors import ScenariosInvalid

SEED = b"""
[
  {"id": "greeting-known-user", "category": "greeting", "context": {"userId": "user-123"},
   "turns": ["hello"]},
  {"id": "multi-step-flow", "category": "core-flow", "context": {"userId": "user-456"},
   "turns": ["hello", "I need help with X", "yes, proceed with that", "thanks"]}
]
"""
FULL = b"""
scenarios:
  - id: a
    category: booking
    context: {userId: u}
    turns:
      - I want a table
      - user: and another
        reference: Both are booked.
        referenceContexts: [Tables are booked by phone.]
    tags: [happy-path]
    toolResults:
      find: [{free: true}, {free: false}]
      now: "12:00"
"""


def refused(data: bytes) -> str:
    with pytest.raises(ScenariosInvalid) as caught:
        parse_scenarios(data, source="s.yaml")
    return str(caught.value)


def test_scenarios_are_read_as_the_documentation_of_aws_writes_them() -> None:
    first, second = parse_scenarios(SEED, source="s.json")
    assert (first.id, first.category, dict(first.context)) == (
        "greeting-known-user",
        "greeting",
        {"userId": "user-123"},
    )
    assert [turn.user for turn in second.turns][-1] == "thanks"


def test_a_scenario_has_references_tags_and_results_of_tools() -> None:
    (one,) = parse_scenarios(FULL, source="s.yaml")
    assert one.turns[1].reference == "Both are booked."
    assert one.turns[1].reference_contexts == ("Tables are booked by phone.",)
    assert one.tags == ("happy-path",)
    assert one.tool_results == {"find": ({"free": True}, {"free": False}), "now": ("12:00",)}


def test_a_line_is_read_as_the_scenario_that_it_was_written_from() -> None:
    for one in (*parse_scenarios(SEED, source="s"), *parse_scenarios(FULL, source="s")):
        line = one.to_line()
        assert b"\n" not in line
        assert Scenario.from_line(line) == one


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("{category: c, turns: [h]}", "scenarios[0].id (line 1): missing"),
        ("{id: a, turns: [h]}", "scenarios[0].category (line 1): missing"),
        ("{id: a, category: c, turns: []}", "scenarios[0].turns (line 1): must have 1 or more"),
        ("{id: a, category: c}", "scenarios[0].turns (line 1): missing"),
        ("{id: a, category: c, turns: ['  ']}", "turns[0].user (line 1): is empty"),
        ("{id: a, category: c, turns: [h, [5]]}", "turns[1] (line 1): write what the user says"),
        ("{id: a, category: c, turns: [yes]}", "turns[0].user (line 1): put it in quotes: YAML"),
        ("{id: 7, category: c, turns: [h]}", "scenarios[0].id (line 1): put it in quotes"),
        ("{id: a, category: c, turns: [h], tag: [x]}", "tag (line 1): unknown field; did you mean"),
        ("{id: a, category: c, turns: [{user: h, reply: x}]}", "turns[0].reply (line 1): unknown"),
        ("{id: a, category: c, turns: [h], context: {d: 2024-01-01}}", "context (line 1): holds a"),
        ("{id: a, category: c, turns: [h], context: {d: .nan}}", "context (line 1): holds a value"),
        ("{id: a, category: c, turns: [h], context: [x]}", "context (line 1): write an object"),
        ("{id: a, category: c, turns: [h], tags: [x, x]}", "tags: one of them stands twice"),
        ("{id: a, category: c, turns: [h], toolResults: {t: []}}", "toolResults.t (line 1): must"),
        ("{id: ' a', category: c, turns: [h]}", "scenarios[0].id (line 1): write a label"),
        ('{id: a, category: c, turns: ["\\ud800"]}', "holds half a character"),
        ("{1: a, category: c, turns: [h]}", "the names of its fields must be texts"),
        ("hello", "scenarios[0]: write an object with id, category and turns"),
        ("{id: a, category: c, turns: &t [h], tags: *t}", "an alias (*); write the value out"),
        ("{id: a, id: b}", "stands twice"),
    ],
)
def test_what_is_wrong_is_told_by_its_place(wrong: str, told: str) -> None:
    assert told in refused(f"- {wrong}".encode())


def test_all_that_is_wrong_is_told_at_once_and_at_most_fifty_of_it() -> None:
    data = json.dumps([{"id": "a", "category": "c"}] * 60).encode()
    said = refused(data)
    assert said.startswith("The scenarios have 60 problems (s.yaml). Correct them:")
    assert said.count("\n- scenarios[") == 50
    assert said.endswith("\n- and 10 more")


def test_an_id_is_given_once() -> None:
    said = refused(b"- {id: a, category: c, turns: [h]}\n- {id: a, category: c, turns: [h]}\n")
    assert "scenarios[1].id (line 2): is that of scenarios[0] too" in said


@pytest.mark.parametrize("data", [b"", b"a: 1", b"[]", b"scenarios: {}", b"[]\n- x", b"\xff\xfe"])
def test_what_is_no_list_of_scenarios_is_refused(data: bytes) -> None:
    assert "list" in refused(data) or "neither YAML nor JSON" in refused(data)


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    long = json.dumps([{"id": "a", "category": "c", "turns": ["h"] * 51}]).encode()
    assert "turns: must have at most 50 entries" in refused(long)
    wide = json.dumps([{"id": "a", "category": "c", "turns": ["h"], "context": {"x": "y" * 16384}}])
    assert "at most 16,384 are kept" in refused(wide.encode())
    assert "scenarios[0].id: must have at most 128" in refused(
        json.dumps([{"id": "a" * 129, "category": "c", "turns": ["h"]}]).encode()
    )
    monkeypatch.setattr(module, "MOST_SCENARIOS", 1)
    assert "holds 2 scenarios, and at most 1" in refused(SEED)
    monkeypatch.setattr(module, "MOST_YAML_BYTES", 10)
    assert "at most 10 bytes of YAML" in refused(FULL)
    monkeypatch.setattr(module, "MOST_BYTES", 10)
    assert "at most 10 are read" in refused(SEED)


def dataset(**more: object) -> CollectedDataset:
    return CollectedDataset.model_validate(
        {"scenarios": "s.yaml", "target": {"model": "amazon.nova-lite-v1:0"}} | more
    )


def problems_with(found: Scenario, **more: object) -> str:
    with pytest.raises(ScenariosInvalid) as caught:
        check_scenarios([found], dataset(**more), CollectedFormat.JUDGE, source="s.yaml")
    return str(caught.value)


def test_a_turn_that_no_prompt_has_room_for_is_refused() -> None:
    long = scenario(turns=2)
    assert "turns[0]: has 10 bytes in UTF-8, and maxHistoryBytes is 256" not in str(long)
    big = Scenario.model_validate({"id": "a", "category": "c", "turns": ["h", "ä" * 129]})
    said = problems_with(big, maxHistoryBytes=256)
    assert "scenarios[0].turns[1]: has 258 bytes in UTF-8, and maxHistoryBytes is 256" in said


def test_results_of_a_tool_that_is_not_recorded_are_refused() -> None:
    said = problems_with(scenario(toolResults={"add": 4}))
    assert "scenarios[0].toolResults: the target has no tool 'add' with recorded: true" in said


@pytest.mark.parametrize(
    ("format", "most"), [(CollectedFormat.RAG_GENERATE, 5), (CollectedFormat.RAG_RETRIEVE, 1)]
)
def test_more_turns_than_the_format_has_are_refused(format: CollectedFormat, most: int) -> None:  # noqa: A002
    check_scenarios([scenario(turns=most)], dataset(), format, source="s")
    with pytest.raises(ScenariosInvalid, match=f"at most {most}; split the scenario"):
        check_scenarios([scenario(turns=most + 1)], dataset(), format, source="s")
