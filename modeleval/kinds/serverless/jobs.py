"""Starting, looking at and stopping the pipeline execution that is a SageMaker job."""

from __future__ import annotations

import re
from collections.abc import Sequence

from modeleval.aws import without_values
from modeleval.errors import JobFailed
from modeleval.explanations import with_explanation
from modeleval.ids import job_name
from modeleval.kinds.protocol import JobContext, JobState, Progress, Request
from modeleval.kinds.serverless.specs import (
    evaluation_of,
    model_of,
    pipeline_of,
    pipeline_settings,
)
from modeleval.sagemaker.arns import partition_of
from modeleval.sagemaker.definition import pipeline_definition, result_steps
from modeleval.sagemaker.pipelines import PipelineStart, Step, start_request, update_request

_CLASS = re.compile(r"([A-Z][A-Za-z]{2,40}(?:Error|Exception|Failure))\b")
_CONTAINERS = re.compile(r"AlgorithmError|UserScriptError|UserCodeError|Traceback|exit code|\n")
_STACK_TAG = "modeleval:stack"
_STATES = {
    "Executing": JobState.RUNNING,
    "Stopping": JobState.RUNNING,
    "Succeeded": JobState.SUCCEEDED,
    "Stopped": JobState.STOPPED,
    "Failed": JobState.FAILED,
    "CompletedWithFailures": JobState.FAILED,
}
_CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}


def start(job: JobContext) -> str:
    """Start, or adopt, the execution; its ARN."""
    return job.services.pipelines.start(_wanted(job))


def requests(job: JobContext) -> list[Request]:
    """A version of the pipeline that holds the definition, and an execution of that version, which
    is not known before. The first start of the stack creates the pipeline, too.

    The definition, which is sent as text, is the document here.
    """
    wanted = _wanted(job)
    return [
        Request(
            "sagemaker",
            "UpdatePipeline",
            {**update_request(wanted), "PipelineDefinition": wanted.definition},
        ),
        Request("sagemaker", "StartPipelineExecution", start_request(wanted, None)),
    ]


def _wanted(job: JobContext) -> PipelineStart:
    services, spec = job.services, job.spec
    model = model_of(spec)
    artifact = services.lineage.model_artifact(model.package_arn) if model.package_arn else None
    settings = pipeline_settings(job, artifact)
    return PipelineStart(
        pipeline=settings.pipeline_name,
        definition=pipeline_definition(evaluation_of(spec), model, settings),
        name=job_name(job.ref),
        description=(
            f"modeleval: suite {job.labels['modeleval:suite']}, evaluation "
            f"{job.labels['modeleval:evaluation']}, run {job.ref.run_id}"
        ),
        role_arn=settings.role_arn,
        # The pipeline is the stack's; a run's own tags are on its training jobs.
        tags={_STACK_TAG: job.labels[_STACK_TAG]},
    )


def check(job: JobContext, arn: str) -> Progress:
    """How the execution is. One whose subject was evaluated has succeeded, whatever else failed."""
    execution = job.services.pipelines.get(arn)
    state = _STATES.get(execution.status, JobState.RUNNING)
    if state is not JobState.FAILED:
        return Progress(state, execution.failure)
    steps = job.services.pipelines.steps(arn)
    wanted = result_steps(evaluation_of(job.spec), model_of(job.spec)).subject_step
    if any(step.name == wanted and step.status == "Succeeded" for step in steps):
        return Progress(JobState.SUCCEEDED)
    return Progress(state, _reasons(execution.failure, steps, job.services.region))


def stop(job: JobContext, arn: str | None) -> bool:
    pipelines = job.services.pipelines
    if arn is None:
        found = pipelines.find(job_name(job.ref), pipeline_of(job))
        arn = found.arn if found else None
    return pipelines.stop(arn) if arn else False


def training_job(step_name: str, steps: Sequence[Step]) -> str:
    """The training job of a step that has succeeded. Raises JobFailed if it has not."""
    for step in steps:
        if step.name == step_name and step.status == "Succeeded" and step.training_job:
            return step.training_job
    raise JobFailed(
        f"The step {step_name} did not succeed",
        action="Look at the execution in the SageMaker console; start the run again.",
    )


def failed_steps(steps: Sequence[Step], region: str) -> str:
    """Each failed step with its reason and where its log is."""
    return "; ".join(
        f"{step.name}: {explained(step.failure)}{_log(step, region)}"
        for step in steps
        if step.status == "Failed"
    )


def explained(reason: str) -> str:
    """SageMaker's own words. What a container or a scorer says may quote prompts and responses, so
    that only its class and length are told; the log has the rest."""
    if not reason:
        return "no reason given"
    told = _without_words(reason) if _CONTAINERS.search(reason) else without_values(reason)
    return with_explanation(told, of=reason)


def _without_words(reason: str) -> str:
    named = _CLASS.match(reason)
    what = named[1] if named else "an error in the job's container"
    return f"{what} ({len(reason):,} characters, in the log)"


def _reasons(failure: str, steps: Sequence[Step], region: str) -> str:
    of_steps = failed_steps(steps, region)
    return "; ".join(filter(None, (of_steps, explained(failure) if failure else "")))


def _log(step: Step, region: str) -> str:
    if step.training_job is None:
        return ""
    group = "$252Faws$252Fsagemaker$252FTrainingJobs"
    return (
        f" [log: https://{region}.{_CONSOLES[partition_of(region)]}/cloudwatch/home?region={region}"
        f"#logsV2:log-groups/log-group/{group}$3FlogStreamNameFilter$3D{step.training_job}]"
    )
