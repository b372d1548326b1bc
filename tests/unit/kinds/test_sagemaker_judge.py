from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError
from serverless_world import DATASET, LINES, World, jsonl, judge, model, nova
from unit_documents import BUCKET, JUDGE, RUN, custom_metric

from modeleval.artifacts import custom_metrics_key, s3_uri
from modeleval.cost.estimate import RunEstimate
from modeleval.datasets.prompts import MAX_JUDGED_PROMPTS
from modeleval.errors import DatasetInvalid, JudgeNotAllowed, ModelNotUsable
from modeleval.kinds.registry import KINDS
from modeleval.scores.metrics import Direction

KIND = KINDS["sagemaker-judge"]


def entry(**changes: Any) -> Any:
    return KIND.document.model_validate(judge(**changes))


def judging(one: Any) -> list[dict[str, Any]]:
    steps = [step for step in one.definition["Steps"] if step["Name"].endswith("Metrics")]
    return [step["Arguments"]["HyperParameters"] for step in steps]


def test_the_kind_needs_the_terms_of_bedrock_and_the_models_licence() -> None:
    assert (KIND.bedrock_terms, KIND.eula, KIND.needs_model) == (True, True, True)


def test_metrics_are_named_once_and_without_prefix() -> None:
    one = World().started(judge(metrics=["Builtin.correctness", "professional style and tone"]))
    sent = {step["llmaj_metrics"] for step in judging(one)}
    assert sent == {'["Correctness", "ProfessionalStyleAndTone"]'}
    assert {step["judge_model_id"] for step in judging(one)} == {JUDGE}
    assert all("custom_metrics" not in step for step in judging(one))


def test_custom_metrics_are_written_where_the_judge_reads_them() -> None:
    world = World()
    one = world.started(judge(metrics=[], customMetrics=custom_metric(direction="lowerIsBetter")))
    key = custom_metrics_key(RUN, 0)
    assert {step["custom_metrics"] for step in judging(one)} == {s3_uri(BUCKET, key)}
    written = json.loads(world.s3.objects[key])
    scale = custom_metric()["ratingScale"]
    [definition] = [metric["customMetricDefinition"] for metric in written]
    assert set(definition) == {"name", "instructions", "ratingScale"}
    assert definition["ratingScale"] == [
        {"definition": level["definition"], "value": {"floatValue": float(value)}}
        for level in scale
        for value in level["value"].values()
    ]


def test_directions_are_the_metrics_own() -> None:
    asked = entry(customMetrics=[custom_metric(direction="lowerIsBetter")])
    assert {name: metric.direction for name, metric in KIND.metrics(asked).items()} == {
        "Correctness": Direction.HIGHER,
        "Harmfulness": Direction.LOWER,
        "Tone": Direction.LOWER,
    }
    assert KIND.low_score_below(entry(lowScoreBelow=0.25)) == 0.25


def test_a_refusal_may_be_the_better_answer() -> None:
    for wanted, direction in ((False, Direction.LOWER), (True, Direction.HIGHER)):
        asked = entry(metrics=["Refusal"], refusalWanted=wanted)
        assert KIND.metrics(asked)["Refusal"].direction is direction


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"metrics": []}, "no metric"),
        ({"clusterField": ""}, "clusterField"),
        ({"metrics": ["Correctness", "builtin.Correctness"]}, "more than once"),
        ({"metrics": ["Corectness"]}, "Correctness"),
        ({"hyperparameters": {"temperature": 0}}, "takes none"),
        ({"customMetrics": [custom_metric(name=f"m{n}") for n in range(11)]}, "at most 10"),
        ({"customMetrics": custom_metric(instructions="x" * 11_000 + "{{prompt}}")}, "5000|10 KB"),
        ({"responses": {"precomputed": "x"}}, "responses"),
    ],
)
def test_what_cannot_be_judged_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        entry(**changes)


def test_instructions_are_measured_in_bytes() -> None:
    long = "\N{HUNDRED POINTS SYMBOL}" * 2600
    with pytest.raises(ValidationError, match="10 KB"):
        entry(customMetrics=custom_metric(instructions=long + "{{prompt}}"))


def test_custom_metrics_of_one_name_are_refused() -> None:
    with pytest.raises(ValidationError, match="more than once"):
        entry(customMetrics=[custom_metric(), custom_metric()])


def test_categories_are_refused_and_not_ignored() -> None:
    with pytest.raises(ValidationError, match="leave categories out"):
        entry(customMetrics=custom_metric(categories=["a"]))


def test_a_nova_model_is_refused_with_another_way() -> None:
    with pytest.raises(ModelNotUsable, match=r"Nova.*\(evaluations\[0\].kind\).*bedrock-judge"):
        World().plan(judge(), nova())


def test_a_judge_that_is_not_allowed_is_refused_before_anything_is_read() -> None:
    world = World()
    with pytest.raises(JudgeNotAllowed):
        world.plan(judge(judge="amazon.nova-lite-v1:0"))
    assert set(world.s3.objects) == {DATASET}


def test_no_more_prompts_than_a_judge_takes() -> None:
    world = World()
    lines = [{"query": f"question {n}"} for n in range(MAX_JUDGED_PROMPTS + 1)]
    world.s3.objects[DATASET] = jsonl(lines)
    with pytest.raises(DatasetInvalid, match="1,000"):
        world.plan(judge())
    world = World()
    world.s3.objects[DATASET] = jsonl(lines[:-1])
    assert world.plan(judge()).records == MAX_JUDGED_PROMPTS


def test_a_reference_is_not_needed() -> None:
    world = World()
    world.s3.objects[DATASET] = jsonl([{"query": line["query"]} for line in LINES])
    assert world.plan(judge()).records == 3


@pytest.mark.parametrize(("compared", "models"), [(True, 2), (False, 1)])
def test_judging_is_estimated_for_each_model(*, compared: bool, models: int) -> None:
    planned = World().plan(judge(compareBaseModel=compared, customMetrics=custom_metric()))
    one = 3 * 3 * (Decimal(1500) * Decimal("0.8") + Decimal(200) * Decimal("3.2")) / 1_000_000
    assert RunEstimate(tuple(planned.estimates)).usd == one * models


def test_long_instructions_are_told() -> None:
    long = custom_metric(instructions="word " * 600 + "{{prompt}}")
    planned = World().plan(judge(customMetrics=long), model())
    assert any("instructions of Tone" in warning for warning in planned.warnings)
