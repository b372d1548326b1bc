"""Converse: what the stand-in model answers, and what it does on a user's word."""

from __future__ import annotations

from typing import Any

import pytest
from conversation_world import LITE, Talk, assistant, result, text_of, tools, user, uses_of
from standin_world import World


@pytest.fixture
def talk(world: World) -> Talk:
    return Talk(world)


def test_an_answer(talk: Talk) -> None:
    answer = talk.ask("Where does the Elbe end?", system=[{"text": "Be brief."}])
    assert answer["output"]["message"]["role"] == "assistant"
    assert text_of(answer).startswith(f"Stand-in response of {LITE}: ")
    assert (answer["stopReason"], "trace" in answer) == ("end_turn", False)
    usage = answer["usage"]
    assert usage["inputTokens"] == len(
        ["Where", "does", "the", "Elbe", "end", "?", "Be", "brief", "."]
    )
    assert usage["totalTokens"] == usage["inputTokens"] + usage["outputTokens"] > 0
    assert answer["metrics"]["latencyMs"] >= 0


def test_the_same_question_has_the_same_answer(world: World, talk: Talk) -> None:
    asked = ("[tool lookup] Where is it?",)
    first, second = (talk.ask(*asked, toolConfig=tools()) for _ in range(2))
    assert first["output"] == second["output"]
    known = world.aws.control("GET", "conversations")["conversations"]
    assert known[0]["digest"] == known[1]["digest"]
    talk.ask("Something else", toolConfig=tools())
    known = world.aws.control("GET", "conversations")["conversations"]
    assert known[2]["digest"] != known[0]["digest"]
    assert [(one["model"], one["messages"], one["rounds"]) for one in known] == [(LITE, 1, 0)] * 3
    assert [one["stopReason"] for one in known] == ["tool_use", "tool_use", "end_turn"]


def test_a_good_model_repeats_more_than_a_poor_one(talk: Talk) -> None:
    questions = [f"Name the river number {n} of the north and say where it ends" for n in range(30)]
    words = {
        model: sum(len(talk.text(question, modelId=model).split()) for question in questions)
        for model in ("amazon.nova-premier-v1:0", "meta.llama3-1-8b-instruct-v1:0")
    }
    assert words["amazon.nova-premier-v1:0"] > words["meta.llama3-1-8b-instruct-v1:0"]


def test_a_round_of_tools(talk: Talk) -> None:
    question = user('[tool lookup {"order": "A]1"}] [tool stock {"n": [1]}] Where is my order?')
    config = tools("lookup", "stock")
    called = talk.ask(question, toolConfig=config)
    first, second = uses_of(called)
    assert called["stopReason"] == "tool_use"
    assert (first["name"], first["input"]) == ("lookup", {"order": "A]1"})
    assert (second["name"], second["input"]) == ("stock", {"n": [1]})
    assert first["toolUseId"] != second["toolUseId"]
    assert text_of(called)
    given = user(
        result(first["toolUseId"], "it left on Monday"),
        result(second["toolUseId"], {"left": 3}),
    )
    answer = talk.ask(question, called["output"]["message"], given, toolConfig=config)
    assert answer["stopReason"] == "end_turn"
    assert 'The tools said: it left on Monday {"left": 3}' in text_of(answer)
    assert "[tool" not in text_of(answer)


def test_several_rounds(talk: Talk) -> None:
    messages = [user("[tool a] [next] [tool b] [again 2] Go on.")]
    names = []
    while len(messages) < 20:
        answer = talk.ask(*messages, toolConfig=tools("a", "b"))
        calls = uses_of(answer)
        if not calls:
            break
        names.append([call["name"] for call in calls])
        messages.append(answer["output"]["message"])
        messages.append(user(*[result(call["toolUseId"], "ok") for call in calls]))
    assert names == [["a"], ["b"], ["a"], ["b"]]
    assert len({use["toolUse"]["toolUseId"] for m in messages for use in _uses(m)}) == 4
    messages.append(answer["output"]["message"])
    again = talk.ask(*messages, user("[tool a] Once more"), toolConfig=tools("a", "b"))
    assert [call["name"] for call in uses_of(again)] == ["a"]


