"""The state machines' files, parsed, and what the tests ask of them."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from unit_fakes import repository

ROOT = repository()
FOLDER = ROOT / "statemachine"
RUN_FILE = "evaluation_run.asl.json"
JOB_FILE = "evaluation_job.asl.json"
BATCH_FILE = "collecting_batch.asl.json"
FILES = (RUN_FILE, JOB_FILE, BATCH_FILE)
LAMBDA = "arn:aws:states:::lambda:invoke"

State = dict[str, Any]


class Machine(NamedTuple):
    """A machine, or the inside of a Map: where it starts, and its states by name."""

    start: str
    states: dict[str, State]


def text(file: str) -> str:
    return (FOLDER / file).read_text()


def parsed(file: str) -> Any:
    return json.loads(text(file))


def machines(file: str) -> Iterator[Machine]:
    """The machine of a file, and those inside its Maps and branches."""
    waiting = [parsed(file)]
    while waiting:
        found = waiting.pop()
        yield Machine(found["StartAt"], found["States"])
        for state in found["States"].values():
            waiting += [state["ItemProcessor"]] if state["Type"] == "Map" else []
            waiting += state.get("Branches", [])


def states(file: str) -> Iterator[tuple[str, State]]:
    for machine in machines(file):
        yield from machine.states.items()


def successors(state: State) -> Iterator[str]:
    """Where a state may lead, its failures included."""
    for holder in (state, *state.get("Choices", ()), *state.get("Catch", ())):
        if "Next" in holder:
            yield holder["Next"]
    if "Default" in state:
        yield state["Default"]


def function_of(state: State) -> str:
    """The substitution that names a task's function."""
    return str(re.fullmatch(r"\$\{(\w+)\}", state["Arguments"]["FunctionName"])[1])  # type: ignore[index]


def lambda_tasks() -> Iterator[tuple[str, State]]:
    """Every state of both machines that invokes a function."""
    for file in FILES:
        for name, state in states(file):
            if state.get("Resource") == LAMBDA:
                yield name, state


def snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def substitutions(file: str) -> dict[str, str]:
    """What stacks/workflow.py puts into a file: each name, and the code that gives its value."""
    tree = ast.parse((ROOT / "stacks" / "workflow.py").read_text())
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        constants = [one.value for one in node.args if isinstance(one, ast.Constant)]
        if file in constants:
            given = [one for one in node.args if isinstance(one, ast.Dict)]
            return {
                str(key.value): ast.unparse(value)
                for one in given
                for key, value in zip(one.keys, one.values, strict=True)
                if isinstance(key, ast.Constant)
            }
    raise AssertionError(f"stacks/workflow.py does not build {file}")
