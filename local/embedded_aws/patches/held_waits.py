"""A Wait state of an execution that a test names lasts until it is let go, or stopped.

MiniStack's waits are scaled to moments here, too short to stop an execution within one for sure.
"""

from __future__ import annotations

from typing import Any

from ministack.services import stepfunctions

from embedded_aws.patches import aborts
from embedded_aws.patches.check import require_parameters

_NAME = "held_waits"
_SLICE_SECONDS = 0.1
_held: set[str] = set()


def apply() -> None:
    """After ``aborts``, whose sleep ends with the execution."""
    require_parameters(stepfunctions._execute_wait, _NAME, "state_def", "raw_input", "ctx")
    original = stepfunctions._execute_wait

    def wait(state_def: Any, raw_input: Any, ctx: Any = None) -> Any:
        answer = original(state_def, raw_input, ctx)
        while any(name in aborts.current() for name in set(_held)):
            aborts.sleep(_SLICE_SECONDS)
        return answer

    stepfunctions._execute_wait = wait


def hold(name: str) -> None:
    """Let the waits of executions last whose names have this part."""
    if not name:
        raise ValueError("name must be a part of an execution's name")
    _held.add(name)


def let_go() -> None:
    """Let every wait end."""
    _held.clear()
