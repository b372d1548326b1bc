"""A draft of SageMaker's evaluations shows their pipelines, and makes nothing in the account."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from serverless_world import PACKAGE, World, benchmark, judge, model
from unit_documents import suite

from modeleval.workflow.draft import DRAFT_RUN, Draft, draft_run
from modeleval.workflow.draft_services import NEW_ARTIFACT, draft_services

_MAKING = ("create", "update", "start", "add", "put", "delete", "stop")


def drafted(world: World, folder: Path) -> Draft:
    world.services.resolver = SimpleNamespace(resolve=lambda text, **_: model(asked=text))
    services = draft_services(world.services, run_id=DRAFT_RUN, folder=folder)
    document = suite(
        evaluations=[judge(), benchmark(name="knowledge")], acceptEula=True, baseline="none"
    )
    return draft_run({"suite": document, "model": PACKAGE}, services, folder)


def made(world: World) -> list[str]:
    """What was called that leaves something in SageMaker."""
    return [name for name, _ in world.client.calls if name.startswith(_MAKING)]


def definition(draft: Draft, job: int) -> Any:
    update, _ = draft.jobs[job].requests
    return update.parameters["PipelineDefinition"]


def test_each_job_shows_its_pipeline_and_nothing_is_made(tmp_path: Path) -> None:
    world = World()
    before = dict(world.s3.objects)

    draft = drafted(world, tmp_path)

    assert made(world) == []
    assert world.s3.objects == before
    assert [one["Name"] for one in definition(draft, 1)["Steps"]][:1] == ["CreateEvaluationAction"]
    assert NEW_ARTIFACT in str(definition(draft, 0))
    assert draft.run.resolved_model is not None
    assert draft.run.resolved_model["identifier"] == PACKAGE
    [part] = draft.jobs[0].parts
    assert (part.records, part.first_line, part.last_line) == (3, 1, 3)
    assert draft.jobs[1].parts == []


def test_the_artifact_that_is_there_is_named(tmp_path: Path) -> None:
    world = World()
    artifact = world.services.lineage.model_artifact(PACKAGE)
    world.client.calls.clear()

    draft = drafted(world, tmp_path)

    assert artifact in str(definition(draft, 0))
    assert made(world) == []


def test_the_time_follows_the_models_size_and_its_base_model(tmp_path: Path) -> None:
    expected = drafted(World(), tmp_path).expected

    assert expected is not None
    assert expected.basis == (
        "a rule of thumb: SageMaker takes 25 to 40 minutes for a model of 1B, twice that with its "
        "base model"
    )
