import io
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeleval.errors import OutputUnusable
from modeleval.scores.records import (
    RecordScore,
    parse_result,
    read_record_scores,
    write_record_scores,
)


def _write(scores: list[RecordScore]) -> bytes:
    stream = io.BytesIO()
    assert write_record_scores(scores, stream) == len(scores)
    return stream.getvalue()


def test_a_score_is_one_line_of_camel_case_json_without_defaults() -> None:
    scores = [
        RecordScore(key="k1", line=1, metric="Correctness", value=0.5, explanation="so\nso"),
        RecordScore(key="k2", line=2, metric="Correctness", not_applicable=True, category="tax"),
        RecordScore(key="k3", line=3, metric="Correctness"),
    ]
    assert [json.loads(line) for line in _write(scores).splitlines()] == [
        {"key": "k1", "line": 1, "metric": "Correctness", "value": 0.5, "explanation": "so\nso"},
        {"key": "k2", "line": 2, "metric": "Correctness", "notApplicable": True, "category": "tax"},
        {"key": "k3", "line": 3, "metric": "Correctness"},
    ]


def test_no_value_is_unscored_unless_it_does_not_apply() -> None:
    assert RecordScore(key="k", line=1, metric="m").unscored
    assert not RecordScore(key="k", line=1, metric="m", not_applicable=True).unscored
    assert not RecordScore(key="k", line=1, metric="m", value=0.0).unscored


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_number_that_is_none_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        RecordScore(key="k", line=1, metric="m", value=value)


def test_a_score_cannot_both_have_a_value_and_not_apply() -> None:
    with pytest.raises(ValueError, match="does not apply has no value"):
        RecordScore(key="k", line=1, metric="m", value=1.0, not_applicable=True)


def test_lines_may_be_text_and_empty_ones_are_skipped() -> None:
    lines = ['{"key":"k","line":1,"metric":"m","value":1}', "\n", ""]
    assert list(read_record_scores(lines)) == [RecordScore(key="k", line=1, metric="m", value=1.0)]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ('{"key":"secret-key"', "truncated"),
        ('{"key":"secret-key","metric":"m"}', "missing required field `line`"),
        ('{"key":"secret-key","line":1,"metric":"m","value":true}', r"got `bool` - at `\$.value`"),
    ],
)
def test_an_unreadable_line_is_named_and_not_shown(line: str, what: str) -> None:
    good = '{"key":"k","line":1,"metric":"m"}'
    with pytest.raises(OutputUnusable, match=what) as raised:
        list(read_record_scores([good, line]))
    assert raised.value.where == "line 2"
    assert "secret" not in str(raised.value)


def test_reading_is_lazy() -> None:
    scores = read_record_scores(['{"key":"k","line":1,"metric":"m"}', "broken"])
    assert next(scores).key == "k"


def test_lone_surrogates_are_replaced_where_text_is_kept() -> None:
    score = RecordScore(
        key="k", line=1, metric="m", value="a\ud800", explanation="b\ud800", category="c\ud800"
    )
    assert (score.value, score.explanation, score.category) == ("a\ufffd", "b\ufffd", "c\ufffd")
    assert list(read_record_scores([_write([score])])) == [score]


# Any code points, lone surrogates included.
_TEXTS = st.none() | st.lists(st.integers(0, 0x10FFFF).map(chr)).map("".join)
_SCORES: st.SearchStrategy[RecordScore] = st.builds(
    lambda result, present, **texts: _score(parse_result(result, present), texts),
    result=_TEXTS | st.floats() | st.booleans(),
    present=st.booleans(),
    explanation=_TEXTS,
    category=_TEXTS,
    cluster=_TEXTS,
)


def _score(parsed: Any, texts: dict[str, str | None]) -> RecordScore:
    return RecordScore(
        key="k",
        line=1,
        metric="m",
        value=parsed.value,
        not_applicable=parsed.not_applicable,
        **texts,
    )


@given(st.lists(_SCORES))
def test_what_is_written_is_read_again(scores: list[RecordScore]) -> None:
    data = _write(scores)
    assert list(read_record_scores(io.BytesIO(data))) == scores
    assert _write(list(read_record_scores(io.BytesIO(data)))) == data
