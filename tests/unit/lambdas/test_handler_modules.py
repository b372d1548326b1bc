"""A handler parses, calls and returns; what it answers is what the state machine reads."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from unit_asl import lambda_tasks
from unit_fakes import repository

from modeleval.workflow import events
from modeleval.workflow.events import Event

ROOT = repository()
SHARED = {"__init__", "runtime", "short_errors"}
STEPS = sorted(
    (path for path in (ROOT / "lambdas").glob("*.py") if path.stem not in SHARED),
    key=lambda path: path.stem,
)
TASKS = dict(lambda_tasks())

every_step = pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in STEPS])


def handler(path: Path) -> ast.FunctionDef:
    [found] = [
        node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)
    ]
    return found


def event_model(path: Path) -> type[Event]:
    """The model in `@step(Model)`."""
    [decorator] = handler(path).decorator_list
    assert isinstance(decorator, ast.Call)
    assert ast.unparse(decorator.func) == "step"
    model: type[Event] = getattr(events, ast.unparse(decorator.args[0]))
    return model


def answered(path: Path) -> set[str]:
    """The fields of the object that a handler returns."""
    keys: set[str] = set()
    for node in ast.walk(handler(path)):
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Dict):
            keys |= {str(ast.literal_eval(key)) for key in node.value.keys if key}
    return keys


def test_there_are_steps() -> None:
    assert len(STEPS) >= 13


@every_step
def test_a_module_holds_one_handler_and_its_docstring(path: Path) -> None:
    assert handler(path).name == "handler"
    assert ast.get_docstring(ast.parse(path.read_text()))


@every_step
def test_a_module_is_at_most_25_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 25


@every_step
def test_a_module_imports_the_domain_and_nothing_that_calls_aws(path: Path) -> None:
    tree = ast.parse(path.read_text())
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    plain = [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    assert plain == []
    assert {str(module).split(".")[0] for module in modules} <= {
        "__future__",
        "typing",
        "lambdas",
        "modeleval",
    }


@every_step
def test_a_handler_calls_and_returns_and_decides_nothing(path: Path) -> None:
    body = handler(path).body
    assert len(body) <= 2
    assert isinstance(body[-1], ast.Return)
    deciding = ast.If | ast.For | ast.While | ast.Try | ast.With | ast.IfExp | ast.Lambda
    assert not [node for node in ast.walk(handler(path)) if isinstance(node, deciding)]


@every_step
def test_the_stack_has_a_function_for_every_module(path: Path) -> None:
    assert f'self._function("{path.stem}"' in re.sub(
        r"\(\s+", "(", (ROOT / "stacks" / "functions.py").read_text()
    )


def test_the_stack_has_no_function_without_a_module() -> None:
    source = (ROOT / "stacks" / "functions.py").read_text()
    named = set(re.findall(r'self\._function\(\s*"(\w+)"', source))
    assert named == {path.stem for path in STEPS}


def state_name(path: Path) -> str:
    return "".join(word.capitalize() for word in path.stem.split("_"))


def payload(path: Path) -> set[str]:
    """The fields that the state machine hands to the step."""
    return set(TASKS[state_name(path)]["Arguments"]["Payload"])


in_a_machine = pytest.mark.parametrize(
    "path", [pytest.param(path, id=path.stem) for path in STEPS if state_name(path) in TASKS]
)


def test_every_step_but_those_that_events_start_is_in_a_machine() -> None:
    assert {state_name(path) for path in STEPS} - set(TASKS) == {
        "DecideRun",
        "EnableTriggers",
        "PipelineStep",
        "ReapRun",
        "SweepRuns",
        "TriggerRun",
    }


@in_a_machine
def test_a_step_is_handed_what_its_event_needs_and_nothing_that_it_ignores(path: Path) -> None:
    fields: dict[str, Any] = {
        field.alias or name: field for name, field in event_model(path).model_fields.items()
    }
    needed = {name for name, field in fields.items() if field.is_required()}
    assert needed <= payload(path) <= set(fields)


@pytest.mark.parametrize(
    ("step", "fields"),
    [
        ("prepare_run", {"runId"}),
        ("plan_jobs", {"jobs", "longJobs", "batches"}),
        ("collect_batch", {"done", "waitSeconds"}),
        ("resume_run", {"runId", "attempt", "jobs", "longJobs", "batches"}),
        ("start_job", {"status", "waitSeconds"}),
        ("check_job", {"status", "waitSeconds"}),
        ("fail_run", {"error", "cause"}),
        ("fail_job", {"error", "cause"}),
    ],
)
def test_a_step_answers_with_what_the_state_machine_reads(step: str, fields: set[str]) -> None:
    assert fields <= answered(ROOT / "lambdas" / f"{step}.py")
