"""IAM of pipelines: who may start them, whom SageMaker is handed, and how far that role reaches."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from pipeline_world import MLFLOW, SCOPE, Pipelines, definition
from standin_world import FAST, World, statement, unique


@pytest.fixture
def pipelines(world: World) -> Pipelines:
    """Pipelines whose steps are quick."""
    made = Pipelines(world)
    made.settings(stepSeconds=0.0)
    return made


def caller(pipelines: Pipelines, *statements: dict[str, Any]) -> Pipelines:
    """The same pipelines, called by a user with these statements and nothing else."""
    world = pipelines.world
    signer = world.caller(list(statements))._request_signer._credentials
    pipelines.client = world.aws.client(
        "sagemaker",
        config=FAST,
        aws_access_key_id=signer.access_key,
        aws_secret_access_key=signer.secret_key,
    )
    return pipelines


def passing(role: str, service: str = "sagemaker.amazonaws.com") -> dict[str, Any]:
    condition = {"StringEquals": {"iam:PassedToService": service}}
    return statement("iam:PassRole", role, Condition=condition)


def refused(call: Any, *arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(*arguments)
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
    return str(caught.value)


def test_a_caller_with_just_enough(pipelines: Pipelines) -> None:
    actions = ["CreatePipeline", "StartPipelineExecution", "DescribePipelineExecution"]
    actions = [f"sagemaker:{action}" for action in [*actions, "ListPipelineExecutionSteps"]]
    where = f"{SCOPE}:pipeline/sagemakerevaluation-*"
    caller(pipelines, statement(actions, where), passing(pipelines.role))
    pipelines.run(definition(pipelines.benchmark(None)))


@pytest.mark.parametrize(
    ("allowed", "needed"),
    [
        (["sagemaker:StartPipelineExecution"], "sagemaker:CreatePipeline"),
        (["sagemaker:CreatePipeline"], "iam:PassRole"),
    ],
)
def test_a_caller_with_less(pipelines: Pipelines, allowed: list[str], needed: str) -> None:
    value = definition(pipelines.benchmark(None))
    elsewhere = passing(pipelines.role, "bedrock.amazonaws.com")
    caller(pipelines, statement(allowed, "*"), elsewhere)
    assert needed in refused(pipelines.create, value)


def test_starting_passes_the_role_again(pipelines: Pipelines) -> None:
    name = pipelines.create(definition(pipelines.benchmark(None)))
    caller(pipelines, statement("sagemaker:StartPipelineExecution", "*"))
    assert "iam:PassRole" in refused(pipelines.start, name)


@pytest.mark.parametrize(
    ("missing", "action"),
    [
        ("jobs", "sagemaker:CreateTrainingJob"),
        ("pass", "iam:PassRole"),
        ("hub", "sagemaker:DescribeHubContent"),
        ("package", "sagemaker:DescribeModelPackage"),
        ("group", "sagemaker:DescribeModelPackageGroup"),
        ("log group", "logs:CreateLogGroup"),
        ("log", "logs:CreateLogStream"),
        ("metrics", "cloudwatch:PutMetricData"),
        ("action", "sagemaker:CreateAction"),
        ("context", "sagemaker:CreateContext"),
        ("artifact", "sagemaker:CreateArtifact"),
        ("association", "sagemaker:AddAssociation"),
        ("bucket", "s3:GetBucketLocation"),
        ("write", "s3:PutObject"),
        ("tracking", "sagemaker:DescribeMlflowApp"),
        ("track", "sagemaker-mlflow:GetExperimentByName"),
    ],
)
def test_what_a_benchmark_needs(pipelines: Pipelines, missing: str, action: str) -> None:
    pipelines.role = pipelines.make_role(missing)
    package = pipelines.package()
    value = pipelines.whole(package, pipelines.benchmark(package))
    arn = pipelines.start(pipelines.create({**value, "MlflowConfig": MLFLOW}))
    assert pipelines.wait(arn)["PipelineExecutionStatus"] == "Failed"
    reasons = [step.get("FailureReason", "") for step in pipelines.steps(arn).values()]
    assert any(action in reason for reason in reasons), reasons


@pytest.mark.parametrize(
    ("missing", "action"),
    [
        ("read", "s3:GetObject"),
        ("evaluation", "bedrock:CreateEvaluationJob"),
        ("evaluated", "bedrock:GetEvaluationJob"),
        ("pass on", "iam:PassRole"),
        ("judge", "bedrock:InvokeModel"),
    ],
)
def test_what_a_judge_needs(pipelines: Pipelines, missing: str, action: str) -> None:
    pipelines.role = pipelines.make_role(missing)
    package = pipelines.package()
    value = pipelines.whole(package, *pipelines.judged(package, pipelines.dataset()))
    assert action in pipelines.failure(value)


def test_a_key_and_a_vpc_need_more(pipelines: Pipelines) -> None:
    step = pipelines.benchmark(
        None, VpcConfig={"SecurityGroupIds": ["sg-0cc"], "Subnets": ["subnet-0aa"]}
    )
    assert "ec2:CreateNetworkInterface" in pipelines.failure(definition(step))
    key = pipelines.world.aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    step = pipelines.benchmark(None)
    step["Arguments"]["OutputDataConfig"]["KmsKeyId"] = key
    assert "kms:Decrypt" in pipelines.failure(definition(step))


def trusts(pipelines: Pipelines, service: str, **condition: Any) -> dict[str, Any]:
    """The trust policy, with another condition for one of the two services."""
    trust = pipelines.trust()
    for one in trust["Statement"]:
        if one["Principal"]["Service"] == service:
            one["Condition"] = condition
    return trust


def test_trust_for_a_pipeline(pipelines: Pipelines) -> None:
    other = {"aws:SourceAccount": "111122223333"}
    trust = trusts(pipelines, "sagemaker.amazonaws.com", StringEquals=other)
    pipelines.role = pipelines.make_role(trust=trust)
    name = pipelines.create(definition(pipelines.benchmark(None)))
    with pytest.raises(ClientError, match="SageMaker cannot assume the role"):
        pipelines.start(name)


@pytest.mark.parametrize("kind", ["pipeline", "training-job"])
def test_trust_for_one_kind_of_source_only(pipelines: Pipelines, kind: str) -> None:
    source = {"aws:SourceArn": f"{SCOPE}:{kind}/*"}
    trust = trusts(pipelines, "sagemaker.amazonaws.com", ArnLike=source)
    pipelines.role = pipelines.make_role(trust=trust)
    value = definition(pipelines.benchmark(None))
    if kind == "pipeline":
        assert "do not fit" in pipelines.failure(value)
        return
    with pytest.raises(ClientError, match="do not fit"):
        pipelines.start(pipelines.create(value))


def test_trust_for_the_judges_job(pipelines: Pipelines) -> None:
    trust = pipelines.trust()
    trust["Statement"] = trust["Statement"][:1]
    pipelines.role = pipelines.make_role(trust=trust)
    package = pipelines.package()
    value = pipelines.whole(package, *pipelines.judged(package, pipelines.dataset()))
    assert "Amazon Bedrock cannot assume the role" in pipelines.failure(value)


def test_a_role_that_is_not_there(pipelines: Pipelines) -> None:
    pipelines.role = f"arn:aws:iam::000000000000:role/{unique('gone')}"
    name = pipelines.create(definition(pipelines.benchmark(None)))
    with pytest.raises(ClientError, match="the role does not exist"):
        pipelines.start(name)
