"""From what people wrote to scores: each method, each spelling, nobody's score guessed."""

from __future__ import annotations

from typing import Any

import pytest
from human_world import FILE, LIVE, OURS, THEIRS, answered, collected, metric, pair, rated

from modeleval.errors import OutputUnusable

BOTH = {"0": THEIRS, "1": OURS}
NAME = "Useful"


def values(output: list[dict[str, Any]], **changes: Any) -> dict[tuple[int, str | None], Any]:
    found = collected(output, **changes)
    return {(score.line, score.candidate): score.value for score in found.scores}


def one(key: str, entry: dict[str, Any], method: str) -> dict[str | None, Any]:
    """The scores of one record that one person answered so."""
    output = [answered(0, {key: [{"metricName": NAME, **entry}]})]
    found = values(output, metrics=[metric(method)])
    return {candidate: value for (line, candidate), value in found.items() if line == 1}


def test_several_peoples_thumbs_are_a_share() -> None:
    output = [
        answered(0, rated(True), rated(False), rated(True)),
        answered(1, rated(False, "0"), rated(True, "1")),
    ]
    found = values(output)
    assert found[1, None] == pytest.approx(2 / 3)
    assert found[1, THEIRS] is None  # nobody rated theirs
    assert (found[2, None], found[2, THEIRS]) == (1.0, 0.0)


def test_everybodys_answer_is_kept_beside_the_mean() -> None:
    people = [rated(4, key="individualLikertScale"), rated(2, key="individualLikertScale")]
    found = collected([answered(0, *people)], metrics=[metric("IndividualLikertScale")])
    [first, *_] = found.scores
    assert (first.value, first.explanation) == (3.0, "2 people said: 2, 4")


@pytest.mark.parametrize("key", ["individualLikertScale", "IndividualLikertScale"])
def test_keys_begin_in_either_case(key: str) -> None:
    assert one(key, {"modelResponseId": "1", "result": 4}, "IndividualLikertScale")[None] == 4.0


@pytest.mark.parametrize("value", [0, 6, "good", None, True])
def test_points_off_the_scale_are_no_answer(value: Any) -> None:
    output = [
        answered(0, rated(value, key="individualLikertScale")),
        answered(1, rated(3, key="individualLikertScale")),
    ]
    found = values(output, metrics=[metric("IndividualLikertScale")])
    assert (found[1, None], found[2, None]) == (None, 3.0)


@pytest.mark.parametrize(
    ("left", "right", "result", "preferred"),
    [("1", "0", 1, 1.0), ("1", "0", 2, 0.75), ("1", "0", 5, 0.0), ("0", "1", 1, 0.0),
     ("0", "1", 5, 1.0), ("0", "1", 3, 0.5)],
)  # fmt: skip
def test_a_comparison_is_turned_to_the_subject_wherever_it_stood(
    left: str, right: str, result: int, preferred: float
) -> None:
    entry = {"leftModelResponseId": left, "rightModelResponseId": right, "result": result}
    found = one("comparisonLikertScale", entry, "ComparisonLikertScale")
    assert found == {None: preferred}


@pytest.mark.parametrize(
    ("entry", "preferred"),
    [
        ({"result": {"modelResponseId": "1"}}, 1.0),
        ({"result": {"modelResponseId": "0"}}, 0.0),
        ({"result": "1"}, 1.0),
        ({"result": 0}, 0.0),
        ({"modelResponseId": "1", "result": True}, 1.0),
    ],
)
def test_a_choice_is_one_for_the_subject(entry: dict[str, Any], preferred: float) -> None:
    assert one("comparisonChoice", entry, "ComparisonChoice") == {None: preferred}


