"""How far the settings' knowledge bases reach: what the role needs that asks them in a job.

User guide: rag-eval-service-roles (knowledge bases), rerank-prereq (rerankers).
"""

from __future__ import annotations

from aws_cdk import Stack
from constructs import Construct

from modeleval.bedrock.model_ids import parse_model_id
from modeleval.settings import Settings
from stacks.statements import Statements, allow


class KnowledgeBaseAccess:
    """Statements over the knowledge bases and rerankers of the settings."""

    def __init__(self, scope: Construct, settings: Settings) -> None:
        self._stack = Stack.of(scope)
        self._bases = settings.knowledge_base_ids
        self._rerankers = settings.reranker_models

    def ask(self) -> Statements:
        """For the role that Bedrock assumes; nothing without a knowledge base."""
        if not self._bases:
            return []
        actions = ["bedrock:Retrieve", "bedrock:RetrieveAndGenerate"]
        return [allow("AskKnowledgeBases", actions, *self._arns()), *self._rerank()]

    def look(self) -> Statements:
        """For the step that checks them before anything is paid for."""
        if not self._bases:
            return []
        return [allow("LookAtKnowledgeBases", ["bedrock:GetKnowledgeBase"], *self._arns())]

    def _arns(self) -> list[str]:
        return [
            self._stack.format_arn(service="bedrock", resource="knowledge-base", resource_name=name)
            for name in self._bases
        ]

    def _rerank(self) -> Statements:
        models = [found.name for name in self._rerankers if (found := parse_model_id(name))]
        arns = [
            self._stack.format_arn(
                service="bedrock", resource="foundation-model", resource_name=name, account=""
            )
            for name in models
        ]
        if not arns:
            return []
        return [
            # IAM knows no resource for this action.
            allow("Rerank", ["bedrock:Rerank"], "*"),
            allow("InvokeRerankers", ["bedrock:InvokeModel"], *dict.fromkeys(arns)),
        ]
