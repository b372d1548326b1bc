"""Pipelines and their executions: start or adopt, look at, list, stop.

One pipeline per type of evaluation and stack. Each start makes a new version of it and starts that
version, so that concurrent runs never get one another's definition. Source of shapes and errors:
botocore's service model of `sagemaker`, API version 2017-07-24.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as LostConnection

from modeleval.aws import error_code, error_message, is_transient, transient_errors
from modeleval.errors import ConcurrencyReached, JobRefused, TransientServiceError
from modeleval.ids import client_token

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker.type_defs import TagTypeDef

CONCURRENT_LIMIT = 10
"""Serverless evaluations that an account may run at once."""

TYPES = ("BenchmarkEvaluation", "CustomScorerEvaluation", "LLMAJEvaluation")
"""The evaluation types, one pipeline each."""

_SERVICE = "SageMaker"
_GONE = frozenset({"ResourceNotFound", "ResourceNotFoundException"})
_FULL = frozenset({"ResourceLimitExceeded", "ServiceQuotaExceededException"})
_RUNNING = frozenset({"Executing", "Stopping"})
_LONGEST = timedelta(days=9)
"""An execution is not looked for further back: deadlines end after seven days."""
_ACTIVE_TRIES = 20
_ACTIVE_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True)
class PipelineStart:
    """What is started: the pipeline, the definition of this execution, and its name."""

    pipeline: str
    definition: Mapping[str, Any]
    name: str
    description: str
    role_arn: str
    tags: Mapping[str, str]


class Execution(NamedTuple):
    """An execution as the list shows it."""

    arn: str
    name: str
    status: str

    @property
    def running(self) -> bool:
        return self.status in _RUNNING


class Step(NamedTuple):
    """A step of an execution; `training_job` is its training job's name, once it has one."""

    name: str
    status: str
    failure: str
    training_job: str | None


class Described(NamedTuple):
    """How an execution is, and in SageMaker's words why it failed if it did."""

    status: str
    failure: str

    @property
    def running(self) -> bool:
        return self.status in _RUNNING


def pipeline_name(stack: str, evaluation_type: str) -> str:
    """Lower-case, because SageMaker lower-cases names in ARNs, and policies compare exactly."""
    return f"modeleval-{stack}-{evaluation_type}".lower()


def update_request(wanted: PipelineStart) -> dict[str, Any]:
    """The parameters of UpdatePipeline; CreatePipeline takes them too."""
    return {
        "PipelineName": wanted.pipeline,
        "PipelineDefinition": json.dumps(wanted.definition, separators=(",", ":")),
        "PipelineDescription": "modeleval: evaluations of one stack and type",
        "RoleArn": wanted.role_arn,
    }


def start_request(wanted: PipelineStart, version: int | None) -> dict[str, Any]:
    """The parameters of StartPipelineExecution; `version` is that of the updated pipeline."""
    return {
        "PipelineName": wanted.pipeline,
        "PipelineVersionId": version,
        "PipelineExecutionDisplayName": wanted.name,
        "PipelineExecutionDescription": wanted.description,
        "ClientRequestToken": client_token(wanted.name),
    }


