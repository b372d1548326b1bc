"""Executions that are ended while they are in a state: how they get there, and what is left."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import wraps
from typing import Any, TypeVar

from collecting_world import MODEL, collecting, put_scenarios, scenario
from deployed_world import DeployedWorld, record, suite
from fault_world import LOOK_SECONDS
from model_world import executions, quick, register
from people_world import people
from stopping_cases import Case, Found, Resumed, states

from modeleval.errors import RunNotFound
from modeleval.store.items import Run
from modeleval.workflow.left_over import left_over

PATIENCE = 300.0
_LIVE = ("InProgress", "Stopping", "Executing", "Deleting")
_MACHINES = {"job": "Job", "batch": "Batch"}
_FIRST_WAITS = {"WaitForRoom", "GoOn"}
"""Before a service has the job, or for other reasons."""


class Stopping:
    """The deployed stack, with what the suites need."""

    def __init__(self, world: DeployedWorld) -> None:
        self.world = world
        machines = world.sfn.list_state_machines()["stateMachines"]
        self._machines = {
            kind: next(m["stateMachineArn"] for m in machines if f"Workflow{part}" in m["name"])
            for kind, part in _MACHINES.items()
        }
        judged = suite(world.put_dataset([record(number) for number in range(4)]))
        [answers] = judged["evaluations"]
        scenarios = put_scenarios(world, *(scenario(name, "good morning") for name in "abc"))
        self._suites = {
            "judged": {**judged, "acceptEula": True, "evaluations": [answers, quick()]},
            "people": {**judged, "evaluations": [answers, people(world, count=2)]},
            "collected": collecting(scenarios, {"model": MODEL}),
        }
        self._model = register(world, "stopped")

    def start(self, kind: str, name: str) -> str:
        """Start a run of a suite in an execution of this name; the execution."""
        document = {"suite": self._suites[kind]}
        if kind == "judged":
            document["model"] = self._model
        return self.world.start_named(document, name)

    def execution(self, machine: str, name: str) -> str:
        """The ARN of an execution of one of the nested machines."""
        return f"{self._machines[machine].replace(':stateMachine:', ':execution:')}:{name}"

    def scores(self, run_id: str) -> list[dict[str, Any]]:
        """A run's scores, without what differs from run to run."""
        found = self.world.store.scores(run_id)
        return [one.model_dump(mode="json", exclude={"run_id", "started_at"}) for one in found]

    def undisturbed(self, kind: str) -> list[dict[str, Any]]:
        """The scores of a run of a suite that nobody ends."""
        finished = self.world.finish(
            self.start(kind, f"undisturbed-{uuid.uuid4().hex}"), patience=PATIENCE
        )
        assert finished.output["status"] == "succeeded", finished
        return self.scores(finished.run_id)

    def service_jobs(self, run_id: str) -> dict[str, str]:
        """What the services hold of a run: names and statuses."""
        held = {one["jobName"]: one["status"] for one in self.world.service_jobs(run_id)}
        pipelines = executions(self.world, run_id)
        return held | {str(one["displayName"]): str(one["status"]) for one in pipelines}


F = TypeVar("F", bound="Flow")


def kept(step: Callable[..., None]) -> Callable[..., Any]:
    """A step of a flow: one that goes wrong is its last, and does not keep other flows from going
    on. Returns the flow."""

    @wraps(step)
    def wrapped(flow: F, *arguments: Any) -> F:
        if flow.problem is None:
            try:
                step(flow, *arguments)
            except Exception as error:  # noqa: BLE001 - the flow's own test tells it
                flow.problem = f"{step.__name__}: {type(error).__name__}: {error}"
        return flow

    return wrapped


