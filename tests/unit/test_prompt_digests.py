"""Prompts are known again: digests agree between every dataset format and every form of output."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_helpers import check, jsonl

from modeleval.datasets.index import read_index
from modeleval.datasets.prompts import (
    PromptEntry,
    PromptMatcher,
    conversation_digest,
    match_keys,
    parse_prompt,
    user_digest,
)
from modeleval.literals import read_literal

texts = st.text(st.characters(codec="utf-8"))
surrogates = st.text(st.characters())
said = st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda text: bool(text.strip()))
roles = st.sampled_from(["system", "user", "assistant"])


def as_dicts(messages: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"role": role, "content": content} for role, content in messages]


@given(st.lists(st.tuples(roles, surrogates), min_size=1))
def test_a_repr_of_messages_is_parsed_back(messages: list[tuple[str, str]]) -> None:
    assert parse_prompt(repr(as_dicts(messages))) == messages
    assert parse_prompt(f"  {as_dicts(messages)!r}\n") == messages


@given(st.lists(st.tuples(roles, surrogates), min_size=1))
def test_json_of_messages_is_parsed_back(messages: list[tuple[str, str]]) -> None:
    assert parse_prompt(json.dumps(as_dicts(messages))) == messages
    assert parse_prompt(json.dumps({"messages": as_dicts(messages)})) == messages


@given(surrogates)
def test_other_text_is_what_a_user_said(text: str) -> None:
    if not text.strip().startswith(("[", "{")):
        assert parse_prompt(text) == [("user", text)]


NO_MESSAGES = [
    "",
    "[]",
    "{}",
    "[1, 2]",
    "['a', 'b']",
    "[{'role': 'user'}]",
    "[{'role': 'user', 'content': 1}]",
    "[{'role': 1, 'content': 'x'}]",
    "[{'role': 'user', 'content': 'x'}",
    "[{'role': 'user', 'content': 'x'}]]",
    "[{'role': 'user', 'content': 'x'}] and more",
    "[__import__('os').system('true')]",
    "[{'role': 'user', 'content': open('/etc/passwd')}]",
    '["\\d"]',
    "[{'a': '\\x'}]",
    "[{'role': 'user', {}: 'x'}]",
]


@pytest.mark.parametrize("text", NO_MESSAGES)
def test_what_is_no_list_of_messages_is_text(text: str) -> None:
    assert parse_prompt(text) == [("user", text)]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "[" + "-" * 200_000 + "1]",
        "[" * 5_000 + "]" * 5_000,
        "{" * 100_000,
        "[" + "(" * 100_000 + "]",
        "[{'a': '" + "\\" * 99_999,
        "[" + "9" * 100_000 + "]",
    ],
    ids=["open", "minus", "deep", "braces", "parentheses", "backslashes", "digits"],
)
def test_text_made_to_break_a_parser_is_text(text: str) -> None:
    assert parse_prompt(text) == [("user", text)]


def test_a_long_repr_is_read_and_one_over_the_limit_is_text() -> None:
    long = repr([{"role": "user", "content": "it's " * 200_000}])
    assert parse_prompt(long)[0][1] == "it's " * 200_000
    assert read_literal(repr(["x" * (9 << 20)])) is None


def test_contents_of_parts_are_their_texts() -> None:
    parts = [{"type": "text", "text": "Look"}, {"type": "image"}, {"text": " here"}]
    assert parse_prompt(repr([{"role": "user", "content": parts}])) == [("user", "Look here")]


def test_roles_have_one_name_each() -> None:
    assert parse_prompt("[{'role': 'Human', 'content': 'x'}]") == [("user", "x")]
    assert conversation_digest([("USER", "x")]) == conversation_digest([("user", "x")])
    assert conversation_digest([("assistant", "x")]) != conversation_digest([("user", "x")])


def test_an_empty_system_message_is_none() -> None:
    user = ("user", "x")
    assert conversation_digest([("system", " "), user]) == conversation_digest([user])
    assert conversation_digest([("system", "s"), user]) != conversation_digest([user])


def test_where_a_message_ends_matters() -> None:
    assert conversation_digest([("user", "ab"), ("assistant", "c")]) != conversation_digest(
        [("user", "a"), ("assistant", "bc")]
    )


def records_of(system: str, query: str) -> list[dict[str, object]]:
    """One conversation in every format that can hold it."""
    messages = as_dicts([("system", system), ("user", query)])
    answer = [{"role": "assistant", "content": "A."}]
    return [
        {"messages": messages + answer},
        {"messages": messages},
        {"system": system, "query": query, "response": "A."},
        {"prompt": messages, "completion": "A."},
        {"prompt": messages, "completion": answer},
        {"prompt": messages, "chosen": answer, "rejected": "B."},
        {"prompt": messages, "reward_model": {"ground_truth": "A."}},
    ]


def outputs_of(system: str, query: str) -> list[str]:
    """The conversation as the service may write it."""
    messages = as_dicts([("system", system), ("user", query)])
    answered = [*messages, {"role": "assistant", "content": "A."}]
    return [repr(messages), json.dumps(messages), repr(answered), json.dumps(answered)]


@given(texts, said)
def test_digests_agree_between_formats_and_outputs(system: str, query: str) -> None:
    wanted = conversation_digest([("system", system), ("user", query)])
    for record in records_of(system, query):
        result = check(jsonl(record))
        assert result.report.problem_count == 0, result.report.problems
        assert [entry.input_digest for entry in result.index] == [wanted]
        for output in outputs_of(system, query):
            assert wanted in match_keys(output).conversations
            found = PromptMatcher(result.index).take(output)
            assert found == result.index[0]


@given(said)
def test_a_prompt_without_system_agrees_too(query: str) -> None:
    for record in ({"query": query}, {"prompt": query, "completion": "A."}, {"prompt": query}):
        entry = check(jsonl(record)).index[0]
        assert entry.input_digest == conversation_digest([("user", query)])
        for output in (repr(as_dicts([("user", query)])), query):
            assert PromptMatcher([entry]).take(output) == entry


def test_a_prompt_that_is_itself_a_list_of_messages_is_found_either_way() -> None:
    query = "[{'role': 'user', 'content': 'Explain this list'}]"
    entry = check(jsonl({"query": query})).index[0]
    for output in (query, repr(as_dicts([("user", query)]))):
        assert PromptMatcher([entry]).take(output) == entry


def entries(*records: object) -> list[PromptEntry]:
    return check(jsonl(*records)).index


def test_where_the_system_message_is_left_out_the_users_word_decides() -> None:
    one, two = entries({"system": "S", "query": "x"}, {"system": "S", "query": "y"})
    matcher = PromptMatcher([one, two])
    assert matcher.take("[{'role': 'user', 'content': 'y'}]") == two
    assert (matcher.by_user_alone, matcher.strangers) == (1, 0)
    assert one.user_digest == user_digest([("user", "x")])


def test_the_users_word_decides_nothing_where_two_conversations_end_in_it() -> None:
    matcher = PromptMatcher(entries({"system": "S", "query": "x"}, {"system": "T", "query": "x"}))
    assert matcher.take("x") is None
    assert (matcher.by_user_alone, matcher.strangers) == (0, 1)


@pytest.mark.parametrize("output", ["[{'role': 'user', 'content': 'x'}]", "x"])
@pytest.mark.parametrize("system", [{}, {"system": "S"}])
def test_equal_records_are_taken_one_after_another(output: str, system: dict[str, str]) -> None:
    first, second = entries({"query": "x", **system}, {"query": "x", **system})
    matcher = PromptMatcher([first, second])
    assert [matcher.take(output) for _ in range(3)] == [first, second, None]
    assert (first.key[-2:], second.key[-2:]) == ("-0", "-1")


def test_a_record_is_taken_once_whichever_key_found_it() -> None:
    (entry,) = entries({"system": "S", "query": "x"})
    matcher = PromptMatcher([entry])
    assert matcher.take("x") == entry
    assert matcher.take(repr(as_dicts([("system", "S"), ("user", "x")]))) is None


def test_other_readers_of_an_index_read_it_too() -> None:
    result = check(jsonl({"query": "x", "category": "c"}))
    (entry,) = read_index([result.index_bytes])
    assert (entry.key, entry.category) == (result.index[0].key, "c")
    assert entry.response_digest == ""
