"""The place that pipelines and executions are kept in."""

from __future__ import annotations

import threading
from collections.abc import Callable

from embedded_aws.fresh import now
from embedded_aws.sagemaker.pipelines.records import (
    STEP_ENDED,
    Execution,
    Pipeline,
    StepRun,
    TrainingJob,
)

_LONGEST_REASON = 1300
_LONGEST_STEP_REASON = 1024
_JOB_STATUS = {
    "Succeeded": "Completed",
    "Failed": "Failed",
    "Stopped": "Stopped",
    "Stopping": "Stopping",
}


class Store:
    """All pipelines and executions. Its condition guards them and wakes the threads that run."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self._pipelines: dict[str, Pipeline] = {}
        self._executions: dict[str, Execution] = {}
        self._tokens: dict[tuple[str, str], str] = {}

    def pipelines(self, scope: str) -> list[Pipeline]:
        """The pipelines whose ARN starts so."""
        with self.changed:
            return [one for arn, one in self._pipelines.items() if arn.startswith(scope)]

    def pipeline(self, arn: str) -> Pipeline | None:
        """The pipeline with this ARN."""
        with self.changed:
            return self._pipelines.get(arn)

    def add_pipeline(self, pipeline: Pipeline) -> bool:
        """Keep a new pipeline; False if there is one of its ARN."""
        with self.changed:
            if pipeline.arn in self._pipelines:
                return False
            self._pipelines[pipeline.arn] = pipeline
            return True

    def remove_pipeline(self, arn: str) -> None:
        """Forget a pipeline and its executions."""
        with self.changed:
            self._pipelines.pop(arn, None)
            for key in [one for one in self._executions if one.startswith(f"{arn}/execution/")]:
                del self._executions[key]
            self.changed.notify_all()

    def remember(self, scope: str, token: str, arn: str) -> None:
        """Note what a call with this client token made."""
        with self.changed:
            self._tokens[(scope, token)] = arn

    def by_token(self, scope: str, token: str) -> str | None:
        """What an earlier call with this client token made, as an ARN."""
        with self.changed:
            return self._tokens.get((scope, token))

    def executions(self, scope: str = "") -> list[Execution]:
        """The executions whose ARN starts so, the oldest first."""
        with self.changed:
            return [one for arn, one in self._executions.items() if arn.startswith(scope)]

    def execution(self, arn: str) -> Execution | None:
        """The execution with this ARN."""
        with self.changed:
            return self._executions.get(arn)

    def add_execution(
        self, execution: Execution, check: Callable[[list[Execution]], None]
    ) -> Execution:
        """Keep a new execution if ``check`` does not raise; the first one of its token."""
        with self.changed:
            scope = execution.pipeline.arn
            faster = self._executions.get(self._tokens.get((scope, execution.token), ""))
            if faster is not None:
                return faster
            check(list(self._executions.values()))
            self._executions[execution.arn] = execution
            self._tokens[(scope, execution.token)] = execution.arn
            execution.pipeline.last_run = execution.created
            return execution

    def lives(self, execution: Execution) -> bool:
        """Whether it is still known and still executing."""
        return self.knows(execution) and execution.status == "Executing"

    def knows(self, execution: Execution) -> bool:
        """Whether it was not forgotten: by a reset, or with its pipeline."""
        return self._executions.get(execution.arn) is execution

    def move(self, execution: Execution, status: str, reason: str = "") -> None:
        """Change an execution's status, and wake who waits for it."""
        with self.changed:
            execution.status = status
            execution.failure = execution.failure or reason[:_LONGEST_REASON]
            execution.modified = now()
            self.changed.notify_all()

    def move_step(self, execution: Execution, run: StepRun, status: str, reason: str = "") -> None:
        """Change a step's status, its training job's with it."""
        with self.changed:
            run.status = status
            run.failure = reason[:_LONGEST_STEP_REASON]
            execution.modified = now()
            if status in STEP_ENDED:
                run.ended = now()
            if run.job is not None:
                _move_job(run.job, status, reason)
            self.changed.notify_all()

    def job(self, arn: str) -> TrainingJob | None:
        """The training job with this ARN."""
        with self.changed:
            for execution in self._executions.values():
                for run in execution.runs.values():
                    if run.job is not None and run.job.arn == arn:
                        return run.job
        return None

    def asked(self, token: str) -> tuple[Execution, StepRun] | None:
        """The Callback step that sent this token, with its execution."""
        with self.changed:
            for execution in self._executions.values():
                for run in execution.runs.values():
                    if run.token == token:
                        return execution, run
        return None

    def clear(self) -> None:
        """Forget everything; the threads end."""
        with self.changed:
            self._pipelines.clear()
            self._executions.clear()
            self._tokens.clear()
            self.changed.notify_all()


def _move_job(job: TrainingJob, status: str, reason: str) -> None:
    job.status = _JOB_STATUS.get(status, "InProgress")
    job.failure = reason[:_LONGEST_STEP_REASON]
    job.modified = now()
    if status in STEP_ENDED:
        job.ended = job.modified