class PipelineExecutions:
    """The executions of one stack's pipelines."""

    def __init__(
        self,
        client: SageMakerClient,
        stack: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._names = [pipeline_name(stack, one) for one in TYPES]
        self._sleep = sleep

    def start(self, wanted: PipelineStart) -> str:
        """Start the execution, or adopt the one that already has its name; its ARN.

        Raises ConcurrencyReached while as many run as may, JobRefused when SageMaker will not have
        the pipeline.
        """
        found = self.find(wanted.name, wanted.pipeline)
        if found is not None:
            return found.arn
        if sum(1 for _ in self.running()) >= CONCURRENT_LIMIT:
            raise _full()
        try:
            return self._start(wanted)
        except (ClientError, LostConnection, HTTPClientError) as error:
            # The answer may be lost and the execution there: look before judging by the error.
            found = self.find(wanted.name, wanted.pipeline)
            if found is not None:
                return found.arn
            if isinstance(error, ClientError):
                _refuse(error)
            with transient_errors(_SERVICE):
                raise

    def _start(self, wanted: PipelineStart) -> str:
        version = self._new_version(wanted)
        return self._client.start_pipeline_execution(**start_request(wanted, version))[
            "PipelineExecutionArn"
        ]

    def _new_version(self, wanted: PipelineStart) -> int:
        """A version of the pipeline that holds this definition; the pipeline is made if needed."""
        arguments = update_request(wanted)
        tags: list[TagTypeDef] = [
            {"Key": key, "Value": value} for key, value in wanted.tags.items()
        ]
        try:
            updated = self._client.update_pipeline(**arguments)
        except ClientError as error:
            if error_code(error) not in _GONE:
                raise
            self._create(arguments, client_token(wanted.pipeline + wanted.name))
            self._wait_until_active(wanted.pipeline)
            updated = self._client.update_pipeline(**arguments)
        self._client.add_tags(ResourceArn=updated["PipelineArn"], Tags=tags)
        return updated["PipelineVersionId"]

    def _create(self, arguments: dict[str, Any], token: str) -> None:
        """Make the pipeline, unless another start has just made it."""
        try:
            self._client.create_pipeline(**arguments, ClientRequestToken=token)
        except ClientError as error:
            # SageMaker refuses a name that is taken; which error says so is not documented.
            try:
                self._client.describe_pipeline(PipelineName=arguments["PipelineName"])
            except ClientError as gone:
                raise (error if error_code(gone) in _GONE else gone) from None

    def _wait_until_active(self, pipeline: str) -> None:
        for _ in range(_ACTIVE_TRIES):
            if self._client.describe_pipeline(PipelineName=pipeline)["PipelineStatus"] == "Active":
                return
            self._sleep(_ACTIVE_SECONDS)
        raise TransientServiceError(
            f"SageMaker does not show the pipeline {pipeline} as active yet",
            action="The step is tried again.",
        )

    def find(self, name: str, pipeline: str | None = None) -> Execution | None:
        """The execution of this name, in one pipeline or in any of the stack's."""
        names = [pipeline] if pipeline else self._names
        return next((one for where in names for one in self._list(where) if one.name == name), None)

    def running(self) -> Iterator[Execution]:
        """Executions of the stack that have not ended."""
        return (one for name in self._names for one in self._list(name) if one.running)

    def of_run(self, run_id: str) -> Iterator[Execution]:
        """Every execution whose name begins with the run's id."""
        every = (one for name in self._names for one in self._list(name))
        return (one for one in every if one.name.startswith(f"{run_id}-"))

    def get(self, arn: str) -> Described:
        with transient_errors(_SERVICE):
            found = self._client.describe_pipeline_execution(PipelineExecutionArn=arn)
        return Described(found["PipelineExecutionStatus"], found.get("FailureReason", ""))

    def steps(self, arn: str) -> list[Step]:
        """The steps that have begun, in no promised order."""
        with transient_errors(_SERVICE):
            pages = self._client.get_paginator("list_pipeline_execution_steps").paginate(
                PipelineExecutionArn=arn
            )
            return [_step(step) for page in pages for step in page["PipelineExecutionSteps"]]

    def stop(self, arn: str) -> bool:
        """Ask an execution to stop; False if it had ended.

        Raises TransientServiceError if SageMaker does not stop it yet.
        """
        try:
            with transient_errors(_SERVICE):
                if self.get(arn).status != "Executing":
                    return False
                self._client.stop_pipeline_execution(
                    PipelineExecutionArn=arn, ClientRequestToken=client_token(f"stop {arn}")
                )
        except ClientError as error:
            if error_code(error) in _GONE:
                return False
            if self.get(arn).running:
                raise TransientServiceError(
                    "SageMaker does not stop the execution yet", action="The step is tried again."
                ) from None
            return False
        return True

    def _list(self, pipeline: str) -> Iterator[Execution]:
        try:
            with transient_errors(_SERVICE):
                pages = self._client.get_paginator("list_pipeline_executions").paginate(
                    PipelineName=pipeline, CreatedAfter=datetime.now(UTC) - _LONGEST
                )
                for page in pages:
                    for one in page["PipelineExecutionSummaries"]:
                        yield Execution(
                            one["PipelineExecutionArn"],
                            one.get("PipelineExecutionDisplayName", ""),
                            one["PipelineExecutionStatus"],
                        )
        except ClientError as error:
            if error_code(error) not in _GONE:
                raise


def _step(step: Mapping[str, Any]) -> Step:
    arn = step.get("Metadata", {}).get("TrainingJob", {}).get("Arn")
    return Step(
        step["StepName"],
        step["StepStatus"],
        step.get("FailureReason", ""),
        arn.rsplit("/", 1)[-1] if arn else None,
    )


def _refuse(error: ClientError) -> None:
    """Raise what a refusal means; return if another try is worth it."""
    code = error_code(error)
    if code in _FULL:
        raise _full() from error
    if code == "ConflictException":
        raise TransientServiceError(
            "Somebody else changes the pipeline at this moment", action="The step is tried again."
        ) from error
    if not is_transient(error):
        raise JobRefused(
            f"SageMaker refused the evaluation: {code}: {error_message(error)}",
            action="See docs/troubleshooting.md for the errors of SageMaker evaluations.",
        ) from error


def _full() -> ConcurrencyReached:
    return ConcurrencyReached(
        f"SageMaker runs as many evaluations at once as it may ({CONCURRENT_LIMIT})",
        action="The job waits in the queue.",
    )
