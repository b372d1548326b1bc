"""Conversations: what is asked, what is kept, and that nothing is asked twice."""

from __future__ import annotations

import pytest
from collecting_cases import Scripted, assistant, scenario, user
from hypothesis import given
from hypothesis import strategies as st

from modeleval.collecting import conversation as module
from modeleval.collecting.conversation import Conversation, Limits, TurnState, advance, begin
from modeleval.collecting.prompts import prompt_of
from modeleval.collecting.protocol import (
    Answer,
    Asked,
    Citation,
    Passage,
    Step,
    Target,
    TargetBusy,
    Usage,
)
from modeleval.collecting.scenarios import Scenario, Turn

LIMITS = Limits(max_tool_rounds=10)


def over(found: Scenario, target: Target, limits: Limits = LIMITS) -> Conversation:
    """The conversation to its end."""
    state = begin(found)
    while not state.is_over(found):
        state = advance(state, found, target, limits)
    return state


def one_answer(answer: Answer, limits: Limits = LIMITS) -> TurnState:
    (turn,) = over(scenario(), Scripted(answers={("one", 1): answer}), limits).turns
    return turn


def test_each_turn_is_asked_with_all_that_was_said_before() -> None:
    target = Scripted()
    state = over(scenario(turns=3), target)
    assert [turn.answer for turn in state.turns] == ["one hears 1", "one hears 2", "one hears 3"]
    assert target.asked[-1].messages == [
        user("one asks 1"),
        assistant("one hears 1"),
        user("one asks 2"),
        assistant("one hears 2"),
        user("one asks 3"),
    ]
    assert [asked.turn for asked in target.asked] == [1, 2, 3]
    assert state.usage == Usage(requests=3, input_tokens=30, output_tokens=15)
    assert state.messages == []


def test_thinking_is_removed_from_the_answer_and_from_what_later_turns_are_asked_with() -> None:
    answer = Answer("<thinking>hm</thinking>\nYes. <thinking>hm</thinking>")
    target = Scripted({("one", 1): ["tool"]}, {("one", 1): answer})
    state = over(scenario(turns=2), target)
    assert (state.turns[0].answer, state.turns[0].thinking) == ("Yes.", 2)
    assert "thinking" not in str(target.asked[-1].messages)
    assert target.asked[-1].messages[-2] == assistant("Yes.")


@pytest.mark.parametrize(
    ("text", "kept", "failed"),
    [
        ("<thinking>only this</thinking>", None, "emptyAnswer"),
        ("  \n", None, "emptyAnswer"),
        ("Yes. <thinking>and then it was cut", "Yes.", None),
        ("<thinking>it was cut", None, "emptyAnswer"),
        ("<thin<thinking>x</thinking>king>hidden", None, "invalidAnswer"),
        ("half \ud83d a character", "half \ufffd a character", None),
        ("x" * 400_001, None, "answerTooLong"),
    ],
)
def test_hostile_answers(text: str, kept: str | None, failed: str | None) -> None:
    turn = one_answer(Answer(text))
    assert (turn.answer, turn.failed) == (kept, failed)


def test_citations_are_moved_with_the_text_that_they_cite() -> None:
    text = " <thinking>a secret</thinking> Rain is <thinking>so</thinking>wet."
    passage = (Passage("Rain."),)
    rain, secret = text.index("Rain"), text.index("secret")
    cited = (Citation(rain, len(text), passage), Citation(secret, secret + 6, passage))
    turn = one_answer(Answer(text, passage, cited))
    assert turn.answer == "Rain is wet."
    ((start, end),) = [(one.start, one.end) for one in turn.citations]
    assert turn.answer[start:end] == "Rain is wet."


def test_a_citation_of_what_is_not_there_fails_the_turn() -> None:
    answer = Answer("Yes.", citations=(Citation(0, 5, (Passage("p"),)),))
    assert one_answer(answer).failed == "invalidAnswer"


def test_passages_without_text_are_left_out_and_alone_they_are_an_answer_to_a_retrieval() -> None:
    answer = Answer("", (Passage(" "), Passage("p", "n", {"page": 1})))
    assert one_answer(answer).failed == "emptyAnswer"
    turn = one_answer(answer, Limits(10, text_needed=False))
    assert [(one.text, one.name, one.metadata) for one in turn.passages] == [
        ("p", "n", {"page": 1})
    ]
    assert one_answer(Answer(""), Limits(10, text_needed=False)).failed is None


