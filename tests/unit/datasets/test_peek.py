"""A look at a file by a few ranges of its bytes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from dataset_helpers import jsonl, record
from format_lines import GENERATED, LINES, RETRIEVED, turn, turns
from hypothesis import given
from hypothesis import strategies as st

from modeleval.datasets.peek import WHOLE_BYTES, Peek, peek


class File:
    """Bytes that remember which ranges of them were read."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.ranges: list[tuple[int, int]] = []

    def read(self, start: int, length: int) -> bytes:
        assert length > 0
        self.ranges.append((start, length))
        return self.data[start : start + length]


def looked(*lines: Any, data: bytes | None = None) -> Peek:
    file = File(jsonl(*lines) if data is None else data)
    return peek(len(file.data), file.read)


def supports(found: Peek, kind: str) -> dict[str, tuple[bool, str]]:
    return {one.metric: (one.usable, one.says) for one in found.supports if one.kind == kind}


def test_a_small_file_is_read_as_a_whole() -> None:
    lines = [record(0), record(1, referenceResponse=None), record(2, category=None, ticket=7)]
    found = looked(*lines)
    assert (found.format, found.complete, found.records) == ("bedrock-responses", True, 3)
    assert (found.estimated_records, found.read) == (3, found.size)
    assert found.fields["prompt"] == (1.0, ("string",))
    assert found.fields["ticket"] == (pytest.approx(1 / 3), ("number",))
    assert found.references == pytest.approx(2 / 3)
    assert found.categories == {"numbers": 2}
    assert found.identifiers == {"support-bot-v3": 3}
    assert found.lengths["asked"] == (3, 10, 10, 10)
    assert found.lengths["reference"].records == 2
    assert found.unreadable == 0


@pytest.mark.parametrize("name", LINES)
def test_every_format_is_looked_at(name: str) -> None:
    found = looked(LINES[name], LINES[name])
    assert (found.format, found.records, found.references) == (name, 2, 1.0)
    assert found.supports
    assert all(one.usable for one in found.supports)
    json.dumps(found.to_document(texts=True), allow_nan=False)


def test_a_big_file_is_read_in_a_few_ranges() -> None:
    data = jsonl(*(record(number, prompt="x" * 900) for number in range(4000)))
    assert len(data) > WHOLE_BYTES
    file = File(data)
    found = peek(len(data), file.read)
    assert not found.complete
    assert len(file.ranges) == 5
    assert found.read == sum(length for _, length in file.ranges) < len(data) / 2
    assert found.estimated_records == pytest.approx(4000, rel=0.02)
    assert found.unreadable == 0
    assert found.identifiers["support-bot-v3"] == found.records


def test_lines_that_are_refused_are_counted() -> None:
    found = looked(record(), record(1, prompt=5), LINES["messages"])
    assert (found.records, found.unreadable) == (3, 2)


def test_references_decide_what_is_said_of_metrics() -> None:
    said = supports(looked(record(0), record(1, referenceResponse=None)), "bedrock-judge")
    assert said["Correctness"] == (True, "measured by the references, which 50% have")
    assert said["Helpfulness"] == (True, "needs no reference")
    none = supports(looked(record(0, referenceResponse=None)), "bedrock-judge")
    assert none["Completeness"] == (True, "judged without a reference: there is none")


def test_a_scorer_needs_references() -> None:
    found = looked({"query": "a"}, {"query": "b", "response": "c"})
    assert supports(found, "sagemaker-scorer") == {
        "any": (False, "every record needs a reference, and 50% have one")
    }
    assert supports(found, "sagemaker-judge") == {"any": (True, "needs no reference")}


def test_retrieval_needs_references_for_coverage() -> None:
    found = looked(turns(turn("a", **RETRIEVED)), turns(turn("b", "c", **RETRIEVED)))
    assert supports(found, "bedrock-rag-retrieve") == {
        "ContextRelevance": (True, "needs no reference"),
        "ContextCoverage": (False, "every record needs a reference, and 50% have one"),
    }


def test_citation_metrics_need_citations() -> None:
    bare = {name: value for name, value in GENERATED.items() if name != "citations"}
    found = looked(turns(turn("a", "b", **GENERATED)), turns(turn("b", "c", **bare)))
    said = supports(found, "bedrock-rag-generate")
    assert said["CitationPrecision"] == (
        False,
        "every answer needs its citations, and 50% have them",
    )
    assert said["Correctness"] == (True, "measured by the references")


def test_conversations_of_several_turns_are_no_retrieval() -> None:
    found = looked(turns(turn("a", "b")), turns(turn("a", "b"), turn("c", "d")))
    assert found.turns == 2
    retrieve = supports(found, "bedrock-rag-retrieve")
    assert retrieve["ContextCoverage"] == (
        False,
        "a retrieval has exactly one turn, and 50% have one",
    )


def test_no_text_is_in_the_document_unless_it_is_asked_for() -> None:
    found = looked(record(prompt="the secret", referenceResponse="the hidden"))
    assert "secret" not in json.dumps(found.to_document())
    assert found.to_document(texts=True)["texts"] == [
        {
            "asked": [{"role": "user", "content": "the secret"}],
            "reference": "the hidden",
            "responses": [{"text": "Number 0.", "source": "support-bot-v3"}],
        }
    ]


def test_many_names_and_labels_are_bounded() -> None:
    lines = [record(n, category=f"c{n}", **{f"f{n}": 1}) for n in range(100)]
    found = looked(*lines)
    assert len(found.fields) == 51
    assert found.fields["other fields"][0] > 0.5
    assert (len(found.categories), found.uncounted_categories) == (20, 80)


@pytest.mark.parametrize("data", [b"", b"\n", b"[]", b"\x1f\x8b", b"a,b\n1,2\n"])
def test_other_files_are_told_and_not_read_further(data: bytes) -> None:
    found = looked(data=data)
    assert found.looks.startswith("looks like ")
    assert found.action
    assert (found.records, found.supports) == (0, ())


@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    json.dumps(looked(data=data).to_document(texts=True), allow_nan=False)
