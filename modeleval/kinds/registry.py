"""Which kinds there are. A new kind is its module and one line here."""

from __future__ import annotations

from collections.abc import Mapping

from modeleval.kinds.bedrock_judge import BedrockJudge
from modeleval.kinds.protocol import Kind

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in (BedrockJudge(),)}

LATER = (
    "bedrock-rag-retrieve",
    "bedrock-rag-generate",
    "bedrock-human",
    "bedrock-programmatic",
    "sagemaker-benchmark",
    "sagemaker-scorer",
    "sagemaker-judge",
    "reference-metrics",
    "lambda-scorer",
)
"""Kinds that are planned: naming one is answered with that, not with a near miss."""
