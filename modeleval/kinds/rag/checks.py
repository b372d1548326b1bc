"""What a RAG evaluation calls: judge, knowledge bases and their models, each allowed and there."""

from __future__ import annotations

from modeleval.bedrock.model_ids import parse_model_id
from modeleval.bedrock.models import GENERATOR, JUDGE, RERANKER
from modeleval.documents import closest
from modeleval.errors import JudgeNotUsable, KnowledgeBaseNotAllowed
from modeleval.kinds.protocol import PlanContext
from modeleval.kinds.rag.document import RagEvaluation
from modeleval.kinds.rag.knowledge_base import Generation, Retrieval

_NO_RAG_JUDGE = ("anthropic.claude-sonnet-4-5",)
"""Models that AWS lists as judges of model responses and not of RAG (evaluation-kb)."""


def check_sources(evaluation: RagEvaluation, context: PlanContext) -> None:
    """Raise the refusals of the judge, of a knowledge base or of its models."""
    at, services = f"evaluations[{context.evaluation}]", context.services
    _refuse_judges_of_models_only(evaluation.judge, f"{at}.judge")
    allowed = services.settings.judge_models
    services.models.check(evaluation.judge, JUDGE, allowed=allowed, field=f"{at}.judge")
    bases = [(f"{at}.knowledgeBase", evaluation.knowledge_base)]
    bases += [
        (f"{at}.candidates[{number}].knowledgeBase", one.knowledge_base)
        for number, one in enumerate(evaluation.candidates)
    ]
    for field, base in bases:
        if base is not None:
            _check_base(base, field, context)


def _refuse_judges_of_models_only(judge: str, field: str) -> None:
    found = parse_model_id(judge)
    if found and found.model and found.model.startswith(_NO_RAG_JUDGE):
        raise JudgeNotUsable(
            f"{judge} judges model responses, and AWS does not list it for RAG",
            where=field,
            action="Choose another judge, such as amazon.nova-pro-v1:0.",
        )


def _check_base(base: Retrieval, field: str, context: PlanContext) -> None:
    settings, models = context.services.settings, context.services.models
    if base.id not in settings.knowledge_base_ids:
        near = closest(base.id, list(settings.knowledge_base_ids))
        raise KnowledgeBaseNotAllowed(
            f"{base.id} is not among the knowledge bases that the settings allow",
            where=f"{field}.id",
            action=f"Did you mean {near}?"
            if near
            else "Add it to knowledgeBaseIds in cdk.json and deploy.",
        )
    context.services.knowledge_bases.check(base.id, field=f"{field}.id")
    if isinstance(base, Generation):
        allowed = settings.generator_models
        models.check(base.model, GENERATOR, allowed=allowed, field=f"{field}.model")
    if base.reranking is not None:
        where = f"{field}.reranking.model"
        models.check(base.reranking.model, RERANKER, allowed=settings.reranker_models, field=where)
