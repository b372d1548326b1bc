"""The request for programmatic metrics: no judge, and no place for Bedrock's own data."""

from __future__ import annotations

from typing import Any

from bedrock_shapes import violations
from hypothesis import given
from hypothesis import strategies as st
from made_requests import context, through_dynamodb
from unit_documents import BUCKET, RUN

from modeleval.kinds.parts import Part
from modeleval.kinds.programmatic.document import ProgrammaticEvaluation
from modeleval.kinds.programmatic.jobs import planned, request
from modeleval.kinds.programmatic.prepare import PreparedUse
from modeleval.kinds.programmatic.table import METRICS, TABLE, Row, TaskType

LITE = "amazon.nova-lite-v1:0"
PARAMS = {"model": LITE, "latency": "optimized", "inferenceParams": {"a": 1}}


def requests(**changes: Any) -> list[dict[str, Any]]:
    """The requests for an evaluation's jobs."""
    fields = {
        "name": "knowledge",
        "kind": "bedrock-programmatic",
        "taskType": "QuestionAndAnswer",
        "datasets": ["Builtin.BoolQ", "datasets/own.jsonl"],
        "responses": PARAMS,
        "metrics": list(METRICS),
        **changes,
    }
    evaluation = ProgrammaticEvaluation.model_validate(fields)
    prepared = [
        PreparedUse(use, 2, 20, parts=() if use.source is None else (Part(number, 2),))
        for number, use in enumerate(evaluation.uses)
    ]
    jobs = planned(evaluation, prepared)
    return [request(context(through_dynamodb(job.spec))) for job in jobs]


def test_each_dataset_has_its_task_and_metrics() -> None:
    [made] = requests()
    names = ["Builtin.Accuracy", "Builtin.Robustness", "Builtin.Toxicity"]
    uri = f"s3://{BUCKET}/runs/{RUN}/inputs/e0/p1.jsonl"
    assert made["applicationType"] == "ModelEvaluation"
    assert made["evaluationConfig"] == {
        "automated": {
            "datasetMetricConfigs": [
                {
                    "taskType": "QuestionAndAnswer",
                    "dataset": {"name": "Builtin.BoolQ"},
                    "metricNames": names,
                },
                {
                    "taskType": "QuestionAndAnswer",
                    "dataset": {"name": "own", "datasetLocation": {"s3Uri": uri}},
                    "metricNames": names,
                },
            ]
        }
    }


def test_each_model_is_asked_in_a_job_of_its_own() -> None:
    profile = "us.amazon.nova-lite-v1:0"
    first, second = requests(responses=[PARAMS, {"model": profile}])
    assert first["inferenceConfig"]["models"] == [
        {
            "bedrockModel": {
                "modelIdentifier": LITE,
                "inferenceParams": '{"a":1}',
                "performanceConfig": {"latency": "optimized"},
            }
        }
    ]
    [asked] = second["inferenceConfig"]["models"]
    arn = f"arn:aws:bedrock:us-east-1:111122223333:inference-profile/{profile}"
    assert asked["bedrockModel"]["modelIdentifier"] == arn
    assert first["evaluationConfig"] == second["evaluationConfig"]


def use(name: str, row: Row) -> dict[str, Any]:
    """A dataset of one's own, or, where its name is one of them, a built-in one."""
    built_in = name in row.built_in
    place = {"dataset": f"Builtin.{name}"} if built_in else {"dataset": "d.jsonl", "name": name}
    return {**place, "metrics": [row.metric]}


@st.composite
def evaluations(draw: st.DrawFn) -> dict[str, Any]:
    task = draw(st.sampled_from(TaskType))
    rows = [row for row in TABLE if row.task is task]
    own = st.from_regex(r"(?!Builtin\.)[0-9a-zA-Z._-]{1,63}", fullmatch=True)
    names = draw(
        st.lists(
            own | st.sampled_from(sorted({name for row in rows for name in row.built_in})),
            min_size=1,
            max_size=5,
            unique=True,
        )
    )
    return {
        "taskType": task.value,
        "datasets": [use(name, draw(st.sampled_from(rows))) for name in names],
        "metrics": [],
    }


@given(evaluations())
def test_whatever_a_valid_evaluation_says_bedrock_takes_the_request(
    bedrock_client: Any, changes: dict[str, Any]
) -> None:
    operation = bedrock_client.meta.service_model.operation_model("CreateEvaluationJob")
    [made] = requests(**changes)
    assert list(violations(made, operation.input_shape)) == []
