"""The role that Bedrock assumes: who may, and everything that it may."""

from __future__ import annotations

import pytest
from stack_synthesis import Synthesize
from template_reader import Statement, Template, rendered

ROLE = "BedrockRole"
BUCKET = "${StorageBucket.Arn}"
MODELS = "arn:${AWS::Partition}:bedrock:${AWS::Region}::foundation-model"


def allowed(template: Template) -> list[Statement]:
    return template.statements(ROLE)


def resources_of(template: Template, action: str) -> set[str]:
    return {
        resource
        for statement in allowed(template)
        if action in statement.actions
        for resource in statement.resources
    }


def test_only_evaluation_jobs_of_this_account_and_region_may_assume_it(template: Template) -> None:
    jobs = "arn:${AWS::Partition}:bedrock:${AWS::Region}:${AWS::AccountId}:evaluation-job/*"
    assert template.trust(ROLE) == [
        {
            "Effect": "Allow",
            "Principal": {"Service": "bedrock.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"},
                "ArnEquals": {"aws:SourceArn": jobs},
            },
        }
    ]


def test_it_holds_no_other_action(template: Template) -> None:
    assert {action for statement in allowed(template) for action in statement.actions} == {
        "bedrock:CreateModelInvocationJob",
        "bedrock:InvokeModel",
        "bedrock:InvokeModelWithResponseStream",
        "bedrock:StopModelInvocationJob",
        "s3:AbortMultipartUpload",
        "s3:GetBucketLocation",
        "s3:GetObject",
        "s3:ListBucket",
        "s3:ListBucketMultipartUploads",
        "s3:ListMultipartUploadParts",
        "s3:PutObject",
    }


@pytest.mark.parametrize(
    ("action", "paths"),
    [
        ("s3:GetObject", {"/runs/*/inputs/*", "/runs/*/outputs/*"}),
        ("s3:PutObject", {"/runs/*/outputs/*"}),
        ("s3:AbortMultipartUpload", {"/runs/*/outputs/*"}),
        ("s3:ListMultipartUploadParts", {"/runs/*/outputs/*"}),
        ("s3:ListBucket", {""}),
        ("s3:GetBucketLocation", {""}),
        ("s3:ListBucketMultipartUploads", {""}),
    ],
)
def test_it_reaches_only_inputs_and_outputs_of_runs(
    template: Template, action: str, paths: set[str]
) -> None:
    assert resources_of(template, action) == {BUCKET + path for path in paths}


def test_it_lists_only_runs(template: Template) -> None:
    (listing,) = [s for s in allowed(template) if "s3:ListBucket" in s.actions]
    assert listing.conditions == {"StringLike": {"s3:prefix": ["runs/*"]}}


def test_it_calls_only_the_judges_of_the_settings(template: Template) -> None:
    assert resources_of(template, "bedrock:InvokeModel") == {
        f"{MODELS}/amazon.nova-pro-v1:0",
        f"{MODELS}/amazon.nova-micro-v1:0",
    }


def test_other_judges_of_the_settings_are_the_only_difference(
    template: Template, synthesize: Synthesize
) -> None:
    other = synthesize(judgeModels=["mistral.mistral-large-2402-v1:0"])
    assert resources_of(other, "bedrock:InvokeModel") == {
        f"{MODELS}/mistral.mistral-large-2402-v1:0"
    }
    assert resources_of(other, "s3:GetObject") == resources_of(template, "s3:GetObject")


def test_everything_is_allowed_and_nothing_twice(template: Template) -> None:
    statements = allowed(template)
    assert {statement.effect for statement in statements} == {"Allow"}
    assert len({(s.actions, s.resources) for s in statements}) == len(statements)


def test_functions_are_told_this_role(template: Template) -> None:
    roles = {
        rendered(function["Environment"]["Variables"]["BEDROCK_ROLE_ARN"])
        for function in template.functions.values()
    }
    assert roles == {f"${{{ROLE}.Arn}}"}
