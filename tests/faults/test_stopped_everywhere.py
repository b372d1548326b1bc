"""An execution that ends in any of its states: nothing goes on, the table says so, and resuming the
run pays for what is missing alone.

The states are read from the state machines: a new one fails here until there is a case for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from deployed_world import DeployedWorld
from fault_world import FaultWorld
from model_world import sagemaker_settings
from stopping_cases import Case, states
from stopping_world import Flow, Stopping, with_rule_disabled

from modeleval.store.items import JobStatus, RunStatus
from modeleval.workflow.left_over import left_over

pytestmark = pytest.mark.timeout(1800)  # with some fifty runs side by side in its setup
LANES = 4
TAKES_NO_TIME = {
    "Choice": "an execution is never found in one",
    "Pass": "the same",
    "Succeed": "the execution has ended",
    "Fail": "the execution has ended",
}
"""By type, why an execution is not ended in a state."""
WITHIN = {
    ("run", "RunAllJobs"): "RunJob",
    ("run", "RunJobs"): "RunJob",
    ("run", "RunLongJobs"): "RunLongJob",
    ("run", "CollectResponses"): "RunBatch",
}
"""States that an execution is in while it is in another."""
NOTHING_PAID = {
    "no job was asked for yet": {
        ("run", state) for state in ("PrepareRun", "ResolveModel", "PlanJobs", "CheckBudget")
    },
    "the responses were collected, and no job was asked for yet": {
        ("run", "PlanCollected"), ("run", "CheckCollected"),
    },
    "what was missing has ended, and is not asked for again yet": {("run", "ResumeRun")},
    "all jobs have ended": {
        ("run", state)
        for state in ("ScoreRun", "PublishRun", "PromoteRun", "ReportRun", "TellRun")
    },
}  # fmt: skip
"""By the reason, states in which neither a service's job nor an asked application runs. In any
other the execution must also time out here."""


def held(function: str, **which: Any) -> dict[str, Any]:
    return {"function": function, **which}


CREATED = held("StartJob", operation="UpdateItem", occurrence=2)
"""The service has the job, and the table does not know it."""
COLLECTED = held("CollectJob", operation="UpdateItem", occurrence=2)
FULL = {"how": "throttle", "tries": 1000, "operation": "CreateEvaluationJob"}
UNSCORED = {"how": "throttle", "tries": 1000, "function": "ScoreRun"}
BUSY = {"how": "throttle", "tries": 1000, "function": "CollectBatch"}
ABORTED, TIMED_OUT = "ABORTED", "TIMED_OUT"
MACHINES = ["run", "job", "batch"]

WHILE_JOBS_RUN = [
    Case("RunJob"),
    Case("RunJob", status=TIMED_OUT),
    Case("StartJob", "job", calls=held("StartJob")),
    Case("StartJob", "job", calls=CREATED),
    Case("StartJob", "job", calls=CREATED, status=TIMED_OUT),
    Case("StartJob", "job", calls=CREATED, aborts="run"),
    Case("WaitForRoom", "job", before=FULL),
    Case("WaitForRoom", "job", before=FULL, status=TIMED_OUT),
    Case("WaitForRoom", "job", before=FULL, aborts="run"),
    Case("WaitForJob", "job"),
    Case("WaitForJob", "job", job=1),
    Case("WaitForJob", "job", status=TIMED_OUT),
    Case("CheckJob", "job", calls=held("CheckJob")),
    Case("CheckJob", "job", calls=held("CheckJob"), job=1, status=TIMED_OUT),
]
"""The services' jobs go on until they are stopped."""
UNHEARD = [
    Case("RunJob"),
    Case("RunJob", status=TIMED_OUT),
    Case("StartJob", "job", calls=CREATED, aborts="run"),
    Case("WaitForJob", "job"),
    Case("CheckJob", "job", calls=held("CheckJob"), job=1, status=TIMED_OUT),
]
"""Nobody hears of the end, and the sweep comes."""
WHILE_STEPS_RUN = [
    Case("PrepareRun", calls=held("PrepareRun")),
    Case("ResolveModel", calls=held("ResolveModel", operation="UpdateItem")),
    Case("PlanJobs", calls=held("PlanJobs", operation="TransactWriteItems")),
    Case("CheckBudget", calls=held("CheckBudget", operation="UpdateItem")),
    Case("CollectJob", "job", "people", calls=held("CollectJob")),
    Case("CollectJob", "job", "people", calls=COLLECTED, status=TIMED_OUT),
    Case("CollectJob", "job", "people", calls=COLLECTED, aborts="run"),
    *(
        Case(state, machine, "people", calls=calls, fails=state == "FailJob", status=status)
        for machine, state, calls in (
            ("job", "FailJob", held("FailJob")),
            ("run", "ScorePartly", held("ScoreRun")),
            ("run", "PublishPartly", held("PublishRun", operation="UpdateItem")),
            ("run", "ReportPartly", held("ReportRun", operation="PutObject")),
            ("run", "RunLongJob", None),
        )
        for status in (ABORTED, TIMED_OUT)
    ),
    Case("ScoreRun", calls=held("ScoreRun", operation="PutObject")),
    Case("PublishRun", calls=held("PublishRun", operation="UpdateItem")),
    Case("PromoteRun", calls=held("PromoteRun")),
    Case("ReportRun", calls=held("ReportRun")),
    Case("FailRun", calls=held("FailRun"), before=UNSCORED),
    Case("FailRun", calls=held("FailRun"), before=UNSCORED, status=TIMED_OUT),
    Case("TellRun", calls=held("TellRun")),
    Case("RunBatch", "run", "collected", calls=held("CollectBatch", operation="Converse")),
    Case("RunBatch", "run", "collected", calls=held("CollectBatch"), status=TIMED_OUT),
    Case("CollectBatch", "batch", "collected", calls=held("CollectBatch", operation="Converse")),
    Case("CollectBatch", "batch", "collected", calls=held("CollectBatch"), status=TIMED_OUT),
    Case("GoOn", "batch", "collected", before=BUSY),
    Case("GoOn", "batch", "collected", before=BUSY, status=TIMED_OUT),
    *(
        Case(state, "run", "collected", calls=calls, first_collected=True)
        for state, calls in {
            "PlanCollected": held("PlanJobs", operation="TransactWriteItems"),
            "CheckCollected": held("CheckBudget", operation="UpdateItem"),
        }.items()
    ),
]
"""People do not answer yet; a judge's job ends by itself."""
RESUMED = {
    "before it is noted": held("ResumeRun"),
    "before the run is opened": held("ResumeRun", operation="UpdateItem", occurrence=2),
    "before the jobs are planned": held("ResumeRun", operation="UpdateItem", occurrence=3),
}
"""Calls of the first step of a resumed run, of which the others follow."""
BEFORE_JOBS = {"PrepareRun", "ResolveModel", "PlanJobs", "CheckBudget"}
PUBLISHED: dict[str, tuple[str, ...]] = {"PromoteRun": ("report",), "ReportRun": (), "TellRun": ()}
"""What is left to do after the scores: a function that was under way has done its own part."""
JOBS = {"judged": 2, "people": 2, "collected": 1}
TURNS = 3


