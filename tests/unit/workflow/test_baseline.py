"""Which run is a run compared with?"""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from unit_fakes import run

from modeleval.errors import ModelNotUsable, RunNotFound, SuiteInvalid
from modeleval.sagemaker.registry import Denied, NotThere, Version
from modeleval.sagemaker.resolved import ModelSource, ResolvedModel
from modeleval.store.items import Run, RunStatus
from modeleval.workflow.baseline import choose_baseline

GROUP = "arn:aws:sagemaker:us-east-1:111122223333:model-package-group/support"
NOW = "2026-11-22T07:00:00.000Z"


def arn(version: int) -> str:
    return f"arn:aws:sagemaker:us-east-1:111122223333:model-package/support/{version}"


def package(version: int) -> ResolvedModel:
    return ResolvedModel(
        asked="support",
        source=ModelSource.PACKAGE,
        identifier=arn(version),
        group="support",
        group_arn=GROUP,
        version=version,
    )


NOVA = ResolvedModel(
    asked="amazon.nova-lite-v1:0", source=ModelSource.BEDROCK, identifier="amazon.nova-lite-v1:0"
)


def earlier(day: int, model: ResolvedModel | None, **changes: Any) -> Run:
    """A published run of a day of October, with the day in its id."""
    fields = {
        "run_id": f"me{'a' * 14}{day:02}",
        "started_at": f"2026-10-{day:02}T00:00:00.000Z",
        "resolved_model": model.to_document() if model else None,
        "published": True,
        "status": RunStatus.SUCCEEDED,
    }
    return run(**fields | changes)


class _Store:
    def __init__(self, runs: Sequence[Run]) -> None:
        self._runs = runs

    def run(self, run_id: str) -> Run:
        for one in self._runs:
            if one.run_id == run_id:
                return one
        raise RunNotFound(run_id, action="x")

    def runs_of(self, suite: str) -> Any:
        found = [one for one in self._runs if one.suite == suite]
        return iter(sorted(found, key=lambda one: one.started_at, reverse=True))


class _Registry:
    def __init__(self, approved: Sequence[int], error: Exception | None = None) -> None:
        self._approved = approved
        self._error = error

    def versions(self, group: str, *, approved: bool = False) -> Any:
        assert (group, approved) == (GROUP, True)
        if self._error:
            raise self._error
        yield from (
            Version(number, arn(number), "Completed", "Approved") for number in self._approved
        )


def chosen(
    asked: str | None,
    model: ResolvedModel | None,
    *runs: Run,
    approved: Sequence[int] = (),
    error: Exception | None = None,
    origin: str | None = None,
) -> dict[str, Any]:
    services: Any = SimpleNamespace(
        store=_Store([run(), *runs]), model_registry=_Registry(approved, error)
    )
    suite: Any = SimpleNamespace(name="support", baseline=asked)
    return choose_baseline(run(origin=origin), suite, model, services)


def id_of(day: int) -> str:
    return earlier(day, None).run_id


@pytest.mark.parametrize("asked", ["none", "base-model"])
def test_some_need_no_other_run(asked):
    assert chosen(asked, package(4), earlier(1, package(3)), approved=[3]) == {"label": asked}


@pytest.mark.parametrize(
    ("model", "label"), [(package(4), "approved"), (NOVA, "previous"), (None, "previous")]
)
def test_without_a_word_it_is_the_approved_version_where_there_are_versions(model, label):
    assert chosen(None, model)["label"] == label


def test_approved_is_the_newest_approved_version_that_is_not_this_one():
    runs = [earlier(day, package(day)) for day in (1, 2, 3, 4)]
    found = chosen("approved", package(4), *runs, approved=[1, 4, 3])
    assert found == {
        "label": "approved",
        "runId": id_of(3),
        "startedAt": "2026-10-03T00:00:00.000Z",
        "model": arn(3),
    }


def test_its_latest_run_counts():
    runs = [earlier(day, package(3)) for day in (5, 9, 7)]
    assert chosen("approved", package(4), *runs, approved=[3])["runId"] == id_of(9)


@pytest.mark.parametrize(
    ("approved", "missing"),
    [
        ([], "no other version is approved yet"),
        ([4], "no other version is approved yet"),
    ],
)
def test_there_may_be_no_approved_one_yet(approved, missing):
    runs = [earlier(1, package(1)), earlier(3, package(3))]
    found = chosen("approved", package(4), *runs, approved=approved)
    assert found == {"label": "approved", "missing": missing}


