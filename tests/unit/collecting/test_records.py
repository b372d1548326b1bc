"""From conversations to lines: all of them pass the validation that any dataset passes."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from collecting_cases import Scripted, scenario

from modeleval.collecting import records as module
from modeleval.collecting.conversation import Conversation, Limits, advance, begin
from modeleval.collecting.document import CollectedDataset, CollectedFormat
from modeleval.collecting.protocol import Answer, Citation, Passage, Target
from modeleval.collecting.records import (
    collected,
    conversation_lines,
    expected_lines,
    record_id,
)
from modeleval.collecting.scenarios import Scenario
from modeleval.datasets.index import read_index
from modeleval.datasets.options import DatasetOptions
from modeleval.datasets.rag_options import RagOptions
from modeleval.datasets.rag_validation import validate_rag
from modeleval.datasets.report import DatasetReport
from modeleval.datasets.validation import validate

JUDGE = CollectedFormat.JUDGE
GENERATE = CollectedFormat.RAG_GENERATE
RETRIEVE = CollectedFormat.RAG_RETRIEVE
DATASET = CollectedDataset.model_validate(
    {"scenarios": "s", "target": {"name": "bot", "endpoint": "https://bot.example"}}
)
CITED = Answer(
    "It rains.", (Passage("Rain.", "a.txt", {"page": 1}),), (Citation(0, 2, (Passage("Rain."),)),)
)


def over(found: Scenario, target: Target) -> Conversation:
    state = begin(found)
    while not state.is_over(found):
        state = advance(state, found, target, Limits(10))
    return state


def lines_of(
    found: Scenario, target: Target, form: CollectedFormat = JUDGE, **more: object
) -> list[dict[str, Any]]:
    dataset = DATASET.model_copy(update=more)
    state = over(found, target).to_bytes()
    return [json.loads(line) for line in conversation_lines(found, state, dataset, form)]


def validated(lines: list[bytes], form: CollectedFormat) -> tuple[DatasetReport, list[Any]]:
    index = io.BytesIO()
    data = [b"".join(line + b"\n" for line in lines)]
    if form is JUDGE:
        judge = DatasetOptions(
            source="s", identifier="bot", cluster_field="conversation", key_field="recordId"
        )
        report = validate(data, judge, records=io.BytesIO(), index=index)
    else:
        rag = RagOptions(source="s", identifier="bot", retrieve=form is RETRIEVE)
        report = validate_rag(data, rag, records=io.BytesIO(), index=index)
    index.seek(0)
    return report, list(read_index(index))


def test_a_record_per_turn_with_its_reference_its_key_and_its_conversation() -> None:
    found = Scenario.model_validate(
        {"id": "a", "category": "c", "turns": ["hello", {"user": "again", "reference": "Yes?"}]}
    )
    answers = {("a", 1): Answer("Hi!"), ("a", 2): Answer("Yes.")}
    assert lines_of(found, Scripted(answers=answers)) == [
        {
            "prompt": "hello",
            "category": "c",
            "modelResponses": [{"response": "Hi!", "modelIdentifier": "bot"}],
            "recordId": record_id(found, 1),
            "conversation": "a",
        },
        {
            "prompt": "User: hello\nAssistant: Hi!\nUser: again",
            "referenceResponse": "Yes?",
            "category": "c",
            "modelResponses": [{"response": "Yes.", "modelIdentifier": "bot"}],
            "recordId": record_id(found, 2),
            "conversation": "a",
        },
    ]


@pytest.mark.parametrize(
    "changed",
    [
        {"turns": ["hi", {"user": "again", "reference": "Yes?"}]},
        {"turns": ["hello", {"user": "again", "reference": "No?"}]},
        {"context": {"userId": "other"}},
    ],
)
def test_a_scenario_that_was_changed_is_compared_with_none_of_its_former_self(
    changed: dict[str, Any],
) -> None:
    turns = ["hello", {"user": "again", "reference": "Yes?"}]
    before = {"id": "a", "category": "c", "turns": turns}
    one, other = (Scenario.model_validate(each) for each in (before, before | changed))
    assert record_id(one, 2) != record_id(other, 2)
    assert record_id(one, 2).startswith("a/2#")


def test_another_category_is_the_same_question() -> None:
    one, other = (
        Scenario.model_validate({"id": "a", "category": each, "turns": ["hello"]})
        for each in ("c", "d")
    )
    assert record_id(one, 1) == record_id(other, 1)


def test_a_failed_turn_and_those_after_it_are_told_and_have_no_response() -> None:
    found = scenario(turns=3)
    lines = lines_of(found, Scripted({("one", 2): ["timeout"]}))
    assert [line.get("failed") for line in lines] == [None, "timeout", "afterFailure"]
    assert [line["modelResponses"][0]["response"] for line in lines] == ["one hears 1", "", ""]


def test_prompts_lose_their_oldest_turns_and_that_is_counted() -> None:
    found, answer = scenario(turns=3), Answer("x" * 200)
    answers = {("one", turn): answer for turn in (1, 2, 3)}
    dataset = DATASET.model_copy(update={"max_history_bytes": 256})
    state = over(found, Scripted(answers=answers))
    lines, counts = collected(found, state, dataset, JUDGE)
    prompts = [json.loads(line)["prompt"] for line in lines]
    assert [len(prompt) <= 256 for prompt in prompts] == [True] * 3
    assert "one asks 1" not in prompts[2]
    assert (counts.prompts_cut, counts.turns_cut) == (1, 1)


def test_numbers() -> None:
    found = scenario(turns=3)
    answers = {("one", 1): Answer("<thinking>hm</thinking>Yes.")}
    state = over(found, Scripted({("one", 1): ["tool"], ("one", 2): ["timeout"]}, answers))
    counts = collected(found, state, DATASET, JUDGE).counts
    assert counts.failed == {"timeout": 1}
    assert counts.numbers == {
        "scenarios": 1,
        "turns": 3,
        "collected": 1,
        "afterFailure": 1,
        "thinkingRemoved": 1,
        "promptsCut": 0,
        "turnsCut": 0,
        "requests": 3,
        "toolCalls": 1,
        "inputTokens": 30,
        "outputTokens": 15,
    }
    twice = counts + counts
    assert (twice.turns, twice.failed) == (6, {"timeout": 2})
    assert twice.sentences() == [
        "2 of 6 turns of 2 scenarios collected",
        "2 turns failed (timeout 2)",
        "2 turns not asked after a failure",
        "2 <thinking> blocks removed",
        "6 requests, 2 calls of tools, 60 tokens in and 30 out",
    ]


def test_a_rag_line_is_a_conversation_with_passages_and_citations() -> None:
    found = Scenario.model_validate(
        {
            "id": "a",
            "category": "c",
            "turns": [{"user": "rain?", "reference": "It does.", "referenceContexts": ["Clouds."]}],
        }
    )
    (line,) = lines_of(found, Scripted(answers={("a", 1): CITED}), GENERATE)
    passage = {"content": {"text": "Rain."}, "name": "a.txt", "metadata": {"page": 1}}
    part = {"textResponsePart": {"span": {"start": 0, "end": 2}, "text": "It"}}
    cited = {
        "generatedResponsePart": part,
        "retrievedReferences": [{"content": {"text": "Rain."}}],
    }
    assert line == {
        "conversationTurns": [
            {
                "prompt": {"content": [{"text": "rain?"}]},
                "referenceResponses": [{"content": [{"text": "It does."}]}],
                "referenceContexts": [{"content": [{"text": "Clouds."}]}],
                "output": {
                    "text": "It rains.",
                    "modelIdentifier": "bot",
                    "knowledgeBaseIdentifier": "bot",
                    "retrievedPassages": {"retrievalResults": [passage]},
                    "citations": [cited],
                },
            }
        ],
        "category": "c",
    }
    (line,) = lines_of(found, Scripted(answers={("a", 1): CITED}), RETRIEVE)
    assert line["conversationTurns"][0]["output"] == {
        "knowledgeBaseIdentifier": "bot",
        "retrievedResults": {"retrievalResults": [passage]},
    }


@pytest.mark.parametrize(
    ("form", "turns", "fails", "judged"),
    [(GENERATE, 3, 1, 0), (GENERATE, 3, 2, 1), (GENERATE, 3, 3, 2), (RETRIEVE, 1, 1, 0)],
)
def test_rag_turns_from_one_that_failed_on_are_unscored(
    form: CollectedFormat, turns: int, fails: int, judged: int
) -> None:
    lost, right = scenario("lost", turns), scenario("right", turns)
    answers = {(name, turn): CITED for name in ("lost", "right") for turn in range(1, turns + 1)}
    target = Scripted({("lost", fails): ["timeout"]}, answers=answers)
    lines = [
        line
        for one in (right, lost)
        for line in conversation_lines(one, over(one, target).to_bytes(), DATASET, form)
    ]
    report, index = validated(lines, form)
    assert (report.problem_count, report.judged) == (0, turns + judged)
    scored = [one.unscored is None for one in index]
    assert scored == [True] * (turns + judged) + [False] * (turns - judged)


def test_a_rag_answer_that_no_line_has_room_for_is_unscored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = scenario(turns=3)
    state = over(found, Scripted())
    ((whole,), _) = collected(found, state, DATASET, GENERATE)
    monkeypatch.setattr(module, "MAX_LINE_BYTES", len(whole) - 1)
    ((cut,), counts) = collected(found, state, DATASET, GENERATE)
    texts = [turn["output"]["text"] for turn in json.loads(cut)["conversationTurns"]]
    assert [bool(text) for text in texts] == [True, True, False]
    assert (counts.collected, counts.failed) == (2, {"answerTooLong": 1})


def test_a_conversation_that_has_not_begun_has_no_line() -> None:
    assert conversation_lines(scenario(), None, DATASET, JUDGE) == []


@pytest.mark.parametrize(("form", "turns"), [(JUDGE, 4), (GENERATE, 4), (RETRIEVE, 1)])
def test_what_is_collected_and_what_is_expected_is_valid(form: CollectedFormat, turns: int) -> None:
    scenarios = [scenario(f"s{number}", turns) for number in range(3)]
    expected = list(expected_lines(scenarios, DATASET, form, answer_characters=500))
    answers = {(one.id, n): CITED for one in scenarios for n in range(1, turns + 1)}
    asked = [
        line
        for one in scenarios
        for line in conversation_lines(
            one, over(one, Scripted(answers=answers)).to_bytes(), DATASET, form
        )
    ]
    rehearsed, index = validated(expected, form)
    found, judged = validated(asked, form)
    for report in (rehearsed, found):
        assert (report.problem_count, report.warnings) == (0, ())
        assert report.judged == 3 * turns
    assert [one.key for one in index] == [one.key for one in judged]
    longest = rehearsed.response_chars / rehearsed.judged
    assert 490 <= longest <= 500


def test_a_dataset_with_failed_turns_is_valid_and_judges_the_others() -> None:
    found = scenario(turns=3)
    state = over(found, Scripted({("one", 2): ["timeout"]})).to_bytes()
    report, index = validated(conversation_lines(found, state, DATASET, JUDGE), JUDGE)
    assert report.problem_count == 0
    assert [one.unscored for one in index] == [None, "timeout", "afterFailure"]
    assert {one.cluster for one in index} == {"one"}
