"""How long a run takes: by earlier runs that were as much work, else by rules of thumb."""

from __future__ import annotations

from typing import Any

import pytest
from unit_fakes import FakeStore, job, run

from modeleval.kinds.durations import billions
from modeleval.kinds.serverless.specs import evaluation_document
from modeleval.sagemaker.definition import Benchmark
from modeleval.sagemaker.resolved import ModelSource, ResolvedModel
from modeleval.store.items import EvaluationFacts, Job, Run, RunStatus
from modeleval.workflow.durations import duration_words, expected_seconds

HOUR = 3600.0


def facts(**changes: Any) -> EvaluationFacts:
    fields: dict[str, Any] = {
        "name": "e0",
        "kind": "bedrock-judge",
        "subject": "bot",
        "records": 40,
        "jobs": (0,),
    }
    return EvaluationFacts(**fields | changes)


def planned(**changes: Any) -> Run:
    return run(**{"evaluations": (facts(),)} | changes)


def earlier(number: int, minutes: float, **changes: Any) -> tuple[Run, Job]:
    """A run of the suite that took so many minutes, with its one job."""
    run_id = f"me{number:016d}"
    ended = f"2026-11-21T{int(minutes) // 60:02d}:{int(minutes) % 60:02d}:00.000Z"
    fields: dict[str, Any] = {
        "run_id": run_id,
        "started_at": "2026-11-21T00:00:00.000Z",
        "ended_at": ended,
        "status": RunStatus.SUCCEEDED,
        "published": True,
    }
    return planned(**fields | changes), job(run_id=run_id)


def serverless(name: str, *, compare_base: bool) -> Job:
    benchmark = Benchmark(
        task="mmlu", strategy="zs_cot", metric="accuracy", compare_base=compare_base
    )
    model = ResolvedModel(
        asked=name, source=ModelSource.JUMPSTART, identifier=name, base_model_name=name
    )
    spec = {"evaluation": evaluation_document(benchmark), "model": model.to_document()}
    return job(kind="sagemaker-benchmark", spec=spec)


def by_rules(*jobs: Job, **fields: Any) -> Any:
    """What is expected of a run of these jobs, in minutes, without what the steps take."""
    kinds = [facts(name=one.evaluation_name, kind=one.kind, **fields) for one in jobs]
    found = expected_seconds(FakeStore(), run(evaluations=tuple(kinds)), jobs)
    assert found is not None
    return round((found.low - 30) / 60), round((found.high - 180) / 60)


@pytest.mark.parametrize(
    ("name", "compare_base", "minutes"),
    [
        ("meta-textgeneration-llama-3-2-1b-instruct", False, (25, 40)),
        ("meta-textgeneration-llama-3-2-1b-instruct", True, (50, 80)),
        ("deepseek-llm-r1-distill-qwen-32b", False, (40, 60)),
        ("deepseek-llm-r1-distill-qwen-32b", True, (80, 120)),
        ("deepseek-llm-r1-distill-qwen-14b", False, (25, 60)),
        ("nova-textgeneration-lite-v2", False, (25, 60)),
    ],
)
def test_a_serverless_evaluation_takes_as_long_as_its_models_size_says(
    name: str, compare_base: bool, minutes: tuple[int, int]
) -> None:
    assert by_rules(serverless(name, compare_base=compare_base)) == minutes


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("deepseek-llm-r1-distill-qwen-32b", 32),
        ("huggingface-llm-mixtral-8x7b-instruct", 56),
        ("Qwen2.5-0.5B", 0.5),
        ("meta-vlm-llama-4-scout-17b-16e-instruct", 17),
        ("amazon.nova-lite-v1:0", None),
        ("b2b-llama", None),
    ],
)
def test_a_models_size_is_read_from_its_name(name: str, size: float | None) -> None:
    assert billions(name) == size


@pytest.mark.parametrize(
    ("records", "minutes"), [(3, (5, 15)), (50, (5, 15)), (100, (6, 30)), (1000, (60, 300))]
)
def test_a_bedrock_job_takes_longer_the_more_records_it_has(
    records: int, minutes: tuple[int, int]
) -> None:
    assert by_rules(job(), records=records) == minutes


def test_a_shard_has_its_share_of_the_records() -> None:
    parts = [job(number, evaluation_name="e0", spec={"parts": 10}) for number in range(10)]

    assert by_rules(*parts, records=500) == (5, 15)


