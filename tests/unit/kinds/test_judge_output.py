from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from judge_outputs import FILE, PREFIX, MemoryObjects, collect, entry, jsonl, output, spec

from modeleval.datasets.identity import response_digest
from modeleval.datasets.index import IndexEntry
from modeleval.errors import OutputUnusable
from modeleval.kinds import judge_output
from modeleval.scores.records import RecordScore

METRICS = ("Correctness",)


def joined(
    records: list[dict[str, Any]],
    index: list[IndexEntry],
    metrics: tuple[str, ...] = METRICS,
    *,
    live: bool = False,
) -> tuple[list[RecordScore], list[str]]:
    return collect(records, index, spec(metrics, live=live))


def scores(*arguments: Any, live: bool = False) -> list[RecordScore]:
    found, warnings = joined(*arguments, live=live)
    assert warnings == []
    return found


@pytest.mark.parametrize("copied", [False, True])
def test_a_score_has_its_place_from_the_index_and_its_value_from_the_output(
    *, copied: bool
) -> None:
    [score] = scores([output(3, 0.5, copied=copied)], [entry(3, cluster="talk")])
    assert score == RecordScore(
        key=entry(3).key,
        line=4,
        metric="Correctness",
        value=0.5,
        explanation="because 3",
        category="c1",
        cluster="talk",
        judge="judge",
    )


@pytest.mark.parametrize("name", ["Builtin.Correctness", "Correctness"])
def test_a_metric_is_known_with_and_without_its_prefix(name: str) -> None:
    [score] = scores([output(0, metric=name)], [entry(0)])
    assert score.value == 1.0


@pytest.mark.parametrize("result", [None, "NaN", "N/A", float("nan")])
def test_what_does_not_apply_is_not_zero_and_not_unscored(result: object) -> None:
    [score] = scores([output(0, result)], [entry(0)])
    assert (score.value, score.not_applicable, score.unscored) == (None, True, False)


def test_a_missing_result_is_unscored() -> None:
    record = output(0)
    del record["automatedEvaluationResult"]["scores"][0]["result"]
    [score] = scores([record], [entry(0)])
    assert score.unscored


def test_a_metric_that_the_output_never_mentions_is_unscored_and_told() -> None:
    found, warnings = joined([output(0)], [entry(0)], ("Correctness", "Harmfulness"))
    assert [(score.metric, score.unscored) for score in found] == [
        ("Correctness", False),
        ("Harmfulness", True),
    ]
    assert warnings == ["The output holds no score of Harmfulness"]


def test_a_metric_that_one_record_lacks_is_unscored_there_and_not_told() -> None:
    both = output(0)
    both["automatedEvaluationResult"]["scores"] += [{"metricName": "Refusal", "result": 0}]
    found = scores([both, output(1)], [entry(0), entry(1)], ("Correctness", "Refusal"))
    assert [score.unscored for score in found] == [False, False, False, True]


def test_an_output_without_a_score_of_any_metric_that_was_asked_for_is_unusable() -> None:
    with pytest.raises(OutputUnusable, match="holds not one score of the metrics"):
        joined([output(0, metric="Other")], [entry(0)])


def test_a_metric_that_was_not_asked_for_is_left_out() -> None:
    record = output(0)
    record["automatedEvaluationResult"]["scores"] += [{"metricName": "Other", "result": 0}]
    assert [score.metric for score in scores([record], [entry(0)])] == ["Correctness"]


def test_of_a_metric_named_twice_the_first_counts() -> None:
    record = output(0, 1.0)
    record["automatedEvaluationResult"]["scores"] += [{"metricName": "Correctness", "result": 0}]
    assert scores([record], [entry(0)])[0].value == 1.0


def test_a_lost_record_is_unscored() -> None:
    found = scores([output(1)], [entry(0), entry(1)])
    assert [(score.line, score.unscored) for score in found] == [(1, True), (2, False)]


def test_a_record_that_was_not_sent_is_unscored() -> None:
    found = scores([output(1)], [entry(0, unscored="emptyResponse"), entry(1)])
    assert [score.unscored for score in found] == [True, False]


def test_a_record_that_was_not_sent_takes_no_score_from_its_equal() -> None:
    index = [entry(0, unscored="emptyResponse"), entry(1, same_as=0)]
    assert [score.unscored for score in scores([output(0)], index)] == [True, False]


@given(st.integers(0, 2**32), st.integers(1, 12))
def test_no_order_of_the_output_changes_a_score(seed: int, count: int) -> None:
    index = [entry(number) for number in range(count)]
    records = [output(number, number / count) for number in range(count)]
    shuffled = random.Random(seed).sample(records, count)
    assert scores(shuffled, index) == scores(records, index)
    assert [score.value for score in scores(shuffled, index)] == [n / count for n in range(count)]


def test_equal_records_with_equal_responses_each_have_one_score() -> None:
    index = [entry(0), entry(1, same_as=0), entry(2)]
    found, [warning] = joined([output(0, 0.0), output(2, 0.5), output(0, 1.0)], index)
    assert warning.startswith("Correctness: the judge scored 1 of 1 groups of equal records")
    assert sorted(score.value for score in found) == [0.0, 0.5, 1.0]
    assert len({score.key for score in found}) == 3