class Flow:
    """A run of a case. problem: what went wrong on the way."""

    def __init__(self, stopping: Stopping, case: Case) -> None:
        self.case = case
        self._stopping, self._world = stopping, stopping.world
        self.scope = f"{case.name} {uuid.uuid4().hex[:8]}"
        self.execution = ""
        self.run_id = ""
        self.problem: str | None = None
        self._was_in_state = False
        self._found: Found | None = None
        self._resumed: Resumed | None = None

    @property
    def looked(self) -> Found:
        assert self._found is not None
        return self._found

    @property
    def resumed(self) -> Resumed:
        assert self._resumed is not None
        return self._resumed

    # -- on the way ------------------------------------------------------------------------------

    @kept
    def bring(self) -> None:
        """Start the run, and wait until the execution is held in the state."""
        case, world = self.case, self._world
        name = f"stopped-{uuid.uuid4().hex}"
        if case.machine != "job":
            self._control("scopes", name=self.scope, texts=[name], learns=["runId"])
        disturbed = [case.before, {"function": "CollectBatch"} if case.first_collected else None]
        self._hold(*disturbed, *([] if case.first_collected else [case.calls]))
        self.execution = self._stopping.start(case.suite, name)
        self.run_id = world.run_id(self.execution)
        if case.machine == "job":
            self._control("scopes", name=self.scope, texts=[self._child])
        if case.fails:
            world.fault(kind="fail-job", jobName=f"{self.run_id}-j0-a1")
        if case.calls is None and case.state in _FIRST_WAITS:
            self._control("executions/hold", name=self._child)
        if case.first_collected:
            self._until(lambda: self._held("CollectBatch"))
            self._hold(case.calls)
            self._calm("CollectBatch")
        self._until(self._there)

    @kept
    def end(self) -> None:
        """Stop the execution, or let it time out. What is held stays so until then."""
        self._was_in_state = self._in_state(self.case.state)
        arn = self._arn(self.case.ended)
        if self.case.status == "TIMED_OUT":
            self._control("executions/time-out", arn=arn)
        else:
            self._world.sfn.stop_execution(executionArn=arn)

    @kept
    def settle(self) -> None:
        """Wait until it is cleaned up after, then let go of what is held, which must do no harm."""
        self._until(self._cleaned_up)
        self._let_go()

    @kept
    def let_go(self) -> None:
        """Let a function go on whose execution has ended."""
        self._let_go()

    @kept
    def look(self) -> None:
        """What there is now; at a service, only what was to end need have ended."""
        world, store = self._world, self._world.store
        self._until(self._cleaned_up)
        jobs = self._stopping.service_jobs(self.run_id)
        self._found = Found(
            status=world.sfn.describe_execution(executionArn=self._arn(self.case.ended))["status"],
            in_state=self._was_in_state,
            run=store.run(self.run_id),
            jobs=store.jobs(self.run_id),
            live=[name for name in self._mine(jobs) if jobs[name] in _LIVE],
        )

    @kept
    def finish(self) -> None:
        """Let the run end if it still goes on."""
        self._calm()
        self._until(self._run_ended)

    @kept
    def resume(self) -> None:
        """Let the run end, then resume it."""
        world = self._world
        self._calm()
        self._until(self._run_ended)
        self._until(lambda: all(job.status.ended for job in world.store.jobs(self.run_id)))
        before = set(self._stopping.service_jobs(self.run_id))
        looked = self.looked
        looked.run, looked.jobs = world.store.run(self.run_id), world.store.jobs(self.run_id)
        finished = world.finish(world.start({"resume": self.run_id}), patience=PATIENCE)
        self._resumed = Resumed(
            finished.status,
            finished.error,
            set(self._stopping.service_jobs(self.run_id)) - before,
            world.store.run(self.run_id).attempt,
            self._stopping.scores(self.run_id),
            left_over(world.store.run(self.run_id)),
        )

    @kept
    def stop_resuming(self, calls: Mapping[str, Any]) -> None:
        """Resume the run, which has ended, and stop that while its first step makes such calls."""
        reaped = len(self._reaping())
        self._hold(calls)
        self.execution = self._world.start_named(
            {"resume": self.run_id}, f"resuming-{uuid.uuid4().hex}"
        )
        self._until(lambda: self._held("ResumeRun") and self._in_state("ResumeRun"))
        self._world.sfn.stop_execution(executionArn=self.execution)
        self._until(lambda: len(self._reaping()) > reaped)
        self._let_go()

    @property
    def own_run(self) -> Run | None:
        """What is stored of the last execution itself, and not of a run that it resumed."""
        return self._world.store.find_run(self._world.run_id(self.execution))

    def _reaping(self) -> list[dict[str, Any]]:
        """What the reaper called, and was answered."""
        return [call for call in self._calls() if "ReapRun" in call["function"] and call["status"]]

    def asked_model(self) -> int:
        """How many requests the target was sent, in all its tries."""
        calls = self._calls()
        return sum(call["tries"] for call in calls if call["operation"] == "Converse")

    # -- what it is made of ----------------------------------------------------------------------

    @property
    def _child(self) -> str:
        """What the name of the job's, or batch's, execution begins with."""
        return f"{self.run_id}-{'c' if self.case.machine == 'batch' else 'j'}{self.case.job}-a1"

    def _hold_waits(self) -> None:
        """Let last the waits for jobs that the services have: that of the case, and those of
        others that would do nothing but look at jobs that do not end."""
        case = self.case
        if not case.while_jobs_run and case.suite != "people":
            return
        for job in self._world.store.jobs(self.run_id):
            ends = case.suite == "people" and job.job == 0
            looked_at = case.state == "CheckJob" and job.job == case.job
            if job.job_arn and not ends and not looked_at:
                self._control("executions/hold", name=f"{self.run_id}-j{job.job}-a1")

    def _arn(self, machine: str) -> str:
        if machine == "run":
            return self.execution
        return self._stopping.execution(machine, f"{self._child}-t0-d0")

    def _there(self) -> bool:
        state = self.case.state
        self._hold_waits()
        if self.case.calls is not None:
            return self._held(str(self.case.calls["function"])) and self._in_state(state)
        ready = self._all_asked if self.case.machine == "run" else self._waits
        return self._in_state(state) and ready()

    def _waits(self) -> bool:
        """Whether the execution is in a wait that lasts; one before that may be about to end."""
        held = self._world.aws.control("GET", "executions/hold")["executions"]
        return any(self._child in execution for execution in held)

    def _all_asked(self) -> bool:
        jobs = self._world.store.jobs(self.run_id)
        return bool(jobs) and all(job.job_arn for job in jobs)

    def _in_state(self, name: str) -> bool:
        """Whether the case's execution has entered the state and not left it.

        MiniStack's history tells of no state within another; which of them it is is known by the
        function that is held, or by the jobs.
        """
        state = states(self.case.machine)[name].outermost
        sfn, balance = self._world.sfn, Counter[str]()
        with suppress(sfn.exceptions.ExecutionDoesNotExist):
            arn = self._arn(self.case.machine)
            for event in sfn.get_execution_history(executionArn=arn, maxResults=1000)["events"]:
                balance[event.get("stateEnteredEventDetails", {}).get("name")] += 1
                balance[event.get("stateExitedEventDetails", {}).get("name")] -= 1
        return balance[state] > 0

    def _run_ended(self) -> bool:
        with suppress(RunNotFound):
            run = self._world.store.run(self.run_id)
            describe = self._world.sfn.describe_execution
            status = describe(executionArn=self.execution)["status"]
            return run.status.ended and status != "RUNNING"
        return False

    def _cleaned_up(self) -> bool:
        """The table says that it has ended, and no service goes on with what it ran."""
        jobs = self._stopping.service_jobs(self.run_id)
        if any(jobs[name] in _LIVE for name in self._mine(jobs)):
            return False
        if self.case.ended != "job":
            return self._run_ended()
        return self._world.store.job(self.run_id, self.case.job).status.ended

    def _mine(self, jobs: Mapping[str, str]) -> list[str]:
        """The services' jobs that end with the execution."""
        return [name for name in jobs if self.case.ended == "run" or name.startswith(self._child)]

    def _calls(self) -> list[dict[str, Any]]:
        found = self._world.aws.control("GET", "function-calls", {"scope": self.scope})["calls"]
        return list(found)

    def _let_go(self) -> None:
        self._calm()
        self._until(lambda: not self._held(""))

    def _held(self, function: str) -> bool:
        return any(
            call["disturbed"] and not call["status"] and function in call["function"]
            for call in self._calls()
        )

    def _hold(self, *disturbances: Mapping[str, Any] | None) -> None:
        wanted = [{"how": "hold", "scope": self.scope, **one} for one in disturbances if one]
        self._world.aws.control("POST", "disturbances", wanted)

    def _calm(self, function: str = "") -> None:
        what = {"scope": self.scope, "function": function}
        self._world.aws.control("DELETE", "disturbances", what)

    def _control(self, path: str, **body: Any) -> None:
        self._world.aws.control("POST", path, body)

    def _until(self, condition: Any) -> None:
        self._world.until(condition, patience=PATIENCE, every=LOOK_SECONDS)


def with_rule_disabled(world: DeployedWorld, do: Callable[[], Any]) -> None:
    """Do something of which the reaper does not hear."""
    events = world.aws.client("events")
    [rule] = [r["Name"] for r in events.list_rules()["Rules"] if "TriggersEnded" in r["Name"]]
    events.disable_rule(Name=rule)
    try:
        do()
        time.sleep(0.5)
    finally:
        events.enable_rule(Name=rule)