def test_jobs_run_side_by_side_as_many_as_may() -> None:
    few = [job(number) for number in range(20)]
    many = [job(number) for number in range(80)]

    assert by_rules(*few) == (5, 15)
    assert by_rules(*many) == (20, 60)


def test_what_nobody_can_say_is_named_and_not_guessed() -> None:
    people = job(1, kind="bedrock-human", long=True)
    both = run(evaluations=(facts(), facts(name="e1", kind="bedrock-human")))

    found = expected_seconds(FakeStore(), both, [job(0), people])
    nothing = expected_seconds(FakeStore(), both, [people])

    assert found is not None
    assert found.basis.startswith("a rule of thumb: Bedrock takes 5 to 15 minutes")
    assert found.basis.endswith("; without e1, of which nothing is known before")
    assert nothing is None


def test_earlier_runs_of_the_suite_say_more_than_rules() -> None:
    store = FakeStore(*earlier(1, 20), *earlier(2, 32))

    found = expected_seconds(store, planned(), [job()])

    assert found is not None
    assert (found.low, found.high) == (20 * 60 / 1.25, 32 * 60 * 1.25)
    assert found.basis == "2 earlier runs of the suite took 20 minutes to 32 minutes"
    assert found.words == "16 minutes to 40 minutes"
    assert found.to_document() == {
        "lowSeconds": 960,
        "highSeconds": 2400,
        "basis": found.basis,
    }


def test_only_the_latest_five_count() -> None:
    old = earlier(1, 600, started_at="2026-11-20T00:00:00.000Z")
    store = FakeStore(*old, *(one for n in range(2, 7) for one in earlier(n, 20)))

    found = expected_seconds(store, planned(), [job()])

    assert found is not None
    assert found.basis == "5 earlier runs of the suite took 20 minutes"


@pytest.mark.parametrize(
    "other",
    [
        {"evaluations": (facts(records=20),)},
        {"evaluations": (facts(name="others"),)},
        {"evaluations": (facts(kind="reference-metrics"),)},
        {"evaluations": (facts(jobs=(0, 1)),)},
        {"status": RunStatus.FAILED, "published": False},
        {"status": RunStatus.STOPPED},
        {"attempt": 2},
        {"suite": "another"},
    ],
    ids=["records", "name", "kind", "jobs", "failed", "stopped", "resumed", "suite"],
)
def test_a_run_that_was_other_work_says_nothing(other: dict[str, Any]) -> None:
    store = FakeStore(*earlier(1, 600, **other))

    found = expected_seconds(store, planned(), [job()])

    assert found is not None
    assert found.basis.startswith("a rule of thumb")


def test_a_run_that_evaluated_the_base_model_too_was_other_work() -> None:
    """The second run uses the base model's result of the first one again."""
    evaluations = (facts(kind="sagemaker-benchmark", records=0),)
    first, _ = earlier(1, 70, evaluations=evaluations)
    twice = serverless("llama-8b", compare_base=True).model_copy(update={"run_id": first.run_id})
    once = serverless("llama-8b", compare_base=False)
    store = FakeStore(first, twice)

    again = expected_seconds(store, planned(evaluations=evaluations), [twice])
    alone = expected_seconds(store, planned(evaluations=evaluations), [once])

    assert again is not None
    assert alone is not None
    assert again.basis == "an earlier run of the suite took 1 hour 10 minutes"
    assert alone.basis.startswith("a rule of thumb: SageMaker takes 25 to 40 minutes")


def test_the_run_itself_is_none_of_the_earlier_ones() -> None:
    ended, _ = earlier(1, 20)

    found = expected_seconds(FakeStore(ended), ended, [job()])

    assert found is not None
    assert found.basis.startswith("a rule of thumb")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "1 second"),
        (45, "45 seconds"),
        (60, "1 minute"),
        (HOUR - 1, "1 hour"),
        (HOUR, "1 hour"),
        (80 * 60, "1 hour 20 minutes"),
        (26 * HOUR, "1 day 2 hours"),
        (48 * HOUR, "2 days"),
    ],
)
def test_times_are_said_as_people_say_them(seconds: float, words: str) -> None:
    assert duration_words(seconds) == words
