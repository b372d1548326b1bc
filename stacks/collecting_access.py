"""What collecting an application's responses allows: exactly the targets that the settings list."""

from __future__ import annotations

from aws_cdk import Stack
from constructs import Construct

from modeleval.settings import Settings
from stacks.model_access import CONVERSE, ModelAccess
from stacks.statements import Statements, allow


class CollectingAccess:
    """Statements over the targets of the settings. What those do not list adds none."""

    def __init__(self, scope: Construct, settings: Settings) -> None:
        self._stack = Stack.of(scope)
        self._settings = settings
        self._models = ModelAccess(scope, settings, generators_only=True, invoke=CONVERSE)

    def statements(self) -> Statements:
        """For the function that asks targets."""
        settings = self._settings
        wanted = (
            ("ApplyGuardrails", "bedrock:ApplyGuardrail", self._guardrails()),
            ("InvokeTargets", "lambda:InvokeFunction", self._functions()),
            ("ReadSecrets", "secretsmanager:GetSecretValue", list(settings.target_secret_arns)),
        )
        return [
            *self._models.call(),
            *(allow(sid, [action], *arns) for sid, action, arns in wanted if arns),
        ]

    def look(self) -> Statements:
        """For the step that checks targets before anything is paid for."""
        arns = self._functions()
        actions = ["lambda:GetFunctionConfiguration"]
        return [allow("LookAtTargets", actions, *arns)] if arns else []

    def _functions(self) -> list[str]:
        settings = self._settings
        return list(dict.fromkeys((*settings.target_function_arns, *settings.tool_function_arns)))

    def _guardrails(self) -> list[str]:
        """Their ARNs; an id is of the stack's own account and Region."""
        return [
            name
            if name.startswith("arn:")
            else self._stack.format_arn(service="bedrock", resource="guardrail", resource_name=name)
            for name in dict.fromkeys(self._settings.guardrail_ids)
        ]
