"""Each permission that the table calls enforced is taken away, and what needs it fails.

The table is tests/infrastructure/policy_table.py; `make test` fails for a statement in no row.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest
from collecting_scenarios import COLLECTING_SCENARIOS
from deployed_world import DeployedWorld
from model_scenarios import MODEL_SCENARIOS, judged_run, model_run
from people_world import HUMAN_SCENARIOS
from permission_scenarios import OWN_SCENARIOS, run
from policy_rows import Enforced
from policy_table import ROLES

TRUST = "Trust"
SCENARIOS = {
    **OWN_SCENARIOS,
    **MODEL_SCENARIOS,
    **HUMAN_SCENARIOS,
    **COLLECTING_SCENARIOS,
}
ENFORCED = [
    pytest.param(role, sid, row.proof, id=f"{role}-{sid}")
    for role, rows in ROLES.items()
    for sid, row in rows.items()
    if isinstance(row.proof, Enforced) and not sid.startswith(TRUST)
]
REFUSALS = {proof.says for _, _, proof in (param.values for param in ENFORCED)}


class Roles:
    """The deployed stack's roles, by their names in the template."""

    def __init__(self, world: DeployedWorld) -> None:
        self._iam = world.aws.client("iam")
        pages = self._iam.get_paginator("list_roles").paginate()
        self._names = [role["RoleName"] for page in pages for role in page["Roles"]]

    @contextmanager
    def without(self, role: str, sid: str) -> Iterator[None]:
        """The role without one of its statements."""
        name = self._name(role)
        [policy] = self._iam.list_role_policies(RoleName=name)["PolicyNames"]
        found = self._iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        kept = [statement for statement in found["Statement"] if statement["Sid"] != sid]
        assert len(kept) == len(found["Statement"]) - 1

        def put(document: dict[str, Any]) -> None:
            self._iam.put_role_policy(
                RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(document)
            )

        put({**found, "Statement": kept})
        try:
            yield
        finally:
            put(found)

    @contextmanager
    def trusting(
        self, role: str, change: Callable[[dict[str, Any]], Any], statement: int = 0
    ) -> Iterator[None]:
        """The role with another trust policy: one of its statements changed."""
        name = self._name(role)
        found = self._iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
        changed = copy.deepcopy(found)
        change(changed["Statement"][statement])

        def put(document: dict[str, Any]) -> None:
            self._iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(document))

        put(changed)
        try:
            yield
        finally:
            put(found)

    def _name(self, role: str) -> str:
        [name] = [n for n in self._names if re.search(rf"-{role}[0-9A-F]{{8}}(-|$)", n)]
        return name


@pytest.fixture
def roles(world: DeployedWorld) -> Roles:
    return Roles(world)


@pytest.mark.parametrize(("role", "sid", "proof"), ENFORCED)
def test_what_needs_the_permission_fails_without_it(
    world: DeployedWorld, roles: Roles, role: str, sid: str, proof: Enforced
) -> None:
    said = SCENARIOS[proof.when](world, roles.without(role, sid))

    assert proof.says in said
    assert "SUCCEEDED" not in said


@pytest.mark.parametrize("when", SCENARIOS)
def test_with_all_permissions_nothing_of_that_is_said(world: DeployedWorld, when: str) -> None:
    """Else the tests above would prove nothing."""
    said = SCENARIOS[when](world, nullcontext())

    assert [refusal for refusal in REFUSALS if refusal in said] == []


def test_every_scenario_is_some_rows() -> None:
    used = {param.values[2].when for param in ENFORCED}  # type: ignore[union-attr]
    assert used == set(SCENARIOS)


def conditions(changes: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
    def change(statement: dict[str, Any]) -> None:
        for operator, condition in changes.items():
            statement["Condition"][operator] = condition

    return change


REGION_OF_OTHERS = "arn:aws:bedrock:eu-west-1:000000000000:evaluation-job/*"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param(
            conditions({"StringEquals": {"aws:SourceAccount": "111122223333"}}),
            "do not fit this job",
            id="another-account",
        ),
        pytest.param(
            lambda statement: statement["Condition"].pop("StringEquals"),
            "no aws:SourceAccount condition",
            id="no-account",
        ),
        pytest.param(
            conditions({"ArnEquals": {"aws:SourceArn": REGION_OF_OTHERS}}),
            "do not fit this job",
            id="another-region",
        ),
        pytest.param(
            lambda statement: statement.update(Principal={"Service": "sagemaker.amazonaws.com"}),
            "does not name bedrock.amazonaws.com",
            id="another-service",
        ),
    ],
)
def test_a_role_that_bedrock_cannot_assume_fails_the_job(
    world: DeployedWorld, roles: Roles, change: Callable[[dict[str, Any]], Any], says: str
) -> None:
    said = run(world, roles.trusting("BedrockRole", change))

    assert "JobRefused" in said
    assert "Amazon Bedrock cannot assume the role" in said
    assert says in said


OF_ANOTHER_ACCOUNT = conditions({"StringEquals": {"aws:SourceAccount": "111122223333"}})
OF_ANOTHER_SERVICE = {"Service": "lambda.amazonaws.com"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param(OF_ANOTHER_ACCOUNT, "do not fit", id="another-account"),
        pytest.param(
            conditions({"ArnLike": {"aws:SourceArn": "arn:aws:sagemaker:eu-west-1:*:*"}}),
            "do not fit",
            id="another-region",
        ),
        pytest.param(
            lambda statement: statement.update(Principal=OF_ANOTHER_SERVICE),
            "does not name sagemaker.amazonaws.com",
            id="another-service",
        ),
    ],
)
def test_a_role_that_sagemaker_cannot_assume_fails_the_job(
    world: DeployedWorld, roles: Roles, change: Callable[[dict[str, Any]], Any], says: str
) -> None:
    said = model_run(world, roles.trusting("SageMakerRole", change))

    assert "JobRefused" in said
    assert "SageMaker cannot assume the role" in said
    assert says in said


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param(OF_ANOTHER_ACCOUNT, "do not fit this job", id="another-account"),
        pytest.param(
            lambda statement: statement.update(Principal=OF_ANOTHER_SERVICE),
            "does not name bedrock.amazonaws.com",
            id="another-service",
        ),
    ],
)
def test_a_role_that_bedrock_cannot_assume_fails_sagemakers_judge(
    world: DeployedWorld, roles: Roles, change: Callable[[dict[str, Any]], Any], says: str
) -> None:
    said = judged_run(world, roles.trusting("SageMakerRole", change, statement=1))

    assert "JobFailed" in said
    assert "Amazon Bedrock cannot assume the role" in said
    assert says in said
