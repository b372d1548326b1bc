"""The quick parts of reading against plain ones that do the same."""

import io
from collections import Counter
from itertools import count

import pytest
from dataset_helpers import chunks
from hypothesis import given
from hypothesis import strategies as st

from modeleval.datasets import repeats as repeats_module
from modeleval.datasets.identity import (
    input_digest,
    input_digests,
    response_digest,
    response_digests,
)
from modeleval.datasets.index import IndexEntry, Labels, entry_line, entry_lines
from modeleval.datasets.lines import Line, LineReader
from modeleval.datasets.repeats import Repeats

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
labels = st.none() | texts


@given(st.lists(st.sampled_from([b"a", b"\r", b"\n", b"\r\n", b"xyz" * 3, b"x" * 30])), st.data())
def test_lines_are_what_splitting_makes_of_them(pieces: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(pieces)
    size, limit = data.draw(st.integers(1, 60)), data.draw(st.integers(1, 40))
    reader = LineReader(chunks(whole, size), limit=limit)
    found = list(reader)
    contents = whole.split(b"\n")
    if not contents[-1]:
        contents.pop()
    bare = [content.removesuffix(b"\r") for content in contents]
    assert [line.data for line in found] == [c if len(c) <= limit else None for c in bare]
    assert [line.number for line in found] == list(range(1, len(bare) + 1))
    assert all(isinstance(line, Line) for line in found)
    assert reader.lines == len(bare)


@given(st.lists(st.tuples(texts, texts, texts)))
def test_many_digests_are_those_of_each(records: list[tuple[str, str, str]]) -> None:
    prompts, references, responses = zip(*records, strict=True) if records else ((), (), ())
    asked = [input_digest(prompt, reference) for prompt, reference, _ in records]
    assert [digest.hex() for digest in input_digests(prompts, references)] == asked
    said = [response_digest(response) for _, _, response in records]
    assert [digest.hex() for digest in response_digests(responses)] == said


@given(st.lists(st.tuples(st.integers(0, 10**6), labels, labels, st.binary(min_size=16))))
def test_index_lines_are_those_of_each_entry(
    records: list[tuple[int, str | None, str | None, bytes]],
) -> None:
    digests = [(digest[:16], digest[-16:]) for *_, digest in records]
    entries = [
        IndexEntry(
            key=f"{asked.hex()}-{position}",
            line=line,
            category=category,
            cluster=cluster,
            input_digest=asked.hex(),
            response_digest=said.hex(),
        )
        for line, (position, category, cluster, _), (asked, said) in zip(
            count(7), records, digests, strict=False
        )
    ]
    assert entry_lines(
        7,
        positions=[position for position, *_ in records],
        digests=digests,
        categories=[category for _, category, *_ in records],
        clusters=[cluster for *_, cluster, _ in records],
        labels=Labels(),
    ) == [entry_line(entry) for entry in entries]


@given(st.lists(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 2)), max_size=30)))
def test_repeats_are_those_that_sets_would_find(runs: list[list[tuple[int, int]]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(repeats_module, "_FIRST_SLOTS", 4)  # grows several times
        repeats = Repeats()
    inputs, pairs = Counter[int](), set[tuple[int, int]]()
    for run in runs:
        expected = []
        for place, (asked, said) in enumerate(run):
            if inputs[asked]:
                expected.append((place, inputs[asked], (asked, said) in pairs))
            inputs[asked] += 1
            pairs.add((asked, said))
        digests = [(_digest(asked << 122), _digest(said << 66)) for asked, said in run]
        assert [tuple(one) for one in repeats.add_all(*_columns(digests))] == expected


def _digest(number: int) -> bytes:
    # The table sees the first 64 bits; that those of the inputs end alike is the worst for it.
    return number.to_bytes(16)


def _columns(pairs: list[tuple[bytes, bytes]]) -> tuple[list[bytes], list[bytes]]:
    return [asked for asked, _ in pairs], [said for _, said in pairs]


def test_blocks_count_on_after_a_long_line() -> None:
    data = io.BytesIO(b"a\n" + b"x" * 50 + b"\nb\nc")
    assert [line.number for line in LineReader([data.getvalue()], limit=20)] == [1, 2, 3, 4]
