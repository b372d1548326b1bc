"""A role whose policy is what we state, and nothing that a construct adds by itself."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from modeleval.errors import SettingsInvalid
from modeleval.settings import CONTEXT_KEY
from stacks.acknowledged import acknowledge_wildcards
from stacks.statements import size_of

_LIMIT = 10_240
"""Characters that IAM takes of a role's inline policies."""


class StatedRole(Construct):
    """`role` is for other constructs: what they would add to its policy is dropped.

    So every statement is written in stacks/, with a Sid, and none appears with an upgrade of CDK.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, assumed_by: iam.IPrincipal, description: str
    ) -> None:
        super().__init__(scope, construct_id)
        role = iam.Role(self, "Default", assumed_by=assumed_by, description=description)
        self._size = 0
        self._policy = iam.Policy(self, "Policy", roles=[role])
        # An import of it: other constructs get the ARN, and neither its policy nor its resources,
        # which they would name in a DependsOn beside the ARN that says the same.
        self.role = iam.Role.from_role_arn(self, "Fixed", role.role_arn, mutable=False)

    def allow(self, *statements: iam.PolicyStatement) -> None:
        self._policy.add_statements(*statements)
        for statement in statements:
            acknowledge_wildcards(self._policy, statement)
            self._size += size_of(Stack.of(self), statement)
        if self._size > _LIMIT:
            raise SettingsInvalid(
                f"The policy of a role would be {self._size:,} characters long, at most "
                f"{_LIMIT:,} are allowed",
                where=f"cdk.json, context.{CONTEXT_KEY}",
                action="Leave out judgeModels, generatorModels, datasetBuckets or targets that no "
                "suite needs; profiles take most.",
            )

    def precede(self, construct: Construct) -> None:
        """Let the policy be there before what needs it is made."""
        construct.node.add_dependency(self._policy)
