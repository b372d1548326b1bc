"""The first step: an input becomes a run with a suite, or a refusal with an id and a place."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from unit_documents import BUCKET, custom_metric, evaluation, suite
from unit_fakes import FakeStore, MemoryS3, bucket, run, services

from modeleval.artifacts import suite_key
from modeleval.digests import canonical, text_digest
from modeleval.errors import (
    ModelNotUsable,
    RunClosed,
    SuiteInvalid,
    SuiteNotFound,
    TermsNotAccepted,
)
from modeleval.store.items import RunStatus
from modeleval.workflow.events import ExecutionEvent
from modeleval.workflow.prepare import prepare_run
from modeleval.workflow.resolve import resolve_model


class World:
    """An empty table and bucket, and a folder of deployed suites."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = FakeStore()
        self.s3 = MemoryS3()
        self.services = services(
            store=self.store,
            objects=bucket(self.s3),
            environment=SimpleNamespace(stack_name="modeleval"),
        )

    def prepare(self, given: object) -> str:
        return prepare_run(_event(given), self.services, self.folder)

    @property
    def run(self) -> Any:
        return self.store.run(_event(None).run_id)


def _event(given: object) -> ExecutionEvent:
    return ExecutionEvent.model_validate(
        {"executionArn": "arn:run", "startTime": "2026-11-22T08:00:00.123Z", "input": given}
    )


@pytest.fixture
def world(tmp_path: Path) -> World:
    (tmp_path / "support.yaml").write_text(yaml.safe_dump(suite()))
    (tmp_path / "other.yaml").write_text(yaml.safe_dump(suite()))
    return World(tmp_path)


def test_a_run_keeps_its_suite_as_it_was(world: World) -> None:
    document = suite(tags={"team": "search"})
    run_id = world.prepare({"suite": document})
    assert json.loads(world.s3.objects[suite_key(run_id)]) == document
    assert world.run.suite_digest == text_digest(canonical(document))
    assert (world.run.origin, world.run.tags) == ("inline", {"team": "search"})
    assert world.run.terms_accepted_at == "2026-11-22T08:00:00.000Z"
    assert world.run.started_at == "2026-11-22T08:00:00.123Z"


def test_a_run_is_listed_under_its_suites_own_name(world: World) -> None:
    world.s3.objects["my suites/v2 (new).yaml"] = yaml.safe_dump(suite()).encode()
    world.prepare({"suite": f"s3://{BUCKET}/my suites/v2 (new).yaml"})
    assert (world.run.suite, world.run.origin) == ("support", "s3")


def test_a_run_that_was_stopped_before_its_first_step_ended_stays_stopped(world: World) -> None:
    asked = _event({"suite": "support"})
    world.store.add(run(run_id=asked.run_id, status=RunStatus.STOPPED))
    with pytest.raises(RunClosed):
        world.prepare({"suite": "support"})
    assert world.run.status is RunStatus.STOPPED


def test_a_step_that_runs_twice_prepares_one_run(world: World) -> None:
    assert world.prepare({"suite": "support"}) == world.prepare({"suite": "support"})


def test_a_step_that_runs_twice_keeps_the_suite_that_it_read_first(world: World) -> None:
    place, first = "suites/a.yaml", suite(tags={"team": "search"}, sample=3)
    world.s3.objects[place] = yaml.safe_dump(first).encode()
    run_id = world.prepare({"suite": f"s3://{BUCKET}/{place}"})
    world.s3.objects[place] = yaml.safe_dump(suite(name="other", tags={"x": "y"})).encode()
    world.prepare({"suite": f"s3://{BUCKET}/{place}"})
    assert json.loads(world.s3.objects[suite_key(run_id)]) == first
    assert world.run.suite_digest == text_digest(canonical(first))
    assert (world.run.suite, world.run.tags, world.run.sample) == ("support", {"team": "search"}, 3)


