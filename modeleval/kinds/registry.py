"""Which kinds there are. A new kind is its module and one line here."""

from __future__ import annotations

from collections.abc import Mapping

from modeleval.kinds.bedrock_human import BedrockHuman
from modeleval.kinds.bedrock_judge import BedrockJudge
from modeleval.kinds.bedrock_programmatic import BedrockProgrammatic
from modeleval.kinds.bedrock_rag_generate import BedrockRagGenerate
from modeleval.kinds.bedrock_rag_retrieve import BedrockRagRetrieve
from modeleval.kinds.lambda_scorer import LambdaScorer
from modeleval.kinds.protocol import Kind
from modeleval.kinds.reference_metrics import ReferenceMetrics
from modeleval.kinds.sagemaker_benchmark import SageMakerBenchmark
from modeleval.kinds.sagemaker_judge import SageMakerJudge
from modeleval.kinds.sagemaker_scorer import SageMakerScorer

_ALL: tuple[Kind, ...] = (
    BedrockJudge(),
    BedrockProgrammatic(),
    BedrockRagRetrieve(),
    BedrockRagGenerate(),
    BedrockHuman(),
    SageMakerBenchmark(),
    SageMakerScorer(),
    SageMakerJudge(),
    ReferenceMetrics(),
    LambdaScorer(),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ALL}
