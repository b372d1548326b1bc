"""Which kinds there are. A new kind is its module and one line here."""

from __future__ import annotations

from collections.abc import Mapping

from modeleval.kinds.bedrock_human import BedrockHuman
from modeleval.kinds.bedrock_judge import BedrockJudge
from modeleval.kinds.protocol import Kind
from modeleval.kinds.sagemaker_benchmark import SageMakerBenchmark
from modeleval.kinds.sagemaker_judge import SageMakerJudge
from modeleval.kinds.sagemaker_scorer import SageMakerScorer

_ALL: tuple[Kind, ...] = (
    BedrockJudge(),
    BedrockHuman(),
    SageMakerBenchmark(),
    SageMakerScorer(),
    SageMakerJudge(),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ALL}

LATER = (
    "bedrock-rag-retrieve",
    "bedrock-rag-generate",
    "bedrock-programmatic",
    "reference-metrics",
    "lambda-scorer",
)
"""Kinds that are planned: naming one is answered with that, not with a near miss."""
