"""Memory stays within 64 MB and 40 bytes per record; positions are right at any number."""

import io
import random
import tracemalloc
from collections import Counter
from collections.abc import Iterator

import pytest

from modeleval.datasets.options import DatasetOptions
from modeleval.datasets.seen import Seen
from modeleval.datasets.validation import validate

MIB = 1024 * 1024
RECORDS = 60_000
LINE = b'{"prompt": "%d", "modelResponses": [{"response": "r%d", "modelIdentifier": "m"}]}\n'


class Nowhere(io.RawIOBase):
    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        return len(data)  # type: ignore[arg-type]


def lines(records: int) -> Iterator[bytes]:
    for start in range(0, records, 500):
        yield b"".join(LINE % (number, number) for number in range(start, start + 500))


def test_a_record_costs_at_most_40_bytes() -> None:
    """With every input and every response different, soon after the table has grown (at 49,152)."""
    options = DatasetOptions(source="s", identifier="m", max_records=None)
    tracemalloc.start()
    try:
        report = validate(lines(RECORDS), options, records=Nowhere(), index=Nowhere())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert report.records == RECORDS
    assert peak <= MIB // 2 + 40 * RECORDS  # half a MiB: what is left when no line is long


@pytest.mark.parametrize(
    "line",
    [
        b"x" * 40 * MIB,
        b'{"prompt": "' + b"\\u4e00" * 170_000 + b'"}',
        b"{" + b",".join(b'"%d":1' % n for n in range(100_000)) + b"}",
        b'{"modelResponses": [' + b"1," * 500_000 + b"1]}",
        b'{"category": "category", "a": [' + b"[]," * 300_000 + b"[]]}",
        b'{"prompt": NaN, "a": [' + b"{}," * 300_000 + b"{}]}",
        b"\n" * 20_000,
    ],
    ids=["long", "escapes", "fields", "responses", "watched", "nan", "blank"],
)
def test_no_single_line_takes_more_than_the_allowance(line: bytes) -> None:
    options = DatasetOptions(source="s", identifier=None)
    chunks = [line[start : start + 65_536] for start in range(0, len(line), 65_536)]
    tracemalloc.start()
    try:
        report = validate(iter(chunks), options, records=io.BytesIO(), index=io.BytesIO())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert report.problem_count
    assert peak < 64 * MIB


def test_seen_counts_as_a_dict_would() -> None:
    draw = random.Random(7)
    seen, counts = Seen(), Counter[int]()
    for _ in range(50_000):
        number = int(draw.paretovariate(0.3)) % 2**64 or 1
        assert seen.add(number) == counts[number]
        counts[number] += 1
    assert max(counts.values()) > 1000
