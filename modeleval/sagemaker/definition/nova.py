"""LLM judges over Nova models: an Inspect AI container collects the responses.

SageMaker's serverless jobs cannot collect a Nova model's responses. The container reads its
configuration from S3 (whoever starts the pipeline has to write it, see `NovaLocations`), asks
Bedrock or an endpoint, and writes the responses to S3, where the judging step reads them.
Serverless judging refuses a Nova model too, so that step names another base model, which it does
not run.
"""

from __future__ import annotations

import uuid
from typing import Any, NamedTuple

from modeleval.errors import ModelNotUsable

from .expressions import execution_id, join
from .inputs import EvaluatedModel, LlmJudge, PipelineSettings
from .judging import judge_output_path, judging_step
from .steps import StepName
from .training import Channel, Container, TrainingStep

REGIONS = ("us-east-1", "us-west-2", "eu-west-2")
"""Where SageMaker judges Nova models."""

_IMAGE_ACCOUNT = "763104351884"  # AWS's deep learning containers, in each of these Regions
_INSTANCE_TYPE = "ml.m5.large"
_VOLUME_GB = 30
_JUDGE_BASE_MODEL = "SageMakerPublicHub/Model/meta-textgeneration-llama-3-2-1b-instruct"


class NovaLocations(NamedTuple):
    """S3 URIs that the container and the judging step share with whoever starts the pipeline.

    configuration_prefix: what the container is given; `config.yaml` lies in it. benchmark_prefix:
    where the configuration may say that the Inspect AI task and its dataset lie. responses_uri: the
    JSON Lines file that the task writes and the judge reads.
    """

    configuration_prefix: str
    benchmark_prefix: str
    responses_uri: str

    @property
    def configuration_uri(self) -> str:
        return f"{self.configuration_prefix}/config.yaml"


def nova_locations(settings: PipelineSettings) -> NovaLocations:
    """The places below the output path, as the SDK lays them out."""
    base = judge_output_path(settings)
    name = settings.nova.inference_id or _derived_id(settings)
    return NovaLocations(
        configuration_prefix=f"{base}/inspectai-config/{name}",
        benchmark_prefix=f"{base}/llmaj-benchmarks/{name}",
        responses_uri=f"{base}/inference/{name}/inference_output.jsonl",
    )


def _derived_id(settings: PipelineSettings) -> str:
    """A UUID that is the same whenever the same pipeline writes to the same place."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{settings.output_path} {settings.pipeline_name}"))


def nova_judged_steps(
    judge: LlmJudge, model: EvaluatedModel, settings: PipelineSettings
) -> list[dict[str, Any]]:
    """The pipeline's two steps. The base model is not compared, and there is no lineage.

    Raises:
        ModelNotUsable: Nova models are not judged in this Region, and no image is given.
    """
    places = nova_locations(settings)
    inference = TrainingStep(
        name=StepName.NOVA_INFERENCE,
        settings=settings,
        work=Container(_image(settings), _INSTANCE_TYPE, _VOLUME_GB),
        job_name=join("-", "inspectai-infer", execution_id()),
        dataset=Channel("config", places.configuration_prefix),
        output_path=judge_output_path(settings),
    )
    judging = judging_step(
        StepName.NOVA_METRICS,
        judge,
        settings,
        label="llmaj-eval",
        base_model_arn=settings.nova.judge_base_model_arn or _judge_base_model(settings),
        responses=places.responses_uri,
        package=model,
        after=StepName.NOVA_INFERENCE,
    )
    return [inference.to_dict(), judging.to_dict()]


def _image(settings: PipelineSettings) -> str:
    if settings.nova.image_uri:
        return settings.nova.image_uri
    if settings.region not in REGIONS:
        raise ModelNotUsable(
            "Nova models cannot be judged in this Region",
            where=settings.region,
            action=f"deploy to one of {', '.join(REGIONS)}, or leave the judge out",
        )
    return f"{_IMAGE_ACCOUNT}.dkr.ecr.{settings.region}.amazonaws.com/sagemaker-inspect-ai"


def _judge_base_model(settings: PipelineSettings) -> str:
    owner = f"arn:{settings.partition}:sagemaker:{settings.region}:aws"
    return f"{owner}:hub-content/{_JUDGE_BASE_MODEL}"
