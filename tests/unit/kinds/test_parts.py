"""A dataset in parts: equal, stable, in the dataset's order."""

from __future__ import annotations

import io
import tracemalloc
from typing import Any

import pytest
from botocore.response import StreamingBody
from hypothesis import given
from hypothesis import strategies as st
from judge_plans import DATASET, NUMBER, jsonl, plan, record
from pydantic import ValidationError
from unit_documents import RUN
from unit_fakes import MemoryS3, bucket, services

from modeleval import objects
from modeleval.artifacts import index_key, records_key
from modeleval.datasets.index import IndexEntry, read_index
from modeleval.errors import DatasetInvalid
from modeleval.kinds import sources
from modeleval.kinds.parts import Part, PromptLine, part_count, write_parts
from modeleval.kinds.protocol import PlanContext


def lines(judged: list[bool]) -> list[PromptLine]:
    return [
        PromptLine(
            [IndexEntry(f"k{n}", n, None, None, "i", "r", None if one else "emptyResponse")],
            b"%d\n" % n if one else None,
        )
        for n, one in enumerate(judged)
    ]


def written(judged: list[bool], size: int, first: int = 0) -> tuple[MemoryS3, tuple[Part, ...]]:
    s3 = MemoryS3()
    context = PlanContext(RUN, NUMBER, services(objects=bucket(s3)))
    parts = write_parts(lines(judged), sum(judged), size=size, first=first, context=context)
    return s3, parts


@given(st.lists(st.booleans(), min_size=1, max_size=60).filter(any), st.integers(1, 20))
def test_parts_are_equal_and_read_one_after_another_are_the_dataset(
    judged: list[bool], size: int
) -> None:
    s3, parts = written(judged, size)
    sizes = [part.prompts for part in parts]
    assert len(sizes) == part_count(sum(judged), size)
    assert max(sizes) <= size
    assert max(sizes) - min(sizes) <= 1
    records = b"".join(s3.objects[records_key(RUN, NUMBER, part.number)] for part in parts)
    assert records == b"".join(line.line for line in lines(judged) if line.line)
    entries = [
        entry
        for part in parts
        for entry in read_index([s3.objects[index_key(RUN, NUMBER, part.number)]])
    ]
    assert entries == [line.entries[0] for line in lines(judged)]


@given(st.lists(st.integers(0, 5), min_size=1, max_size=60).filter(any), st.integers(1, 20))
def test_lines_of_several_prompts_are_never_cut_and_fit_if_one_of_them_does(
    turns: list[int], size: int
) -> None:
    """0 is a line that is not judged."""
    s3 = MemoryS3()
    context = PlanContext(RUN, NUMBER, services(objects=bucket(s3)))
    plain = lines([count > 0 for count in turns])
    given_lines = [one._replace(prompts=count) for one, count in zip(plain, turns, strict=True)]
    longest = max(turns)
    parts = write_parts(
        given_lines, sum(turns), size=size, first=3, context=context, longest=longest
    )
    assert [part.number for part in parts] == list(range(3, 3 + len(parts)))
    assert max(part.prompts for part in parts) <= max(size, longest)
    assert sum(part.prompts for part in parts) == sum(turns)
    records = b"".join(s3.objects[records_key(RUN, NUMBER, part.number)] for part in parts)
    assert records == b"".join(line.line for line in given_lines if line.line)


def test_parts_are_numbered_from_the_first_one() -> None:
    _, parts = written([True] * 5, 2, first=7)
    assert parts == (Part(7, 2), Part(8, 2), Part(9, 1))


def test_all_entries_of_a_line_stand_in_its_part() -> None:
    s3 = MemoryS3()
    context = PlanContext(RUN, NUMBER, services(objects=bucket(s3)))
    first, second, third = (line.entries[0] for line in lines([True, True, True]))
    turns = [PromptLine([first, second], b"a\n"), PromptLine([third], b"b\n")]
    assert write_parts(turns, 2, size=1, first=0, context=context) == (Part(0, 1), Part(1, 1))
    assert list(read_index([s3.objects[index_key(RUN, NUMBER, 0)]])) == [first, second]


def world(count: int, **changes: Any) -> MemoryS3:
    return MemoryS3(**{DATASET: jsonl(*(record(n, **changes) for n in range(count)))})


def test_a_part_is_a_job_and_a_group_is_one_estimate() -> None:
    planned = plan(world(5), shardSize=2, repeats=2)
    assert [job.spec["part"] for job in planned.jobs] == [0, 0, 1, 1, 2, 2]
    assert [job.judgements for job in planned.jobs] == [4, 4, 4, 4, 2, 2]
    assert [one.records for one in planned.estimates] == [5, 5]
    assert planned.records == 5


def test_groups_number_their_parts_on() -> None:
    planned = plan(
        world(5, category="a"),
        shardSize=3,
        metrics=["Correctness", {"name": "Refusal", "categories": ["a"]}],
    )
    assert [(job.spec["part"], job.spec["metrics"]) for job in planned.jobs] == [
        (0, ["Correctness"]),
        (1, ["Correctness"]),
        (2, ["Refusal"]),
        (3, ["Refusal"]),
    ]


def test_planning_again_writes_the_same_parts() -> None:
    one, other = world(7), world(7)
    plan(one, shardSize=3)
    plan(other, shardSize=3)
    assert one.objects == other.objects


@pytest.mark.parametrize("size", [0, 1001])
def test_a_part_is_what_a_job_takes_at_most(size: int) -> None:
    with pytest.raises(ValidationError, match="shardSize"):
        plan(world(1), shardSize=size)


def test_a_dataset_that_is_too_large_is_refused_before_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sources, "MAX_DATASET_BYTES", 100)
    with pytest.raises(DatasetInvalid) as caught:
        plan(world(3))
    assert "bytes, and at most 100 are read (s3://" in str(caught.value)
    assert "Split it, and evaluate each file in a run of its own." in str(caught.value)


class Nowhere(MemoryS3):
    """An S3 that has a dataset, and keeps nothing of what is written."""

    def get_object(self, *, Key: str, **_: Any) -> dict[str, Any]:  # noqa: N803 - boto3's
        data = self.objects[Key]
        body = StreamingBody(io.BytesIO(data), len(data))
        return {"Body": body, "ETag": "etag", "ContentLength": len(data)}

    def upload_fileobj(self, file: Any, bucket: str, key: str) -> None:  # noqa: ARG002
        while file.read(1 << 16):
            pass

    def put_object(self, **_: Any) -> None:
        pass


def peak(count: int) -> int:
    """Bytes that planning takes at most, beside the dataset itself."""
    s3 = Nowhere(**{DATASET: jsonl(*(record(n, "yes " * 50) for n in range(count)))})
    tracemalloc.start()
    try:
        plan(s3, shardSize=100)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_dataset(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (sources, objects):
        monkeypatch.setattr(module, "_SPOOL", 1 << 16)
    peak(100)  # what is made once
    # Of the 18,000 further records at most 40 bytes each stay, and what a part's job is told; as a
    # list they would be over 15 MB.
    assert peak(20_000) - peak(2_000) < 3 << 20