Undisturbed = dict[str, list[dict[str, Any]]]
"""The scores of runs that nobody ends, by suite."""


def by_name(flows: list[Flow]) -> dict[str, Flow]:
    return {flow.case.name: flow for flow in flows}


class Ended:
    """Every case, and what the suites' runs come to that nobody ends.

    First those whose services' jobs go on, and then those where only people's do.
    """

    def __init__(self, world: DeployedWorld) -> None:
        self._world, self._stopping = world, Stopping(world)
        self.told = self._flows(WHILE_JOBS_RUN)
        self.unheard = self._flows(UNHEARD)
        self.resuming = self._flows([Case("RunJob")] * len(RESUMED))
        self._hold(True)
        world.settings(holdHuman=True)
        side_by_side(bring_and_end, [*self.told, *self.resuming])
        self._hold(False)  # no more than ten evaluations of SageMaker run at once
        world.aws.control("DELETE", "executions/hold")
        side_by_side(Flow.finish, self.told)
        self._hold(True)
        side_by_side(Flow.bring, self.unheard)
        self._end_unheard()
        self._hold(False)
        later = self._flows(WHILE_STEPS_RUN)
        side_by_side(bring_and_end, later)
        self.told += later
        side_by_side(
            lambda one: one[0].stop_resuming(one[1]),
            zip(self.resuming, RESUMED.values(), strict=True),
        )
        world.settings(holdHuman=False)
        world.aws.control("DELETE", "executions/hold")
        self.undisturbed = dict(
            zip(JOBS, side_by_side(self._stopping.undisturbed, JOBS), strict=True)
        )
        side_by_side(Flow.resume, [*self.told, *self.unheard, *self.resuming])

    def _flows(self, cases: Sequence[Case]) -> list[Flow]:
        return [Flow(self._stopping, case) for case in cases]

    def _hold(self, hold: bool) -> None:
        self._world.settings(hold=hold, concurrentJobs=100, concurrentHumanJobs=100)
        sagemaker_settings(self._world, hold=hold, concurrentEvaluations=100)

    def _end_unheard(self) -> None:
        """End executions of whose ends no event tells, and sweep."""
        with_rule_disabled(self._world, lambda: side_by_side(Flow.end, self.unheard))
        side_by_side(Flow.let_go, self.unheard)
        self._world.invoke("SweepRuns", {})
        side_by_side(Flow.look, self.unheard)


def bring_and_end(flow: Flow) -> Flow:
    return flow.bring().end().settle().look()


def side_by_side(do: Callable[[Any], Any], many: Iterable[Any]) -> list[Any]:
    with ThreadPoolExecutor(LANES) as pool:
        return list(pool.map(do, many))


