"""From a RAG job's output to record scores."""

from __future__ import annotations

import json
import random
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from judge_outputs import PREFIX, MemoryObjects
from rag_plans import SYSTEM, document
from unit_documents import RUN, custom_metric

from modeleval.artifacts import index_key
from modeleval.datasets.identity import record_key
from modeleval.datasets.index import IndexEntry
from modeleval.datasets.rag_line import output_digest, turn_digest
from modeleval.errors import OutputUnusable
from modeleval.ids import JobRef
from modeleval.kinds.protocol import JobContext
from modeleval.kinds.registry import KINDS
from modeleval.scores.records import RecordScore

JUDGE_ARN = "arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.amazon.nova-pro-v1:0"
FILES = ["job/0f1e/2d3c_output.jsonl", "job/0f1e/output.jsonl"]


def spec(**changes: Any) -> dict[str, Any]:
    fields = {
        "part": 0,
        "candidate": None,
        "metrics": ["Correctness"],
        "customMetrics": [],
        "retrieve": False,
        "knowledgeBase": None,
    }
    return fields | changes


def said(text: str) -> dict[str, Any]:
    return {"content": [{"text": text}]}


def passages(*texts: str) -> dict[str, Any]:
    """As real output has them: with where they lie."""
    where = {"s3Location": {"uri": "s3://kb/doc.pdf"}, "type": "S3"}
    return {
        "retrievalResults": [
            {"content": {"text": text}, "location": where, "metadata": {}} for text in texts
        ]
    }


def turn(
    number: int,
    result: Any = 1.0,
    *,
    answer: str | None = None,
    metric: str = "Builtin.Correctness",
    output: dict[str, Any] | None = None,
) -> dict[str, Any]:
    details = [{"modelIdentifier": JUDGE_ARN, "explanation": f"because {number}"}]
    given = {
        "modelIdentifier": "a-model",
        "knowledgeBaseIdentifier": SYSTEM,
        "text": answer or f"answer {number}",
        "retrievedPassages": passages(f"passage {number}"),
        "citations": [],
    }
    return {
        "inputRecord": {
            "prompt": said(f"prompt {number}"),
            "referenceResponses": [said(f"reference {number}")],
        },
        "output": given if output is None else output,
        "results": [{"metricName": metric, "evaluatorDetails": details, "result": result}],
    }


def entry(
    number: int, *, answer: str | None = None, after: int | None = None, **changes: Any
) -> Any:
    history = [number] if after is None else [after, number]
    asked = turn_digest((f"prompt {n}", (f"reference {n}",)) for n in history)
    fields: dict[str, Any] = {
        "key": record_key(asked, changes.pop("position", 0)),
        "line": number + 1,
        "category": f"c{number % 2}",
        "cluster": None,
        "input_digest": asked,
        "response_digest": output_digest(answer or f"answer {number}", [f"passage {number}"]),
    }
    return IndexEntry(**fields | changes)


def collect(
    conversations: list[list[dict[str, Any]]],
    index: list[IndexEntry],
    *,
    file: str = FILES[0],
    raw: bytes | None = None,
    **changes: Any,
) -> tuple[list[RecordScore], list[str]]:
    lines = b"".join(
        json.dumps({"conversationTurns": turns}).encode() + b"\n" for turns in conversations
    )
    entries = b"".join(msgspec.json.encode(one) + b"\n" for one in index)
    check = f"{PREFIX}job/amazon-bedrock-evaluations-permission-check"
    objects: Any = MemoryObjects(
        {check: b"", PREFIX + file: lines if raw is None else raw, index_key(RUN, 0, 0): entries}
    )
    services: Any = SimpleNamespace(objects=objects)
    job = JobContext(JobRef(RUN, 0, 1), 0, spec(**changes), {}, services)
    collected = KINDS[document()["kind"]].collect(job, "arn")
    return list(collected.scores), list(collected.warnings)


def scores(*arguments: Any, **changes: Any) -> list[RecordScore]:
    found, warnings = collect(*arguments, **changes)
    assert warnings == []
    return found


@pytest.mark.parametrize("file", FILES)
def test_a_score_has_its_place_from_the_index_and_its_value_from_the_output(file: str) -> None:
    [score] = scores([[turn(3, 0.8333)]], [entry(3, cluster="talk")], file=file, candidate="b")
    assert score == RecordScore(
        key=entry(3).key,
        line=4,
        metric="Correctness",
        value=0.8333,
        explanation="because 3",
        category="c1",
        cluster="talk",
        judge=JUDGE_ARN,
        candidate="b",
    )


def test_turns_are_joined_by_what_was_asked_in_whatever_order_they_come() -> None:
    numbers = list(range(20))
    random.Random(7).shuffle(numbers)
    found = scores([[turn(n, n / 20)] for n in numbers], [entry(n) for n in range(20)])
    assert [score.value for score in found] == [n / 20 for n in range(20)]


def test_a_turn_is_joined_with_what_was_asked_before_it() -> None:
    index = [entry(1), entry(9, after=1), entry(2), entry(9, after=2)]
    found = scores([[turn(2, 0.3), turn(9, 0.4)], [turn(1, 0.1), turn(9, 0.2)]], index)
    assert [score.value for score in found] == [0.1, 0.2, 0.3, 0.4]


