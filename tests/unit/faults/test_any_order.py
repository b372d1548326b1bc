"""Whatever happens to a run and in whatever order: nothing is paid twice, nothing runs on.

Steps come late and twice, answers are lost, executions are stopped, their events come late, twice
or never, and people resume. The stores are the real ones, over a table that may lose answers too.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from unit_documents import JUDGE, suite
from unit_fakes import NOW, FakePipelines, MemoryS3, bucket, job, run, services
from unit_table import MemoryTable

from modeleval.artifacts import suite_key
from modeleval.bedrock.evaluation_jobs import JobDetails, JobSummary
from modeleval.cost.estimate import RunEstimate, estimate_judge
from modeleval.errors import ConcurrencyReached, ModelevalError, TransientServiceError
from modeleval.ids import milliseconds, run_id
from modeleval.store.items import JobStatus, RunStatus
from modeleval.store.resumes import ResumeStore
from modeleval.store.table import RunStore
from modeleval.workflow.events import ExecutionEvent, JobEvent, StatusChange
from modeleval.workflow.jobs import check_job, fail_job, start_job
from modeleval.workflow.reap import reap
from modeleval.workflow.resume import resume_run
from modeleval.workflow.sweep import sweep
from modeleval.workflow.timing import timestamp

BEGUN = "2026-11-22T07:00:00.000Z"
RUN = run_id("arn:run", milliseconds(BEGUN))
JOBS = 3
BUDGET = Decimal(4)
ESTIMATE = RunEstimate(
    (estimate_judge(evaluation="e0", records=1000, metrics=2, judge=JUDGE),)
).to_document()
USD_PER_JOB = Decimal("3.68") / JOBS
NAME = re.compile(rf"{RUN}-j(\d+)-a(\d+)")
numbers = st.integers(0, JOBS - 1)


class LossyTable(MemoryTable):
    """Loses the answers to as many updates as it is told: the SDK sends them again."""

    lost = 0

    def update_item(self, **arguments: Any) -> None:
        super().update_item(**arguments)
        if self.lost:
            self.lost -= 1
            super().update_item(**arguments)


class Bedrock:
    """Jobs by name, of which each is paid for; it adopts, as `EvaluationJobs.create` does."""

    def __init__(self) -> None:
        self.jobs: dict[str, str] = {}
        self.answer = "yes"

    def create(self, request: dict[str, Any]) -> str:
        if self.answer == "no room":
            raise ConcurrencyReached("full", action="wait")
        self.jobs.setdefault(request["jobName"], "InProgress")
        if self.answer == "lost":
            raise TransientServiceError("Bedrock did not answer", action="x")
        return f"arn:{request['jobName']}"

    def get(self, arn: str) -> JobDetails:
        if self.answer == "lost":
            raise TransientServiceError("Bedrock did not answer", action="x")
        return JobDetails(self.jobs[arn.removeprefix("arn:")], "it broke")

    def find(self, name: str) -> JobSummary | None:
        return self._shown(name) if name in self.jobs else None

    def list(self, **filters: Any) -> list[JobSummary]:
        wanted = filters.get("statusEquals")
        return [self._shown(n) for n, status in self.jobs.items() if wanted in (None, status)]

    def ended_before(self, *_: Any) -> list[JobSummary]:
        return []

    def stop(self, arn: str) -> bool:
        name = arn.removeprefix("arn:")
        running = self.jobs[name] == "InProgress"
        if running:
            self.jobs[name] = "Stopped"
        return running

    def delete(self, _: Any) -> int:
        return 0

    def check_room(self, _: int) -> None:
        return

    def running(self) -> set[str]:
        return {name for name, status in self.jobs.items() if status == "InProgress"}

    def _shown(self, name: str) -> JobSummary:
        return JobSummary(f"arn:{name}", name, self.jobs[name])


class Executions:
    """Step Functions' executions; those of jobs are ended when they are stopped."""

    def __init__(self) -> None:
        self.statuses = {"arn:run": "RUNNING"}

    def status(self, arn: str) -> str | None:
        return self.statuses.get(arn)

    def stop(self, _: str, *, cause: str) -> None:
        assert cause


