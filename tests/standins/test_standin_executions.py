"""Step Functions as patched: nested executions, status events, stops, names."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from standin_world import World, unique

WAIT = {"Type": "Wait", "Seconds": "{% $states.input.seconds %}", "Next": "End"}
FAIL = {"Type": "Fail", "Error": "Broken", "Cause": "as it was told"}


class Machines:
    """State machines, and a queue that gets their status events."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.client = world.aws.client("stepfunctions")
        self.sqs = world.aws.client("sqs")
        self.events = world.aws.client("events")
        self.rule = unique("status")
        self.queue = self.sqs.create_queue(QueueName=self.rule)["QueueUrl"]
        pattern = {
            "source": ["aws.states"],
            "detail-type": ["Step Functions Execution Status Change"],
        }
        self.events.put_rule(Name=self.rule, EventPattern=json.dumps(pattern))
        arn = f"arn:aws:sqs:{world.aws.region}:{world.aws.account}:{self.rule}"
        self.events.put_targets(Rule=self.rule, Targets=[{"Id": "q", "Arn": arn}])

    def machine(self, states: dict[str, Any], start: str) -> str:
        definition = {"QueryLanguage": "JSONata", "StartAt": start, "States": states}
        arn: str = self.client.create_state_machine(
            name=unique("machine"),
            definition=json.dumps(definition),
            roleArn=self.world.role,
        )["stateMachineArn"]
        return arn

    def start(self, machine: str, name: str = "", **value: Any) -> str:
        arn: str = self.client.start_execution(
            stateMachineArn=machine, name=name or unique("run"), input=json.dumps(value)
        )["executionArn"]
        return arn

    def end(self, execution: str) -> dict[str, Any]:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            found: dict[str, Any] = self.client.describe_execution(executionArn=execution)
            if found["status"] != "RUNNING":
                return found
            time.sleep(0.05)
        raise AssertionError("the execution still runs")

    def told(self, seconds: float = 0.5) -> list[dict[str, Any]]:
        """The details of the status events so far."""
        time.sleep(seconds)
        found = []
        while messages := self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            found += [json.loads(message["Body"])["detail"] for message in messages]
            for message in messages:
                self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return found


@pytest.fixture
def machines(world: World) -> Iterator[Machines]:
    made = Machines(world)
    yield made
    made.events.remove_targets(Rule=made.rule, Ids=["q"])
    made.events.delete_rule(Name=made.rule)


def child(machines: Machines) -> str:
    states = {
        "Wait": WAIT,
        "End": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $states.input.fail = true %}", "Next": "Fail"}],
            "Default": "Good",
        },
        "Fail": FAIL,
        "Good": {"Type": "Pass", "Output": {"done": True}, "End": True},
    }
    return machines.machine(states, "Wait")


def parent(machines: Machines, of: str) -> str:
    job = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Arguments": {
            "StateMachineArn": of,
            "Name": "{% $states.context.Execution.Name & '-' & $string($states.input.n) %}",
            "Input": "{% $states.input %}",
        },
        "Output": "{% $states.result.Output %}",
        "Catch": [
            {
                "ErrorEquals": ["States.ALL"],
                "Output": "{% $states.errorOutput %}",
                "Next": "Caught",
            }
        ],
        "End": True,
    }
    jobs = {
        "Type": "Map",
        "Items": "{% $states.input.items %}",
        "MaxConcurrency": 2,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "INLINE"},
            "StartAt": "Job",
            "States": {"Job": job, "Caught": {"Type": "Pass", "End": True}},
        },
        "End": True,
    }
    return machines.machine({"Jobs": jobs}, "Jobs")


def test_a_childs_success_and_failure(machines: Machines) -> None:
    run = machines.start(
        parent(machines, child(machines)),
        items=[{"n": 0, "seconds": 0}, {"n": 1, "seconds": 0, "fail": True}],
    )
    good, bad = json.loads(machines.end(run)["output"])
    assert good == {"done": True}
    assert bad["Error"] == "States.TaskFailed"
    cause = json.loads(bad["Cause"])
    assert (cause["Status"], cause["Error"]) == ("FAILED", "Broken")
    assert cause["ExecutionArn"].endswith("-1")


def test_each_execution_tells_each_status(machines: Machines) -> None:
    run = machines.start(
        parent(machines, child(machines)), name="telling", items=[{"n": 0, "seconds": 0}]
    )
    machines.end(run)
    told = [(detail["name"], detail["status"]) for detail in machines.told()]
    assert sorted(told) == [
        ("telling", "RUNNING"),
        ("telling", "SUCCEEDED"),
        ("telling-0", "RUNNING"),
        ("telling-0", "SUCCEEDED"),
    ]


def test_a_childs_name_can_be_taken(machines: Machines) -> None:
    inner = child(machines)
    machines.end(machines.start(inner, name="twice-0", seconds=0))
    run = machines.start(
        parent(machines, inner), name="twice", items=[{"n": 0, "seconds": 0, "fail": False}]
    )
    (caught,) = json.loads(machines.end(run)["output"])
    assert caught["Error"] == "StepFunctions.ExecutionAlreadyExistsException"


def test_start_is_one_instant_everywhere(machines: Machines) -> None:
    states = {
        "Say": {
            "Type": "Pass",
            "Output": "{% $states.context.Execution.StartTime %}",
            "End": True,
        }
    }
    machine = machines.machine(states, "Say")
    runs = [machines.start(machine) for _ in range(20)]
    said = {run: json.loads(machines.end(run)["output"]) for run in runs}
    told = [detail for detail in machines.told() if detail["status"] == "SUCCEEDED"]
    assert len(told) == 20
    for detail in told:
        iso = datetime.fromisoformat(said[detail["executionArn"]])
        assert detail["startDate"] == round(iso.timestamp() * 1000)
        described = machines.client.describe_execution(executionArn=detail["executionArn"])
        assert described["startDate"] == iso
    assert set(told[0]) >= {"executionArn", "stateMachineArn", "name", "status", "input"}