def test_the_inputs_trial_stands_above_the_suites_and_is_kept_with_it(world: World) -> None:
    run_id = world.prepare({"suite": suite(sample=100), "sample": 5})
    assert world.run.sample == 5
    assert json.loads(world.s3.objects[suite_key(run_id)])["sample"] == 5


def test_without_a_trial_in_the_input_the_suites_own_counts(world: World) -> None:
    world.prepare({"suite": suite(sample=100), "sample": None})
    assert world.run.sample == 100


def test_a_deployed_suite_may_be_tried_too(world: World) -> None:
    world.prepare({"suite": "support", "sample": 5})
    assert (world.run.origin, world.run.sample) == ("deployed", 5)


@pytest.mark.parametrize("sample", [0, 1001, "many", [], {}])
def test_a_wrong_trial_is_refused_as_the_suites_would_be(world: World, sample: object) -> None:
    with pytest.raises(SuiteInvalid, match=r"sample: (must be at |write a whole number)"):
        world.prepare({"suite": "support", "sample": sample})
    assert world.s3.objects == {}


def test_files_of_custom_metrics_are_kept_with_the_suite_as_they_were(world: World) -> None:
    world.s3.objects["tone.json"] = json.dumps(custom_metric()).encode()
    document = suite(evaluations=[evaluation(customMetrics="tone.json")])
    run_id = world.prepare({"suite": document})
    [kept] = json.loads(world.s3.objects[suite_key(run_id)])["evaluations"]
    assert kept["customMetrics"] == [custom_metric()]


def test_a_file_of_custom_metrics_that_is_missing_refuses_the_suite(world: World) -> None:
    with pytest.raises(SuiteNotFound, match=r"evaluations\[0\]\.customMetrics"):
        world.prepare({"suite": suite(evaluations=[evaluation(customMetrics="tone.json")])})


@pytest.mark.parametrize("given", [None, [], "support"])
def test_an_input_that_is_no_object_is_refused(world: World, given: object) -> None:
    with pytest.raises(SuiteInvalid, match="input is not an object"):
        world.prepare(given)


def test_an_unknown_input_field_is_answered_with_the_nearest(world: World) -> None:
    with pytest.raises(SuiteInvalid, match=r"\(input\.siute\)\. Did you mean suite\?"):
        world.prepare({"siute": "support"})


def test_an_unknown_input_field_unlike_any_other_is_answered_with_all(world: World) -> None:
    with pytest.raises(SuiteInvalid, match=r"Known fields: suite, model, sample, "):
        world.prepare({"suite": "support", "zzz": 1})


def test_a_model_that_is_no_text_is_refused(world: World) -> None:
    with pytest.raises(SuiteInvalid, match=r"\(input\.model\)"):
        world.prepare({"suite": "support", "model": ["a"]})


def test_a_refused_suite_has_a_run_all_the_same(world: World) -> None:
    with pytest.raises(SuiteNotFound):
        world.prepare({"suite": "suport"})
    assert world.run.suite == "suport"


def test_unaccepted_terms_are_refused_before_anything_is_kept(world: World) -> None:
    with pytest.raises(TermsNotAccepted):
        world.prepare({"suite": suite(acceptBedrockEvaluationTerms=False)})
    assert world.s3.objects == {}


def test_a_deployed_suite_is_called_as_its_file(world: World) -> None:
    with pytest.raises(SuiteInvalid, match="calls itself support") as caught:
        world.prepare({"suite": "other"})
    assert "Rename the file to support.yaml, or set name: other" in str(caught.value)


def test_a_model_that_the_suite_does_not_judge_is_refused(world: World) -> None:
    run_id = world.prepare({"suite": "support", "model": "amazon.nova-lite-v1:0"})
    with pytest.raises(ModelNotUsable, match=r"no score would be about it \(input\.model\)"):
        resolve_model(run_id, world.services)


def test_a_run_without_a_model_goes_on_to_its_plan(world: World) -> None:
    resolve_model(world.prepare({"suite": "support"}), world.services)
    assert world.run.phase == "plan"
