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
_lasting: list[str] = []
"""The executions whose waits are held now, one entry per wait."""


def apply() -> None:
    """After ``aborts``, whose sleep ends with the execution."""
    require_parameters(stepfunctions._execute_wait, _NAME, "state_def", "raw_input", "ctx")
    original = stepfunctions._execute_wait

    def wait(state_def: Any, raw_input: Any, ctx: Any = None) -> Any:
        answer = original(state_def, raw_input, ctx)
        execution = aborts.current()
        if _is_held(execution):
            _lasting.append(execution)
            try:
                while _is_held(execution):
                    aborts.sleep(_SLICE_SECONDS)
            finally:
                _lasting.remove(execution)
        return answer

    stepfunctions._execute_wait = wait


def _is_held(execution: str) -> bool:
    return any(name in execution for name in set(_held))


def lasting() -> list[str]:
    """The ARNs of the executions that are in a wait that is held: a wait that was about to end
    when it was to be held is none."""
    return sorted(_lasting)


def hold(name: str) -> None:
    """Let the waits of executions last whose names have this part."""
    if not name:
        raise ValueError("name must be a part of an execution's name")
    _held.add(name)


def let_go() -> None:
    """Let every wait end."""
    _held.clear()