def test_equal_questions_are_told_apart_by_their_answers() -> None:
    index = [entry(1, answer="a"), entry(1, answer="b", position=1)]
    found = scores([[turn(1, 0.2, answer="b")], [turn(1, 0.1, answer="a")]], index)
    assert [score.value for score in found] == [0.1, 0.2]


def test_an_output_that_shows_less_is_joined_if_there_is_no_doubt() -> None:
    bare: dict[str, Any] = {"knowledgeBaseIdentifier": SYSTEM}
    text_only = {**bare, "text": "answer 1"}
    for output in (bare, text_only):
        [score] = scores([[turn(1, 0.5, output=output)]], [entry(1)])
        assert score.value == 0.5
    index = [entry(1, answer="a"), entry(1, answer="b", position=1)]
    with pytest.raises(OutputUnusable, match="None of the output's 1 turns"):
        collect([[turn(1, output=bare)]], index)


def test_another_answer_than_the_validated_one_belongs_to_nobody() -> None:
    found, warnings = collect([[turn(1, answer="other")], [turn(2)]], [entry(1), entry(2)])
    assert [score.unscored for score in found] == [True, False]
    assert warnings == ["1 turns of the output are not among those validated"]


def test_live_answers_are_joined_by_what_was_asked() -> None:
    index = [entry(1, response_digest="00"), entry(1, response_digest="00", position=1)]
    found = scores(
        [[turn(1, 0.2, answer="x")], [turn(1, 0.4, answer="y")]], index, knowledgeBase={"id": "A"}
    )
    assert [score.value for score in found] == [0.2, 0.4]


def test_a_knowledge_base_that_gave_nothing_has_no_score() -> None:
    nothing = {"knowledgeBaseIdentifier": "A", "retrievedResults": {"retrievalResults": []}}
    index = [entry(1), entry(2)]
    first, second = scores(
        [[turn(1, 0.0, output=nothing)], [turn(2, 1.0)]], index, knowledgeBase={"id": "A"}
    )
    assert first.unscored
    assert second.value == 1.0


def test_passages_of_retrieval_alone_are_read_where_they_stand() -> None:
    output = {"knowledgeBaseIdentifier": SYSTEM, "retrievedResults": passages("p", "q")}
    given = entry(1, response_digest=output_digest(None, ["p", "q"]))
    other = entry(1, response_digest=output_digest(None, ["p"]), position=1)
    found = scores(
        [[turn(1, 0.25, output=output, metric="Builtin.ContextRelevance")]],
        [other, given],
        metrics=["ContextRelevance"],
        retrieve=True,
    )
    assert [score.value for score in found] == [None, 0.25]


@pytest.mark.parametrize("result", [None, "NaN", float("nan")])
def test_what_does_not_apply_is_not_zero(result: object) -> None:
    [score] = scores([[turn(1, result)]], [entry(1)])
    assert (score.value, score.not_applicable) == (None, True)


def test_turns_that_were_never_sent_are_unscored() -> None:
    index = [entry(1), entry(9, after=1, unscored="emptyResponse")]
    first, second = scores([[turn(1)]], index)
    assert (first.value, second.unscored) == (1.0, True)


def test_a_record_without_references_or_results() -> None:
    bare = turn(1)
    del bare["inputRecord"]["referenceResponses"], bare["results"]
    other = entry(1, input_digest=turn_digest([("prompt 1", ())]))
    found, warnings = collect([[bare], [turn(2)]], [other, entry(2)])
    assert [score.unscored for score in found] == [True, False]
    assert warnings == []


def test_custom_metrics_are_read_on_their_scale() -> None:
    scale = [
        {"definition": f"Level {n}", "value": {"floatValue": float(n)}} for n in (1, 2, 3, 4, 5)
    ]
    metric = custom_metric(
        ratingScale=scale, instructions="Is it in the passages? {{context}} {{prompt}}"
    )
    turns = [[turn(1, 0.4, metric="Tone")], [turn(2, 1.0, metric="Tone")]]
    found = scores(turns, [entry(1), entry(2)], metrics=[], customMetrics=[metric])
    assert [score.value for score in found] == [2.0, 5.0]


def test_equal_turns_that_were_judged_differently_are_told() -> None:
    index = [entry(1), entry(1, position=1)]
    _, warnings = collect([[turn(1, 0.0)], [turn(1, 1.0)]], index)
    assert "Correctness: the judge scored 1 of 1 groups of equal records differently" in warnings[0]


@pytest.mark.parametrize("raw", [b"{}\n", b"not json\n", b'{"conversationTurns": 1}\n'])
def test_what_cannot_be_read_is_named_by_its_line(raw: bytes) -> None:
    with pytest.raises(OutputUnusable, match="line 1"):
        collect([], [entry(1)], raw=raw)


def test_no_output_at_all() -> None:
    with pytest.raises(OutputUnusable, match="left no output file"):
        collect([], [entry(1)], file="job/0f1e/other.json")


def test_an_output_of_another_dataset() -> None:
    with pytest.raises(OutputUnusable, match="belongs to another dataset"):
        collect([[turn(1)]], [entry(2)])


def test_bare_nan_is_read() -> None:
    line = json.dumps({"conversationTurns": [turn(1, 0.5)]}).replace("0.5", "NaN")
    [score] = scores([], [entry(1)], raw=line.encode() + b"\n")
    assert score.not_applicable
