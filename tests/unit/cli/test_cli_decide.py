"""`modeleval approve` and `reject`: the deployed function is told who says what, and why."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
import typer
from typer.testing import CliRunner
from unit_documents import RUN

from modeleval.cli import decide as module
from modeleval.errors import DecisionRefused, ServiceRefused, StackNotFound

TEAM = "arn:aws:sts::111122223333:assumed-role/Team/ann"
DONE = {"runId": RUN, "modelPackage": "arn:package/3", "status": "Approved"}


class FakeAws:
    """STS and Lambda."""

    def __init__(self, answer: dict[str, Any], error: str = "") -> None:
        self.answer, self.error = answer, error
        self.asked: list[dict[str, Any]] = []

    def get_caller_identity(self) -> dict[str, str]:
        return {"Arn": TEAM}

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - boto3's
        assert FunctionName == "decide"
        self.asked.append(json.loads(Payload))
        failed = {"FunctionError": self.error} if self.error else {}
        return {"Payload": io.BytesIO(json.dumps(self.answer).encode()), **failed}


class FakeDeployment:
    decide_function = "decide"

    def __init__(self, name: str) -> None:
        if name != "modeleval":
            raise StackNotFound(name, action="x")


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> FakeAws:
    fake = FakeAws(DONE)
    monkeypatch.setattr(module.boto3, "client", lambda *_, **__: fake)
    monkeypatch.setattr(module, "Deployment", FakeDeployment)
    return fake


def call(*arguments: str) -> Any:
    app = typer.Typer()
    module.register(app)
    return CliRunner().invoke(app, [*arguments])


@pytest.mark.parametrize("command", ["approve", "reject"])
def test_the_function_is_told_who_decides_what_and_why(aws: FakeAws, command: str) -> None:
    result = call(command, RUN, "--because", "Read by us.")
    assert result.exit_code == 0
    assert aws.asked == [{"runId": RUN, "decision": command, "because": "Read by us.", "by": TEAM}]
    assert "arn:package/3 is Approved." in result.output


@pytest.mark.parametrize("arguments", [("approve", RUN), ("approve", "--because", "x")])
def test_a_run_and_a_reason_are_needed(aws: FakeAws, arguments: tuple[str, ...]) -> None:
    assert call(*arguments).exit_code == 2
    assert aws.asked == []


def test_a_refusal_is_told_in_the_functions_words(aws: FakeAws) -> None:
    aws.error = "Unhandled"
    aws.answer = {"errorType": "DecisionRefused", "errorMessage": "Ann has decided. Do this."}
    result = call("approve", RUN, "--because", "x")
    assert isinstance(result.exception, DecisionRefused)
    assert "Ann has decided. Do this" in str(result.exception)


def test_a_function_that_broke_is_no_decision(aws: FakeAws) -> None:
    aws.error = "Unhandled"
    aws.answer = {"errorType": "Runtime.ExitError", "errorMessage": "signal: killed"}
    result = call("reject", RUN, "--because", "x")
    assert isinstance(result.exception, ServiceRefused)


def test_another_stack_is_named_by_the_option(aws: FakeAws) -> None:
    assert isinstance(
        call("approve", RUN, "--because", "x", "--stack", "none").exception, StackNotFound
    )
