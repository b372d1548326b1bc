"""Planning: what is refused before anything runs, what is told, what is kept."""

from __future__ import annotations

import json

import pytest
from reference_world import DATASET, SUBJECT, World, entry, jsonl, of_pairs, record
from unit_documents import RUN

from modeleval.artifacts import index_key, records_key, validation_key
from modeleval.datasets.index import IndexEntry
from modeleval.errors import DatasetInvalid
from modeleval.kinds.precomputed import dataset
from modeleval.kinds.precomputed.dataset import Answered
from modeleval.kinds.reference import checks

ENTRY = IndexEntry("a-0", 1, None, None, "a", "b")
LABELLED = of_pairs(("yes", "yes"), ("no", "yes"), ("perhaps", "no"))


def test_a_plan_is_one_job_per_candidate_and_costs_nothing() -> None:
    other = jsonl(record("yes", "yes", subject="other-bot"))
    world = World(of_pairs(("yes", "yes"), ("no", "yes")), **{"datasets/other.jsonl": other})
    responses = [
        {"precomputed": SUBJECT},
        {"precomputed": "other-bot", "dataset": "datasets/other.jsonl", "label": "other"},
    ]
    plan = world.plan(entry("Accuracy", responses=responses))
    assert [(job.spec["part"], job.spec["candidate"]) for job in plan.jobs] == [
        (0, None),
        (1, "other"),
    ]
    assert (plan.subject, plan.judge, plan.records) == (SUBJECT, None, 2)
    assert list(plan.estimates) == []
    assert plan.candidates == {"other": "other-bot"}
    assert plan.dataset["versionId"] == "v1"
    assert {records_key(RUN, 0, 1), index_key(RUN, 0, 1), validation_key(RUN, 0, 1)} <= set(
        world.s3.objects
    )
    [score] = world.collect(plan, 1).scores
    assert (score.candidate, score.value) == ("other", 1.0)


def test_aggregates_of_other_records_are_told() -> None:
    data = {"datasets/other.jsonl": jsonl(record("a", "b", subject="other-bot"))}
    responses = [
        {"precomputed": SUBJECT},
        {"precomputed": "other-bot", "dataset": "datasets/other.jsonl"},
    ]

    def told(metric: str, reference: str) -> list[str]:
        world = World(jsonl(record("a", reference)), **data)
        return list(world.plan(entry(metric, responses=responses)).warnings)

    assert told("BLEU", "c") == [
        (
            "other-bot: its prompts and references are not those of the first responses: BLEU of "
            "the two are of different records"
        )
    ]
    assert told("BLEU", "b") == []
    assert told("ExactMatch", "c") == []


@pytest.mark.parametrize("reference", [None, "", "  "])
def test_a_missing_reference_is_refused_by_its_line(reference: str | None) -> None:
    world = World(jsonl(record("a", "a", 0), record("b", reference, 1)))
    with pytest.raises(DatasetInvalid, match="line 2, referenceResponse: is missing") as caught:
        world.plan(entry("ExactMatch", "BLEU"))
    assert "Write what is right: ExactMatch, BLEU compare with it" in str(caught.value)
    kept = json.loads(world.s3.objects[validation_key(RUN, 0)])
    assert (kept["problemCount"], kept["problems"][0]["line"]) == (1, 2)
    assert records_key(RUN, 0, 0) not in world.s3.objects


def test_a_threshold_wants_numbers_and_never_quotes_what_is_none() -> None:
    world = World(of_pairs(("0.2", "0"), ("0.9", "secret words")))
    with pytest.raises(DatasetInvalid, match=r"line 2, .*is no number \(12 characters\)") as caught:
        world.plan(entry({"name": "Accuracy", "threshold": 0.5}))
    assert "secret" not in str(caught.value)


def test_responses_that_are_no_numbers_are_told() -> None:
    plan = World(of_pairs(("0.2", "0"), ("none", "1"))).plan(
        entry({"name": "F1", "threshold": 0.5})
    )
    assert plan.warnings == ["F1: 1 responses are no numbers, and so unscored"]


def test_responses_that_name_no_label_are_told() -> None:
    told = World(LABELLED).plan(entry("Recall")).warnings
    assert told == [
        "Recall: 1 of 3 responses name none of the 2 labels; they are missed in their own class"
    ]


def test_a_positive_label_is_one_of_the_references() -> None:
    with pytest.raises(DatasetInvalid, match="no reference that is the positiveLabel"):
        World(LABELLED).plan(entry({"name": "F1", "positiveLabel": "maybe"}))
    World(LABELLED).plan(entry({"name": "F1", "positiveLabel": "YES"}))


def test_free_text_is_no_label() -> None:
    data = of_pairs(*(("x", f"answer {number}") for number in range(101)))
    with pytest.raises(DatasetInvalid, match=r"101 different references.*TokenF1") as caught:
        World(data).plan(entry("F1"))
    assert "answer 7" not in str(caught.value)
    World(data).plan(entry("Accuracy"))


def test_what_takes_too_long_is_refused() -> None:
    long = " ".join(str(number) for number in range(40_000))
    data = of_pairs((long, long))
    with pytest.raises(DatasetInvalid, match=r"about 800 seconds of computing, and at most 500"):
        World(data).plan(entry("ROUGE"))
    World(data).plan(entry("rouge1", "rouge2", "BLEU", "chrF", "TokenF1"))


def test_time_counts_every_metric_and_every_record() -> None:
    pairs = [("word " * 1000, "word " * 500)] * 40
    records = [Answered(ENTRY, *pair, "prompt", b"") for pair in pairs]

    def seconds(*names: str) -> float:
        return checks.estimated_seconds([*entry(*names).metrics], records)

    assert seconds("ExactMatch") == 0
    assert seconds("chrF", "SentenceChrF") == pytest.approx(2 * 40 * 7500 / 200_000)
    assert seconds("rougeL") == pytest.approx(40 * (7500 / 1e6 + 500_000 / 2e6))
    assert seconds("BLEU", "rouge1") == pytest.approx(40 * 7500 * (1 / 6e5 + 1 / 1e6))


def test_too_many_records_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset, "MAX_RECORDS", 2)
    with pytest.raises(DatasetInvalid, match="3 responses, and one job scores at most 2"):
        World(LABELLED).plan(entry("ExactMatch"))


def test_more_records_and_longer_prompts_than_bedrock_takes_are_fine() -> None:
    long = record("a", "a", 0) | {"prompt": "word " * 2000}
    data = jsonl(long, *(record("a", "a", number) for number in range(1100)))
    plan = World(data).plan(entry("ExactMatch"))
    assert plan.records == 1101
    assert not [one for one in plan.warnings if "Bedrock" in one]


def test_a_trial_scores_so_many_records() -> None:
    world = World(of_pairs(*(("a", "a") for _ in range(20))))
    plan = world.plan(entry("ExactMatch"), sample=5)
    assert plan.records == 5
    assert len(list(world.collect(plan).scores)) == 5


def test_problems_of_the_format_come_first_and_name_the_source() -> None:
    with pytest.raises(DatasetInvalid, match="1 problem") as caught:
        World(jsonl(record("a", None, 0), {"prompt": "x"})).plan(entry())
    assert f"s3://modeleval-bucket/{DATASET}" in str(caught.value)
    assert "line 2, modelResponses" in str(caught.value)
