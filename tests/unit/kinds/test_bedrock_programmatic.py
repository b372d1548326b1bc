"""Planning: what is written, what it costs, what is refused, and which requests come of it."""

from __future__ import annotations

from typing import Any

import pytest
from programmatic_world import LITE, MICRO, NUMBER, OWN, ProgrammaticWorld, jsonl, line

from modeleval.errors import DatasetInvalid, DatasetNotFound, GeneratorNotAllowed
from modeleval.kinds.bedrock_programmatic import BedrockProgrammatic
from modeleval.kinds.protocol import Plan

BOTH = {"dataset": None, "datasets": ["Builtin.BoolQ", OWN]}


def test_one_job_per_model_asks_the_same_prompts() -> None:
    world = ProgrammaticWorld(line(0, category="a"), line(1))
    plan = world.plan(responses=[{"model": LITE}, {"model": MICRO, "label": "small"}])
    assert [(job.spec["candidate"], job.spec["model"]) for job in plan.jobs] == [
        (None, LITE),
        ("small", MICRO),
    ]
    assert len({str(job.spec["datasets"]) for job in plan.jobs}) == 1
    assert (plan.subject, plan.judge, plan.candidates) == (LITE, None, {"small": MICRO})
    assert world.models.fields == [
        f"evaluations[{NUMBER}].responses.model",
        f"evaluations[{NUMBER}].candidates[0].model",
    ]
    assert world.written(f"inputs/e{NUMBER}/p0.jsonl") == [line(0, category="a"), line(1)]
    index = world.written(f"index/e{NUMBER}/p0.jsonl")
    assert [(one["line"], one["category"]) for one in index] == [(1, "a"), (2, None)]


def test_a_generator_that_the_settings_do_not_allow_is_refused_first() -> None:
    world = ProgrammaticWorld()
    with pytest.raises(GeneratorNotAllowed):
        world.plan(responses={"model": "amazon.titan-text-lite-v1"})
    assert list(world.s3.objects) == [OWN]


def records_of(plan: Plan) -> dict[str, int]:
    """By metric, over all categories."""
    return {one.metric: one.records for one in plan.extents if one.category is None}


def test_a_built_in_dataset_writes_nothing_and_has_a_hundred_prompts() -> None:
    world = ProgrammaticWorld()
    plan = world.plan(dataset="Builtin.BoolQ")
    assert list(world.s3.objects) == [OWN]
    assert (plan.records, records_of(plan), plan.dataset) == (100, {"Accuracy": 100}, {})
    [estimate] = plan.estimates
    assert (estimate.records, estimate.input_tokens, estimate.output_tokens) == (100, 25000, 50000)
    assert estimate.assumptions[-1] == (
        "Builtin.BoolQ has 100 prompts of 1,000 characters; their lengths are not documented."
    )


def test_robustness_asks_five_changed_copies_too() -> None:
    world = ProgrammaticWorld(*(line(n, prompt=f"{n}" * 40) for n in range(4)))
    params = {"inferenceConfig": {"maxTokens": 10}}
    plain, robust = (
        world.plan(metrics=metrics, responses={"model": LITE, "inferenceParams": params})
        for metrics in (["Accuracy"], ["Accuracy", "Robustness"])
    )
    [once], [often] = plain.estimates, robust.estimates
    assert (once.input_tokens, once.output_tokens) == (40, 40)
    assert (often.input_tokens, often.output_tokens) == (240, 240)
    assert once.usd is not None
    assert often.usd == 6 * once.usd
    assert often.formula.startswith("4 records x 6 answers: 240 input + 240 output tokens, (")
    assert "Each prompt is answered, and about 5 changed copies of it." in often.assumptions
    assert once.purpose == often.purpose == "generator"


def test_several_datasets_are_parts_with_records_and_estimates_of_their_own() -> None:
    world = ProgrammaticWorld()
    plan = world.plan(**BOTH)
    [job] = plan.jobs
    assert [(one["apiName"], one["part"], one["names"]) for one in job.spec["datasets"]] == [
        ("Builtin.BoolQ", None, ["BoolQ.Accuracy"]),
        ("own", 0, ["own.Accuracy"]),
    ]
    assert (plan.records, records_of(plan)) == (102, {"BoolQ.Accuracy": 100, "own.Accuracy": 2})
    assert [one.records for one in plan.estimates] == [100, 2]
    assert len(world.written(f"inputs/e{NUMBER}/p0.jsonl")) == 2


def test_several_own_datasets_have_one_digest_and_their_warnings_say_whose() -> None:
    other = {"other.jsonl": jsonl(line(7, extra=1))}
    plan = ProgrammaticWorld(**other).plan(dataset=None, datasets=[OWN, "other.jsonl"])
    again = ProgrammaticWorld(**other).plan(dataset=None, datasets=["other.jsonl", OWN])
    assert plan.dataset.keys() == {"sha256", "promptSetDigest"}
    assert plan.dataset != again.dataset
    assert [one.partition(":")[0] for one in plan.warnings] == ["other"]


