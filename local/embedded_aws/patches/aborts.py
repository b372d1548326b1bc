"""A stopped execution stays stopped, and does nothing more.

On AWS, StopExecution ends all branches, runs no Catch, and is final. In MiniStack the iterations of
a Map go on to start tasks, and a task that fails after the stop turns ABORTED into FAILED, with a
second status event.
"""

from __future__ import annotations

import time
from contextvars import ContextVar
from typing import Any

from ministack.services import stepfunctions

from embedded_aws.patches.check import require_parameters, require_source

_NAME = "aborts"
_SLICE_SECONDS = 0.1
_current: ContextVar[str | None] = ContextVar("execution", default=None)


class _Stopped(BaseException):
    """Ends a thread of a stopped execution. No Exception, so that no Retry or Catch sees it."""


def apply() -> None:
    """Check before each task, and during each wait, that the execution still runs."""
    require_parameters(stepfunctions._run_execution, _NAME, "exec_arn")
    require_parameters(stepfunctions._fail_execution, _NAME, "execution", "error", "cause")
    require_parameters(stepfunctions._invoke_resource, _NAME, "resource", "input_data")
    require_parameters(stepfunctions._scaled_sleep, _NAME, "seconds")
    require_source(stepfunctions._run_map_items, _NAME, "except Exception as exc")
    require_source(stepfunctions._run_parallel_branches, _NAME, "except Exception as exc")
    _patch_run(stepfunctions._run_execution)
    _patch_failure(stepfunctions._fail_execution)
    _patch_task(stepfunctions._invoke_resource)
    stepfunctions._scaled_sleep = lambda seconds: sleep(seconds * stepfunctions._SFN_WAIT_SCALE)


def current() -> str:
    """The ARN of the execution whose thread this is, or an empty text."""
    return _current.get() or ""


def _check() -> None:
    arn = _current.get()
    execution = stepfunctions._executions.get(arn) if arn else None
    if execution is not None and execution["status"] != "RUNNING":
        raise _Stopped


def sleep(seconds: float) -> None:
    """Sleep in slices, so that a stop of the execution ends it within a fraction of a second."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(left, _SLICE_SECONDS))
        _check()


def _patch_run(original: Any) -> None:
    def run(exec_arn: str) -> None:
        token = _current.set(exec_arn)
        try:
            original(exec_arn)
        except _Stopped:
            pass
        finally:
            _current.reset(token)

    stepfunctions._run_execution = run


def _patch_failure(original: Any) -> None:
    def fail(execution: dict[str, Any], error: str, cause: str) -> None:
        if execution["status"] == "RUNNING":
            original(execution, error, cause)

    stepfunctions._fail_execution = fail


def _patch_task(original: Any) -> None:
    def invoke(resource: str, input_data: Any) -> Any:
        _check()
        result = original(resource, input_data)
        _check()
        return result

    stepfunctions._invoke_resource = invoke
