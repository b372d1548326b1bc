"""The texts of a few records are found where a run's files hold them."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from report_world import EARLIER, RUN, ReportWorld
from unit_fakes import MemoryS3, bucket, job

from modeleval.artifacts import index_key, output_prefix, records_key
from modeleval.datasets.identity import input_digest
from modeleval.datasets.index import IndexEntry, read_index
from modeleval.datasets.options import DatasetOptions
from modeleval.datasets.rag_options import RagOptions
from modeleval.datasets.rag_validation import validate_rag
from modeleval.datasets.validation import validate
from modeleval.report.reading import read_texts
from modeleval.report.record_text import RecordText, texts_of
from modeleval.store.items import Job


def lines(*documents: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in documents)


class Stored:
    """A run's files of one job, as planning writes them."""

    def __init__(self, dataset: bytes, *, rag: bool = False, **spec: Any) -> None:
        records, index = io.BytesIO(), io.BytesIO()
        if rag:
            options = RagOptions(source="s", retrieve=False, identifier=None, live=True)
            validate_rag([dataset], options, records=records, index=index)
        else:
            answers = DatasetOptions(source="s", identifier=None, live=bool(spec.get("model")))
            validate([dataset], answers, records=records, index=index)
        self.entries = [*read_index([index.getvalue()])]
        self.s3 = MemoryS3()
        self.s3.objects[records_key(RUN, 0, 0)] = records.getvalue()
        self.s3.objects[index_key(RUN, 0, 0)] = index.getvalue()
        self.job = job(0, spec={"part": 0, "candidate": None, **spec})

    def output(self, *documents: dict[str, Any]) -> None:
        key = f"{output_prefix(RUN, 0, 1)}job/models/x/0_output.jsonl"
        self.s3.objects[key] = lines(*documents)

    def read(self, *entries: IndexEntry) -> list[RecordText | None]:
        keys = [one.key for one in entries]
        found = read_texts([self.job], keys, bucket(self.s3))
        return [found.get(key) for key in keys]


def answer(prompt: str, response: str) -> dict[str, Any]:
    said = [{"response": response, "modelIdentifier": "bot"}]
    return {"prompt": prompt, "referenceResponse": "R", "modelResponses": said}


def output(prompt: str, response: str) -> dict[str, Any]:
    return {
        "inputRecord": {"prompt": prompt, "referenceResponse": "R"},
        "modelResponses": [{"response": response, "modelIdentifier": "m"}],
        "automatedEvaluationResult": {"scores": []},
    }


def test_precomputed_texts_are_those_of_the_records_own_line() -> None:
    """Also behind a record that was not judged, and so has no line."""
    stored = Stored(lines(answer("a", "one"), answer("b", ""), answer("a", "three")))
    first, empty, third = stored.entries
    found = stored.read(third, empty, first)
    assert [one.answers[0].text if one else None for one in found] == ["three", None, "one"]
    assert found[0] is not None
    assert found[0].asked == (("user", "a"),)
    assert found[0].reference == "R"
    assert found[0].answers[0].source == "bot"


def test_live_responses_are_given_to_equal_prompts_in_the_outputs_order() -> None:
    asked = {"prompt": "a", "referenceResponse": "R"}
    stored = Stored(lines(asked, {**asked, "prompt": "b"}, asked), model="amazon.nova-lite-v1:0")
    stored.output(output("a", "one"), output("b", "two"), output("a", "three"))
    first, second, third = stored.entries
    found = stored.read(third, second, first)
    assert [one.answers[0].text for one in found if one] == ["three", "two", "one"]
    assert found[0] is not None
    assert found[0].answers[0].source == "amazon.nova-lite-v1:0"


@pytest.mark.parametrize("data", [None, b"no JSON\n"])
def test_without_a_readable_output_a_record_stands_there_without_its_response(
    data: bytes | None,
) -> None:
    stored = Stored(lines({"prompt": "a"}), model="m")
    if data:
        stored.output()
        [key] = [key for key in stored.s3.objects if key.endswith("output.jsonl")]
        stored.s3.objects[key] = data
    [found] = stored.read(*stored.entries)
    assert found == RecordText((("user", "a"),))


def said(text: str) -> dict[str, Any]:
    return {"content": [{"text": text}]}


