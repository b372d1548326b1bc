"""CreateEvaluationJob for RAG: what is checked before a job exists."""

from __future__ import annotations

from typing import Any

from embedded_aws.bedrock import metric_definitions
from embedded_aws.bedrock.creation import check_datasets, check_judges
from embedded_aws.bedrock.rag.metrics import GENERATE, RETRIEVE
from embedded_aws.bedrock.rag.source import Source, source_of
from embedded_aws.bedrock.requested import judge_of
from embedded_aws.bedrock.targets import Resolver
from embedded_aws.errors import ServiceError, invalid

# "Supported models" of evaluation-kb leaves this one of evaluation-judge out.
_NOT_FOR_RAG = "anthropic.claude-sonnet-4-5-"


def check_request(request: dict[str, Any], resolver: Resolver) -> None:
    """What the service model cannot say: the rules of a RAG job."""
    automated = request["evaluationConfig"].get("automated")
    if automated is None or request.get("applicationType") == "ModelEvaluation":
        raise invalid("ragConfigs belong to an automated RAG evaluation job.")
    check_judges(request, resolver)
    for custom in (False, True):
        _check_judge(judge_of(request, custom), resolver)
    source = source_of(request)
    if not source.precomputed:
        _check_source(source, resolver)
    _check_metrics(automated, source)


def _check_judge(identifier: str | None, resolver: Resolver) -> None:
    models = resolver.resolve(identifier).models if identifier else ()
    if any(model.startswith(_NOT_FOR_RAG) for model in models):
        raise invalid("The provided evaluator model identifier is not supported for this job type.")


def _check_source(source: Source, resolver: Resolver) -> None:
    base = resolver.registry.knowledge_bases.find(source.identifier)
    if base is None:
        raise ServiceError(
            "ResourceNotFoundException", "The specified knowledge base does not exist."
        )
    if base.status != "ACTIVE":
        raise invalid(f"The knowledge base is {base.status} and cannot be used.")
    for model in (source.model, source.reranker):
        if model is not None:
            resolver.resolve(model)


def _check_metrics(automated: dict[str, Any], source: Source) -> None:
    """The words of the refusal are those that users report."""
    custom = automated.get("customMetricConfig", {}).get("customMetrics", [])
    needed = ("prompt", "context", *(() if source.retrieve else ("prediction",)))
    metric_definitions.check(
        [entry["customMetricDefinition"] for entry in custom],
        (*needed, "ground_truth", "reference_contexts"),
        needed,
    )
    kind = "retrieve" if source.retrieve else "retrieveAndGenerate"
    check_datasets(
        automated,
        RETRIEVE if source.retrieve else GENERATE,
        f"metric is not available for RAG {kind} evaluations",
    )
