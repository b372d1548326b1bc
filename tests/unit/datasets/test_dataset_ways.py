"""The quick way and the careful way of reading a line: the same report, records and index."""

import io
import json
from typing import Any

import pytest
from dataset_helpers import IDENTIFIER, SOURCE, answered, check, chunks, jsonl, record
from hypothesis import example, given, settings
from hypothesis import strategies as st

from modeleval.datasets.findings import Place
from modeleval.datasets.judge_format import JudgeFormat
from modeleval.datasets.options import DatasetOptions
from modeleval.datasets.output import Output
from modeleval.datasets.record import Record
from modeleval.datasets.report import DatasetReport
from modeleval.datasets.validation import Validation

GOOD = jsonl(record()).strip()
ODD = [
    "", " ", "\n", "\u2028", "\x85 x", "é", "\N{GRINNING FACE}", '"', "\\", "\\u0070", "\0", "\x7f",
    "[Empty response]", " [no response from model]\n", "[1] a footnote", "[", "<b>", "<", "</th",
    "<thinking>a</thinking>b", "<THINKING>a", "a</Thinking>", "<th\u0131n\u212aing>a", "a\r",
    "x" * 1025, "é" * 2049, "x" * 257, '"prompt":', "prompt", "\u3000",
]  # fmt: skip
texts = st.sampled_from(ODD) | st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
values: st.SearchStrategy[Any] = texts | st.sampled_from([None, 7, -0.0, True, [], {}])
CLUSTERS = [None, "talk", "category", "prompt", "referenceResponse", "modelResponses", "é b"]


@st.composite
def nearly_ordinary(draw: st.DrawFn) -> bytes:
    """A record of a few that recur, with up to two oddities, in one of several spellings."""
    fields = record(draw(st.integers(0, 2)), talk="t")
    names = st.sampled_from([*fields, "é b", "other", "conversationTurns"])
    for name in draw(st.lists(names, max_size=1)):
        fields[name] = draw(values)
    if draw(st.booleans()):
        identifier = draw(st.sampled_from([IDENTIFIER] * 5 + ["other", "a b", "", None]))
        fields["modelResponses"] = answered(draw(values), identifier)
    for name in draw(st.lists(st.sampled_from([*fields]), max_size=3)):
        fields.pop(name, None)
    separators = draw(st.sampled_from([(",", ":"), (", ", ": "), (" ,  ", "\t: ")]))
    ascii_only = draw(st.booleans())
    return json.dumps(fields, ensure_ascii=ascii_only, separators=separators).encode()


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A line with a field given twice, or with bytes changed."""
    line = draw(nearly_ordinary())
    twice = [b'"prompt":"",', b'"prompt":"",'[:-1], b'"\\u0070rompt": "b",', b'"category":"",',
             b'"talk":1,', b'"modelResponses":[],', b" " * 20, b"\xff", b"\xed\xa0\x80", b"\\ud800",
             b"\0", b"}", b"\x1f\x8b", b"\xef\xbb\xbf", b'"response":"",']  # fmt: skip
    at = draw(st.sampled_from([0, 1, 12, len(line)]) | st.integers(0, len(line)))
    return line[:at] + draw(st.sampled_from(twice)) + line[at:]


lines = st.lists(
    st.one_of(
        st.just(GOOD), nearly_ordinary(), nearly_ordinary(), damaged(), st.sampled_from([b"", b" "])
    ),
    max_size=8,
)
options = st.fixed_dictionaries(
    {
        "identifier": st.sampled_from([None, None, IDENTIFIER, "other", "a b"]),
        "reference_wanted_by": st.sampled_from([(), ("Correctness",)]),
        "keep_thinking": st.booleans(),
        "allow_long_prompts": st.booleans(),
        "cluster_field": st.sampled_from([None, None, *CLUSTERS]),
        "max_records": st.sampled_from([None, None, 0, 1, 3]),
    }
)


def read(
    data: bytes, chunk: int, *, careful: bool, **options: Any
) -> tuple[DatasetReport, bytes, bytes]:
    records, index = io.BytesIO(), io.BytesIO()
    validation = Validation(
        DatasetOptions(source=SOURCE, **options), Output(records, index), careful=careful
    )
    report = validation.run(chunks(data, chunk))
    return report, records.getvalue(), index.getvalue()


PLAIN: dict[str, Any] = {"identifier": None, "max_records": None}
TWICE = GOOD.replace(b'"category"', b'"category": "c", "category"')
UNICODE = json.dumps(record(prompt="é\u2028", category="é"), ensure_ascii=False).encode()


@settings(max_examples=400, deadline=None)
@given(lines, options, st.sampled_from([b"\n", b"\r\n"]), st.sampled_from([40, 10_000]))
@example([TWICE], PLAIN, b"\n", 10_000)
@example([UNICODE, UNICODE], PLAIN, b"\n", 10_000)
@example([jsonl(record(talk="\ud800")).strip()], PLAIN | {"cluster_field": "talk"}, b"\n", 10_000)
@example([jsonl(record(talk=7)).strip()] * 2, PLAIN | {"cluster_field": "talk"}, b"\n", 10_000)
def test_both_ways_are_the_same(
    given_lines: list[bytes], options: dict[str, Any], end: bytes, chunk: int
) -> None:
    first = jsonl(record(9, talk="t", **{"é b": "u"} if options.get("cluster_field") else {}))
    data = first + end.join(given_lines)
    quick = read(data, chunk, careful=False, **options)
    assert quick == read(data, chunk, careful=True, **options)


def careful_lines(data: bytes, monkeypatch: pytest.MonkeyPatch, **options: Any) -> list[bytes]:
    """The lines that were read the careful way."""
    seen: list[bytes] = []
    original = JudgeFormat.read

    def noted(self: JudgeFormat, data: bytes, place: Place) -> Record | None:
        seen.append(data)
        return original(self, data, place)

    monkeypatch.setattr(JudgeFormat, "read", noted)
    assert check(data, **options).report.problem_count == 0
    return seen


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"referenceResponse": None, "category": None},
        {"prompt": "one\ntwo \u2019\u2028", "modelResponses": answered('a "b" <p> [c](d) ' * 9)},
        {"modelResponses": answered("[a footnote] and more than a placeholder")},
    ],
)
def test_ordinary_lines_are_read_the_quick_way(
    fields: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = jsonl(*(record(number, **fields) for number in range(20)))
    assert len(careful_lines(data, monkeypatch)) == 1


@pytest.mark.parametrize("cluster", ["t", 7])
def test_so_are_lines_with_a_cluster(cluster: object, monkeypatch: pytest.MonkeyPatch) -> None:
    data = jsonl(*(record(number, talk=cluster) for number in range(20)))
    assert len(careful_lines(data, monkeypatch, cluster_field="talk")) == 1
