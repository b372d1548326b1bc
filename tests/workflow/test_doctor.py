"""`modeleval doctor` on the deployed stack: it is well, and what is broken is found and mended."""

from __future__ import annotations

import copy
import json
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from deployed_names import GUARDRAIL
from deployed_world import DeployedWorld

from modeleval.doctor.examine import examine
from modeleval.doctor.patient import Missing, Patient, meet
from modeleval.doctor.protocol import Finding, State


def patient_of(world: DeployedWorld) -> Patient:
    patient = meet(world.stack.stack)
    assert isinstance(patient, Patient)
    return patient


def problems(world: DeployedWorld, check: str) -> list[Finding]:
    found = [one.finding for one in examine(patient_of(world)) if one.check == check]
    assert found
    return [one for one in found if one.state is not State.OK]


@pytest.fixture
def role(world: DeployedWorld) -> str:
    """The name of the role that Bedrock assumes."""
    return world.stack.bedrock_role_arn.rsplit("/", 1)[-1]


@contextmanager
def without(iam: Any, role: str, sid: str) -> Iterator[None]:
    """The role with a statement of its policy taken away."""
    [policy] = iam.list_role_policies(RoleName=role)["PolicyNames"]
    found = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    left = [one for one in found["Statement"] if one["Sid"] != sid]
    assert len(left) < len(found["Statement"])
    put = {"RoleName": role, "PolicyName": policy}
    iam.put_role_policy(**put, PolicyDocument=json.dumps({**found, "Statement": left}))
    try:
        yield
    finally:
        iam.put_role_policy(**put, PolicyDocument=json.dumps(found))


def words(finding: Finding, command: str) -> dict[str, str]:
    """The options of the fix, which is this command."""
    given = shlex.split(finding.fix)
    assert given[:3] == ["aws", "iam", command]
    return dict(zip(given[3::2], given[4::2], strict=True))


def test_a_deployed_stack_has_no_problem_but_judges_that_cannot_be_used(
    world: DeployedWorld,
) -> None:
    found = list(examine(patient_of(world)))
    wrong = {one.check for one in found if one.finding.state is State.PROBLEM}
    assert wrong == {"judges"}
    for check in ("trust policies", "permissions", "stack", "bootstrap", "Region"):
        states = {one.finding.state for one in found if one.check == check}
        assert states == {State.OK}, [one for one in found if one.check == check]


@pytest.mark.parametrize("sid", ["ReadInputs", "WriteOutputs", "ListRuns", "InvokeModels"])
def test_a_permission_that_is_gone_is_found_and_the_fix_gives_it_back(
    world: DeployedWorld, role: str, sid: str
) -> None:
    iam: Any = world.aws.client("iam")
    with without(iam, role, sid):
        broken = problems(world, "permissions")
        assert {(one.state, one.what) for one in broken} == {
            (State.PROBLEM, "the role for Bedrock")
        }
        given = [words(one, "put-role-policy") for one in broken]
        try:
            for one in given:
                iam.put_role_policy(
                    RoleName=one["--role-name"],
                    PolicyName=one["--policy-name"],
                    PolicyDocument=one["--policy-document"],
                )
            assert problems(world, "permissions") == []
        finally:
            for name in {one["--policy-name"] for one in given}:
                iam.delete_role_policy(RoleName=role, PolicyName=name)


@pytest.mark.parametrize(
    ("sid", "purposes"),
    [
        ("InvokeTargets", {"invoke team-application", "invoke find-booking"}),
        ("ApplyGuardrails", {f"apply the guardrail {GUARDRAIL}"}),
    ],
)
def test_a_target_that_the_stack_may_not_ask_is_found(
    world: DeployedWorld, sid: str, purposes: set[str]
) -> None:
    iam: Any = world.aws.client("iam")
    pages = iam.get_paginator("list_roles").paginate()
    names = [one["RoleName"] for page in pages for one in page["Roles"]]
    [name] = [one for one in names if "-FunctionsCollectBatchRole" in one]
    with without(iam, name, sid):
        broken = problems(world, "permissions")
    assert {one.what for one in broken} == {"the function that collects"}
    assert {one.why.removeprefix("may not ").partition(":")[0] for one in broken} == purposes
    assert all(words(one, "put-role-policy")["--role-name"] == name for one in broken)


def test_a_trust_policy_without_the_account_is_found_and_mended(
    world: DeployedWorld, role: str
) -> None:
    iam: Any = world.aws.client("iam")
    found = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    changed = copy.deepcopy(found)
    del changed["Statement"][0]["Condition"]["StringEquals"]
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(changed))
    try:
        [broken] = problems(world, "trust policies")
        assert "without a condition on aws:SourceAccount" in broken.why
        given = words(broken, "update-assume-role-policy")
        assert given["--role-name"] == role
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=given["--policy-document"])
        assert problems(world, "trust policies") == []
    finally:
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(found))


def test_a_stack_that_is_not_there_is_told_with_what_can_be_said_without_it(
    world: DeployedWorld,
) -> None:
    patient = meet("no-such-stack")
    assert isinstance(patient, Patient)
    assert isinstance(patient.deployment, Missing)
    by_check = {one.check: one.finding for one in examine(patient)}
    assert by_check["stack"].state is State.PROBLEM
    assert by_check["bootstrap"].state is State.OK
    assert by_check["quotas"].state is State.UNKNOWN
