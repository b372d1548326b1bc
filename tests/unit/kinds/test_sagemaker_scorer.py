from __future__ import annotations

import json
from typing import Any

import pytest
from model_registry_fake import arn
from pydantic import ValidationError
from serverless_world import DATASET, FUNCTION, LINES, SCORER, World, jsonl, scorer
from unit_documents import BUCKET, RUN

from modeleval.artifacts import index_key, records_key, s3_uri, validation_key
from modeleval.errors import DatasetInvalid, DatasetNotFound, ScorerNotUsable, SuiteInvalid
from modeleval.kinds.registry import KINDS
from modeleval.sagemaker.hub import HubScorer

DOCUMENT = KINDS["sagemaker-scorer"].document


@pytest.mark.parametrize("name", ["prime_math", "PRIME_CODE"])
def test_a_preset_is_known_by_name(name: str) -> None:
    one = World().started(scorer(scorer=name))
    steps = [step for step in one.definition["Steps"] if step["Type"] == "Training"]
    for step in steps:
        assert step["Arguments"]["HyperParameters"]["preset_reward_function"] == name.lower()
        assert "EvaluatorArn" not in step["Arguments"]["ServerlessJobConfig"]
    assert len(steps) == 2


def test_a_registered_scorer_is_looked_up_and_called() -> None:
    one = World().started(scorer(scorer=SCORER, hyperparameters={"aggregation": "sum"}))
    for step in one.definition["Steps"]:
        if step["Type"] == "Training":
            assert step["Arguments"]["ServerlessJobConfig"]["EvaluatorArn"] == SCORER
            sent = step["Arguments"]["HyperParameters"]
            assert (sent["postprocessing"], sent["aggregation"]) == ("True", "sum")


@pytest.mark.parametrize("off", [False, "False", "no"])
def test_a_registered_scorer_is_not_asked_for_where_it_would_not_be_called(off: object) -> None:
    with pytest.raises(ValidationError, match=r"hyperparameters\.postprocessing: .* leave it out"):
        DOCUMENT.model_validate(scorer(scorer=SCORER, hyperparameters={"postprocessing": off}))
    World().plan(scorer(scorer=SCORER, hyperparameters={"postprocessing": True}))
    World().plan(scorer(hyperparameters={"postprocessing": False}))


ROLE = "arn:aws:iam::111122223333:role/mine"


def test_a_function_that_the_stacks_role_may_not_call_is_refused_before_anything_is_paid() -> None:
    world = World(scorerFunctionArns=[f"{FUNCTION}-2"])
    with pytest.raises(ScorerNotUsable, match=r"scorerFunctionArns .* deploy") as caught:
        world.plan(scorer(scorer=SCORER))
    assert "(evaluations[0].scorer)" in str(caught.value)
    assert set(world.s3.objects) == {DATASET}


@pytest.mark.parametrize("qualifier", ["", ":3", ":live"])
def test_a_version_or_alias_is_its_functions(qualifier: str) -> None:
    world = World()
    world.hub.scorer = lambda text, **_: HubScorer(text, FUNCTION + qualifier)  # type: ignore[method-assign, assignment]
    assert world.plan(scorer(scorer=SCORER)).records == len(LINES)


def test_a_role_of_the_accounts_own_may_call_what_it_may() -> None:
    world = World(scorerFunctionArns=[], sagemakerRoleArn=ROLE)
    assert world.plan(scorer(scorer=SCORER)).records == len(LINES)


def test_a_preset_calls_no_function() -> None:
    assert World(scorerFunctionArns=[]).plan(scorer()).records == len(LINES)


def test_how_many_records_there_are_is_kept_with_the_job() -> None:
    [whole] = World().plan(scorer()).jobs
    [trial] = World().plan(scorer(), sample=2).jobs
    assert (whole.spec["records"], trial.spec["records"]) == (len(LINES), 2)


def test_a_scorer_that_is_not_to_be_had_is_refused() -> None:
    world = World()

    def refuse(_: str, *, field: str) -> Any:
        raise ScorerNotUsable("gone", where=field, action="x")

    world.hub.scorer = refuse  # type: ignore[method-assign]
    with pytest.raises(ScorerNotUsable, match=r"evaluations\[0\].scorer"):
        world.plan(scorer(scorer=SCORER))
    assert set(world.s3.objects) == {DATASET}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (FUNCTION, "modeleval register scorer"),
        ("score.py", "modeleval register scorer"),
        ("prime_maths", "prime_math"),
    ],
)
def test_what_is_no_scorer_says_what_to_do(name: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        DOCUMENT.model_validate(scorer(scorer=name))


def test_what_is_evaluated_is_the_copy_that_was_validated() -> None:
    world = World()
    planned = world.plan(scorer())
    key = records_key(RUN, 0, 0)
    assert world.s3.objects[key] == jsonl(LINES)
    assert planned.jobs[0].spec["evaluation"]["dataset"] == s3_uri(BUCKET, key)
    assert len(world.s3.objects[index_key(RUN, 0, 0)].splitlines()) == len(LINES)
    assert json.loads(world.s3.objects[validation_key(RUN, 0)])["records"] == len(LINES)
    assert (planned.records, planned.dataset["versionId"]) == (3, "v1")
    assert any("fewer than" in one.lower() or "10" in one for one in planned.warnings)


def test_a_registered_dataset_is_read_where_it_lies() -> None:
    world = World()
    named = arn("hub-content/my-hub/DataSet/mine/1.0.0")
    assert world.plan(scorer(dataset=named)).records == 3


def test_a_trial_takes_so_many_records() -> None:
    world = World()
    planned = world.plan(scorer(), sample=2)
    assert planned.records == 2
    lines = world.s3.objects[records_key(RUN, 0, 0)].splitlines(keepends=True)
    assert len(lines) == 2
    assert set(lines) <= set(jsonl(LINES).splitlines(keepends=True))


def test_a_wrong_line_is_refused_and_nothing_of_it_is_told() -> None:
    world = World()
    world.s3.objects[DATASET] = jsonl([*LINES, {"query": ["a secret"]}])
    with pytest.raises(DatasetInvalid) as caught:
        world.plan(scorer())
    assert "secret" not in str(caught.value)
    assert records_key(RUN, 0, 0) not in world.s3.objects


def test_a_dataset_that_is_not_there_is_refused() -> None:
    with pytest.raises(DatasetNotFound, match=r"\(evaluations\[0\].dataset\)"):
        World().plan(scorer(dataset="nothing.jsonl"))


def test_a_step_that_runs_twice_judges_what_the_first_one_saw() -> None:
    world = World()
    world.plan(scorer())
    world.s3.objects[DATASET] = jsonl(LINES[:1])
    with pytest.raises(Exception, match="changed since the run began"):
        world.plan(scorer())


def test_parameters_are_checked_against_the_hubs_ranges() -> None:
    with pytest.raises(SuiteInvalid, match=r"hyperparameters.aggregation: must be one of mean, su"):
        World().plan(scorer(hyperparameters={"aggregation": "median"}))