@pytest.mark.parametrize("changes", [None, {"published": False}, {"sample": 20}, {"suite": "b"}])
def test_an_approved_version_without_scores_is_lost_and_not_missing(changes):
    """To pass would be to lose, unseen, what was approved."""
    runs = [earlier(1, package(1)), earlier(3, package(3))]
    if changes is not None:
        runs.append(earlier(2, package(2), **changes))
    found = chosen("approved", package(4), *runs, approved=[2, 1])
    assert found == {
        "label": "approved",
        "lost": "the approved version 2 has no run of this suite with scores: start one with the "
        f"model {arn(2)}",
    }


@pytest.mark.parametrize("model", [NOVA, None, package(4).model_copy(update={"group_arn": None})])
def test_what_has_no_versions_has_no_approved_one(model):
    found = chosen("approved", model, earlier(1, NOVA), approved=[3])
    assert found["missing"] == "the run's model belongs to no model package group"


@pytest.mark.parametrize("error", [Denied(), NotThere()])
def test_a_list_that_cannot_be_read_is_not_an_empty_one(error):
    with pytest.raises(ModelNotUsable, match="cannot be listed") as raised:
        chosen("approved", package(4), error=error)
    assert "baseline" in str(raised.value)


def test_previous_is_the_latest_of_the_same_group():
    runs = [earlier(1, package(2)), earlier(5, package(3)), earlier(9, NOVA), earlier(8, None)]
    assert chosen("previous", package(4), *runs)["runId"] == id_of(5)
    assert chosen("previous", NOVA, *runs)["runId"] == id_of(9)
    without = chosen("previous", None, *runs)
    assert (without["runId"], without["model"]) == (id_of(8), None)


@pytest.mark.parametrize(
    "changes",
    [
        {"published": False},
        {"status": RunStatus.PENDING},
        {"status": RunStatus.STOPPED},
        {"sample": 20},
        {"suite": "another"},
        {"started_at": "2026-11-23T00:00:00.000Z"},
        {"resolved_model": NOVA.to_document()},
        {"run_id": run().run_id},
    ],
)
def test_no_baseline_is_what_has_no_scores_or_is_a_trial_or_came_later(changes):
    found = chosen("previous", package(4), earlier(5, package(3), **changes))
    assert found == {"label": "previous", "missing": "there is no earlier run"}
    behind = chosen(
        "previous", package(4), earlier(5, package(3), **changes), earlier(1, package(1))
    )
    assert behind["runId"] == id_of(1)


def test_a_named_run_may_be_any_with_scores():
    other = earlier(5, NOVA, suite="another")
    found = chosen(f"run:{other.run_id}", package(4), other)
    assert (found["label"], found["runId"], found["model"]) == (
        "run",
        other.run_id,
        NOVA.identifier,
    )


@pytest.mark.parametrize(
    "changes", [{"published": False}, {"status": RunStatus.PENDING}, {"sample": 20}, None]
)
def test_a_named_run_without_scores_is_an_error(changes):
    runs = [] if changes is None else [earlier(5, package(3), **changes)]
    with pytest.raises(SuiteInvalid, match="cannot be a baseline") as raised:
        chosen(f"run:{id_of(5)}", package(4), *runs)
    assert "baseline" in str(raised.value)


def test_a_run_is_not_its_own_baseline():
    with pytest.raises(SuiteInvalid, match="cannot be a baseline"):
        chosen(f"run:{run().run_id}", package(4))


@pytest.mark.parametrize("asked", ["approved", "previous"])
@pytest.mark.parametrize("of_others", ["inline", "s3", None])
def test_a_deployed_suite_is_compared_with_deployed_suites_only(asked, of_others):
    """Anybody may start a suite of the same name: its poor answers must not be the mark."""
    runs = [
        earlier(1, package(3), origin="deployed"),
        earlier(2, package(3), origin=of_others),
    ]
    found = chosen(asked, package(4), *runs, approved=[3], origin="deployed")
    assert found["runId"] == id_of(1)
    assert chosen(asked, package(4), *runs, approved=[3], origin="inline")["runId"] == id_of(2)


def test_a_deployed_suite_may_name_any_run():
    other = earlier(2, package(3), origin="inline")
    found = chosen(f"run:{other.run_id}", package(4), other, origin="deployed")
    assert found["runId"] == other.run_id
