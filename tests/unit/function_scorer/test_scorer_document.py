"""What a suite may say of a scorer function."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from scorer_world import FUNCTION, KIND, REWARD, World, entry, records
from unit_documents import RUN, settings
from unit_fakes import FakeStore, MemoryS3, bucket, services

from modeleval.errors import DatasetInvalid, ScorerNotUsable
from modeleval.kinds.protocol import PlanContext
from modeleval.kinds.registry import KINDS
from modeleval.scores.metrics import Direction


def test_the_kind_is_registered() -> None:
    assert type(KINDS["lambda-scorer"]) is type(KIND)


def test_without_metrics_the_reward_is_the_metric() -> None:
    [(name, metric)] = KIND.metrics(entry()).items()
    assert (name, metric.minimum, metric.maximum) == (REWARD, 0, 1)
    assert metric.direction is Direction.HIGHER


def test_metrics_have_their_own_scale_and_direction() -> None:
    given = {"name": "words", "minimum": 0, "maximum": 500, "direction": "lowerIsBetter"}
    metrics = KIND.metrics(entry(metrics=["tone", given, {"name": "ok", "levels": 2}]))
    assert list(metrics) == ["tone", "words", "ok"]
    assert (metrics["words"].maximum, metrics["words"].direction) == (500, Direction.LOWER)
    assert metrics["ok"].binary


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"function": "team-scorer"}, "name a Lambda function by its ARN"),
        ({"function": f"{FUNCTION}:live"}, "without version or alias"),
        ({"metrics": [{"name": "a", "minimum": 1, "maximum": 1}]}, "minimum must be below maximum"),
        ({"metrics": ["a", "a"]}, "a is named more than once"),
        ({"metrics": ["a b"]}, "pattern"),
        ({"metrics": []}, "no metric: leave metrics out"),
        ({"batchSize": 0}, "greater than or equal to 1"),
        ({"batchSize": 501}, "less than or equal to 500"),
        ({"responses": {"model": "amazon.nova-lite-v1:0"}}, "asks no model"),
        ({"judge": "x"}, "judge"),
    ],
)
def test_what_cannot_be_is_refused(fields: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        entry(**fields)


def test_scores_are_comparable_if_function_metric_and_scale_are_the_same() -> None:
    def definition(**fields: Any) -> str:
        return KIND.definition(entry(**fields), REWARD, {})

    scaled = [{"name": REWARD, "maximum": 5}]
    assert definition() == definition(batchSize=3, metrics=[REWARD, "other"])
    assert len({definition(), definition(metrics=scaled), definition(function=f"{FUNCTION}2")}) == 3


def test_only_functions_of_the_settings_are_asked() -> None:
    outside = services(
        objects=bucket(MemoryS3()), store=FakeStore(), settings=settings(lambdaScorerArns=[])
    )
    with pytest.raises(ScorerNotUsable, match="lambdaScorerArns") as caught:
        KIND.plan(entry(), PlanContext(RUN, 0, outside))
    assert "evaluations[0].function" in str(caught.value)


def test_a_plan_says_what_the_steps_need() -> None:
    world = World(batchSize=4, deadlineHours=2, metrics=["tone"])
    [job] = world.plan.jobs
    assert job.deadline_seconds == 7200
    assert job.spec == {
        "part": 0,
        "candidate": None,
        "function": FUNCTION,
        "metrics": [
            {"name": "tone", "minimum": 0.0, "maximum": 1.0, "direction": "higherIsBetter"}
        ],
        "batchSize": 4,
    }
    assert (world.plan.records, world.plan.judge) == (10, None)
    [estimate] = world.plan.estimates
    assert (estimate.purpose, estimate.records) == ("scorer function", 10)
    assert estimate.formula.startswith("3 invocations and 10 GB-seconds of AWS Lambda = 0.000167")


def test_a_wrong_dataset_is_refused_before_anything_is_asked() -> None:
    with pytest.raises(DatasetInvalid, match="line 2"):
        World(data=records(1) + b'{"prompt": "x"}\n')


def test_references_may_be_missing() -> None:
    """What a scorer needs of a record, only the scorer knows."""
    world = World(data=records(2, referenceResponse=None))
    world.check()
    assert [one["reference_answer"] for one in world.functions.asked[0]] == [None, None]
