"""IAM: what the caller may, whom Bedrock may be handed, and how far that role reaches."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from standin_world import BUCKET, FAST, World, judged_by, statement

CREATE = "bedrock:CreateEvaluationJob"


def refused(client: Any, request: dict[str, Any], code: str) -> str:
    with pytest.raises(ClientError) as caught:
        client.create_evaluation_job(**request)
    error = caught.value.response["Error"]
    assert error["Code"] == code
    return str(error["Message"])


def may_pass(world: World, service: str = "bedrock.amazonaws.com") -> dict[str, Any]:
    condition = {"StringEquals": {"iam:PassedToService": service}}
    return statement("iam:PassRole", world.role, Condition=condition)


def test_a_caller_with_just_enough(world: World) -> None:
    caller = world.caller([statement(CREATE, world.job_arns), may_pass(world)])
    arn = caller.create_evaluation_job(**world.request())["jobArn"]
    assert world.wait(arn)["status"] == "Completed"
    (call,) = world.calls("CreateEvaluationJob")
    assert ":user/" in call["caller"]


def test_caller_without_the_action(world: World) -> None:
    caller = world.caller([statement("bedrock:GetEvaluationJob", "*"), may_pass(world)])
    message = refused(caller, world.request(), "AccessDeniedException")
    assert f"is not authorized to perform: {CREATE} on resource: arn:aws:bedrock:" in message
    assert "because no identity-based policy allows" in message


@pytest.mark.parametrize("operation", ["get", "stop"])
def test_actions_are_granted_one_by_one(world: World, operation: str) -> None:
    arn = world.create()
    caller = world.caller([statement(CREATE, "*")])
    call = getattr(caller, f"{operation}_evaluation_job")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        call(jobIdentifier=arn)


def test_caller_who_may_not_pass_the_role(world: World) -> None:
    caller = world.caller([statement(CREATE, "*")])
    message = refused(caller, world.request(), "AccessDeniedException")
    assert f"iam:PassRole on resource: {world.role}" in message


def test_caller_who_may_pass_the_role_to_another_service(world: World) -> None:
    caller = world.caller([statement(CREATE, "*"), may_pass(world, "sagemaker.amazonaws.com")])
    assert "iam:PassRole" in refused(caller, world.request(), "AccessDeniedException")


def test_tags_need_a_permission_of_their_own(world: World) -> None:
    caller = world.caller([statement(CREATE, "*"), may_pass(world)])
    request = world.request(jobTags=[{"key": "team", "value": "x"}])
    assert "bedrock:TagResource" in refused(caller, request, "AccessDeniedException")


def test_role_of_another_account(world: World) -> None:
    request = world.request(roleArn="arn:aws:iam::111122223333:role/other")
    message = refused(world.bedrock, request, "AccessDeniedException")
    assert message == "Cross-account pass role is not allowed."


def test_unknown_credentials(world: World) -> None:
    client = world.aws.client(
        "bedrock",
        config=FAST,
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="wrong",  # noqa: S106
    )
    with pytest.raises(ClientError, match="UnrecognizedClientException"):
        client.list_evaluation_jobs()


def test_wrong_secret(world: World) -> None:
    known = world.caller([statement("*", "*")])
    key = known._request_signer._credentials.access_key
    client = world.aws.client(
        "bedrock",
        config=FAST,
        aws_access_key_id=key,
        aws_secret_access_key="wrong",  # noqa: S106
    )
    with pytest.raises(ClientError, match="Signature"):
        client.list_evaluation_jobs()


def condition(**changes: Any) -> dict[str, Any]:
    account = {"StringEquals": {"aws:SourceAccount": "000000000000"}}
    return {"Condition": {**account, **changes}}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Principal": {"Service": "sagemaker.amazonaws.com"}}, "does not name bedrock"),
        ({"Condition": {}}, "no aws:SourceAccount condition"),
        (
            {"Condition": {"ArnEquals": {"aws:SourceArn": "arn:aws:bedrock:*:*:evaluation-job/*"}}},
            "no aws:SourceAccount condition",
        ),
        (condition(StringEquals={"aws:SourceAccount": "111122223333"}), "do not fit this job"),
        (
            condition(ArnEquals={"aws:SourceArn": "arn:aws:bedrock:eu-west-1:*:evaluation-job/*"}),
            "do not fit this job",
        ),
        # StringEquals knows no wildcard: a common slip.
        (
            condition(
                StringEquals={
                    "aws:SourceAccount": "000000000000",
                    "aws:SourceArn": "arn:aws:bedrock:us-east-1:000000000000:evaluation-job/*",
                }
            ),
            "do not fit this job",
        ),
    ],
)
def test_trust_policies_that_do_not_let_bedrock_in(
    world: World, changes: dict[str, Any], reason: str
) -> None:
    role = world.make_role(trust=world.trust(**changes))
    message = refused(world.bedrock, world.request(roleArn=role), "ValidationException")
    assert message.startswith(f"Amazon Bedrock cannot assume the role {role}: ")
    assert reason in message


def test_role_that_does_not_exist(world: World) -> None:
    role = f"{world.role}-gone"
    message = refused(world.bedrock, world.request(roleArn=role), "ValidationException")
    assert "does not exist" in message


@pytest.mark.parametrize(
    ("missing", "action"),
    [("read", "s3:GetObject"), ("bucket", "s3:ListBucket"), ("write", "s3:PutObject")],
)
def test_role_that_does_not_reach_the_bucket(world: World, missing: str, action: str) -> None:
    statements = [item for name, item in world.reach().items() if name != missing]
    role = world.make_role(statements=statements)
    message = refused(world.bedrock, world.request(roleArn=role), "ValidationException")
    assert f"The role {role} is not authorized to perform {action}" in message


def test_role_that_may_write_elsewhere_only(world: World) -> None:
    request = world.request(outputDataConfig={"s3Uri": f"s3://{BUCKET}/elsewhere"})
    message = refused(world.bedrock, request, "ValidationException")
    assert f"s3:PutObject on arn:aws:s3:::{BUCKET}/elsewhere/{request['jobName']}/" in message


def test_role_that_may_not_invoke_the_judge_fails_the_job(world: World) -> None:
    statements = [item for name, item in world.reach().items() if name != "judge"]
    role = world.make_role(statements=statements)
    message = world.failure(roleArn=role)
    assert "is not authorized to perform bedrock:InvokeModel on arn:aws:bedrock:" in message


def test_a_profile_needs_the_model_in_every_region_it_routes_to(world: World) -> None:
    profile = "us.amazon.nova-2-lite-v1:0"
    config = world.evaluation(world.dataset(), evaluatorModelConfig=judged_by(profile))
    arns = [
        f"arn:aws:bedrock:us-east-1:{world.aws.account}:inference-profile/{profile}",
        "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-2-lite-v1:0",
    ]
    one_region = [*world.reach().values(), statement("bedrock:InvokeModel", arns)]
    role = world.make_role(statements=one_region)
    assert "us-east-2::foundation-model" in world.failure(roleArn=role, evaluationConfig=config)
    everywhere = arns[1].replace("us-east-1", "*")
    role = world.make_role(
        statements=[*one_region, statement("bedrock:InvokeModel", [arns[0], everywhere])]
    )
    arn = world.create(roleArn=role, evaluationConfig=config)
    assert world.wait(arn)["status"] == "Completed"


@pytest.mark.parametrize(
    ("context", "decision"),
    [
        ({}, "implicitDeny"),
        ({"s3:prefix": ["runs/one/"]}, "allowed"),
        ({"S3:Prefix": ["runs/one/"]}, "allowed"),
        ({"s3:prefix": ["other/"]}, "implicitDeny"),
        ({"aws:SourceAccount": ["1"], "s3:prefix": ["runs/one/"]}, "allowed"),
    ],
    ids=["none", "meets", "any-case", "another", "two"],
)
def test_a_simulation_knows_the_context_that_it_is_given(
    world: World, context: dict[str, list[str]], decision: str
) -> None:
    condition = {"StringLike": {"s3:prefix": ["runs/*"]}}
    bucket = f"arn:aws:s3:::{BUCKET}"
    role = world.make_role(statements=[statement("s3:ListBucket", bucket, Condition=condition)])
    answer = world.iam.simulate_principal_policy(
        PolicySourceArn=role,
        ActionNames=["s3:ListBucket"],
        ResourceArns=[bucket],
        ContextEntries=[
            {"ContextKeyName": key, "ContextKeyValues": values, "ContextKeyType": "string"}
            for key, values in context.items()
        ],
    )
    assert [one["EvalDecision"] for one in answer["EvaluationResults"]] == [decision]
