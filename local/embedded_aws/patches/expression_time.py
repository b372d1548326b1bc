"""An expression's second is the processor's, not the clock's.

Step Functions gives a JSONata expression a second. Here it shares processors with functions,
stand-ins and tests: where these are busy, a trivial one would run out of time.
"""

from __future__ import annotations

import time

from jsonata import timebox
from ministack.services import stepfunctions

from embedded_aws.patches.check import require_source

_NAME = "expression_time"


def apply() -> None:
    """Measure what the evaluating thread took of the processor."""
    require_source(stepfunctions._evaluate_jsonata, _NAME, "timeout=1000")
    require_source(timebox.Timebox.check_runaway, _NAME, "Timebox.current_milli_time()")
    require_source(timebox.Timebox.current_milli_time, _NAME, "time.time() * 1000")
    timebox.Timebox.current_milli_time = staticmethod(_milliseconds)


def _milliseconds() -> int:
    return round(time.thread_time() * 1000)