@pytest.mark.parametrize(("rounds", "failed"), [(2, None), (3, "toolRoundLimit")])
def test_tools_are_not_run_more_often_than_allowed(rounds: int, failed: str | None) -> None:
    target = Scripted({("one", 1): ["tool"] * rounds})
    state = over(scenario(), target, Limits(max_tool_rounds=2))
    assert state.turns[0].failed == failed
    assert state.tool_calls == 2
    assert target.asked[-1].used == {"add": 2}


def test_after_a_failed_turn_the_rest_is_not_asked() -> None:
    target = Scripted({("one", 2): ["timeout"]})
    state = over(scenario(turns=4), target)
    assert [turn.failed for turn in state.turns] == [
        None,
        "timeout",
        "afterFailure",
        "afterFailure",
    ]
    assert len(target.asked) == 2
    assert state.requests == 2


def test_a_conversation_that_grows_too_long_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_MESSAGE_BYTES", 120)
    state = over(scenario(turns=2), Scripted())
    assert [turn.failed for turn in state.turns] == [None, "conversationTooLong"]


class _Silent:
    """A target that neither answers nor goes on."""

    def step(self, asked: Asked) -> Step:
        return Step([], usage=Usage(requests=asked.turn))


def test_a_target_that_leads_nowhere_fails_the_turn() -> None:
    assert over(scenario(), _Silent()).turns[0].failed == "invalidAnswer"


words = st.lists(st.sampled_from(["tool", "tool", "busy"]), max_size=4)
ends = st.sampled_from([[], [], [], ["timeout"]])
scripts = st.lists(st.tuples(words, ends), min_size=1, max_size=4)


@given(scripts, st.data())
def test_a_crash_after_any_step_changes_nothing_and_asks_nothing_twice(
    script: list[tuple[list[str], list[str]]], data: st.DataObject
) -> None:
    found = scenario(turns=len(script))
    by_turn = {("one", n): [*a, *b] for n, (a, b) in enumerate(script, start=1)}
    calm = {key: [word for word in value if word != "busy"] for key, value in by_turn.items()}
    undisturbed = Scripted(calm)
    expected = over(found, undisturbed)
    target, state = Scripted(by_turn), begin(found)
    while not state.is_over(found):
        try:
            state = advance(state, found, target, LIMITS)
        except TargetBusy:
            continue
        if data.draw(st.booleans()):
            state = Conversation.from_bytes(state.to_bytes())
    assert state == expected
    assert target.answered == undisturbed.answered
    assert len(set(target.answered)) == len(target.answered)


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200)


@given(st.lists(st.tuples(texts, texts), max_size=6), texts, st.integers(256, 1200))
def test_a_prompt_ends_with_the_users_turn_and_fits(
    before: list[tuple[str, str]], last: str, most: int
) -> None:
    asked = [said for said, _ in before] + [last]
    found = Scenario.model_construct(
        id="a",
        category="c",
        turns=tuple(Turn.model_construct(user=text) for text in asked),
    )
    answers = [answer for _, answer in before]
    prompt = prompt_of(found, answers, max_history_bytes=most)
    whole = "".join(f"User: {a}\nAssistant: {b}\n" for a, b in before) + f"User: {last}"
    shown = last if prompt.left_out == len(before) else prompt.text
    assert prompt.text == shown
    assert whole.endswith(prompt.text)
    assert len(prompt.text.encode()) <= max(most, len(last.encode()))
    if prompt.left_out and before:
        longer = prompt_of(found, answers, max_history_bytes=10**6).text
        assert len(longer.encode()) > most


def test_a_prompt_never_holds_its_own_answer() -> None:
    found = scenario(turns=3)
    answers = ["first answer", "second answer", "third answer"]
    for turn in range(3):
        prompt = prompt_of(found, answers[:turn], max_history_bytes=4096).text
        assert answers[turn] not in prompt
        assert prompt.endswith(f"one asks {turn + 1}")
    assert prompt == (
        "User: one asks 1\nAssistant: first answer\n"
        "User: one asks 2\nAssistant: second answer\nUser: one asks 3"
    )
