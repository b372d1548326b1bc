"""The role that SageMaker assumes: who may, and everything that it may."""

from __future__ import annotations

from typing import Any

import pytest
from stack_synthesis import Synthesize
from template_reader import Statement, Template, rendered
from variants import EVERYTHING

ROLE = "SageMakerRole"
BUCKET = "${StorageBucket.Arn}"
HERE = "arn:${AWS::Partition}:sagemaker:${AWS::Region}:${AWS::AccountId}:"
LOGS = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:"


@pytest.fixture(scope="module")
def everything(synthesize: Synthesize) -> Template:
    return synthesize(**EVERYTHING)


def by_sid(template: Template) -> dict[str | None, Statement]:
    return {statement.sid: statement for statement in template.statements(ROLE)}


def resources_of(template: Template, action: str) -> set[str]:
    return {
        resource
        for statement in template.statements(ROLE)
        if action in statement.actions
        for resource in statement.resources
    }


def trust(service: str, condition: dict[str, Any]) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"}, **condition},
    }


def test_sagemaker_and_its_judges_of_this_account_and_region_may_assume_it(
    template: Template,
) -> None:
    jobs = "arn:${AWS::Partition}:bedrock:${AWS::Region}:${AWS::AccountId}:evaluation-job/*"
    assert template.trust(ROLE) == [
        trust("sagemaker", {"ArnLike": {"aws:SourceArn": f"{HERE}*"}}),
        trust("bedrock", {"ArnEquals": {"aws:SourceArn": jobs}}),
    ]


@pytest.mark.parametrize(
    ("action", "resources"),
    [
        ("s3:GetObject", {f"{BUCKET}/runs/*/inputs/*", f"{BUCKET}/runs/*/outputs/*"}),
        ("s3:PutObject", {f"{BUCKET}/runs/*/outputs/*"}),
        ("s3:AbortMultipartUpload", {f"{BUCKET}/runs/*/outputs/*"}),
        ("s3:ListBucket", {BUCKET}),
        ("s3:GetBucketLocation", {BUCKET}),
        ("sagemaker:CreateTrainingJob", {f"{HERE}training-job/*"}),
        ("sagemaker:StopTrainingJob", {f"{HERE}training-job/*"}),
        (
            "logs:PutLogEvents",
            {f"{LOGS}/aws/sagemaker/TrainingJobs", f"{LOGS}/aws/sagemaker/TrainingJobs:*"},
        ),
        (
            "sagemaker:CreateAction",
            {f"{HERE}{kind}/*" for kind in ("action", "artifact", "context")},
        ),
        ("iam:PassRole", {f"${{{ROLE}.Arn}}"}),
    ],
)
def test_it_reaches_only(template: Template, action: str, resources: set[str]) -> None:
    assert resources_of(template, action) == resources


def test_it_lists_only_runs(template: Template) -> None:
    assert by_sid(template)["ListRuns"].conditions == {"StringLike": {"s3:prefix": ["runs/*"]}}


def test_it_writes_metrics_of_sagemaker_only(template: Template) -> None:
    condition = {"StringLike": {"cloudwatch:namespace": "/aws/sagemaker/*"}}
    assert by_sid(template)["PutMetrics"].conditions == condition


def test_it_calls_the_judges_of_the_settings_and_no_generator(synthesize: Synthesize) -> None:
    generating = synthesize(generatorModels=["amazon.nova-lite-v1:0"])
    models = {arn.rpartition("/")[2] for arn in resources_of(generating, "bedrock:InvokeModel")}
    assert models == {"amazon.nova-pro-v1:0", "amazon.nova-micro-v1:0"}


def test_judges_are_called_in_other_regions_through_their_profiles_only(
    everything: Template,
) -> None:
    behind = by_sid(everything)["InvokeBehindProfiles"]
    profiles = behind.conditions["StringEquals"]["bedrock:InferenceProfileArn"]
    assert [arn.rpartition("/")[2] for arn in profiles] == EVERYTHING["judgeModels"][1:]
    assert {arn.rpartition("/")[2] for arn in behind.resources} == {
        "amazon.nova-pro-v1:0",
        "anthropic.claude-haiku-4-5-20251001-v1:0",
    }


OPTIONAL = [
    (
        {"mlflowResourceArn": EVERYTHING["mlflowResourceArn"]},
        {"FindMlflow", "TrackWithMlflow"},
        {EVERYTHING["mlflowResourceArn"]},
    ),
    (
        {name: EVERYTHING[name] for name in ("subnetIds", "securityGroupIds")},
        {"JoinTheVpc"},
        {"*"},
    ),
    (
        {"scorerFunctionArns": EVERYTHING["scorerFunctionArns"]},
        {"CallScorers"},
        {arn for one in EVERYTHING["scorerFunctionArns"] for arn in (one, f"{one}:*")},
    ),
    (
        {"modelBuckets": ["team-models"]},
        {"ReadWeights", "ListWeights"},
        {f"arn:${{AWS::Partition}}:s3:::team-models{end}" for end in ("", "/*")},
    ),
]


@pytest.mark.parametrize(
    ("given", "sids", "resources"), OPTIONAL, ids=["mlflow", "vpc", "scorers", "weights"]
)
def test_a_setting_adds_what_it_needs_and_only_to_this_role(
    template: Template,
    synthesize: Synthesize,
    given: dict[str, Any],
    sids: set[str],
    resources: set[str],
) -> None:
    before = list(template.policies())
    new = [entry for entry in synthesize(**given).policies() if entry not in before]
    assert {(role, statement.sid) for role, statement in new} == {(ROLE, sid) for sid in sids}
    assert {resource for _, statement in new for resource in statement.resources} == resources


def test_six_profiles_as_judges_fit_beside_every_other_setting(synthesize: Synthesize) -> None:
    judges = [f"us.anthropic.claude-haiku-4-5-2025100{n}-v1:0" for n in range(6)]
    assert synthesize(**{**EVERYTHING, "generatorModels": [], "judgeModels": judges})


def test_everything_is_allowed_and_nothing_twice(everything: Template) -> None:
    statements = everything.statements(ROLE)
    assert {statement.effect for statement in statements} == {"Allow"}
    given = {(s.actions, s.resources, str(s.conditions)) for s in statements}
    assert len(given) == len(statements)


def test_functions_are_told_this_role(template: Template) -> None:
    roles = {
        rendered(function["Environment"]["Variables"]["SAGEMAKER_ROLE_ARN"])
        for function in template.functions.values()
    }
    assert roles == {f"${{{ROLE}.Arn}}"}