def test_ranks_are_each_sources_own_and_may_be_shared() -> None:
    ranks = [{"modelResponseId": "0", "rank": 2}, {"modelResponseId": "1", "rank": 1}]
    assert one("comparisonRank", {"result": ranks}, "ComparisonRank") == {None: 1.0, THEIRS: 2.0}
    shared = [{"modelResponseId": "0", "rank": 1}, {"modelResponseId": "1", "rank": 1}]
    assert one("comparisonRank", {"result": shared}, "ComparisonRank") == {None: 1.0, THEIRS: 1.0}


def test_the_order_of_records_and_the_ids_of_sources_do_not_matter() -> None:
    turned = {"0": OURS, "1": THEIRS}
    output = [answered(1, rated(True, "0"), ids=turned), answered(0, rated(False, "1"), ids=BOTH)]
    found = values(output)
    assert (found[1, None], found[2, None]) == (0.0, 1.0)


def test_texts_may_be_objects_and_stand_under_text() -> None:
    record = answered(0, rated(True))
    record["inputRecord"]["prompt"] = {"text": record["inputRecord"]["prompt"]}
    for response in record["modelResponses"]:
        response["text"] = response.pop("response")
    assert values([record])[1, None] == 1.0


def test_a_model_may_be_named_by_the_arn_of_its_id() -> None:
    arn = f"arn:aws:bedrock:us-east-1:1:inference-profile/{LIVE}"
    record = answered(0, rated(True, "0"), ids={"0": arn, "1": OURS})
    record["inputRecord"] = {"prompt": "prompt 0"}
    lines = [pair(0, modelResponses=[{"response": "ours 0", "modelIdentifier": OURS}])]
    sources = [{"model": LIVE}, {"precomputed": OURS}]
    found = collected([record], *lines, responses=sources)
    assert {one.candidate: one.value for one in found.scores} == {None: 1.0, OURS: None}


def test_the_source_that_is_left_over_is_the_other_one() -> None:
    record = answered(0, rated(True, "0"), ids={"0": "something", "1": OURS})
    assert values([record])[1, THEIRS] == 1.0


def test_where_no_source_is_known_nobodys_score_is_guessed() -> None:
    record = answered(0, rated(True, "0"), ids={"0": "something", "1": "else"})
    with pytest.raises(OutputUnusable, match="not one answer that can be read"):
        collected([record])


def test_a_record_that_was_not_validated_is_counted_and_not_scored() -> None:
    found = collected([answered(0, rated(True)), answered(7, rated(True))])
    assert found.warnings == ["1 records of the output are not among those validated"]
    with pytest.raises(OutputUnusable, match="None of the output's 1 records"):
        collected([answered(7, rated(True))])


def test_other_responses_than_those_validated_are_another_record() -> None:
    record = answered(0, rated(True))
    record["modelResponses"][0]["response"] = "changed"
    with pytest.raises(OutputUnusable, match="None of the output's"):
        collected([record])


def test_a_metric_that_nobody_rated_is_told() -> None:
    found = collected([answered(0, rated(True))], metrics=[metric(), metric(name="Other")])
    assert found.warnings == ["Nobody rated Other"]


@pytest.mark.parametrize("line", [b"{", b"{}", b"[]", b'{"humanEvaluationResult": 3}'])
def test_a_line_that_cannot_be_read_is_named_and_not_quoted(line: bytes) -> None:
    with pytest.raises(OutputUnusable, match=r"line 1: \w+") as caught:
        collected([], lines=line + b"\n")
    assert FILE in str(caught.value.where)


def test_agreement_is_of_the_records_that_several_people_answered() -> None:
    output = [
        answered(0, rated(True), rated(True), rated(False)),
        answered(1, rated(True)),
    ]
    [found] = collected(output).agreement
    assert found == {
        "metric": NAME,
        "units": 1,
        "ratings": 3,
        "percent": pytest.approx(1 / 3),
        "alpha": pytest.approx(0.0),
        "workers": 3,
    }


def test_people_who_never_meet_have_no_agreement() -> None:
    [found] = collected([answered(0, rated(True))]).agreement
    assert (found["units"], found["percent"], found["alpha"]) == (0, None, None)
