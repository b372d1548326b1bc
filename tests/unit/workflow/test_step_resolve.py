"""The second step: whose responses are judged, looked up once and kept with the run."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from unit_documents import JUDGE, RUN, evaluation, suite
from unit_fakes import FakeStore, MemoryS3, bucket, run, services

from modeleval.artifacts import suite_key
from modeleval.errors import ModelNotUsable, RunClosed, TransientServiceError
from modeleval.sagemaker.resolved import ModelSource, ResolvedModel
from modeleval.store.items import RunStatus
from modeleval.workflow.kept_suite import suite_of
from modeleval.workflow.load import model_of
from modeleval.workflow.resolve import resolve_model

PLACE = "arn:aws:sagemaker:us-west-2:111122223333"
TIED = {"responses": {"precomputed": "bot-v{model.version}"}}
MMLU = {"name": "know", "kind": "sagemaker-benchmark", "benchmark": "mmlu"}
PACKAGE = ResolvedModel(
    asked="support-llama",
    source=ModelSource.PACKAGE,
    identifier=f"{PLACE}:model-package/support-llama/3",
    group="support-llama",
    group_arn=f"{PLACE}:model-package-group/support-llama",
    version=3,
    base_model_name="meta-llama",
    base_model_arn=f"{PLACE}:hub-content/SageMakerPublicHub/Model/meta-llama/1.0.0",
)
BEDROCK = ResolvedModel(asked=JUDGE, source=ModelSource.BEDROCK, identifier=JUDGE)


class World:
    def __init__(self, *evaluations: dict[str, Any], follows: Any = None, **changes: Any) -> None:
        document = suite(evaluations=list(evaluations), acceptEula=True, **(follows or {}))
        self.store = FakeStore(run(**changes))
        self.s3 = MemoryS3(**{suite_key(RUN): json.dumps(document).encode()})
        self.asked: list[tuple[str, str]] = []
        self.answer: Any = PACKAGE
        self.services = services(
            store=self.store,
            objects=bucket(self.s3),
            resolver=self,
            model_registry=SimpleNamespace(versions=lambda *_, **__: []),
        )

    def resolve(self, text: str, *, which: str) -> ResolvedModel:
        self.asked.append((text, which))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer  # type: ignore[no-any-return]

    @property
    def run(self) -> Any:
        return self.store.run(RUN)

    def step(self) -> None:
        resolve_model(RUN, self.services)


def test_a_run_without_a_model_has_its_suites_subjects() -> None:
    world = World(evaluation())
    world.step()
    assert (world.run.phase, world.run.resolved_model, world.asked) == ("plan", None, [])


@pytest.mark.parametrize("entry", [evaluation(name="know", **TIED), MMLU])
def test_a_suite_that_judges_the_runs_model_needs_one(entry: dict[str, Any]) -> None:
    with pytest.raises(ModelNotUsable, match=r"\(know\), and the run names none \(input.model\)"):
        World(evaluation(), entry).step()


def test_a_model_that_no_evaluation_judges_is_refused_before_it_is_looked_up() -> None:
    world = World(evaluation(), model="support-llama")
    with pytest.raises(ModelNotUsable, match="no score would be about it"):
        world.step()
    assert world.asked == []


@pytest.mark.parametrize("entry", [evaluation(**TIED), MMLU])
def test_what_a_model_came_to_is_kept_with_the_run(entry: dict[str, Any]) -> None:
    world = World(entry, model="support-llama")
    world.step()
    assert world.asked == [("support-llama", "latest")]
    assert model_of(world.run) == PACKAGE
    assert world.run.phase == "plan"


def test_the_suite_means_that_model_from_then_on() -> None:
    world = World(evaluation(**TIED), model="support-llama")
    world.step()
    [found] = suite_of(world.run, world.services).evaluations
    assert found.responses.precomputed == "bot-v3"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("asked", "which"), [("approved", "approved"), ("latest", "latest"), (None, "latest")]
)
def test_which_version_is_the_runs_question(asked: str | None, which: str) -> None:
    world = World(MMLU, model="support-llama", which=asked)
    world.step()
    assert world.asked == [("support-llama", which)]


def test_a_step_that_runs_twice_keeps_the_first_answer() -> None:
    world = World(MMLU, model="support-llama")
    world.step()
    world.answer = PACKAGE.model_copy(update={"version": 4})
    world.step()
    assert model_of(world.run) == PACKAGE
    assert len(world.asked) == 1


@pytest.mark.parametrize(
    "entry",
    [
        MMLU,
        {"name": "s", "kind": "sagemaker-scorer", "dataset": "d", "scorer": "prime_math"},
        {
            "name": "j",
            "kind": "sagemaker-judge",
            "dataset": "d",
            "judge": JUDGE,
            "metrics": ["Correctness"],
        },
    ],
)
def test_a_bedrock_model_is_not_evaluated_by_sagemaker(entry: dict[str, Any]) -> None:
    world = World(evaluation(name="mine", **TIED), entry, model=JUDGE)
    world.answer = BEDROCK
    with pytest.raises(ModelNotUsable, match=f"{entry['name']} is evaluated by SageMaker"):
        world.step()
    assert world.run.resolved_model is None


def test_a_bedrock_model_may_be_judged_by_bedrock() -> None:
    world = World(evaluation(responses={"model": "{model.id}"}), model=JUDGE)
    world.answer = BEDROCK
    world.step()
    assert model_of(world.run) == BEDROCK


ONE = {"trigger": {"modelPackageGroups": ["billing-llama"]}}
NIGHTLY = {"schedule": {"expression": "rate(1 day)", "model": "billing-llama"}}


@pytest.mark.parametrize("follows", [ONE, NIGHTLY])
def test_another_groups_version_3_did_not_give_these_responses(follows: dict[str, Any]) -> None:
    """Its number is all that the responses carry."""
    world = World(evaluation(**TIED), follows=follows, model="support-llama")
    with pytest.raises(ModelNotUsable, match="follows billing-llama, not support-llama") as caught:
        world.step()
    assert str(caught.value).startswith("answers: ")
    assert "{model.group}" in str(caught.value)
    assert world.run.resolved_model is None


@pytest.mark.parametrize(
    ("entry", "follows"),
    [
        (evaluation(**TIED), None),
        (evaluation(**TIED), {"schedule": {"expression": "rate(1 day)"}}),
        (evaluation(**TIED), {"trigger": {"modelPackageGroups": ["Support-Llama"]}}),
        (evaluation(dataset="{model.group}/d.jsonl", **TIED), ONE),
        (evaluation(responses={"precomputed": "{model.group}-{model.version}"}), ONE),
        (MMLU, ONE),
    ],
)
def test_any_group_will_do_where_the_group_is_followed_or_named(
    entry: dict[str, Any], follows: Any
) -> None:
    world = World(entry, follows=follows, model="support-llama")
    world.step()
    assert model_of(world.run) == PACKAGE


@pytest.mark.parametrize(
    "error", [ModelNotUsable("gone", action="x"), TransientServiceError("slow", action="x")]
)
def test_what_cannot_be_resolved_leaves_the_run_where_it_is(error: Exception) -> None:
    world = World(MMLU, model="support-llama")
    world.answer = error
    with pytest.raises(type(error)):
        world.step()
    assert (world.run.phase, world.run.resolved_model) == ("prepare", None)


def test_a_run_that_has_ended_is_not_resolved() -> None:
    world = World(MMLU, model="support-llama")
    world.store.close_run(RUN, RunStatus.STOPPED)
    with pytest.raises(RunClosed):
        world.step()
    assert world.asked == []
