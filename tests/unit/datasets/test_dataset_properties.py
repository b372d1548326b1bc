"""What holds for every input, not only for the examples."""

import json
import random
from typing import Any

from dataset_helpers import answered, check, jsonl, record
from hypothesis import example, given
from hypothesis import strategies as st

CANARY = "zebra quagga okapi"

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40).filter(str.strip)
spoken = texts.filter(lambda text: "thinking>" not in text.lower())
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
NAMES = ("prompt", "referenceResponse", "category", "modelResponses", "response", "talk")


@st.composite
def datasets(draw: st.DrawFn) -> list[dict[str, Any]]:
    reference = st.none() | st.just("") | texts
    return [
        {"prompt": prompt, "modelResponses": answered(response)}
        | ({} if reference is None else {"referenceResponse": reference})
        | ({} if category is None else {"category": category})
        for prompt, reference, category, response in draw(
            st.lists(st.tuples(texts, reference, st.none() | texts, spoken), min_size=1)
        )
    ]


def line_like() -> st.SearchStrategy[bytes]:
    """Lines that are nearly right: the known fields with any value, or a record cut and spliced."""
    fields = st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=8), json_values, max_size=6)
    good = jsonl(record(talk="x")).strip()
    cut = st.tuples(st.integers(0, len(good)), st.binary(max_size=4), st.integers(0, len(good)))
    return (
        fields.map(lambda value: json.dumps(value).encode())
        | cut.map(lambda parts: good[: parts[0]] + parts[1] + good[parts[2] :])
        | st.binary(max_size=60)
    )


def consistent(data: bytes, **options: Any) -> None:
    report, records, index, _ = check(data, **options)
    assert report.bytes == len(data)
    assert len(records) == report.judged
    assert len(index) == report.records
    assert report.judged == sum(entry.unscored is None for entry in index)
    assert len({entry.key for entry in index}) == len(index)
    assert len(report.problems) <= 50
    assert sum(problem.count for problem in report.problems) == report.problem_count
    assert report.problem_count or report.judged
    json.dumps(report.to_document(), allow_nan=False)


@given(st.binary())
@example(b"\xef\xbb\xbf")
@example(b'{"prompt":"\\ud800"')
def test_any_bytes_end_in_a_report(data: bytes) -> None:
    consistent(data)


@given(st.lists(line_like(), max_size=4), st.sampled_from([None, "talk", "category", "é b"]))
def test_any_lines_end_in_a_report(lines: list[bytes], cluster: str | None) -> None:
    consistent(b"\n".join(lines), cluster_field=cluster)


@given(datasets(), st.booleans())
def test_a_valid_dataset_round_trips(dataset: list[dict[str, Any]], ascii_only: bool) -> None:
    data = "\n".join(json.dumps(one, ensure_ascii=ascii_only) for one in dataset).encode()
    result = check(data)
    assert result.report.problem_count == 0, result.report.problems
    assert result.records == dataset
    assert len(result.index) == len(dataset) == result.report.judged
    assert len({entry.key for entry in result.index}) == len(dataset)
    assert [entry.line for entry in result.index] == list(range(1, len(dataset) + 1))


@given(st.lists(line_like(), max_size=4), st.integers(1, 50))
def test_chunk_boundaries_do_not_matter(lines: list[bytes], size: int) -> None:
    data = b"\r\n".join(lines)
    whole, pieces = check(data, chunk=10_000), check(data, chunk=size)
    assert whole.report == pieces.report
    assert (whole.raw, whole.index) == (pieces.raw, pieces.index)


@given(datasets(), st.randoms(use_true_random=False))
def test_the_prompt_set_digest_knows_no_order(
    dataset: list[dict[str, Any]], order: random.Random
) -> None:
    repeated = dataset + dataset[:2]
    shuffled = order.sample(repeated, len(repeated))
    digest = check(jsonl(*repeated)).report.prompt_set_digest
    assert check(jsonl(*shuffled)).report.prompt_set_digest == digest
    assert check(jsonl(*repeated, record(prompt="one more"))).report.prompt_set_digest != digest


canary_values = st.sampled_from(
    [CANARY, [CANARY], {CANARY: CANARY}, [{"response": CANARY}], answered(CANARY, CANARY), None]
)


@given(
    st.dictionaries(st.sampled_from((*NAMES, CANARY)), canary_values, max_size=5),
    st.integers(0, 200),
    st.sampled_from([b"", b'"', b"}", b"\\", b"\xff", b"\t", b"\\ud800", b"{"]),
)
def test_no_message_quotes_the_content(
    fields: dict[str, Any], position: int, damage: bytes
) -> None:
    whole = json.dumps(fields).encode()
    line = whole[:position] + damage + whole[position:]
    report = check(line + b"\n" + whole, cluster_field="talk").report
    said = " ".join(map(str, report.problems + report.warnings))
    for word in CANARY.split():
        assert word not in said