def test_a_trial_takes_fewer_of_ones_own_prompts_and_says_that_bedrocks_are_all_asked() -> None:
    plan = ProgrammaticWorld(*(line(n) for n in range(9))).plan(sample=3, **BOTH)
    assert records_of(plan) == {"BoolQ.Accuracy": 100, "own.Accuracy": 3}
    assert plan.warnings == [
        "A trial asks all 100 prompts of Builtin.BoolQ: Bedrock draws them, not fewer"
    ]


@pytest.mark.parametrize(
    ("task", "metrics", "by"),
    [
        ("QuestionAndAnswer", ["Toxicity"], "QuestionAndAnswer"),
        ("Generation", ["Toxicity", "Accuracy", "Robustness"], "Accuracy and Robustness"),
        ("Classification", ["Robustness"], "Robustness"),
        ("Summarization", ["Toxicity"], None),
    ],
)
@pytest.mark.parametrize("bare", [None, "", " "])
def test_records_without_the_reference_that_is_needed_are_refused_by_line(
    task: str, metrics: list[str], by: str | None, bare: str | None
) -> None:
    world = ProgrammaticWorld(line(0), line(1, referenceResponse=bare))
    asked: dict[str, Any] = {"taskType": task, "metrics": metrics}
    if by is None:
        assert world.plan(**asked).records == 2
        return
    with pytest.raises(DatasetInvalid) as caught:
        world.plan(**asked)
    assert str(caught.value).endswith(
        f"- line 2, referenceResponse: is missing or empty, and {by} cannot do without it. Give "
        "the record its reference"
    )
    assert "The dataset has 1 problem " in str(caught.value)


def test_a_reference_that_is_no_text_is_one_problem() -> None:
    world = ProgrammaticWorld(line(0), line(1) | {"referenceResponse": None})
    with pytest.raises(DatasetInvalid, match="The dataset has 1 problem "):
        world.plan()


def test_responses_in_the_dataset_are_not_used_and_that_is_told() -> None:
    given = [{"response": "x", "modelIdentifier": "bot"}]
    world = ProgrammaticWorld(line(0, modelResponses=given))
    [warning] = world.plan().warnings
    assert "bedrock-judge judges them, with responses.precomputed" in warning
    assert world.written(f"inputs/e{NUMBER}/p0.jsonl") == [line(0)]


def test_a_dataset_that_is_not_there_is_named_by_its_field() -> None:
    with pytest.raises(DatasetNotFound, match=rf"evaluations\[{NUMBER}\].datasets\[1\]"):
        ProgrammaticWorld().plan(dataset=None, datasets=[OWN, "none.jsonl"])


def test_definitions_differ_by_task_and_metric() -> None:
    kind = BedrockProgrammatic()

    def definition(metric: str, **changes: Any) -> str:
        world = ProgrammaticWorld()
        world.plan(**changes)
        return kind.definition(world.evaluation, metric, {})

    first = definition("Accuracy")
    assert first == definition("Accuracy", responses={"model": MICRO})
    assert first != definition("Accuracy", taskType="Summarization")
    assert first != definition("Robustness", metrics=["Accuracy", "Robustness"])


def test_as_many_jobs_as_models_need_room() -> None:
    asked: list[int] = []
    world = ProgrammaticWorld()
    world.services.evaluation_jobs = type(
        "Jobs", (), {"check_room": lambda _, n: asked.append(n)}
    )()
    world.plan(responses=[{"model": LITE}, {"model": MICRO}])
    BedrockProgrammatic().check_room([world.evaluation, world.evaluation], world.services)
    assert asked == [4]


def test_more_prompts_than_a_run_takes_are_refused() -> None:
    world = ProgrammaticWorld(*(line(n) for n in range(1001)))
    said = "At most 1,000 records can be judged, and this file has 1,001"
    with pytest.raises(DatasetInvalid, match=said):
        world.plan(shardSize=1)


def test_more_prompts_than_a_job_takes_become_several_jobs_of_each_model() -> None:
    """Built-in datasets are asked once, and a shorter dataset ends sooner."""
    other = jsonl(*(line(n) for n in range(3)))
    world = ProgrammaticWorld(*(line(n) for n in range(7)), **{"other.jsonl": other})
    datasets = ["Builtin.BoolQ", OWN, "other.jsonl"]
    both = [{"model": LITE}, {"model": MICRO}]
    plan = world.plan(dataset=None, datasets=datasets, responses=both, shardSize=3)

    asked = [[(one["name"], one["part"]) for one in job.spec["datasets"]] for job in plan.jobs]
    of_a_model = [
        [("BoolQ", None), ("own", 0), ("other", 3)],
        [("own", 1)],
        [("own", 2)],
    ]
    assert asked == of_a_model * 2
    assert [job.spec["part"] for job in plan.jobs] == [0, 1, 2, 3, 4, 5]
    assert [job.judgements for job in plan.jobs] == [106, 2, 2] * 2
    written = [len(world.written(f"inputs/e{NUMBER}/p{part}.jsonl")) for part in range(4)]
    assert written == [3, 2, 2, 3]
    assert plan.records == 110
    assert [one.records for one in plan.estimates] == [100, 7, 3] * 2