def _uses(message: dict[str, Any]) -> list[dict[str, Any]]:
    return [block for block in message["content"] if "toolUse" in block]


def test_a_tool_that_is_named_is_called_with_an_input_by_its_schema(talk: Talk) -> None:
    (call,) = uses_of(talk.ask("Please lookup A1", toolConfig=tools("lookup", "look")))
    assert (call["name"], call["input"]) == (
        "lookup",
        {"order": "Please lookup A1", "count": 1},
    )
    assert uses_of(talk.ask("Please do it", toolConfig=tools())) == []
    assert uses_of(talk.ask("Please lookup A1")) == []  # it has no tools to call


@pytest.mark.parametrize(
    ("choice", "name"), [({"any": {}}, "a"), ({"tool": {"name": "b"}}, "b"), ({"auto": {}}, None)]
)
def test_the_choice_of_tools(talk: Talk, choice: dict[str, Any], name: str | None) -> None:
    answer = talk.ask("Go", toolConfig=tools("a", "b", toolChoice=choice))
    assert [call["name"] for call in uses_of(answer)] == ([name] if name else [])


def test_a_tool_that_is_not_there_may_be_called(talk: Talk) -> None:
    (call,) = uses_of(talk.ask("[tool imagined]", toolConfig=tools()))
    assert (call["name"], call["input"]) == ("imagined", {})


def test_what_a_failed_tool_gave_is_not_repeated(talk: Talk) -> None:
    question = user("[tool lookup] Where?")
    called = talk.ask(question, toolConfig=tools())
    (call,) = uses_of(called)
    failed = user(result(call["toolUseId"], "it broke", status="error"))
    answer = talk.text(question, called["output"]["message"], failed, toolConfig=tools())
    assert "it broke" not in answer


def test_words_that_change_the_answer(talk: Talk) -> None:
    said = talk.text('[think "I wonder [really]"][say "<script>\\u001b[31m\\n=1+1"] Hello')
    assert said == "<thinking>I wonder [really]</thinking>\n<script>\x1b[31m\n=1+1"
    assert talk.text('[unclosed "and so"] Hello').startswith("<thinking>and so")
    silent = talk.ask("[silence] Hello")
    assert (silent["output"]["message"]["content"], silent["stopReason"]) == ([], "end_turn")
    stopped = talk.ask('[stop "content_filtered"] Hello')
    assert stopped["stopReason"] == "content_filtered"
    reasoned = talk.ask('[reason "step by step"] Hello')
    first, second = reasoned["output"]["message"]["content"]
    assert first["reasoningContent"]["reasoningText"]["text"] == "step by step"
    assert "step by step" not in second["text"]
    sent_back = talk.ask("Hello", reasoned["output"]["message"], "And now?")
    assert sent_back["stopReason"] == "end_turn"


@pytest.mark.parametrize("text", ["[tool]", "[say hello]", "[again 0]", "[again x]", "[tools a]"])
def test_what_is_not_understood_stays_text(talk: Talk, text: str) -> None:
    answer = talk.ask(f"{text} {text} {text} {text} Hello", modelId="amazon.nova-premier-v1:0")
    assert answer["stopReason"] == "end_turn"
    assert text in text_of(answer)


def test_an_answer_is_cut(talk: Talk) -> None:
    cut = talk.ask('[say "one, two  three"]', inferenceConfig={"maxTokens": 3})
    assert (text_of(cut), cut["stopReason"]) == ("one, two", "max_tokens")
    assert cut["usage"]["outputTokens"] == 3
    stopped = talk.ask('[say "one END two"]', inferenceConfig={"stopSequences": ["END"]})
    assert (text_of(stopped), stopped["stopReason"]) == ("one ", "stop_sequence")
    whole = talk.ask('[say "one two"]', inferenceConfig={"maxTokens": 2, "temperature": 0.5})
    assert whole["stopReason"] == "end_turn"


def test_history_is_read(talk: Talk) -> None:
    before = (user("First"), assistant("An answer"))
    answer = talk.ask(*before, '[say "second"] Then?')
    assert text_of(answer) == "second"
    assert answer["usage"]["inputTokens"] > talk.ask('[say "second"] Then?')["usage"]["inputTokens"]
