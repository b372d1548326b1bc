"""The smoke test: one small run, one that is stopped, and what was seen of the assumptions."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import boto3

from modeleval.aws import CONFIG
from modeleval.bedrock.models import JUDGE
from modeleval.cli.stack import Deployment
from modeleval.cli.start import Started, ended, follow, start
from modeleval.cost.prices import price_of
from modeleval.errors import JudgeNotAllowed, Refused
from modeleval.kinds.judge_jobs import request
from modeleval.smoke.checks import Finding, Seen, findings, output_of
from modeleval.smoke.dataset import KEY, dataset, suite
from modeleval.store.items import Job
from modeleval.workflow.load import context_of

_STOP_PATIENCE = 600.0
_LIVE = ("InProgress",)


def cheapest_judge(deployment: Deployment) -> str:
    """The cheapest of the judges that the settings allow and that may judge now."""
    services = deployment.services
    judges = services.settings.judge_models
    priced = sorted(
        (price.input + price.output, judge)
        for judge in judges
        if (price := price_of(judge, services.settings.prices)) is not None
    )
    for _, judge in priced:
        with suppress(Refused):
            services.models.check(judge, JUDGE, allowed=judges, field="judgeModels")
            return judge
    raise JudgeNotAllowed(
        "No judge of the settings can be used and has a known price",
        where="judgeModels",
        action="Name one with --judge.",
    )


def smoke(deployment: Deployment, judge: str, tell: Callable[[str], None]) -> Iterator[Finding]:
    """Pay for three records, and say of each assumption whether it held.

    Raises what refuses the run: then nothing was paid for.
    """
    services = deployment.services
    services.objects.write(KEY, dataset())
    started = start(deployment, suite(judge))
    tell(f"Run {started.run_id}: three records, judged by {judge}")
    for step in follow(deployment, started, every=2.0):
        tell(f"  {step.what}: {step.status}")
    run = ended(deployment, started)
    yield Finding("start-time", run.run_id == started.run_id, "the run was found by its derived id")
    if run.error is not None:
        yield Finding("request-accepted", False, f"{run.error.name}: {run.error.message}")
        return
    [job] = services.store.jobs(run.run_id)
    yield from findings(
        Seen(
            services=services,
            bedrock=boto3.client("bedrock", config=CONFIG),
            run=run,
            job=job,
            request=request(context_of(run, job, services)),
            output=output_of(services, job),
        )
    )
    yield _stopped(deployment, judge, tell)


def _stopped(deployment: Deployment, judge: str, tell: Callable[[str], None]) -> Finding:
    """A run that is stopped while its job runs: is the job stopped?"""
    services = deployment.services
    started = start(deployment, suite(judge))
    tell(f"Run {started.run_id}: stopped as soon as its job runs")
    job = _running_job(deployment, started)
    if job is None:
        return Finding("stopped-run", None, "the job had ended before it could be stopped")
    services.executions.stop(started.execution_arn, cause="smoke test")
    deadline = time.monotonic() + _STOP_PATIENCE
    while time.monotonic() < deadline:
        status = services.evaluation_jobs.get(str(job.job_arn)).status
        if status not in _LIVE:
            return Finding("stopped-run", status in ("Stopping", "Stopped"), f"the job is {status}")
        time.sleep(1)
    return Finding("stopped-run", False, "the job still runs")


def _running_job(deployment: Deployment, started: Started) -> Job | None:
    store = deployment.services.store
    for _ in follow(deployment, started, every=0.2):
        for job in store.jobs(started.run_id):
            if job.job_arn and not job.status.ended:
                return job
        if store.run(started.run_id).status.ended:
            break
    return None