class Telling:
    """Nobody wants to hear of the run."""

    def told(self, _: str) -> frozenset[str]:
        return frozenset({"event"})

    def tell_again(self, _: str) -> None:
        return


class AnyOrder(RuleBasedStateMachine):
    """One run of some jobs."""

    @initialize()
    def planned(self) -> None:
        self.table, self.bedrock, self.executions = LossyTable(), Bedrock(), Executions()
        table: Any = self.table
        self.store = RunStore(table, retention_days=30)
        self.published, self.clock = 0, NOW
        self.finished_attempts: dict[int, int] = {}
        self.events: list[StatusChange] = []
        self.lost_events = 0
        self.services = services(
            now=self._now,
            store=self.store,
            resumes=ResumeStore(table, retention_days=30),
            evaluation_jobs=self.bedrock,
            executions=self.executions,
            pipelines=FakePipelines(),
            telling=Telling(),
            objects=bucket(MemoryS3(**{suite_key(RUN): json.dumps(suite()).encode()})),
            environment=SimpleNamespace(
                stack_name="modeleval",
                bucket_name="b",
                bedrock_role_arn="arn:role",
                kms_key_arn="",
                notification_topic_arn="",
            ),
        )
        spec = {
            "part": 0, "judge": JUDGE, "metrics": [], "customMetrics": [], "precomputed": "s",
            "model": None, "datasetName": "d",
        }  # fmt: skip
        self.store.create_run(
            run(run_id=RUN, started_at=BEGUN, phase="jobs", max_usd=BUDGET, estimate=ESTIMATE)
        )
        evaluation = {"evaluation": 0, "evaluation_name": "e0", "judgements": 2000 // JOBS}
        self.store.create_jobs([job(n, run_id=RUN, spec=spec, **evaluation) for n in range(JOBS)])

    # -- what functions do, in time, late or twice -------------------------------------------------

    @rule(number=numbers, answer=st.sampled_from(["yes", "lost", "no room"]), lost=st.booleans())
    def start(self, number: int, answer: str, lost: bool) -> None:
        self.bedrock.answer, self.table.lost = answer, int(lost)
        with suppress(ModelevalError):
            start_job(self._event(number), self.services)
        self.bedrock.answer, self.table.lost = "yes", 0

    @rule(number=numbers, answer=st.sampled_from(["yes", "lost"]))
    def poll(self, number: int, answer: str) -> None:
        self.bedrock.answer = answer
        try:
            wait = check_job(self._event(number), self.services)
        except ModelevalError as error:
            self.bedrock.answer = "yes"
            self._fail(number, type(error).__name__)
            return
        finally:
            self.bedrock.answer = "yes"
        if wait.status == "done":
            ended = {"status": JobStatus.SUCCEEDED, "endedAt": timestamp(self._now())}
            self.store.update_job(RUN, number, **ended)
            self.finished_attempts[number] = self.store.job(RUN, number).attempt

    @rule(number=numbers)
    def crash(self, number: int) -> None:
        """A step of the job failed for good: its failure path runs."""
        self._fail(number, "OutputUnusable")

    @rule(lost=st.booleans())
    def publish(self, lost: bool) -> None:
        """The run's last step, once its jobs have ended."""
        if all(one.status.ended for one in self.store.jobs(RUN)):
            complete = all(one.status is JobStatus.SUCCEEDED for one in self.store.jobs(RUN))
            status = RunStatus.SUCCEEDED if complete else RunStatus.PARTIAL
            self.table.lost = int(lost)
            attempt = self.store.run(RUN).attempt
            ended_at = timestamp(self._now())
            if self.store.close_run(RUN, status, phase="publish", endedAt=ended_at, published=True):
                self.published += 1
                assert self.published <= attempt
            self.table.lost = 0
            self.executions.statuses[self.store.run(RUN).execution_arn] = "SUCCEEDED"

    # -- what the services do ----------------------------------------------------------------------

    @precondition(lambda self: self.bedrock.running())
    @rule(data=st.data(), status=st.sampled_from(["Completed", "Failed", "Stopped"]))
    def job_ends(self, data: Any, status: str) -> None:
        name = data.draw(st.sampled_from(sorted(self.bedrock.running())))
        self.bedrock.jobs[name] = status

    # -- what people and events do -----------------------------------------------------------------

    @rule(status=st.sampled_from(["ABORTED", "TIMED_OUT", "FAILED"]), told=st.booleans())
    def execution_ends(self, status: str, told: bool) -> None:
        arn = self.store.run(RUN).execution_arn
        if self.executions.statuses.get(arn) == "RUNNING":
            self.executions.statuses[arn] = status
            change = {"executionArn": arn, "name": "nightly", "status": status}
            began = {"startDate": milliseconds(BEGUN)}
            event = StatusChange.model_validate(change | began)
            if told:
                self.events.append(event)
            else:
                self.lost_events += 1

    @precondition(lambda self: self.events)
    @rule(data=st.data(), again=st.booleans(), lost=st.booleans())
    def event_arrives(self, data: Any, again: bool, lost: bool) -> None:
        event = data.draw(st.sampled_from(self.events))
        self.table.lost = int(lost)
        reap(event, self.services)
        self.table.lost = 0
        if not again:
            self.events.remove(event)

    @rule()
    def hourly_sweep(self) -> None:
        sweep(self.services)
        self.lost_events = 0
        if self.store.run(RUN).status.ended:
            assert not self.bedrock.running()

    @rule(number=st.integers(2, 4), lost=st.booleans())
    def resume(self, number: int, lost: bool) -> None:
        arn = f"arn:later-{number}"
        if self.executions.statuses.get(arn, "RUNNING") != "RUNNING":
            return
        self.executions.statuses[arn] = "RUNNING"
        event = {"executionArn": arn, "startTime": BEGUN, "input": {"resume": RUN}}
        self.table.lost = int(lost)
        try:
            resume_run(ExecutionEvent.model_validate(event), self.services)
        except ModelevalError:
            self.executions.statuses[arn] = "FAILED"
        self.table.lost = 0

    # -- what always holds -------------------------------------------------------------------------

    @invariant()
    def one_paid_job_per_planned_job_and_attempt(self) -> None:
        attempts = {one.job: one.attempt for one in self.store.jobs(RUN)}
        for name in self.bedrock.jobs:
            found = NAME.fullmatch(name)
            assert found
            assert int(found[2]) <= attempts[int(found[1])]

    @invariant()
    def what_was_paid_for_is_not_run_again(self) -> None:
        for number, attempt in self.finished_attempts.items():
            found = self.store.job(RUN, number)
            assert (found.status, found.attempt) == (JobStatus.SUCCEEDED, attempt)
            assert f"{RUN}-j{number}-a{attempt + 1}" not in self.bedrock.jobs

    @invariant()
    def nothing_runs_for_a_run_that_ended_once_it_was_cleaned_up(self) -> None:
        if self.store.run(RUN).status.ended and not self.events and not self.lost_events:
            assert not self.bedrock.running()

    @invariant()
    def the_budget_holds(self) -> None:
        assert len(self.bedrock.jobs) * USD_PER_JOB <= BUDGET + USD_PER_JOB / 100

    @invariant()
    def scores_are_published_of_a_run_that_ended(self) -> None:
        found = self.store.run(RUN)
        assert not found.published or found.status in (RunStatus.SUCCEEDED, RunStatus.PARTIAL)

    # -- parts -------------------------------------------------------------------------------------

    def _now(self) -> float:
        """Never the same moment twice."""
        self.clock += 0.01
        return self.clock

    def _event(self, number: int, error: str = "") -> JobEvent:
        told = {"Error": error, "Cause": json.dumps({"errorMessage": "x"})} if error else {}
        arn = f"arn:child-{number}"
        return JobEvent.model_validate(
            {"runId": RUN, "job": number, "executionArn": arn, "error": told}
        )

    def _fail(self, number: int, error: str) -> None:
        fail_job(self._event(number, error), self.services)


AnyOrder.TestCase.settings = settings(max_examples=50, stateful_step_count=30, deadline=None)
TestAnyOrder = AnyOrder.TestCase
