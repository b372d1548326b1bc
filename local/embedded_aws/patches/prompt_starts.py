"""An execution's first state is entered at once.

MiniStack waits 0.15 s before each, nested ones as well; nothing of it needs that: the execution is
known, and its status event sent, before its thread begins.
"""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

from ministack.services import stepfunctions

from embedded_aws.patches.check import require, require_source

_NAME = "prompt_starts"
_PAUSE = 0.15


def apply() -> None:
    """Before ``idempotent_starts`` and ``aborts``, which wrap what is looked at here."""
    require_source(stepfunctions._run_execution, _NAME, f"time.sleep({_PAUSE})")
    require_source(stepfunctions._start_execution, _NAME, "_emit_execution_status_event(")
    require(stepfunctions.time is time, _NAME, "stepfunctions has another time")
    stepfunctions.time = SimpleNamespace(**{**vars(time), "sleep": _sleep})


def _sleep(seconds: Any) -> None:
    if seconds != _PAUSE:
        time.sleep(seconds)
