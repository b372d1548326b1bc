"""What a suite may ask of people, what is planned, and what Bedrock is asked."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from human_world import (
    DATASET,
    FLOW,
    LIVE,
    OURS,
    THEIRS,
    PlanWorld,
    entry,
    evaluation,
    metric,
    pair,
)
from pydantic import ValidationError
from unit_documents import RUN, suite

from modeleval.artifacts import index_key, records_key, validation_key
from modeleval.errors import DatasetInvalid, SuiteInvalid, WorkflowNotUsable
from modeleval.kinds.bedrock_human import BedrockHuman
from modeleval.kinds.registry import KINDS
from modeleval.scores.metrics import Direction
from modeleval.suite.document import parse_suite

METHODS = [
    "ThumbsUpDown",
    "IndividualLikertScale",
    "ComparisonLikertScale",
    "ComparisonChoice",
    "ComparisonRank",
]
ALL = [metric(method, f"m{number}") for number, method in enumerate(METHODS)]


def wrong(**changes: Any) -> str:
    with pytest.raises(SuiteInvalid) as caught:
        parse_suite(suite(evaluations=[entry(**changes)]), source="suite")
    return str(caught.value)


def test_the_kind_is_registered_under_its_name() -> None:
    assert isinstance(KINDS["bedrock-human"], BedrockHuman)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"metrics": []}, "evaluations[0].metrics"),
        ({"metrics": [metric(name=f"m{n}") for n in range(11)]}, "evaluations[0].metrics"),
        ({"metrics": [metric(), metric()]}, "Useful is named more than once"),
        ({"metrics": [metric("Thumbs")]}, "ratingMethod: did you mean ThumbsUpDown?"),
        ({"metrics": [metric("Stars")]}, "one of ThumbsUpDown, IndividualLikertScale"),
        ({"metrics": [metric(name="Builtin.Mine")]}, "Bedrock's own"),
        ({"metrics": [metric(name="two words")]}, "metrics[0].name"),
        ({"metrics": [metric(description="a\nb")]}, "a description is one line"),
        ({"metrics": [metric(description="x" * 64)]}, "metrics[0].description"),
        (
            {"metrics": [metric("ComparisonChoice", direction="lowerIsBetter")]},
            "ComparisonChoice asks which response is better",
        ),
        (
            {"metrics": [metric("ComparisonRank")], "responses": {"precomputed": OURS}},
            "ComparisonRank compares two responses; name a second source",
        ),
        ({"responses": [{"precomputed": OURS}] * 2}, "the two sources have the same name"),
        (
            {"responses": [{"precomputed": OURS}, {"precomputed": "previous"}]},
            "responses: base-model, previous, approved, run, none are what baselines are called",
        ),
        ({"responses": []}, "evaluations[0].responses"),
        ({"responses": [{"precomputed": f"b{n}"} for n in range(3)]}, "evaluations[0].responses"),
        ({"flowDefinition": "reviewers"}, "evaluations[0].flowDefinition"),
        ({"flowDefinition": FLOW.replace("sagemaker", "bedrock")}, "evaluations[0].flowDefinition"),
        ({"deadlineDays": 31}, "evaluations[0].deadlineDays"),
        ({"deadlineDays": 0}, "evaluations[0].deadlineDays"),
        ({"instructions": "x" * 5001}, "evaluations[0].instructions"),
        ({"judge": "amazon.nova-pro-v1:0"}, "judge: unknown field"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_field(changes: dict[str, Any], said: str) -> None:
    assert said in wrong(**changes)


def test_one_source_need_not_be_a_list() -> None:
    one = evaluation(responses={"precomputed": OURS})
    assert (one.subject, one.other, one.precomputed) == (OURS, None, [OURS])


def test_each_method_has_a_scale_and_a_direction() -> None:
    found = BedrockHuman().metrics(evaluation(metrics=ALL))
    assert [(one.direction, one.minimum, one.maximum) for one in found.values()] == [
        (Direction.HIGHER, 0, 1),
        (Direction.HIGHER, 1, 5),
        (Direction.HIGHER, 0, 1),
        (Direction.HIGHER, 0, 1),
        (Direction.LOWER, 1, 2),
    ]


def test_a_suite_may_turn_a_rating_round() -> None:
    toxic = metric("IndividualLikertScale", "Toxic", direction="lowerIsBetter")
    found = BedrockHuman().metrics(evaluation(metrics=[toxic]))
    assert found["Toxic"].direction is Direction.LOWER


def test_a_job_is_planned_with_its_deadline_and_as_a_long_one() -> None:
    world = PlanWorld(deadlineDays=14)
    found = world.plan()
    [job] = found.jobs
    assert (job.long, job.deadline_seconds) == (True, 14 * 86_400)
    assert (found.subject, found.candidates, found.judge) == (OURS, {THEIRS: THEIRS}, None)
    assert found.records == 2
    assert world.workflows.asked == ["evaluations[0].flowDefinition"]
    assert len(world.read(index_key(RUN, 0, 0))) == 2
    assert validation_key(RUN, 0) in world.s3.objects


def test_people_see_both_responses_in_the_suites_order() -> None:
    world = PlanWorld()
    world.plan()
    [first, _] = world.read(records_key(RUN, 0, 0))
    assert first["modelResponses"] == [
        {"response": "ours 0", "modelIdentifier": OURS},
        {"response": "theirs 0", "modelIdentifier": THEIRS},
    ]


@pytest.mark.parametrize(
    ("responses", "line"),
    [
        ([{"model": LIVE}], {"prompt": "a"}),
        (
            [{"model": LIVE}, {"precomputed": OURS}],
            {"prompt": "a", "modelResponses": [{"response": "b", "modelIdentifier": OURS}]},
        ),
    ],
)
def test_a_line_carries_the_responses_that_are_there_before(
    responses: list[dict[str, Any]], line: dict[str, Any]
) -> None:
    world = PlanWorld(line, responses=responses)
    found = world.plan()
    assert world.read(records_key(RUN, 0, 0)) == [line]
    assert world.models.asked == [("generator", "evaluations[0].responses[0].model")]
    assert [one.purpose for one in found.estimates] == ["people", "generator"]


def test_a_task_is_a_record_and_a_person() -> None:
    [people] = PlanWorld().plan().estimates
    assert people.usd == Decimal("1.26")
    assert people.formula == "2 records x 3 people x 0.21 USD = 1.26 USD"
    assert "What the people themselves are paid is not in it." in people.assumptions


def test_a_trial_asks_people_less() -> None:
    found = PlanWorld(*(pair(number) for number in range(9))).plan(sample=4)
    assert found.records == 4
    assert found.estimates[0].records == 4


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"prompt": "a"}, "modelResponses: is missing"),
        ({"prompt": "a", "modelResponses": {}}, "must be an array with one object per source"),
        (pair(0, modelResponses=[]), "holds 0 responses, and people judge one or two"),
        (pair(0, modelResponses=[1, 2]), "modelResponses[0 to 1]: is a number"),
        (
            pair(0, modelResponses=[{"response": "a", "modelIdentifier": OURS}] * 2),
            f"names the source {OURS!r} twice",
        ),
        (
            pair(0, modelResponses=[{"response": "a", "modelIdentifier": one} for one in "xy"]),
            "has 'x' and 'y' where the suite names 'bot-2' and 'bot-1'",
        ),
        (
            pair(0, modelResponses=[{"response": "a", "modelIdentifier": OURS}]),
            "has 'bot-2' where the suite names 'bot-2' and 'bot-1'",
        ),
        (
            pair(0, modelResponses=[{"modelIdentifier": OURS}, {"response": "a"}]),
            "modelResponses[0].response",
        ),
    ],
)
def test_every_line_has_the_same_two_sources(record: dict[str, Any], said: str) -> None:
    with pytest.raises(DatasetInvalid) as caught:
        PlanWorld(record).plan()
    assert said in str(caught.value)
    assert "line 1" in str(caught.value)


def test_a_record_without_a_response_is_not_shown_and_one_is_left() -> None:
    empty = pair(0)
    empty["modelResponses"][0]["response"] = " "
    world = PlanWorld(empty, pair(1))
    assert world.plan().records == 2
    assert len(world.read(records_key(RUN, 0, 0))) == 1
    with pytest.raises(DatasetInvalid):
        PlanWorld(empty).plan()


def test_a_workflow_that_the_settings_do_not_name_is_refused() -> None:
    world = PlanWorld(settings_={"flowDefinitionArns": []})
    with pytest.raises(WorkflowNotUsable, match="flowDefinitionArns in the settings") as caught:
        world.plan()
    assert caught.value.where == "evaluations[0].flowDefinition"
    assert world.workflows.asked == []


def test_people_may_not_take_longer_than_the_files_are_kept() -> None:
    world = PlanWorld(settings_={"retentionDays": 30, "jobRetentionDays": 30})
    with pytest.raises(SuiteInvalid, match=r"30 days, and .* are kept for 30") as caught:
        world.plan()
    assert caught.value.where == "evaluations[0].deadlineDays"
    PlanWorld(settings_={"retentionDays": 31, "jobRetentionDays": 30}).plan()


def definition(**changes: Any) -> str:
    return BedrockHuman().definition(evaluation(**changes), "Useful", {})


def test_two_runs_are_comparable_if_the_same_people_are_asked_the_same() -> None:
    assert definition() == definition(deadlineDays=3)
    assert definition() != definition(flowDefinition=f"{FLOW}-2")
    assert definition() != definition(instructions="Be strict.")
    assert definition() != definition(metrics=[metric(description="Other")])


def test_preferences_are_comparable_only_beside_the_same_other() -> None:
    chosen = [metric("ComparisonChoice")]
    beside = [{"precomputed": OURS}, {"precomputed": "bot-0"}]
    assert definition(responses=beside) == definition()
    assert definition(metrics=chosen, responses=beside) != definition(metrics=chosen)


def test_room_is_asked_for_a_job_per_evaluation() -> None:
    counts: list[int] = []
    services: Any = SimpleNamespace(evaluation_jobs=SimpleNamespace(check_room=counts.append))
    BedrockHuman().check_room([evaluation(), evaluation()], services)
    assert counts == [2]


def test_a_document_is_strict() -> None:
    with pytest.raises(ValidationError):
        evaluation(dataset="")
    assert evaluation().dataset == DATASET
