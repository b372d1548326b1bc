"""One Training step: its job is made, checked, waits its time, works, and ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from embedded_aws.sagemaker.pipelines import (
    benchmark,
    inference,
    judging,
    permissions,
    role,
    rules,
    scorer,
)
from embedded_aws.sagemaker.pipelines.place import Place, S3Refused
from embedded_aws.sagemaker.pipelines.records import Execution, StepRun
from embedded_aws.sagemaker.pipelines.role import RoleRefused
from embedded_aws.sagemaker.pipelines.work import StepFailed, Work

if TYPE_CHECKING:
    from embedded_aws.sagemaker.service import SageMaker

_LLMAJ, _SCORER = "LLMAJEvaluation", "CustomScorerEvaluation"


def prepare(service: SageMaker, execution: Execution, run: StepRun) -> Callable[[Any], None]:
    """Everything that fails before the job executes; what is left to do in its time.

    Raises StepFailed. What is returned takes the question whether the execution still runs.
    """
    if run.job is None:
        raise AssertionError("a Training step has a job")
    try:
        pipeline_role = role.assume(execution.role, execution.region, execution.pipeline.arn)
        permissions.check_pipeline_role(pipeline_role, run.job)
        subject = rules.check(service, run.job.request, execution.mlflow)
        session = role.assume(run.job.request["RoleArn"], execution.region, run.job.arn)
        permissions.check_job_role(session, run.job, execution.mlflow)
    except RoleRefused as error:
        raise StepFailed(f"ClientError: {error}") from None
    key = run.job.request["OutputDataConfig"].get("KmsKeyId")
    place = Place(session, session.s3(service.home), key)
    judge = service.judge
    job = run.job

    def work(runs: Callable[[], bool]) -> None:
        _work(Work(service, job, session, place, subject, judge, execution.id, runs))

    return work


def _work(work: Work) -> None:
    """The work of the job; raises StepFailed, or Stopped."""
    try:
        work.place.check_output(work.output)
        kind = work.job.request["ServerlessJobConfig"]["EvaluationType"]
        if kind == _LLMAJ:
            judging.run(work)
        elif kind == _SCORER:
            scorer.run(work)
        elif work.parameters.get("task") == "inference_only":
            inference.run(work)
        else:
            benchmark.run(work)
    except (S3Refused, RoleRefused) as error:
        raise StepFailed(f"ClientError: {error}") from None
