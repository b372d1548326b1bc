"""A job's life over time, in a thread of its own: wait, evaluate, end."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from embedded_aws.bedrock import encryption
from embedded_aws.bedrock.evaluation import Evaluation, EvaluationFailed, Tools
from embedded_aws.bedrock.human.evaluation import HumanEvaluation
from embedded_aws.bedrock.jobs import Job, Jobs
from embedded_aws.bedrock.programmatic.rules import is_programmatic
from embedded_aws.bedrock.programmatic.work import ProgrammaticEvaluation
from embedded_aws.bedrock.rag import is_rag
from embedded_aws.bedrock.rag.evaluation import RagEvaluation
from embedded_aws.bedrock.service_role import ServiceRole
from embedded_aws.bedrock.settings import Settings
from embedded_aws.bedrock.targets import Resolver
from embedded_aws.environment import Home
from embedded_aws.errors import ServiceError
from embedded_aws.faults import Faults
from embedded_aws.judging import Judge

log = logging.getLogger("embedded_aws.bedrock")


class Runner:
    """Runs jobs."""

    def __init__(
        self,
        jobs: Jobs,
        faults: Faults,
        settings: Callable[[], Settings],
        home: Home,
        judge: Judge,
    ) -> None:
        self._jobs = jobs
        self._faults = faults
        self._settings = settings
        self._home = home
        self._judge = judge

    def start(self, job: Job, role: ServiceRole, resolver: Resolver) -> None:
        """Run a job that has just been created."""
        self._thread(self._run, job, role, resolver)

    def stop(self, job: Job) -> None:
        """Stopping now, Stopped a moment later."""
        self._jobs.move(job, "Stopping")
        self._thread(self._after_transition, job, lambda: self._jobs.move(job, "Stopped"))

    def delete(self, job: Job) -> None:
        """Deleting now, gone a moment later."""
        self._jobs.move(job, "Deleting")
        self._thread(self._after_transition, job, lambda: self._jobs.remove(job))

    def _thread(self, target: Callable[..., None], job: Job, *arguments: object) -> None:
        threading.Thread(
            target=target, args=(job, *arguments), name=f"job-{job.name}", daemon=True
        ).start()

    def _after_transition(self, job: Job, then: Callable[[], None]) -> None:
        time.sleep(self._settings().transitionSeconds)
        if self._jobs.get(job.arn) is job:
            then()

    def _run(self, job: Job, role: ServiceRole, resolver: Resolver) -> None:
        if not self._wait(job):
            return
        fault = self._faults.take("fail-job", job_name=job.name)
        messages = [fault.message or "The job failed."] if fault else []
        if not fault:
            try:
                tools = Tools(
                    role=role,
                    s3=role.s3(self._home),
                    judge=self._judge,
                    settings=self._settings(),
                    resolver=resolver,
                    faults=self._faults,
                    encryption=encryption.arguments(job.request),
                )
                _evaluation_of(job)(job, tools, lambda: self._runs(job)).run()
            except (EvaluationFailed, ServiceError) as error:
                messages = [str(error)]
            except Exception:
                log.exception("the stand-in could not run %s", job.arn)
                messages = ["An internal error occurred."]
        with self._jobs.changed:
            if job.status == "InProgress":
                self._jobs.move(job, "Failed" if messages else "Completed", *messages)

    def _runs(self, job: Job) -> bool:
        return job.status == "InProgress" and self._jobs.get(job.arn) is job

    def _wait(self, job: Job) -> bool:
        """Until the job's time has come and nothing holds it; False if it was stopped instead."""
        due = time.monotonic() + job.seconds
        with self._jobs.changed:
            while job.status == "InProgress" and self._jobs.get(job.arn) is job:
                left = due - time.monotonic()
                settings = self._settings()
                held = settings.hold or (settings.holdHuman and job.human)
                if left <= 0 and not held:
                    return True
                self._jobs.changed.wait(None if held else left)
        return False


def _evaluation_of(job: Job) -> type[Evaluation | HumanEvaluation | RagEvaluation]:
    """Whose work a job is."""
    if job.human:
        return HumanEvaluation
    if is_rag(job.request):
        return RagEvaluation
    return ProgrammaticEvaluation if is_programmatic(job.automated) else Evaluation
