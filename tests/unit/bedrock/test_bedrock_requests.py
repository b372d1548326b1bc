from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bedrock_shapes import violations
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st
from unit_documents import BUCKET, JUDGE, RUN, evaluation, suite

from modeleval.errors import SuiteInvalid
from modeleval.ids import JobRef
from modeleval.kinds.bedrock_judge import BedrockJudge, request
from modeleval.kinds.protocol import JobContext
from modeleval.scores.metrics import JUDGE_METRICS
from modeleval.services import Environment, Services
from modeleval.store.items import Job, Run
from modeleval.suite.document import parse_suite
from modeleval.workflow.load import context_of

# Facts, section 1: AWS documents "General", and the service model's enum lacks it.
GENERAL = (
    ".evaluationConfig.automated.datasetMetricConfigs[0].taskType: General is not one of "
    "Summarization, Classification, QuestionAndAnswer, Generation, Custom"
)
JUDGES = [
    "amazon.nova-pro-v1:0",
    "anthropic.claude-3-5-sonnet-20241022-v2:0",
    "meta.llama3-1-70b-instruct-v1:0",
    "mistral.mistral-large-2402-v1:0",
    "openai.gpt-5.4",
]
ENVIRONMENT = Environment.model_validate(
    {
        "BUCKET_NAME": BUCKET,
        "TABLE_NAME": "table",
        "SETTINGS": "{}",
        "STACK_NAME": "modeleval",
        "BEDROCK_ROLE_ARN": "arn:aws:iam::111122223333:role/modeleval-bedrock",
    }
)
Check = Callable[[dict[str, Any]], list[str]]