def test_equal_prompts_with_other_responses_are_told_apart() -> None:
    first = entry(0)
    other = entry(1, same_as=0, response_digest=entry(1).response_digest)
    second = output(0, 0.0)
    second["modelResponses"][0]["response"] = "response 1"
    found = scores([second, output(0, 1.0)], [first, other])
    assert [score.value for score in found] == [1.0, 0.0]


def test_an_empty_reference_that_the_service_added_changes_nothing() -> None:
    record = output(0)
    record["inputRecord"]["referenceResponse"] = ""
    assert scores([record], [entry(0)])[0].value == 1.0


def test_strangers_are_counted_and_not_scored() -> None:
    found, warnings = joined([output(0), output(8), output(9)], [entry(0)])
    assert [score.line for score in found] == [1]
    assert warnings == ["2 records of the output are not among those validated"]


def test_a_record_that_stands_twice_in_the_output_is_scored_once() -> None:
    found, warnings = joined([output(0, 1.0), output(0, 0.0)], [entry(0)])
    assert [score.value for score in found] == [1.0]
    assert warnings == ["1 records of the output are not among those validated"]


def test_an_output_of_strangers_only_is_unusable() -> None:
    with pytest.raises(OutputUnusable, match="None of the output's 2 records"):
        joined([output(8), output(9)], [entry(0)])


def test_an_empty_output_is_unusable() -> None:
    with pytest.raises(OutputUnusable, match="None of the output's 0 records"):
        joined([], [entry(0), entry(1)])


def unseen(number: int, **changes: Any) -> IndexEntry:
    """An entry of a record whose response nobody knew before."""
    return entry(number, response_digest=response_digest(""), **changes)


def test_live_responses_are_matched_by_their_input() -> None:
    found = scores([output(1, 0.5), output(0, 1.0)], [unseen(0), unseen(1)], live=True)
    assert [score.value for score in found] == [1.0, 0.5]


def test_equal_prompts_with_live_responses_each_have_one_score() -> None:
    other = output(0, 0.0)
    other["modelResponses"][0]["response"] = "another answer"
    index = [unseen(0), unseen(1, same_as=0)]
    found = scores([output(0, 1.0), other], index, live=True)
    assert sorted(score.value for score in found) == [0.0, 1.0]
    assert len({score.key for score in found}) == 2


@pytest.mark.parametrize(
    "responses", [None, [], [{"modelIdentifier": "m"}], [{"response": ""}], [{"response": None}]]
)
def test_where_the_generator_gave_nothing_there_is_nothing_to_score(responses: Any) -> None:
    failed = output(0, 1.0) | {"modelResponses": responses}
    found = scores([failed, output(1, 0.5)], [unseen(0), unseen(1)], live=True)
    assert [score.value for score in found] == [None, 0.5]
    assert found[0].unscored
    assert found[0].explanation is None


def test_a_generator_that_never_answered_leaves_an_unusable_output() -> None:
    failed = output(0) | {"modelResponses": []}
    with pytest.raises(OutputUnusable, match="not one score"):
        joined([failed], [unseen(0)], live=True)


def test_precomputed_responses_are_not_matched_by_their_input_alone() -> None:
    other = output(0)
    other["modelResponses"][0]["response"] = "another answer"
    with pytest.raises(OutputUnusable):
        joined([other], [entry(0)])


def test_several_files_are_read_as_one() -> None:
    objects: Any = MemoryObjects(
        {FILE: jsonl([output(0)]), FILE.replace("2d3c", "3e4d"): jsonl([output(1)])}
    )
    found = judge_output.join(
        judge_output.read(objects, PREFIX), [entry(0), entry(1)], live=False
    ).found
    assert set(found) == {entry(0).key, entry(1).key}


def test_only_result_files_are_read() -> None:
    objects: Any = MemoryObjects(
        {
            PREFIX + "job/amazon-bedrock-evaluations-permission-check": b"not JSON",
            PREFIX + "job/0f1e/custom_metrics/tone.json": b"not JSON",
            FILE: jsonl([output(0)]),
        }
    )
    assert len(list(judge_output.read(objects, PREFIX))) == 1


def test_another_attempts_files_are_not_read() -> None:
    other = FILE.replace("/a1/", "/a10/")
    objects: Any = MemoryObjects({FILE: jsonl([output(0)]), other: b"not JSON"})
    assert len(list(judge_output.read(objects, PREFIX))) == 1


def test_no_output_file_is_unusable_with_the_place() -> None:
    objects: Any = MemoryObjects({PREFIX + "job/amazon-bedrock-evaluations-permission-check": b""})
    with pytest.raises(OutputUnusable, match="left no output file") as caught:
        list(judge_output.read(objects, PREFIX))
    assert f"s3://{objects.bucket}/{PREFIX}" in str(caught.value)


def test_an_unreadable_line_is_named_with_its_file_and_never_with_its_content() -> None:
    objects: Any = MemoryObjects({FILE: jsonl([output(0)]) + b'{"my own words": \n'})
    with pytest.raises(OutputUnusable) as caught:
        list(judge_output.read(objects, PREFIX))
    assert "line 2" in str(caught.value)
    assert f"s3://{objects.bucket}/{FILE}" in str(caught.value)
    assert "own words" not in str(caught.value)
    assert caught.value.__cause__ is None
