"""The jobs of a judge evaluation: their specs, their estimates, their requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from modeleval.artifacts import output_prefix, records_key, s3_uri
from modeleval.bedrock.model_ids import ModelKind, parse_model_id, profile_arn
from modeleval.bedrock.requests import JobFrame, JudgeRequest, Live, judge_job
from modeleval.cost.estimate import ModelEstimate, estimate_generator, estimate_judge
from modeleval.cost.explain import ANSWER_TOKENS, CHARACTERS_PER_TOKEN
from modeleval.cost.prices import Priced
from modeleval.ids import job_name
from modeleval.kinds.custom_metrics import CustomMetric
from modeleval.kinds.judge_dataset import PreparedSide
from modeleval.kinds.protocol import JobContext, PlannedJob
from modeleval.scores.metrics import judge_metric

if TYPE_CHECKING:
    from modeleval.kinds.bedrock_judge import JudgeEvaluation
    from modeleval.services import Services


def planned(side: PreparedSide) -> list[PlannedJob]:
    """One job per part and repeat; a spec is all that `start` and `collect` need."""
    evaluation, responses = side.evaluation, side.evaluation.responses
    definitions = {metric.name: metric.to_document() for metric in evaluation.custom_metrics}
    return [
        PlannedJob(
            spec={
                "part": part.number,
                "parts": len(group.parts),
                "repeat": repeat,
                "candidate": side.label,
                "judge": evaluation.judge,
                "metrics": [name for name in group.metrics if name not in definitions],
                "customMetrics": [definitions[n] for n in group.metrics if n in definitions],
                "precomputed": responses.precomputed,
                "model": responses.model,
                "inferenceParams": responses.params_text,
                "latency": responses.latency,
                "datasetName": evaluation.name,
            },
            deadline_seconds=evaluation.deadline_hours * 3600,
            judgements=part.prompts * len(group.metrics),
        )
        for group in side.dataset.groups
        for part in group.parts
        for repeat in range(evaluation.repeats)
    ]


def estimates(side: PreparedSide, prices: Mapping[str, Priced]) -> list[ModelEstimate]:
    """What the judge costs per group and repeat, and for live responses the generator too.

    A group's parts are not told apart: there may be a thousand.
    """
    evaluation = side.evaluation
    found: list[ModelEstimate] = []
    for group in side.dataset.groups:
        found.append(
            estimate_judge(
                evaluation=evaluation.name,
                records=group.judged,
                metrics=len(group.metrics),
                judge=evaluation.judge,
                overrides=prices,
                characters=_characters(side),
                instructions=_instructions(evaluation, group.metrics),
            )
        )
        if evaluation.responses.model is not None:
            found.append(
                estimate_generator(
                    evaluation=evaluation.name,
                    records=group.judged,
                    prompt_characters=group.prompt_characters,
                    max_tokens=evaluation.responses.max_tokens,
                    generator=evaluation.responses.model,
                    overrides=prices,
                )
            )
    return found * evaluation.repeats


def _characters(side: PreparedSide) -> int:
    """Of what the judge reads of a record, on average over the dataset; of live responses as many
    as they may have."""
    report, responses = side.dataset.report, side.evaluation.responses
    if not report.judged:
        return 0
    read = report.prompt_chars + report.response_chars + report.reference_chars
    each = -(-read // report.judged)
    if responses.model is None:
        return each
    return each + (responses.max_tokens or ANSWER_TOKENS) * CHARACTERS_PER_TOKEN


def _instructions(evaluation: JudgeEvaluation, metrics: Sequence[str]) -> int:
    """Characters of the longest instructions of a group's custom metrics."""
    custom = {one.name: len(one.instructions) for one in evaluation.custom_metrics}
    return max((custom.get(name, 0) for name in metrics), default=0)


def definitions_of(spec: Mapping[str, Any]) -> list[CustomMetric]:
    return [CustomMetric.model_validate(metric) for metric in spec["customMetrics"]]


def request(job: JobContext) -> dict[str, Any]:
    """The CreateEvaluationJob request: a pure function of the job and the stack's names."""
    spec = job.spec
    return judge_job(
        JudgeRequest(
            frame=frame_of(job, spec["datasetName"]),
            dataset_name=spec["datasetName"],
            dataset_uri=inputs_uri(job),
            metric_names=[judge_metric(name).api_name for name in spec["metrics"]],
            custom_metrics=[metric.to_api() for metric in definitions_of(spec)],
            judge=spec["judge"],
            source=source_of(spec, job.services),
        )
    )


def inputs_uri(job: JobContext, part: int | None = None) -> str:
    """Where the records lie that a job is about; `part` is its own unless another is named."""
    number = int(job.spec["part"]) if part is None else part
    key = records_key(job.ref.run_id, job.evaluation, number)
    return s3_uri(job.services.environment.bucket_name, key)


def frame_of(job: JobContext, evaluation: str) -> JobFrame:
    """The job's names, its role, key and output; `evaluation` is the suite's name for it."""
    environment, ref = job.services.environment, job.ref
    return JobFrame(
        job_name=job_name(ref),
        description=(
            f"modeleval: suite {job.labels['modeleval:suite']}, "
            f"evaluation {evaluation}, run {ref.run_id}"
        ),
        tags=job.labels,
        role_arn=environment.bedrock_role_arn,
        key_arn=environment.kms_key_arn,
        output_uri=s3_uri(environment.bucket_name, output_prefix(*ref)),
    )


def source_of(spec: Mapping[str, Any], services: Services) -> str | Live:
    """The identifier of precomputed responses, or the model that is asked for live ones."""
    return str(spec["precomputed"]) if spec["model"] is None else live_of(spec, services)


def live_of(spec: Mapping[str, Any], services: Services) -> Live:
    """The model that is asked, by an identifier that the API takes for generators."""
    model = parse_model_id(spec["model"])
    identifier = spec["model"]
    if model is not None and model.kind is ModelKind.PROFILE:
        # The API's pattern for generators refuses some plain profile ids that it takes as judges.
        _, partition, _, _, account, _ = services.environment.bedrock_role_arn.split(":", 5)
        identifier = profile_arn(
            model, partition=partition, region=services.region, account=account
        )
    return Live(identifier, spec["inferenceParams"], spec["latency"])