letters = "abcdefghijklmnopqrstuvwxyz0123456789"
tag_text = st.text(letters + "ABC ._:/=+@-", max_size=256)
tag_keys = tag_text.filter(lambda key: 0 < len(key) <= 128)
documents = st.builds(
    lambda name, tags, entry: suite(name=name, tags=tags, evaluations=[entry]),
    st.from_regex(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?", fullmatch=True),
    st.dictionaries(tag_keys, tag_text, max_size=40),
    st.builds(
        lambda name, identifier, judge, metrics: evaluation(
            name=name, responses={"precomputed": identifier}, judge=judge, metrics=metrics
        ),
        st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", fullmatch=True),
        st.from_regex(r"[a-zA-Z0-9][a-zA-Z0-9._-]{0,255}", fullmatch=True),
        st.sampled_from(JUDGES),
        st.lists(st.sampled_from(sorted(JUDGE_METRICS)), min_size=1, unique=True),
    ),
)


@pytest.fixture(scope="module")
def check(bedrock_client: Any) -> Check:
    operation = bedrock_client.meta.service_model.operation_model("CreateEvaluationJob")
    return lambda request: list(violations(request, operation.input_shape))


def request_for(document: dict[str, Any]) -> dict[str, Any]:
    """The request for the first job of a suite, as the workflow makes it."""
    parsed = parse_suite(document, source="s")
    entry: Any = parsed.evaluations[0]
    run = Run(
        run_id=RUN,
        suite=parsed.name,
        execution_arn="arn",
        started_at="2026-11-22T08:00:00.000Z",
        tags=dict(parsed.tags),
    )
    job = Job(
        run_id=RUN,
        job=0,
        evaluation=0,
        evaluation_name=entry.name,
        kind=entry.kind,
        spec={
            "judge": entry.judge,
            "metrics": list(BedrockJudge().metrics(entry)),
            "sourceIdentifier": entry.responses.precomputed,
            "datasetName": entry.name,
        },
        deadline_seconds=3600,
    )
    return request(context_of(run, job, Services(ENVIRONMENT)))


def test_the_request_is_this() -> None:
    assert request_for(suite(tags={"team": "search"})) == {
        "jobName": f"{RUN}-j0-a1",
        "jobDescription": f"modeleval: suite support, evaluation answers, run {RUN}",
        "clientRequestToken": "e662756d521bdd7ef803a9376420b32e38050b10853f4e029833ab03b286de01",
        "roleArn": "arn:aws:iam::111122223333:role/modeleval-bedrock",
        "jobTags": [
            {"key": "team", "value": "search"},
            {"key": "modeleval:stack", "value": "modeleval"},
            {"key": "modeleval:suite", "value": "support"},
            {"key": "modeleval:evaluation", "value": "answers"},
            {"key": "modeleval:run", "value": RUN},
        ],
        "applicationType": "ModelEvaluation",
        "evaluationConfig": {
            "automated": {
                "datasetMetricConfigs": [
                    {
                        "taskType": "General",
                        "dataset": {
                            "name": "answers",
                            "datasetLocation": {
                                "s3Uri": f"s3://{BUCKET}/runs/{RUN}/inputs/e0.jsonl"
                            },
                        },
                        "metricNames": ["Builtin.Correctness", "Builtin.Harmfulness"],
                    }
                ],
                "evaluatorModelConfig": {"bedrockEvaluatorModels": [{"modelIdentifier": JUDGE}]},
            }
        },
        "inferenceConfig": {
            "models": [
                {"precomputedInferenceSource": {"inferenceSourceIdentifier": "support-bot-v3"}}
            ]
        },
        "outputDataConfig": {"s3Uri": f"s3://{BUCKET}/runs/{RUN}/outputs/j0/a1/"},
    }


def test_botocore_takes_the_request(bedrock: Stubber) -> None:
    made = request_for(suite())
    arn = "arn:aws:bedrock:us-east-1:111122223333:evaluation-job/abcdefghijkl"
    bedrock.add_response("create_evaluation_job", {"jobArn": arn}, made)
    assert bedrock.client.create_evaluation_job(**made)["jobArn"] == arn


@given(documents)
def test_whatever_a_valid_suite_says_bedrock_takes_the_request(
    check: Check, document: dict[str, Any]
) -> None:
    made = request_for(document)
    assert check(made) == [GENERAL]
    assert len(made["jobTags"]) <= 50  # an AWS resource has at most 50 tags


def test_the_same_job_is_asked_for_in_the_same_words() -> None:
    assert request_for(suite()) == request_for(suite())


@pytest.mark.parametrize("key", ["modeleval:run", "aws:x", "AWS:x"])
def test_a_suites_tags_do_not_stand_in_for_our_own_or_those_of_aws(key: str) -> None:
    with pytest.raises(SuiteInvalid, match="not yours to set"):
        request_for(suite(tags={key: "another"}))


def test_every_built_in_metric_is_asked_for_by_its_api_name() -> None:
    made = request_for(suite(evaluations=[evaluation(metrics=sorted(JUDGE_METRICS))]))
    [config] = made["evaluationConfig"]["automated"]["datasetMetricConfigs"]
    assert config["metricNames"] == [f"Builtin.{name}" for name in sorted(JUDGE_METRICS)]


def test_a_description_is_cut_to_what_bedrock_takes(check: Check) -> None:
    labels = {"modeleval:suite": "s" * 300}
    spec = {"judge": JUDGE, "metrics": ["Refusal"], "sourceIdentifier": "a", "datasetName": "a"}
    made = request(JobContext(JobRef(RUN, 0, 1), 0, spec, labels, Services(ENVIRONMENT)))
    assert len(made["jobDescription"]) == 200
    assert not [one for one in check(made) if "jobDescription" in one]


def test_another_attempt_is_another_job_with_its_own_prefix_and_token() -> None:
    labels = {"modeleval:suite": "support"}
    spec = {"judge": JUDGE, "metrics": [], "sourceIdentifier": "a", "datasetName": "a"}
    first, second = (
        request(JobContext(JobRef(RUN, 0, attempt), 0, spec, labels, Services(ENVIRONMENT)))
        for attempt in (1, 2)
    )
    for field in ("jobName", "clientRequestToken", "outputDataConfig"):
        assert first[field] != second[field]


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("jobName", "Upper", "does not match"),
        ("jobDescription", "a" * 201, "length 201"),
        ("roleArn", "arn:aws:iam::1:user/x", "does not match"),
        ("applicationType", "Other", "is not one of"),
        ("jobTags", [{"key": "a", "value": "b*"}], "does not match"),
        ("inferenceConfig", {}, "a union of 0 members"),
        ("outputDataConfig", {}, "missing"),
        ("surprise", "x", "unknown"),
    ],
)
def test_the_check_itself_finds_what_is_wrong(
    check: Check, field: str, value: object, rule: str
) -> None:
    found = check(request_for(suite()) | {field: value})
    assert [one for one in found if field in one and rule in one]
