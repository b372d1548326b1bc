"""The pipeline definition of a SageMaker evaluation, as a pure function of what is asked for.

    pipeline_definition(evaluation, model, settings) -> dict

No call to AWS, no clock, no randomness: the same inputs give the same definition. It says the same
as what the SageMaker Python SDK (`sagemaker.train.evaluate`, 1.27.0) sends for the same inputs;
docs/pipeline-definitions.md has the mapping and the differences, which are on purpose.
"""

from .inputs import (
    Benchmark,
    CustomScorer,
    EvaluatedModel,
    Evaluation,
    LlmJudge,
    NovaInference,
    PipelineSettings,
)
from .nova import NovaLocations, nova_locations
from .pipeline import pipeline_definition
from .steps import EvaluationType, ResultSteps, StepName, evaluation_type, result_steps

__all__ = [
    "Benchmark",
    "CustomScorer",
    "EvaluatedModel",
    "Evaluation",
    "EvaluationType",
    "LlmJudge",
    "NovaInference",
    "NovaLocations",
    "PipelineSettings",
    "ResultSteps",
    "StepName",
    "evaluation_type",
    "nova_locations",
    "pipeline_definition",
    "result_steps",
]