def test_an_executions_first_state_is_entered_without_a_pause(machines: Machines) -> None:
    """The shortest of several: MiniStack's own pause of 0.15 s would be in each."""
    machine = machines.machine({"End": {"Type": "Pass", "End": True}}, "End")
    taken = []
    for _ in range(10):
        run = machines.start(machine)
        machines.end(run)
        events = machines.client.get_execution_history(executionArn=run)["events"]
        started, entered = [
            next(event["timestamp"] for event in events if event["type"] == kind)
            for kind in ("ExecutionStarted", "PassStateEntered")
        ]
        taken.append((entered - started).total_seconds())
    assert min(taken) < 0.15


def test_starting_twice(machines: Machines) -> None:
    machine = child(machines)
    first = machines.start(machine, name="same", seconds=1)
    assert machines.start(machine, name="same", seconds=1) == first
    with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
        machines.start(machine, name="same", seconds=2)
    machines.end(first)
    with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
        machines.start(machine, name="same", seconds=1)
    assert [d["status"] for d in machines.told()] == ["RUNNING", "SUCCEEDED"]


def test_a_stopped_execution_does_nothing_more(machines: Machines) -> None:
    inner = child(machines)
    items = [{"n": n, "seconds": 1} for n in range(6)]
    run = machines.start(parent(machines, inner), name="stopped", items=items)
    time.sleep(0.6)
    machines.client.stop_execution(executionArn=run, error="Enough", cause="for a test")
    assert machines.end(run)["status"] == "ABORTED"
    told = machines.told(2.5)
    assert machines.end(run)["status"] == "ABORTED"
    assert [d["status"] for d in told if d["name"] == "stopped"] == ["RUNNING", "ABORTED"]
    # The two children that ran go on (AWS stops them at best); no further child is started.
    children = machines.client.list_executions(stateMachineArn=inner)["executions"]
    assert sorted(found["name"] for found in children) == ["stopped-0", "stopped-1"]
    assert {found["status"] for found in children} == {"SUCCEEDED"}


def test_an_execution_that_times_out(machines: Machines) -> None:
    run = machines.start(child(machines), seconds=3600)
    machines.world.aws.control("POST", "executions/time-out", {"arn": run})
    assert machines.end(run)["status"] == "TIMED_OUT"
    told = machines.told()
    assert [detail["status"] for detail in told] == ["RUNNING", "TIMED_OUT"]
    assert told[1]["executionArn"] == run
    with pytest.raises(ValueError, match="no execution"):
        machines.world.aws.control("POST", "executions/time-out", {"arn": run})


def test_an_end_can_be_waited_for(machines: Machines) -> None:
    def wait(arn: str, **more: float) -> Any:
        return machines.world.aws.control("POST", "executions/wait", {"arn": arn, **more})["status"]

    run = machines.start(child(machines), seconds=1)
    assert wait(run, seconds=0.1) == "RUNNING"
    assert wait(run) == "SUCCEEDED"
    with pytest.raises(ValueError, match="no execution"):
        wait(f"{run}-other")


def test_a_stop_ends_a_long_wait_at_once(machines: Machines) -> None:
    run = machines.start(child(machines), seconds=3600)
    time.sleep(0.3)
    machines.client.stop_execution(executionArn=run)
    assert machines.end(run)["status"] == "ABORTED"
    assert [d["status"] for d in machines.told()] == ["RUNNING", "ABORTED"]


def test_a_wait_that_is_held_lasts_until_it_is_let_go_or_stopped(machines: Machines) -> None:
    machine = child(machines)
    machines.world.aws.control("POST", "executions/hold", {"name": "held-"})
    held = [machines.start(machine, name=name, seconds=0) for name in ("held-1", "held-2")]
    other = machines.start(machine, name="free-1", seconds=0)
    assert machines.end(other)["status"] == "SUCCEEDED"
    time.sleep(0.5)
    for run in held:
        assert machines.client.describe_execution(executionArn=run)["status"] == "RUNNING"
    assert lasting(machines) == held
    machines.client.stop_execution(executionArn=held[0])
    machines.world.aws.control("DELETE", "executions/hold")
    assert [machines.end(run)["status"] for run in held] == ["ABORTED", "SUCCEEDED"]
    assert held[1] not in lasting(machines)


def lasting(machines: Machines) -> list[str]:
    """The executions that are in a wait that is held."""
    return list(machines.world.aws.control("GET", "executions/hold")["executions"])


def evaluating(machines: Machines, expression: str) -> str:
    """A machine that evaluates an expression."""
    states = {"Think": {"Type": "Pass", "Output": f"{{% {expression} %}}", "End": True}}
    return machines.machine(states, "Think")


def test_expressions_that_share_a_processor_have_a_second_of_it_each(machines: Machines) -> None:
    # A third of a second each, side by side in one interpreter.
    machine = evaluating(machines, "$sum([1..8000].($ * 2))")
    executions = [machines.start(machine) for _ in range(12)]
    ended = [machines.end(execution) for execution in executions]
    assert {(one["status"], one["output"]) for one in ended} == {("SUCCEEDED", "64008000")}


def test_an_expression_that_does_not_end_is_ended(machines: Machines) -> None:
    machine = evaluating(machines, "($f := function($n) { $f($n + 1) }; $f(0))")
    ended = machines.end(machines.start(machine))
    assert (ended["status"], ended["error"]) == ("FAILED", "States.QueryEvaluationError")
    assert "D1012" in ended["cause"]
