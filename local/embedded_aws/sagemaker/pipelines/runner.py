"""An execution over time: a thread that starts steps as they can be, and a thread for each step."""

from __future__ import annotations

import contextvars
import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from embedded_aws.sagemaker.pipelines import arguments, role, training
from embedded_aws.sagemaker.pipelines.callbacks import Callbacks
from embedded_aws.sagemaker.pipelines.control_steps import holds
from embedded_aws.sagemaker.pipelines.definition import Step
from embedded_aws.sagemaker.pipelines.expressions import ExpressionError
from embedded_aws.sagemaker.pipelines.lineage_step import Lineage
from embedded_aws.sagemaker.pipelines.records import (
    STEP_ENDED,
    Execution,
    StepRun,
    TrainingJob,
)
from embedded_aws.sagemaker.pipelines.resolution import job_name, resolved
from embedded_aws.sagemaker.pipelines.role import RoleRefused
from embedded_aws.sagemaker.pipelines.store import Store
from embedded_aws.sagemaker.pipelines.work import StepFailed, Stopped

if TYPE_CHECKING:
    from embedded_aws.sagemaker.service import SageMaker

log = logging.getLogger("embedded_aws.sagemaker")
_TICK = 0.05
_FAILED = "Step failure: One or multiple steps failed."


