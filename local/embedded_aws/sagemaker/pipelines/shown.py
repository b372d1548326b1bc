"""Pipelines, executions, steps and training jobs as the operations show them."""

from __future__ import annotations

from typing import Any

from embedded_aws.sagemaker.pipelines.records import (
    Execution,
    Pipeline,
    StepRun,
    TrainingJob,
    Version,
)

_OF_REQUEST = (
    "HyperParameters",
    "RoleArn",
    "InputDataConfig",
    "OutputDataConfig",
    "VpcConfig",
    "StoppingCondition",
    "ServerlessJobConfig",
    "ModelPackageConfig",
)
_SECONDARY = {
    "InProgress": "Training",
    "Completed": "Completed",
    "Failed": "Failed",
    "Stopping": "Stopping",
    "Stopped": "Stopped",
}


def pipeline(one: Pipeline, version: Version) -> dict[str, Any]:
    """DescribePipeline, of one version."""
    return {
        "PipelineArn": one.arn,
        "PipelineName": one.name,
        "PipelineDisplayName": one.display_name or one.name,
        "PipelineDefinition": version.text,
        "PipelineDescription": one.description or None,
        "RoleArn": one.role,
        "PipelineStatus": "Active",
        "CreationTime": one.created,
        "LastModifiedTime": one.modified,
        "LastRunTime": one.last_run,
        "ParallelismConfiguration": {"MaxParallelExecutionSteps": one.parallelism},
    }


def pipeline_summary(one: Pipeline) -> dict[str, Any]:
    """An entry of ListPipelines."""
    return {
        "PipelineArn": one.arn,
        "PipelineName": one.name,
        "PipelineDisplayName": one.display_name or one.name,
        "PipelineDescription": one.description or None,
        "RoleArn": one.role,
        "CreationTime": one.created,
        "LastModifiedTime": one.modified,
        "LastExecutionTime": one.last_run,
    }


def execution(one: Execution) -> dict[str, Any]:
    """DescribePipelineExecution."""
    return {
        "PipelineArn": one.pipeline.arn,
        "PipelineExecutionArn": one.arn,
        "PipelineExecutionDisplayName": one.display_name or None,
        "PipelineExecutionStatus": one.status,
        "PipelineExecutionDescription": one.description or None,
        "FailureReason": one.failure or None,
        "CreationTime": one.created,
        "LastModifiedTime": one.modified,
        "ParallelismConfiguration": {"MaxParallelExecutionSteps": one.pipeline.parallelism},
        "PipelineVersionId": one.version.id,
        "MLflowConfig": one.mlflow or None,
    }


def execution_summary(one: Execution) -> dict[str, Any]:
    """An entry of ListPipelineExecutions."""
    return {
        "PipelineExecutionArn": one.arn,
        "StartTime": one.created,
        "PipelineExecutionStatus": one.status,
        "PipelineExecutionDescription": one.description or None,
        "PipelineExecutionDisplayName": one.display_name or None,
        "PipelineExecutionFailureReason": one.failure or None,
    }


def step(run: StepRun) -> dict[str, Any]:
    """An entry of ListPipelineExecutionSteps."""
    return {
        "StepName": run.step.name,
        "StepDisplayName": run.step.display_name or None,
        "StepDescription": run.step.description or None,
        "StartTime": run.started,
        "EndTime": run.ended,
        "StepStatus": run.status,
        "FailureReason": run.failure or None,
        "Metadata": run.metadata,
        "AttemptCount": 1,
    }


def training_job(job: TrainingJob) -> dict[str, Any]:
    """DescribeTrainingJob."""
    seconds = max(1, int(((job.ended or job.modified) - job.created).total_seconds()))
    output = str(job.request["OutputDataConfig"]["S3OutputPath"]).rstrip("/")
    return {
        "TrainingJobName": job.name,
        "TrainingJobArn": job.arn,
        "ModelArtifacts": {"S3ModelArtifacts": f"{output}/{job.name}/output/model"},
        "TrainingJobStatus": job.status,
        "SecondaryStatus": _SECONDARY[job.status],
        "FailureReason": job.failure or None,
        "CreationTime": job.created,
        "TrainingStartTime": job.created,
        "TrainingEndTime": job.ended,
        "LastModifiedTime": job.modified,
        "TrainingTimeInSeconds": seconds if job.ended else None,
        "BillableTimeInSeconds": seconds if job.ended else None,
        **{name: job.request[name] for name in _OF_REQUEST if name in job.request},
    }
