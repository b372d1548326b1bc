"""A judge's output that is out to do harm: read as texts and finite numbers, or refused by name."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from hostile import MARK, TEXTS
from kinds.judge_outputs import FILE, MemoryObjects, entry, output, spec
from unit_documents import RUN

from modeleval.artifacts import index_key
from modeleval.errors import OutputUnusable
from modeleval.ids import JobRef
from modeleval.kinds import judge_output
from modeleval.kinds.protocol import JobContext
from modeleval.scores.records import RecordScore

OTHER = output(1)


def collected(line: bytes) -> list[RecordScore]:
    """The scores of an output of this line and of a sound one."""
    whole = line + b"\n" + json.dumps(OTHER).encode() + b"\n"
    index = b"".join(msgspec.json.encode(one) + b"\n" for one in (entry(0), entry(1)))
    objects: Any = MemoryObjects({FILE: whole, index_key(RUN, 0, 0): index})
    services: Any = SimpleNamespace(objects=objects)
    context = JobContext(JobRef(RUN, 0, 1), 0, spec(["Correctness"]), {}, services)
    return sorted(judge_output.collect(context).scores, key=lambda one: one.line)


def with_result(result: str) -> bytes:
    return json.dumps(output(0, "HERE")).replace('"HERE"', result).encode()


@pytest.mark.parametrize(
    "result",
    ["1e400", "-1e400", "9" * 5000, "-" + "9" * 5000, "Infinity", "-Infinity", "[[1]]", "{}"],
)
def test_a_result_that_is_no_number_of_this_world_is_never_a_score(result: str) -> None:
    try:
        scores = collected(with_result(result))
    except OutputUnusable as refusal:
        assert result not in str(refusal)  # noqa: PT017 - one of two good ends
        return
    hostile, sound = scores
    assert hostile.value is None
    assert sound.value == 1.0


@pytest.mark.parametrize("attack", TEXTS)
def test_an_explanation_is_text(attack: str) -> None:
    hostile = output(0)
    [said] = hostile["automatedEvaluationResult"]["scores"]
    said["evaluatorDetails"][0]["explanation"] = TEXTS[attack]
    scores = collected(json.dumps(hostile).encode())
    kept = str(scores[0].explanation)
    assert kept == TEXTS[attack].replace("\ud800", "\ufffd")  # half a character is none
    assert msgspec.json.decode(msgspec.json.encode(scores[0]))["explanation"] == kept
    assert scores[0].category == entry(0).category  # never the output's own


@pytest.mark.parametrize("attack", TEXTS)
def test_a_metric_that_was_not_asked_for_is_no_score_whatever_it_is_called(attack: str) -> None:
    hostile = output(0)
    hostile["automatedEvaluationResult"]["scores"][0]["metricName"] = TEXTS[attack]
    try:
        scores = collected(json.dumps(hostile).encode())
    except OutputUnusable as refusal:
        assert MARK not in str(refusal)  # noqa: PT017 - one of two good ends
        return
    assert {one.metric for one in scores} == {"Correctness"}
    assert scores[0].value is None


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"automatedEvaluationResult": ' + b"[" * 5_000 + b"]" * 5_000 + b"}",
        b"\x00",
        b"\xff\xfe",
        b'"' + MARK.encode(),
        b'{"automatedEvaluationResult": {"scores": "' + MARK.encode() + b'"}}',
        b'{"automatedEvaluationResult": null, "inputRecord": null}',
        json.dumps([MARK] * 1000).encode(),
    ],
)
def test_a_line_that_is_none_is_refused_by_name_and_not_by_content(line: bytes) -> None:
    try:
        scores = collected(line)
    except OutputUnusable as refusal:
        assert MARK not in str(refusal)  # noqa: PT017 - one of two good ends
        return
    assert [one.value for one in scores] == [None, 1.0]