def test_what_a_knowledge_base_answered_is_read_from_the_output_turn_by_turn() -> None:
    turns = [{"prompt": said(ask), "referenceResponses": [said("R")]} for ask in ("a", "b")]
    stored = Stored(lines({"conversationTurns": turns}), rag=True, knowledgeBase={"id": "KB"})
    answered = [
        {
            "inputRecord": turn,
            "output": {
                "text": f"answer to {turn['prompt']['content'][0]['text']}",  # type: ignore[index]
                "retrievedPassages": {"retrievalResults": [{"content": {"text": "passage"}}]},
            },
            "results": [],
        }
        for turn in turns
    ]
    stored.output({"conversationTurns": answered})
    [second] = stored.read(stored.entries[1])
    assert second is not None
    assert second.asked == (("user", "a"), ("assistant", "answer to a"), ("user", "b"))
    assert second.answers[0].text == "answer to b"
    assert second.passages == ("passage",)


def test_what_two_models_answered_to_be_rated_by_people_is_read_from_the_output() -> None:
    stored = Stored(lines({"prompt": "a", "referenceResponse": "R"}), model="m")
    sources = [{"model": "ours", "precomputed": None}, {"model": "theirs", "precomputed": None}]
    stored.job = job(0, spec={"part": 0, "sources": sources})
    stored.output(
        {
            "inputRecord": {"prompt": "a", "referenceResponse": "R"},
            "modelResponses": [
                {"response": f"{name} said", "modelIdentifier": name} for name in ("ours", "theirs")
            ],
            "humanEvaluationResult": {"modelResponseIdMap": {"0": "ours", "1": "theirs"}},
        }
    )
    [found] = stored.read(*stored.entries)
    assert found is not None
    assert found.answers == (("ours said", "ours"), ("theirs said", "theirs"))


def test_records_of_a_built_in_dataset_are_known_by_the_output_alone() -> None:
    stored = Stored(lines({"prompt": "x"}))
    spec = {"candidate": None, "model": "m", "several": True}
    stored.job = job(0, spec={**spec, "datasets": [{"name": "BoolQ", "part": None}]})
    stored.output(output("a", "one"), output("a", "two"))
    key = f"BoolQ:{input_digest('a', 'R')}-1"
    found = read_texts([stored.job], [key], bucket(stored.s3))
    assert found[key].answers[0].text == "two"


def test_files_that_have_expired_are_no_error() -> None:
    stored = Stored(lines(answer("a", "one")))
    stored.s3.objects.clear()
    assert stored.read(*stored.entries) == [None]


def _jobs(world: ReportWorld, run_id: str, evaluation: int) -> list[Job]:
    return [one for one in world.store.jobs(run_id) if one.evaluation == evaluation]


def test_another_candidates_responses_are_not_taken_for_the_subjects() -> None:
    world = ReportWorld()
    [key, *_] = [
        one.key for one in read_index([world.s3.objects[index_key(EARLIER, 0, 1)]]) if one.line == 1
    ]
    objects = world.services.objects
    own, other = _jobs(world, EARLIER, 0)
    assert read_texts([own, other], [key], objects)[key].answers[0].source == "support-bot-v3"
    assert read_texts([other], [key], objects) == {}
    [found] = read_texts([own, other], [key], objects, candidate="support-bot-old").values()
    assert found.answers[0].source == "support-bot-old"


def test_a_rag_record_has_its_conversation_its_passages_and_what_it_cites() -> None:
    world = ReportWorld()
    [line, *_] = world.s3.objects[records_key(RUN, 1, 0)].splitlines()
    _, second = texts_of(line)
    assert second.asked[0] == ("user", "Where does the Elbe end? (0)")
    assert second.asked[1] == ("assistant", "In the North Sea, I think.")
    assert second.passages == ("The Elbe ends in the North Sea.", "Bread.")
    assert second.cited == (("In the North Sea", ("The Elbe ends in the North Sea.",)),)


@pytest.mark.parametrize(
    "line", [b"", b"[]", b"{}", b'{"prompt": 1}', b'{"conversationTurns": 1}', b"\xff"]
)
def test_a_line_that_cannot_be_read_is_left_out(line: bytes) -> None:
    assert texts_of(line) == []


def test_sagemakers_formats_are_read_as_what_they_mean() -> None:
    messages = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "R"}]
    assert texts_of(json.dumps({"messages": messages}).encode()) == [
        RecordText((("user", "a"),), "R")
    ]