class Runner:
    """Runs executions."""

    def __init__(self, service: SageMaker, store: Store) -> None:
        self._service = service
        self._store = store
        self.lineage = Lineage(service)
        self._callbacks = Callbacks(service, store)
        self._kinds: dict[str, Callable[[Execution, StepRun, dict[str, Any]], None]] = {
            "Callback": self._callbacks.run,
            "Condition": self._run_condition,
            "Fail": self._run_fail,
            "Lineage": self._run_lineage,
            "Training": self._run_training,
        }

    def start(self, execution: Execution) -> None:
        """Run an execution that has just been stored."""
        _thread(self._run, execution)

    def stop(self, execution: Execution) -> None:
        """Stopping now; Stopped a moment later, the steps with it."""
        self._store.move(execution, "Stopping")
        for run in execution.runs.values():
            if run.status not in STEP_ENDED:
                self._store.move_step(execution, run, "Stopping")
        _thread(self._stopped, execution)

    def _stopped(self, execution: Execution) -> None:
        self._callbacks.give_up(execution)
        time.sleep(self._service.settings.transitionSeconds)
        with self._store.changed:
            for run in execution.runs.values():
                if run.status not in STEP_ENDED:
                    self._store.move_step(execution, run, "Stopped")
            self._store.move(execution, "Stopped")

    def _run(self, execution: Execution) -> None:
        with self._store.changed:
            while self._store.lives(execution):
                for step in self._ready(execution):
                    run = StepRun(step)
                    execution.runs[step.name] = run
                    _thread(self._run_step, execution, run)
                if all(run.status in STEP_ENDED for run in execution.runs.values()):
                    self._end(execution)
                    return
                self._store.changed.wait()

    def _ready(self, execution: Execution) -> list[Step]:
        """The steps that can be started; none after a failure, unless others are to go on."""
        runs = execution.runs
        failed = any(run.status == "Failed" for run in runs.values())
        if failed and self._service.settings.failedSteps == "Failed":
            return []
        active = sum(run.status not in STEP_ENDED for run in runs.values())
        room = max(0, execution.pipeline.parallelism - active)
        succeeded = {name for name, run in runs.items() if run.status == "Succeeded"}
        steps = execution.version.definition.steps
        ready = [
            step
            for step in steps
            if step.name not in runs and step.needs <= succeeded and _is_chosen(execution, step)
        ]
        return ready[:room]

    def _end(self, execution: Execution) -> None:
        failed = any(run.status == "Failed" for run in execution.runs.values())
        if failed:
            self._store.move(execution, self._service.settings.failedSteps, _FAILED)
        else:
            self._store.move(execution, "Succeeded")

    def _run_step(self, execution: Execution, run: StepRun) -> None:
        reason = ""
        try:
            found = resolved(execution, run.step)
            self._kinds[run.step.type](execution, run, found)
        except Stopped:
            return
        except (StepFailed, RoleRefused, arguments.ArgumentsError, ExpressionError) as error:
            reason = str(error) or type(error).__name__
        except Exception:
            log.exception("the stand-in could not run step %s", run.step.name)
            reason = "InternalServerError: the stand-in failed; see its log."
        with self._store.changed:
            if self._store.lives(execution):
                status = "Failed" if reason else "Succeeded"
                self._store.move_step(execution, run, status, reason)

    def _run_condition(self, execution: Execution, run: StepRun, found: dict[str, Any]) -> None:
        self._store.move_step(execution, run, "Executing")
        outcome = all(holds(condition) for condition in found["Conditions"])
        run.metadata = {"Condition": {"Outcome": str(outcome)}}

    def _run_fail(self, _: Execution, run: StepRun, found: dict[str, Any]) -> None:
        run.metadata = {"Fail": {"ErrorMessage": found["ErrorMessage"]}}
        raise StepFailed(found["ErrorMessage"])

    def _run_lineage(self, execution: Execution, run: StepRun, found: dict[str, Any]) -> None:
        self._check_fault(execution, run, "")
        self._store.move_step(execution, run, "Executing")
        session = role.assume(execution.role, execution.region, execution.pipeline.arn)
        run.metadata = {"Lineage": self.lineage.run(session, found)}

    def _run_training(self, execution: Execution, run: StepRun, found: dict[str, Any]) -> None:
        name = job_name(execution, run.step, found)
        arn = f"arn:aws:sagemaker:{execution.region}:{execution.account}:training-job/{name}"
        with self._store.changed:
            if not self._store.lives(execution):
                raise Stopped
            self._check_room(execution)
            run.job = TrainingJob(arn, name, {**found, "TrainingJobName": name})
        try:
            work = training.prepare(self._service, execution, run)
        except StepFailed:
            run.job = None  # it never came to be
            raise
        run.metadata = {"TrainingJob": {"Arn": arn}}
        with self._store.changed:
            if not self._store.lives(execution):
                raise Stopped
            self._store.move_step(execution, run, "Executing")
        self._wait(execution)
        self._check_fault(execution, run, name)
        work(lambda: self._store.lives(execution))

    def _check_fault(self, execution: Execution, run: StepRun, job: str) -> None:
        about = f"{run.step.name} {job} {execution.display_name}"
        for kind in ("fail-step", "fail-job") if job else ("fail-step",):
            if fault := self._service.faults.take(kind, job_name=about):
                raise StepFailed(fault.message or "AlgorithmError: The step was told to fail.")

    def _check_room(self, execution: Execution) -> None:
        """Raise StepFailed if too many other executions have jobs, and steps are to say so."""
        settings = self._service.settings
        if settings.concurrencyError != "step":
            return
        running = {
            one.arn
            for one in self._store.executions()
            for run in one.runs.values()
            if run.job is not None and run.status not in STEP_ENDED
        }
        if len(running - {execution.arn}) >= settings.concurrentEvaluations:
            raise StepFailed(f"ClientError: {too_many(settings.concurrentEvaluations)}")

    def _wait(self, execution: Execution) -> None:
        """Until the step's time has come and nothing holds it; raises Stopped."""
        due = time.monotonic() + execution.seconds
        with self._store.changed:
            while time.monotonic() < due or self._service.settings.hold:
                if not self._store.lives(execution):
                    raise Stopped
                self._store.changed.wait(_TICK)  # a setting does not wake
            if not self._store.lives(execution):
                raise Stopped


def _is_chosen(execution: Execution, step: Step) -> bool:
    """Whether the condition inside of which a step stands, if any, came out for it."""
    if step.branch is None:
        return True
    condition, outcome = step.branch
    found = execution.runs[condition].metadata["Condition"]["Outcome"]
    return bool(found == str(outcome))


def too_many(most: int) -> str:
    """The message of a ResourceLimitExceeded."""
    return (
        "ResourceLimitExceeded: The account-level service limit 'Number of concurrent serverless "
        f"model evaluation jobs' is {most} Jobs. Please contact AWS support to request an increase "
        "for this limit."
    )


def _thread(target: Callable[..., None], execution: Execution, *more: object) -> None:
    """A thread in the caller's context, where MiniStack keeps account and Region."""
    context = contextvars.copy_context()
    threading.Thread(
        target=context.run,
        args=(target, execution, *more),
        name=f"execution-{execution.id}",
        daemon=True,
    ).start()