@pytest.fixture(scope="module")
def ended(faults: FaultWorld) -> Iterator[Ended]:
    """All that is looked at here; the stand-ins are left as they were."""
    world = faults.deployed
    settings = world.aws.control("GET", "settings")
    of_sagemaker = world.aws.control("GET", "sagemaker/settings")
    try:
        yield Ended(world)
    finally:
        world.settings(**settings)
        sagemaker_settings(world, **of_sagemaker)
        world.aws.control("DELETE", "disturbances")
        world.aws.control("DELETE", "executions/hold")


def ended_in(machine: str, *statuses: str) -> set[str]:
    """The states of a machine in which an execution ends so, those around them too."""
    told = (*WHILE_JOBS_RUN, *WHILE_STEPS_RUN)
    found = {case.state for case in told if case.machine == machine and case.status in statuses}
    return found | {
        outer for (of, outer), inner in WITHIN.items() if of == machine and inner in found
    }


def taking_time(machine: str) -> set[str]:
    return {one.name for one in states(machine).values() if one.type not in TAKES_NO_TIME}


@pytest.mark.parametrize("machine", MACHINES)
def test_an_execution_is_ended_in_every_state_that_takes_time(machine: str) -> None:
    resuming = {"ResumeRun"} if machine == "run" else set()
    assert ended_in(machine, ABORTED, TIMED_OUT) | resuming == taking_time(machine)


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("status", [ABORTED, TIMED_OUT])
def test_an_execution_is_ended_both_ways_wherever_something_is_paid_for(
    machine: str, status: str
) -> None:
    unpaid = {
        state for of, state in set[tuple[str, str]]().union(*NOTHING_PAID.values()) if of == machine
    }
    assert unpaid <= taking_time(machine)
    assert taking_time(machine) - unpaid <= ended_in(machine, status)


def assert_nothing_goes_on(flow: Flow) -> None:
    assert flow.problem is None
    case, found = flow.case, flow.looked
    assert (found.status, found.in_state, found.live) == (case.status, True, [])
    name = "RunTimedOut" if case.status == TIMED_OUT else "RunStopped"
    if case.ended == "job":
        job = found.jobs[case.job]
        status = JobStatus.FAILED if case.status == TIMED_OUT else JobStatus.STOPPED
        assert (job.status, job.error and job.error.name) == (status, name)
    elif case.ended == "batch":
        assert (found.run.status, found.run.error and found.run.error.name) == (
            RunStatus.FAILED, "NothingCollected",
        )  # fmt: skip
    elif case.state in PUBLISHED:
        assert (found.run.status, found.run.published) == (RunStatus.SUCCEEDED, True)
    else:
        status = RunStatus.FAILED if case.status == TIMED_OUT else RunStatus.STOPPED
        assert (found.run.status, found.run.error and found.run.error.name) == (status, name)
        assert all(job.status.ended for job in found.jobs)


def assert_the_missing_is_paid_for(flow: Flow, undisturbed: Undisturbed) -> None:
    assert flow.problem is None
    case, resumed = flow.case, flow.resumed
    left = PUBLISHED.get(case.state, ())
    assert (left_over(flow.looked.run), resumed.left) == (left, ())
    if case.state in BEFORE_JOBS or (case.state in PUBLISHED and not left):
        assert (resumed.error, resumed.asked) == ("ResumeRefused", set())
        return
    done = {job.job for job in flow.looked.jobs if job.status is JobStatus.SUCCEEDED}
    missing = set(range(JOBS[case.suite])) - done
    assert resumed.attempt == flow.looked.run.attempt + (0 if left else 1)
    assert (resumed.error, resumed.asked) == (
        None, {f"{flow.run_id}-j{number}-a{resumed.attempt}" for number in missing},
    )  # fmt: skip
    assert resumed.scores == undisturbed[case.suite]
    if case.suite == "collected":  # the request that was under way may have been answered
        assert TURNS <= flow.asked_model() <= TURNS + 1


TOLD = [case.name for case in (*WHILE_JOBS_RUN, *WHILE_STEPS_RUN)]


@pytest.mark.parametrize("name", TOLD)
def test_nothing_goes_on_and_the_table_says_so(ended: Ended, name: str) -> None:
    assert_nothing_goes_on(by_name(ended.told)[name])


@pytest.mark.parametrize("name", TOLD)
def test_resuming_pays_for_what_is_missing(ended: Ended, name: str) -> None:
    assert_the_missing_is_paid_for(by_name(ended.told)[name], ended.undisturbed)


@pytest.mark.parametrize("name", [case.name for case in UNHEARD])
def test_the_sweep_does_what_a_lost_event_did_not(ended: Ended, name: str) -> None:
    flow = by_name(ended.unheard)[name]
    assert_nothing_goes_on(flow)
    assert_the_missing_is_paid_for(flow, ended.undisturbed)


@pytest.mark.parametrize("place", range(len(RESUMED)), ids=list(RESUMED))
def test_a_resumed_run_that_is_stopped_at_once_is_resumed_again(ended: Ended, place: int) -> None:
    flow = ended.resuming[place]
    assert_the_missing_is_paid_for(flow, ended.undisturbed)
    assert (flow.looked.run.status, flow.looked.run.suite) == (RunStatus.STOPPED, "test")
    assert flow.own_run is None  # the list shows no other run
