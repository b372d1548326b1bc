"""What IAM's simulation says of the roles and of who asks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.stub import ANY
from doctor_world import ACCOUNT, MACHINE, ROLES, USER, World, mended
from unit_documents import settings

from modeleval.doctor.needs import Need, bedrock_role, caller, collecting, sagemaker_role
from modeleval.doctor.patient import Identity
from modeleval.doctor.permissions import Denied, Permissions, fix
from modeleval.doctor.protocol import Finding, State

SIMULATE = "simulate_principal_policy"
COLLECTS = f"{ROLES}modeleval-FunctionsCollectBatchRole12345678-abc"
BOT = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:bot"
SECRET = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:bot-AbCdEf"


def needs(world: World) -> list[tuple[str, Need]]:
    """All that is asked, with the principal that it is asked about, in order."""
    patient = world.patient()
    role = f"{ROLES}SageMaker"
    return [
        *((f"{ROLES}stack/Bedrock", need) for need in bedrock_role(patient)),
        *((role, need) for need in sagemaker_role(patient, role)),
        *((COLLECTS, need) for need in collecting(patient)),
        *((USER, need) for need in caller(patient)),
    ]


def simulated(world: World, asked: list[tuple[str, Need]], *, decision: str = "allowed") -> None:
    """IAM answers all that is asked of a principal alike."""
    for principal, need in asked:
        results = [{"EvalActionName": one, "EvalDecision": decision} for one in need.actions]
        world.stub("iam").add_response(
            SIMULATE,
            {"EvaluationResults": results},
            {
                "PolicySourceArn": principal,
                "ActionNames": list(need.actions),
                "ResourceArns": [need.resource],
                "ContextEntries": ANY,
            },
        )


def simulate(world: World, purpose: str | None = None, of: str = "", **result: Any) -> None:
    """IAM allows all that is asked, but for one purpose of one principal, which has this result."""
    for principal, need in needs(world):
        refused = need.purpose == purpose and principal.endswith(of)
        decision = {"EvalDecision": "implicitDeny"} | result if refused else {}
        answer = {
            "EvaluationResults": [
                {"EvalActionName": action, "EvalDecision": "allowed"} | decision
                for action in need.actions
            ]
        }
        world.stub("iam").add_response(
            SIMULATE,
            answer,
            {
                "PolicySourceArn": principal,
                "ActionNames": list(need.actions),
                "ResourceArns": [need.resource],
                "ContextEntries": ANY,
            },
        )


def refused(world: World) -> Finding:
    [found] = [one for one in world.findings(Permissions()) if one.state is State.PROBLEM]
    return found


def test_roles_and_caller_that_may_do_all_are_right(world: World) -> None:
    simulate(world)
    found = world.findings(Permissions())
    assert [one.state for one in found] == [State.OK] * 3
    assert "read inputs" in found[0].why
    assert "start runs" in found[2].why


def test_what_no_policy_allows_is_given_by_the_fix(world: World) -> None:
    simulate(world, "write outputs", "Bedrock")
    found = refused(world)
    assert found.what == "the role for Bedrock"
    assert "may not write outputs: no policy allows it: s3:GetObject, s3:PutObject on" in found.why
    assert found.fix.startswith("aws iam put-role-policy --role-name Bedrock ")
    [statement] = mended(found, "--policy-document")["Statement"]
    assert statement == {
        "Effect": "Allow",
        "Action": ["s3:GetObject", "s3:PutObject"],
        "Resource": "arn:aws:s3:::modeleval-bucket/runs/*/outputs/*",
    }


@pytest.mark.parametrize(
    ("result", "by"),
    [
        ({"EvalDecision": "explicitDeny"}, "a policy denies it"),
        (
            {"OrganizationsDecisionDetail": {"AllowedByOrganizations": False}},
            "a service control policy forbids it",
        ),
        (
            {"PermissionsBoundaryDecisionDetail": {"AllowedByPermissionsBoundary": False}},
            "the permissions boundary does not allow it",
        ),
    ],
)
def test_what_another_policy_forbids_is_no_matter_of_a_command(
    world: World, result: dict[str, Any], by: str
) -> None:
    simulate(world, "start judges", **result)
    found = refused(world)
    assert by in found.why
    assert found.fix.startswith("Have whoever keeps it allow bedrock:CreateEvaluationJob to ")


def test_what_you_may_not_do_yourself_is_a_problem_of_yours(world: World) -> None:
    simulate(world, "start runs", USER)
    found = refused(world)
    assert found.what == "your credentials"
    assert "--user-name ada" in found.fix
    assert mended(found, "--policy-document")["Statement"][0]["Resource"] == MACHINE


def test_an_assumed_role_is_asked_about_by_its_role(world: World) -> None:
    world.identity = Identity(ACCOUNT, f"arn:aws:sts::{ACCOUNT}:assumed-role/Admin/ada")
    arn = f"{ROLES}aws-reserved/sso/Admin"
    of_roles = [need for _, need in needs(world)]
    for need in of_roles:
        principal = arn if need in list(caller(world.patient())) else ANY
        if need.purpose == "start runs":
            answer = {
                "Path": "/aws-reserved/sso/",
                "RoleName": "Admin",
                "RoleId": "AROAABCDEFGHIJKLMNOP",
                "Arn": arn,
                "CreateDate": datetime(2026, 1, 1, tzinfo=UTC),
            }
            world.stub("iam").add_response("get_role", {"Role": answer}, {"RoleName": "Admin"})
        results = [{"EvalActionName": one, "EvalDecision": "allowed"} for one in need.actions]
        world.stub("iam").add_response(
            SIMULATE,
            {"EvaluationResults": results},
            {
                "PolicySourceArn": principal,
                "ActionNames": list(need.actions),
                "ResourceArns": [need.resource],
                "ContextEntries": ANY,
            },
        )
    assert {one.state for one in world.findings(Permissions())} == {State.OK}


def test_a_role_that_identity_center_keeps_is_not_to_be_changed_by_a_command(world: World) -> None:
    need = Need("start runs", ("states:StartExecution",), MACHINE)
    denied = Denied(need, need.actions, "no policy allows it")
    sso = f"{ROLES}aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_1"
    assert fix(denied, sso).startswith("Have whoever keeps it allow states:StartExecution to ")
    assert fix(denied, f"{ROLES}Admin").startswith("aws iam put-role-policy --role-name Admin ")


def test_root_and_those_who_may_not_simulate_are_told_apart(world: World) -> None:
    world.identity = Identity(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root")
    for _ in range(2):
        world.stub("iam").add_client_error(SIMULATE, "AccessDenied")
    bedrock, sagemaker, you = world.findings(Permissions())
    assert (bedrock.state, sagemaker.state, you.state) == (State.UNKNOWN, State.UNKNOWN, State.OK)
    assert "Allow iam:SimulatePrincipalPolicy" in bedrock.fix


def test_generators_are_bedrocks_business_each_by_the_action_that_calls_it(world: World) -> None:
    endpoint = f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:endpoint/mine"
    imported = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:imported-model/abcdefghijkl"
    world.settings = settings(generatorModels=[endpoint, imported])
    asked = {need.resource: need.actions for need in bedrock_role(world.patient())}
    assert asked[endpoint] == ("sagemaker:InvokeEndpoint",)
    assert asked[imported] == ("bedrock:InvokeModel",)
    others = {need.resource for need in sagemaker_role(world.patient(), f"{ROLES}SageMaker")}
    assert not others & {endpoint, imported}


def test_a_profile_is_asked_for_by_its_own_arn_and_weights_by_their_buckets(world: World) -> None:
    world.settings = settings(
        judgeModels=["us.amazon.nova-pro-v1:0", "amazon.nova-pro-v1:0"], modelBuckets=["weights"]
    )
    every = list(sagemaker_role(world.patient(), f"{ROLES}SageMaker"))
    asked = {need.resource: need for need in every}
    profile = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile/us.amazon.nova-pro-v1:0"
    assert asked[profile].actions == ("bedrock:InvokeModel",)
    assert "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0" in asked
    assert asked["arn:aws:s3:::weights"].actions == ("s3:ListBucket",)
    [listing] = [need for need in every if need.purpose == "list runs"]
    assert listing.context == {"s3:prefix": "runs/any/"}


def collects(world: World, *, logical_id: str = "FunctionsCollectBatchRole12345678") -> None:
    """Settings with targets; CloudFormation and IAM know the role of the function that collects."""
    world.settings = settings(targetFunctionArns=[BOT], toolFunctionArns=[BOT])
    name = COLLECTS.removeprefix(ROLES)
    one = {
        "LogicalResourceId": logical_id,
        "PhysicalResourceId": name,
        "ResourceType": "AWS::IAM::Role",
        "LastUpdatedTimestamp": datetime(2026, 1, 1, tzinfo=UTC),
        "ResourceStatus": "CREATE_COMPLETE",
    }
    policy = {**one, "ResourceType": "AWS::IAM::Policy", "PhysicalResourceId": "policy"}
    world.stub("cloudformation").add_response(
        "list_stack_resources",
        {"StackResourceSummaries": [policy, one]},
        {"StackName": "modeleval"},
    )


def known_role(world: World) -> None:
    role = {
        "Path": "/",
        "RoleName": COLLECTS.removeprefix(ROLES),
        "RoleId": "AROAABCDEFGHIJKLMNOP",
        "Arn": COLLECTS,
        "CreateDate": datetime(2026, 1, 1, tzinfo=UTC),
    }
    world.stub("iam").add_response(
        "get_role", {"Role": role}, {"RoleName": COLLECTS.removeprefix(ROLES)}
    )


def test_who_collects_is_looked_at_where_the_settings_list_targets(world: World) -> None:
    collects(world)
    patient = world.patient()
    asked = needs(world)
    before = [one for one in asked if one[0] not in (COLLECTS, USER)]
    simulated(world, before)
    known_role(world)
    simulated(world, [(COLLECTS, one) for one in collecting(patient)], decision="implicitDeny")
    simulated(world, [(USER, one) for one in caller(patient)])
    found = refused(world)
    assert found.what == "the function that collects"
    assert f"may not invoke bot: no policy allows it: lambda:InvokeFunction on {BOT}" in found.why
    assert mended(found, "--policy-document")["Statement"][0]["Resource"] == BOT


def test_a_stack_without_that_role_could_not_be_looked_at(world: World) -> None:
    collects(world, logical_id="FunctionsPlanJobsRole12345678")
    simulated(world, [one for one in needs(world) if one[0] != COLLECTS])
    found = [one for one in world.findings(Permissions()) if one.state is not State.OK]
    assert [(one.what, one.state, one.fix) for one in found] == [
        ("the function that collects", State.UNKNOWN, "Deploy it again.")
    ]


def test_who_collects_needs_each_target_of_the_settings_once_by_its_arn(world: World) -> None:
    profile = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:guardrail-profile/us.guardrail.v1:0"
    world.settings = settings(
        generatorModels=["amazon.nova-lite-v1:0"],
        targetFunctionArns=[BOT],
        toolFunctionArns=[BOT],
        targetEndpoints=["https://bot.example.com/"],
        targetSecretArns=[SECRET],
        guardrailIds=["g1u2a3r4d5", profile],
    )
    assert [(one.actions, one.resource) for one in collecting(world.patient())] == [
        (
            ("bedrock:InvokeModel",),
            "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0",
        ),
        (
            ("bedrock:ApplyGuardrail",),
            f"arn:aws:bedrock:us-east-1:{ACCOUNT}:guardrail/g1u2a3r4d5",
        ),
        (("bedrock:ApplyGuardrail",), profile),
        (("lambda:InvokeFunction",), BOT),
        (("secretsmanager:GetSecretValue",), SECRET),
    ]
    world.settings = settings(targetEndpoints=["https://bot.example.com/"])
    assert list(collecting(world.patient())) == []
