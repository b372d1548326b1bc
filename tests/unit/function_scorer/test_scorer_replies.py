"""Nothing odd in a reply becomes a score, and nothing of it becomes zero."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scorer_world import REWARD

from modeleval.kinds.function_scorer.document import ScoredMetric
from modeleval.kinds.function_scorer.replies import TROUBLES, Result, read_reply

IDS = ("a-0", "b-0")
METRICS = {
    name: ScoredMetric.model_validate({"name": name, "maximum": maximum}).metric
    for name, maximum in ((REWARD, 1), ("words", 100))
}


def one(identifier: Any = "a-0", reward: Any = 0.5, **metrics: Any) -> dict[str, Any]:
    """An entry with the reward, and with `words` unless a test says otherwise."""
    listed = {"words": 7, **metrics}
    return {
        "id": identifier,
        REWARD: reward,
        "metrics_list": [
            {"name": name, "value": value, "type": "Metric"} for name, value in listed.items()
        ],
    }


def read(reply: Any) -> Result:
    text = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
    return read_reply(text, IDS, METRICS)


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_reply_is_a_list_or_wrapped_as_http(wrapped: bool) -> None:
    entries: Any = [one("b-0", 1), one("a-0", 0)]
    reply = {"statusCode": 200, "body": json.dumps(entries)} if wrapped else entries
    found = read(reply)
    assert found.scores == {"a-0": {REWARD: 0, "words": 7}, "b-0": {REWARD: 1, "words": 7}}
    assert (found.troubles, found.failure, found.records) == ({}, None, 2)


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (b"", "no JSON"),
        (b"\xff", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (None, "no list"),
        ("text of a response", "no list"),
        ({"scores": []}, r"no statusCode of 200 \(none\)"),
        ({"statusCode": 500, "body": "[]"}, r"no statusCode of 200 \(500\)"),
        ({"statusCode": "text", "body": "[]"}, r"\(none\)"),
        ({"statusCode": 200, "body": "not JSON"}, "no JSON"),
        ({"statusCode": 200, "body": "{}"}, "no list"),
        ({"statusCode": 200}, "no list"),
    ],
)
def test_a_reply_of_another_form_is_a_failure_of_all_its_records(reply: Any, says: str) -> None:
    found = read(reply)
    assert found.scores == {}
    assert found.records == 2
    assert found.failure is not None
    assert "text" not in found.failure
    assert re.search(says, found.failure)


@pytest.mark.parametrize(
    ("entries", "trouble", "times"),
    [
        ([one("a-0")], "missing", 1),
        ([], "missing", 2),
        ([one("a-0"), one("a-0"), one("a-0"), one("b-0")], "twice", 1),
        ([one("a-0"), one("b-0"), one("c-0"), one(7), 3, None], "unknown", 4),
        ([one("a-0", float("nan")), one("b-0")], "notFinite", 1),
        ([one("a-0", float("inf")), one("b-0", 10**400)], "notFinite", 2),
        ([one("a-0", "0.5"), one("b-0", None)], "noNumber", 2),
        ([one("a-0", True), one("b-0", [1])], "noNumber", 2),
        ([one("a-0", 1.5), one("b-0", -0.1)], "offScale", 2),
        ([one("a-0", words=101), one("b-0")], "offScale", 1),
        ([{"id": "a-0", REWARD: 1}, one("b-0")], "noMetric", 1),
        ([{"id": "a-0", "metrics_list": "words"}, one("b-0")], "noMetric", 2),
    ],
)
def test_what_is_odd_is_counted(entries: list[Any], trouble: str, times: int) -> None:
    found = read(entries)
    assert found.troubles == {trouble: times}
    assert trouble in TROUBLES


def test_a_metric_that_comes_twice_has_no_value() -> None:
    entry = one("a-0")
    entry["metrics_list"] *= 2
    found = read([entry, one("b-0")])
    assert found.scores["a-0"] == {REWARD: 0.5}
    assert found.troubles == {"metricTwice": 1}


def test_a_record_that_comes_twice_has_no_score() -> None:
    assert "a-0" not in read([one("a-0", 0), one("a-0", 1), one("b-0")]).scores


def test_what_the_suite_does_not_name_is_left_out() -> None:
    assert read([one("a-0", other=3), one("b-0")]).scores["a-0"] == {REWARD: 0.5, "words": 7}


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5) | st.just("a-0"),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["id", REWARD, "metrics_list", "name", "value", "statusCode", "body"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_any_json_is_read_to_numbers_on_their_scales(reply: Any) -> None:
    found = read(reply)
    for values in found.scores.values():
        for name, value in values.items():
            assert METRICS[name].minimum <= value <= METRICS[name].maximum
