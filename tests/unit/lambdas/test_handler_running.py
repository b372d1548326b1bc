"""The handlers as Lambda calls them."""

from __future__ import annotations

import importlib
import io
import json
import sys
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pydantic import ValidationError
from unit_documents import BUCKET, JUDGE
from unit_fakes import repository

from modeleval.errors import BudgetExceeded, ServiceRefused

SHARED = ("__init__", "runtime", "short_errors")
CONTEXT = SimpleNamespace(
    function_name="f",
    memory_limit_in_mb=128,
    invoked_function_arn="arn:aws:lambda:us-east-1:111122223333:function:f",
    aws_request_id="r",
)
VARIABLES = {
    "BUCKET_NAME": BUCKET,
    "TABLE_NAME": "table",
    "STACK_NAME": "modeleval",
    "SETTINGS": json.dumps({"judgeModels": [JUDGE]}),
}
EVENTS: dict[str, dict[str, Any]] = {
    "job": {"runId": "x", "job": 3, "executionArn": "arn"},
    "run": {"runId": "x"},
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The functions' environment, and modules that have not been loaded in another."""
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    before = _take_out()
    yield monkeypatch
    _take_out()
    sys.modules.update(before)


def _take_out() -> dict[str, ModuleType]:
    names = [name for name in sys.modules if name.split(".")[0] == "lambdas"]
    return {name: sys.modules.pop(name) for name in names}


@pytest.fixture
def modules() -> list[str]:
    paths = (repository() / "lambdas").glob("*.py")
    return [path.stem for path in paths if path.stem not in SHARED]


def test_every_module_has_a_handler_that_lambda_can_call(
    environment: pytest.MonkeyPatch, modules: list[str]
) -> None:
    for name in modules:
        assert callable(importlib.import_module(f"lambdas.{name}").handler)


def test_loading_a_function_makes_no_client(environment: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a client was made before it was needed")

    environment.setattr("boto3.client", refuse)
    environment.setattr("boto3.resource", refuse)
    importlib.import_module("lambdas.start_job")


@pytest.mark.parametrize("missing", ["BUCKET_NAME", "TABLE_NAME", "STACK_NAME", "SETTINGS"])
def test_a_function_without_its_environment_does_not_load(
    environment: pytest.MonkeyPatch, missing: str
) -> None:
    environment.setenv(missing, "")
    with pytest.raises(ValidationError, match=missing):
        importlib.import_module("lambdas.runtime")


def test_a_step_answers_with_what_the_domain_says(
    environment: pytest.MonkeyPatch,
) -> None:
    module = importlib.import_module("lambdas.check_job")
    asked: list[Any] = []

    def check(event: Any, services: Any) -> Any:
        asked.append((event.run_id, event.job, services.environment.bucket_name))
        return SimpleNamespace(status="running", seconds=30)

    environment.setattr(module, "check_job", check)
    assert module.handler(EVENTS["job"], CONTEXT) == {"status": "running", "waitSeconds": 30}
    assert asked == [("x", 3, BUCKET)]


def test_a_step_logs_its_ids_and_what_it_answered_as_json(
    environment: pytest.MonkeyPatch,
) -> None:
    module = importlib.import_module("lambdas.plan_jobs")
    stream = io.StringIO()
    importlib.import_module("lambdas.runtime").logger.registered_handler.setStream(stream)
    planned = SimpleNamespace(jobs=2, long=1, batches=0)
    environment.setattr(module, "plan_jobs", lambda *_, **__: planned)
    module.handler(EVENTS["run"] | {"prompt": "my own words"}, CONTEXT)
    [line] = stream.getvalue().splitlines()
    logged = json.loads(line)
    assert (logged["message"], logged["run_id"]) == ("plan_jobs", "x")
    assert logged["answer"] == {"runId": "x", "jobs": 2, "longJobs": 1, "batches": 0}
    assert "own words" not in line


def test_a_cause_is_answered_and_not_logged(environment: pytest.MonkeyPatch) -> None:
    module = importlib.import_module("lambdas.fail_job")
    stream = io.StringIO()
    importlib.import_module("lambdas.runtime").logger.registered_handler.setStream(stream)
    failure = SimpleNamespace(name="DatasetInvalid", message="my own words")
    environment.setattr(module, "fail_job", lambda *_: failure)
    answer = module.handler(EVENTS["job"], CONTEXT)
    assert answer == {"error": "DatasetInvalid", "cause": "my own words"}
    assert json.loads(stream.getvalue())["answer"] == {"error": "DatasetInvalid"}
    assert "own words" not in stream.getvalue()


def test_an_unexpected_refusal_of_aws_reaches_step_functions_by_a_name(
    environment: pytest.MonkeyPatch,
) -> None:
    module = importlib.import_module("lambdas.check_budget")

    def refuse(*_: object) -> None:
        error = {"Code": "AccessDeniedException", "Message": "explicit deny"}
        raise ClientError({"Error": error}, "GetItem")

    environment.setattr(module, "check_run_budget", refuse)
    with pytest.raises(ServiceRefused, match="GetItem was refused: AccessDeniedException"):
        module.handler(EVENTS["run"], CONTEXT)


def test_a_refusal_reaches_step_functions_by_its_own_name(
    environment: pytest.MonkeyPatch,
) -> None:
    module = importlib.import_module("lambdas.check_budget")

    def refuse(*_: object) -> None:
        raise BudgetExceeded("Too dear", action="Spend less.")

    environment.setattr(module, "check_run_budget", refuse)
    with pytest.raises(BudgetExceeded, match="Too dear"):
        module.handler(EVENTS["run"], CONTEXT)


def test_an_event_of_another_form_is_refused(environment: pytest.MonkeyPatch) -> None:
    module = importlib.import_module("lambdas.start_job")
    with pytest.raises(ValidationError, match="runId"):
        module.handler({"job": 1}, CONTEXT)


def test_the_deployed_suites_are_those_beside_the_code(environment: pytest.MonkeyPatch) -> None:
    assert repository() / "suites" == importlib.import_module("lambdas.runtime").SUITES


def test_a_step_that_fails_logs_of_which_run_it_was_and_not_why(
    environment: pytest.MonkeyPatch,
) -> None:
    module = importlib.import_module("lambdas.plan_jobs")
    stream = io.StringIO()
    importlib.import_module("lambdas.runtime").logger.registered_handler.setStream(stream)

    def refuse(*_: object, **__: object) -> None:
        raise BudgetExceeded("my own words", action="x")

    environment.setattr(module, "plan_jobs", refuse)
    with pytest.raises(BudgetExceeded):
        module.handler(EVENTS["run"], CONTEXT)
    logged = json.loads(stream.getvalue())
    assert (logged["message"], logged["run_id"]) == ("plan_jobs failed", "x")
    assert logged["error"] == "BudgetExceeded"
    assert "own words" not in stream.getvalue()
