"""Credentials, Region, bootstrap, stack, judges and quotas, and the order of all checks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from doctor_world import ACCOUNT, World
from unit_documents import JUDGE, settings

from modeleval.doctor.examine import CHECKS, examine
from modeleval.doctor.judge_models import Judges
from modeleval.doctor.patient import Missing, meet
from modeleval.doctor.protocol import State
from modeleval.doctor.quotas import Quotas
from modeleval.doctor.surroundings import Bootstrap, Credentials, Region, Stack

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_who_asks_is_said(world: World) -> None:
    [found] = world.findings(Credentials())
    assert found.state is State.OK
    assert f"user/ada in account {ACCOUNT}, Region us-east-1" in found.why


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("UnknownOperationException", State.PROBLEM),
        ("UnrecognizedClientException", State.PROBLEM),
        ("AccessDeniedException", State.UNKNOWN),
        ("ThrottlingException", State.UNKNOWN),
    ],
)
def test_a_region_without_evaluations_is_a_problem_and_no_answer_is_none(
    world: World, code: str, state: State
) -> None:
    world.stub("bedrock").add_client_error("list_evaluation_jobs", code)
    world.stub("sagemaker").add_response("list_pipelines", {"PipelineSummaries": []})
    bedrock, sagemaker, judges = world.findings(Region())
    assert (bedrock.state, sagemaker.state, judges.state) == (state, State.OK, State.OK)
    assert bedrock.fix


def test_sagemakers_judges_are_known_of_some_regions_only(world: World) -> None:
    world.region = "eu-north-1"
    world.stub("bedrock").add_response("list_evaluation_jobs", {})
    world.stub("sagemaker").add_response("list_pipelines", {"PipelineSummaries": []})
    assert world.findings(Region())[2].state is State.UNKNOWN


@pytest.mark.parametrize(
    ("version", "state"), [("6", State.OK), ("30", State.OK), ("5", State.PROBLEM)]
)
def test_the_bootstrap_must_be_new_enough(world: World, version: str, state: State) -> None:
    world.stub("ssm").add_response(
        "get_parameter",
        {"Parameter": {"Value": version}},
        {"Name": "/cdk-bootstrap/hnb659fds/version"},
    )
    [found] = world.findings(Bootstrap())
    assert found.state is state


def test_an_account_that_is_not_bootstrapped_gets_the_command(world: World) -> None:
    world.stub("ssm").add_client_error("get_parameter", "ParameterNotFound")
    [found] = world.findings(Bootstrap(), deployed=False)
    assert (found.state, found.fix) == (
        State.PROBLEM,
        f"npx cdk bootstrap aws://{ACCOUNT}/us-east-1",
    )


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("CREATE_COMPLETE", State.OK),
        ("UPDATE_COMPLETE", State.OK),
        ("UPDATE_ROLLBACK_COMPLETE", State.OK),
        ("UPDATE_IN_PROGRESS", State.UNKNOWN),
        ("ROLLBACK_COMPLETE", State.PROBLEM),
        ("UPDATE_ROLLBACK_FAILED", State.PROBLEM),
    ],
)
def test_a_stack_is_as_its_status_says(world: World, status: str, state: State) -> None:
    stack = {"StackName": "modeleval", "CreationTime": NOW, "StackStatus": status}
    world.stub("cloudformation").add_response("describe_stacks", {"Stacks": [stack]})
    [found] = world.findings(Stack())
    assert found.state is state


def judged(world: World, name: str = JUDGE, **lifecycle: Any) -> None:
    """Bedrock's next answers: this judge, available, with this lifecycle."""
    details = {
        "modelArn": f"arn:aws:bedrock:us-east-1::foundation-model/{name}",
        "modelId": name,
        "modelLifecycle": {"status": "ACTIVE"} | lifecycle,
        "inferenceTypesSupported": ["ON_DEMAND"],
    }
    bedrock = world.stub("bedrock")
    bedrock.add_response("get_foundation_model", {"modelDetails": details})
    if lifecycle.get("status", "ACTIVE") != "ACTIVE":
        bedrock.add_response("get_foundation_model", {"modelDetails": details})
        return
    bedrock.add_response(
        "get_foundation_model_availability",
        {
            "modelId": name,
            "agreementAvailability": {"status": "AVAILABLE"},
            "authorizationStatus": "AUTHORIZED",
            "entitlementAvailability": "AVAILABLE",
            "regionAvailability": "AVAILABLE",
        },
    )
    bedrock.add_response("get_foundation_model", {"modelDetails": details})


def test_every_allowed_judge_is_looked_at(world: World) -> None:
    world.settings = settings(judgeModels=[JUDGE, "a.legacy-v1:0", "a.gone-v1:0", "a.hidden-v1:0"])
    judged(world, endOfLifeTime=datetime(2027, 3, 1, tzinfo=UTC))
    judged(world, "a.legacy-v1:0", status="LEGACY")
    gone = ("get_foundation_model", "ResourceNotFoundException")
    world.stub("bedrock").add_client_error(*gone)
    world.stub("bedrock").add_client_error(*gone)
    world.stub("bedrock").add_client_error("get_foundation_model", "AccessDeniedException")
    found = world.findings(Judges())
    assert [one.state for one in found] == [State.OK, State.PROBLEM, State.PROBLEM, State.UNKNOWN]
    assert found[0].why == "can be used, until 2027-03-01"
    assert "LEGACY" in found[1].why
    assert "bedrock:GetFoundationModel" in found[3].fix


