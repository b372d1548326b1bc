"""`modeleval resume`: run what is missing of a run that has ended, and score it again."""

from __future__ import annotations

import json
import time
import uuid
from decimal import Decimal, InvalidOperation
from typing import Any

import boto3

from modeleval.aws import CONFIG
from modeleval.cli.stack import Deployment
from modeleval.cli.start import Started
from modeleval.errors import ExecutionFailed, ResumeRefused, RunOpen
from modeleval.workflow.left_over import execution_goes_on, left_words
from modeleval.workflow.resume import Resumable, resumable


def resume(deployment: Deployment, run_id: str, max_usd: str | None) -> tuple[Resumable, Started]:
    """Check the run, and start an execution that resumes it.

    Raises as `resumable` does, before anything is started; RunOpen too while the execution goes
    on that is about to do what is left.
    """
    limit = _usd(max_usd)
    found = resumable(run_id, deployment.services, max_usd=limit)
    if found.left and execution_goes_on(found.run, deployment.services):
        raise RunOpen(
            f"The scores of run {run_id} are published, and its execution still goes on",
            action=f"`modeleval status {run_id}` shows it; resume it once that has ended.",
        )
    asked: dict[str, Any] = {"resume": run_id}
    if max_usd is not None:
        asked["maxUsd"] = max_usd
    arn = boto3.client("stepfunctions", config=CONFIG).start_execution(
        stateMachineArn=deployment.state_machine_arn,
        name=f"resume-{run_id}-{uuid.uuid4()}",
        input=json.dumps(asked),
    )["executionArn"]
    return found, Started(run_id, arn)


def missing_words(found: Resumable) -> str:
    """What is run: `3 of its 20 jobs`, the responses that are still to be collected, or what is
    left after its scores."""
    if found.left:
        return f"{left_words(found.left)}; nothing is paid for"
    if not found.jobs:
        return "the responses that it has not collected, and then all its jobs"
    return f"{len(found.missing)} of its {len(found.jobs)} jobs"


def _usd(given: str | None) -> Decimal | None:
    if given is None:
        return None
    try:
        amount = Decimal(given)
    except InvalidOperation:
        amount = Decimal(0)
    if not amount.is_finite() or amount <= 0:
        raise ResumeRefused(
            "A budget is a number of USD above 0", where="--max-usd", action="Write such as 12.50."
        )
    return amount


def wait_until_opened(deployment: Deployment, started: Started, *, every: float = 0.5) -> None:
    """Return once the run goes on. Raises ExecutionFailed if the execution was refused it."""
    services = deployment.services
    while services.store.run(started.run_id).execution_arn != started.execution_arn:
        status, cause = services.executions.end(started.execution_arn)
        if status != "RUNNING":
            raise ExecutionFailed(
                f"The execution ended as {status}, and the run is as it was: {cause[:500]}",
                where=started.execution_arn,
                action="Its history in the Step Functions console shows the step.",
            )
        time.sleep(every)
