"""Messages of pipeline steps: one run per token, refusals at once, nothing after a stop."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from told_world import SECRET, TOKEN
from unit_documents import settings
from unit_fakes import repository, services
from unit_table import MemoryTable

from modeleval.errors import TransientServiceError
from modeleval.store.telling import TellingStore
from modeleval.store.triggers import TriggerStore
from modeleval.telling.queue import Message, QueueEvent, read_message
from modeleval.telling.steps import execution_name, handle_messages

SUITES = repository() / "suites"
SUITE = "support-answers"
MACHINE = "arn:aws:states:us-east-1:111122223333:stateMachine:Run"
EXECUTION = f"{MACHINE.replace(':stateMachine:', ':execution:')}:{execution_name(TOKEN)}"
PASSES = TransientServiceError("x", action="x")


class World:
    def __init__(self, **given: Any) -> None:
        table: Any = MemoryTable()
        self.telling = TellingStore(table, retention_days=30)
        self.started: list[dict[str, Any]] = []
        self.stopped: list[str] = []
        self.failed: list[tuple[str, str]] = []
        self.on_start = lambda: None
        self.services = services(
            telling=self.telling,
            triggers=TriggerStore(table),
            settings=settings(**given),
            environment=SimpleNamespace(run_state_machine_arn=MACHINE),
            executions=SimpleNamespace(start=self._start, stop=self._stop),
            waiting_steps=SimpleNamespace(fail=self._fail),
        )

    def _start(self, machine: str, *, name: str, document: dict[str, Any]) -> str:
        self.on_start()
        self.started.append({"name": name, **document})
        return f"{machine.replace(':stateMachine:', ':execution:')}:{name}"

    def _stop(self, arn: str, *, cause: str) -> None:
        assert cause
        self.stopped.append(arn)

    def _fail(self, token: str, name: str, reason: str) -> bool:
        assert name == execution_name(token)
        self.failed.append((token, reason))
        return True

    def send(self, *bodies: Any) -> dict[str, Any]:
        messages = [
            Message(messageId=f"m{n}", body=body if isinstance(body, str) else json.dumps(body))
            for n, body in enumerate(bodies)
        ]
        return handle_messages(messages, self.services, SUITES)

    def ask(self, **arguments: Any) -> dict[str, Any]:
        return self.send(asked(**arguments))


def asked(token: str = TOKEN, **arguments: Any) -> dict[str, Any]:
    return {
        "token": token,
        "pipelineExecutionArn": "arn:pipeline",
        "arguments": {"suite": SUITE, "model": "support-llama", **arguments},
        "status": "Executing",
    }


def again(answer: dict[str, Any]) -> list[str]:
    return [one["itemIdentifier"] for one in answer["batchItemFailures"]]


def test_a_step_starts_a_run_with_what_it_asks_for() -> None:
    world = World()
    answer = world.ask(which="approved")
    assert answer == {"batchItemFailures": [], "messages": {"m0": "started"}}
    assert world.started == [
        {
            "name": execution_name(TOKEN),
            "suite": SUITE,
            "model": "support-llama",
            "which": "approved",
            "triggeredBy": "pipeline",
        }
    ]
    assert world.telling.token(execution_name(TOKEN)) == TOKEN


def test_a_token_starts_one_run_however_often_it_is_told() -> None:
    world = World()
    answers = [world.ask()["messages"]["m0"] for _ in range(3)]
    assert answers == ["started", "already started", "already started"]
    assert len(world.started) == 1


def test_nothing_that_is_kept_elsewhere_or_logged_holds_the_token() -> None:
    world = World()
    answer = world.ask()
    assert TOKEN not in json.dumps([answer, world.started])
    event = QueueEvent.model_validate(
        {"Records": [{"messageId": "m", "body": json.dumps(asked())}]}
    )
    assert TOKEN not in f"{event!r} {event.log_keys} {read_message(event.records[0])!r}"


def test_empty_arguments_are_none() -> None:
    world = World()
    world.ask(model="", which="")
    assert "model" not in world.started[0]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"suite": "support-answer"}, "Did you mean support-answers?"),
        ({"suite": "../secrets"}, "No suite of that name"),
        ({"suite": "s3://bucket/suite.yaml"}, "No suite of that name"),
        ({"suite": ""}, "names no suite"),
        ({"suite": {"name": SECRET}}, "Arguments.suite"),
        ({"modle": "x"}, "Did you mean model?"),
        ({"triggeredBy": "event"}, "unknown argument"),
    ],
)
def test_what_cannot_be_started_is_answered_at_once(arguments: dict[str, Any], says: str) -> None:
    world = World()
    assert again(world.ask(**arguments)) == []
    [(token, reason)] = world.failed
    assert token == TOKEN
    assert says in reason
    assert SECRET not in reason
    assert world.started == []
    assert world.ask(**arguments)["messages"] == {"m0": "already answered"}
    assert len(world.failed) == 1


def test_the_days_limit_holds_for_pipelines_too() -> None:
    world = World(triggeredRunsPerDay=1)
    world.ask()
    world.send(asked("jihgfedcba"))
    [(_, reason)] = world.failed
    assert "as many as a day may have" in reason
    assert len(world.started) == 1


def test_what_may_pass_is_delivered_again_and_keeps_no_other_message_waiting() -> None:
    world = World()

    def fail_first() -> None:
        world.on_start = lambda: None
        raise PASSES

    world.on_start = fail_first
    answer = world.send(asked(), asked("jihgfedcba"))
    assert again(answer) == ["m0"]
    assert answer["messages"] == {"m0": "TransientServiceError", "m1": "started"}
    assert world.failed == []
    assert world.ask()["messages"] == {"m0": "started"}


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"token": 1}', '{"token": ""}', "not JSON"])
def test_what_no_step_has_sent_goes_to_the_dead_letters(body: str) -> None:
    answer = World().send(body)
    assert again(answer) == ["m0"]
    assert answer["messages"] == {"m0": "EventUnreadable"}


@pytest.mark.parametrize("field", ["status", "Status"])
def test_a_stopped_pipeline_stops_the_run_and_is_answered(field: str) -> None:
    world = World()
    world.ask()
    message = {name: value for name, value in asked().items() if name != "status"}
    world.send({**message, field: "Stopping"})
    assert world.stopped == [EXECUTION]
    assert world.failed == [(TOKEN, "modeleval: the pipeline was stopped")]
    assert world.telling.token(execution_name(TOKEN)) is None


def test_a_stop_that_comes_first_lets_nothing_start() -> None:
    world = World()
    world.send({"token": TOKEN, "status": "Stopping"})
    assert world.ask()["messages"] == {"m0": "already answered"}
    assert world.started == []


def test_a_stop_that_comes_while_the_run_is_started_stops_it() -> None:
    world = World()
    world.on_start = lambda: world.send({"token": TOKEN, "status": "Stopping"})
    world.ask()
    assert world.stopped == [EXECUTION, EXECUTION]


def test_a_name_tells_nothing_of_its_token() -> None:
    name = execution_name(TOKEN)
    assert TOKEN not in name
    assert len(name) <= 80
    assert name != execution_name("jihgfedcba")