def jobs(world: World, running: int, kept: int) -> None:
    """Bedrock's next two lists."""
    summaries = [
        {
            "jobArn": f"arn:aws:bedrock:us-east-1:{ACCOUNT}:evaluation-job/{number:012d}",
            "jobName": f"j{number}",
            "status": "Completed",
            "creationTime": NOW,
            "jobType": "Automated",
            "evaluationTaskTypes": ["General"],
        }
        for number in range(kept)
    ]
    stub = world.stub("bedrock")
    stub.add_response(
        "list_evaluation_jobs",
        {"jobSummaries": summaries[:running]} if running else {},
        {"statusEquals": "InProgress", "maxResults": 1000},
    )
    stub.add_response(
        "list_evaluation_jobs", {"jobSummaries": summaries} if kept else {}, {"maxResults": 1000}
    )


def quotas(world: World, **values: float) -> None:
    """SageMaker runs nothing; Service Quotas lists these."""
    for _ in range(3):
        world.stub("sagemaker").add_client_error("list_pipeline_executions", "ResourceNotFound")
    listed = [{"QuotaName": name, "Value": value} for name, value in values.items()]
    world.stub("service-quotas").add_response(
        "list_service_quotas", {"Quotas": listed}, {"ServiceCode": "bedrock"}
    )


@pytest.mark.parametrize(
    ("running", "kept", "states"),
    [
        (19, 20, [State.OK, State.OK]),
        (20, 20, [State.PROBLEM, State.OK]),
        (0, 4499, [State.OK, State.OK]),
        (0, 4500, [State.OK, State.PROBLEM]),
    ],
)
def test_jobs_are_counted_beside_their_quotas(
    world: World, running: int, kept: int, states: list[State]
) -> None:
    jobs(world, running, kept)
    quotas(world)
    found = world.findings(Quotas())
    assert [one.state for one in found[:2]] == states
    assert [one.state for one in found[2:]] == [State.OK] * 3
    assert "does not list it" in found[3].why


def test_a_quota_that_is_lower_than_documented_is_a_problem(world: World) -> None:
    jobs(world, 0, 0)
    name = "(Evaluation) Number of concurrent automatic model evaluation jobs"
    quotas(world, **{name: 5.0, "(Evaluation) Number of evaluation jobs": 6000.0})
    low, high = world.findings(Quotas())[3:]
    assert (low.state, high.state) == (State.PROBLEM, State.OK)
    assert "it is 5, and modeleval counts with 20" in low.why


def test_where_aws_cannot_be_asked_the_first_check_says_so_and_the_others_were_not_looked_at() -> (
    None
):
    found = list(examine(Missing("no Region is set", "Set AWS_REGION.")))
    assert [one.check for one in found] == [check.name for check in CHECKS]
    assert found[0].finding[0] is State.PROBLEM
    assert {one.finding.state for one in found[1:]} == {State.UNKNOWN}


def test_without_a_stack_its_checks_are_not_asked(world: World) -> None:
    world.stub("bedrock").add_response("list_evaluation_jobs", {})
    world.stub("sagemaker").add_response("list_pipelines", {"PipelineSummaries": []})
    world.stub("ssm").add_response("get_parameter", {"Parameter": {"Value": "29"}})
    found = list(examine(world.patient(deployed=False)))
    [stack] = [one.finding for one in found if one.check == "stack"]
    assert stack.why == "The stack modeleval was not found"
    not_looked = [one.check for one in found if one.finding.why == "there is no stack to look at"]
    assert not_looked == [check.name for check in CHECKS if check.needs_stack]


def test_every_finding_that_is_not_well_has_a_fix_of_one_line(world: World) -> None:
    for service, operation in (
        ("bedrock", "list_evaluation_jobs"),
        ("sagemaker", "list_pipelines"),
        ("ssm", "get_parameter"),
    ):
        world.stub(service).add_client_error(operation, "AccessDeniedException", "no")
    found = [one.finding for one in examine(world.patient(deployed=False))]
    assert all("\n" not in one.fix for one in found)
    assert all(bool(one.fix) == (one.state is not State.OK) for one in found)


@pytest.mark.parametrize("region", [None, "us-east-1"])
def test_without_region_or_credentials_nobody_is_met(
    monkeypatch: pytest.MonkeyPatch, region: str | None
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("boto3.DEFAULT_SESSION", None)  # it keeps the credentials that it found
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/nonexistent")
    if region:
        monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    found = meet("modeleval")
    assert isinstance(found, Missing)
    assert ("sign in" if region else "Set AWS_REGION") in found.fix
