"""From a dataset to what each job judges: parts, trials, and one content for a whole run."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from judge_plans import DATASET, NUMBER, jsonl, plan, record
from unit_documents import JUDGE, RUN, custom_metric
from unit_fakes import FakeStore, MemoryS3

from modeleval.artifacts import index_key, records_key, validation_key
from modeleval.datasets.index import IndexEntry, read_index
from modeleval.errors import DatasetInvalid
from modeleval.objects import ObjectChanged

ATTACKS = {"name": "Refusal", "categories": ["attacks"]}


def world(*records: dict[str, Any]) -> MemoryS3:
    return MemoryS3(**{DATASET: jsonl(*records)})


def records_of(s3: MemoryS3, part: int) -> list[dict[str, Any]]:
    lines = s3.objects[records_key(RUN, NUMBER, part)].splitlines()
    return [json.loads(line) for line in lines]


def index_of(s3: MemoryS3, part: int) -> list[IndexEntry]:
    return list(read_index([s3.objects[index_key(RUN, NUMBER, part)]]))


def mixed(count: int = 6) -> list[dict[str, Any]]:
    """Records, every third of them an attack."""
    return [record(n, category="attacks" if n % 3 == 0 else "plain") for n in range(count)]


def test_a_metric_of_some_categories_is_judged_on_their_records_only() -> None:
    s3 = world(*mixed())
    plan(s3, metrics=["Correctness", ATTACKS])
    assert len(records_of(s3, 0)) == 6
    assert [one["prompt"] for one in records_of(s3, 1)] == ["prompt 0", "prompt 3"]
    assert [one.line for one in index_of(s3, 1)] == [1, 4]
    assert {one.category for one in index_of(s3, 1)} == {"attacks"}


def test_each_part_is_a_job_with_its_metrics_and_its_estimate() -> None:
    planned = plan(world(*mixed()), metrics=["Correctness", ATTACKS], customMetrics=custom_metric())
    assert [job.spec["part"] for job in planned.jobs] == [0, 1]
    assert [job.spec["metrics"] for job in planned.jobs] == [["Correctness"], ["Refusal"]]
    assert [[one["name"] for one in job.spec["customMetrics"]] for job in planned.jobs] == [
        ["Tone"],
        [],
    ]
    assert [(one.records, one.metrics) for one in planned.estimates] == [(6, 2), (2, 1)]
    assert planned.records == 6


def test_a_group_without_a_record_is_refused_with_its_categories_and_metrics() -> None:
    with pytest.raises(DatasetInvalid) as caught:
        plan(world(*mixed()), metrics=[{"name": "Refusal", "categories": ["x", "b"]}])
    assert "No record to judge is in b or x" in str(caught.value)
    assert f"(evaluations[{NUMBER}]: the categories of Refusal)" in str(caught.value)


def test_records_without_an_answer_do_not_fill_a_group() -> None:
    with pytest.raises(DatasetInvalid, match="No record to judge is in attacks"):
        plan(world(record(0), record(1, "", category="attacks")), metrics=["Correctness", ATTACKS])


def test_a_record_without_an_answer_is_in_the_index_and_not_among_the_records() -> None:
    s3 = world(record(0), record(1, ""), record(2))
    assert plan(s3).records == 3
    assert [one["prompt"] for one in records_of(s3, 0)] == ["prompt 0", "prompt 2"]
    assert [one.unscored for one in index_of(s3, 0)] == [None, "emptyResponse", None]


def drawn(s3: MemoryS3) -> set[str]:
    return {one["prompt"] for one in records_of(s3, 0)}


def test_a_trial_judges_so_many_records_and_its_index_holds_no_others() -> None:
    s3 = world(*mixed(20))
    planned = plan(s3, sample=5)
    assert planned.records == len(records_of(s3, 0)) == 5
    assert planned.estimates[0].records == 5
    entries = index_of(s3, 0)
    assert [record(one.line - 1)["prompt"] for one in entries] == [
        one["prompt"] for one in records_of(s3, 0)
    ]
    assert json.loads(s3.objects[validation_key(RUN, NUMBER)])["records"] == 20


def test_a_trial_draws_the_same_records_in_whatever_order_they_stand() -> None:
    one, other = world(*mixed(20)), world(*reversed(mixed(20)))
    plan(one, sample=5)
    plan(other, sample=5)
    assert drawn(one) == drawn(other)


def test_a_larger_trial_holds_the_smaller_one() -> None:
    small, large = world(*mixed(20)), world(*mixed(20))
    plan(small, sample=3)
    plan(large, sample=9)
    assert drawn(small) < drawn(large)


def test_a_trial_larger_than_the_dataset_is_all_of_it() -> None:
    s3 = world(*mixed(4))
    assert plan(s3, sample=1000).records == 4


def test_a_trial_draws_from_what_can_be_judged() -> None:
    s3 = world(record(0), *[record(n, "") for n in range(1, 9)])
    assert plan(s3, sample=1).records == 1
    assert drawn(s3) == {"prompt 0"}


def live(**changes: Any) -> dict[str, Any]:
    return {"responses": {"model": JUDGE}} | changes


def test_for_live_responses_prompts_are_enough() -> None:
    s3 = world({"prompt": "What?"}, {"prompt": "Who?", "referenceResponse": "He."})
    plan(s3, **live())
    assert records_of(s3, 0) == [
        {"prompt": "What?"},
        {"prompt": "Who?", "referenceResponse": "He."},
    ]


def test_the_generator_is_estimated_by_the_length_of_the_prompts_of_each_part() -> None:
    records = [{"prompt": "x" * 40}, {"prompt": "y" * 8, "category": "attacks"}]
    planned = plan(
        world(*records),
        **live(
            metrics=["Correctness", ATTACKS],
            responses={"model": JUDGE, "inferenceParams": {"maxTokens": 100}},
        ),
    )
    generators = [one for one in planned.estimates if one.purpose == "generator"]
    assert [(one.records, one.input_tokens, one.output_tokens) for one in generators] == [
        (2, 12, 200),
        (1, 2, 100),
    ]


def test_precomputed_responses_need_no_generator() -> None:
    assert {one.purpose for one in plan(world(record(0))).estimates} == {"judge"}


def test_a_second_run_of_the_step_writes_what_the_first_wrote() -> None:
    s3, store = world(*mixed()), FakeStore()
    plan(s3, store)
    first = dict(s3.objects)
    plan(s3, store)
    assert s3.objects == first


def test_a_second_run_of_the_step_does_not_judge_another_file() -> None:
    s3, store = world(record(0)), FakeStore()
    plan(s3, store)
    s3.objects[DATASET] = jsonl(record(1))
    with pytest.raises(ObjectChanged, match="changed since the run began"):
        plan(s3, store)
    assert records_of(s3, 0)[0]["prompt"] == "prompt 0"


def test_another_evaluation_of_the_run_pins_its_own_dataset() -> None:
    s3, store = world(record(0)), FakeStore()
    store.pin_source(RUN, NUMBER + 1, "another content's")
    assert plan(s3, store).records == 1


def test_the_index_is_json_lines_without_texts() -> None:
    s3 = world(record(0))
    plan(s3)
    entry = msgspec.json.decode(s3.objects[index_key(RUN, NUMBER, 0)])
    assert "prompt 0" not in str(entry)
    assert "response 0" not in str(entry)
