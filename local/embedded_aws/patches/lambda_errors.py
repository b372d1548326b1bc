"""A Lambda's exception keeps its name.

MiniStack reports every exception as ``Runtime.HandlerError`` and throws the worker away. AWS
reports the class name as ``errorType`` beside ``errorMessage``, ``requestId`` and ``stackTrace``,
and keeps the environment (Lambda guide, "Using Lambda function exceptions in Python"). Step
Functions' Retry and Catch match on that name.
"""

from __future__ import annotations

import secrets
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from embedded_aws.patches.check import require, require_parameters, require_source

_NAME = "lambda_errors"
_BEFORE = (
    '_real_stdout.write(json.dumps({"status": "error", "error": str(e), '
    '"trace": traceback.format_exc()}) + "\\n")'
)
# Unguessable, so that no function's own result is taken for an error.
_MARK = f"embedded-aws-error-{secrets.token_hex(8)}"
# tb_next: the worker's own frame is no part of a function's trace.
_AFTER = """traceback.print_exc(); _real_stdout.write(json.dumps({"status": "ok", "result": {MARK: {
                "errorMessage": str(e),
                "errorType": type(e).__name__,
                "requestId": _ms_ctx.get("request_id", ""),
                "stackTrace": traceback.format_tb(e.__traceback__.tb_next),
            }}}) + "\\n")""".replace("MARK", repr(_MARK))


def apply() -> None:
    """Report the exception as a marked result, and turn the marked result into an error."""
    script = lambda_runtime._PYTHON_WORKER_SCRIPT
    require(script.count(_BEFORE) == 1, _NAME, "the worker script reports errors otherwise")
    original = lambda_svc._execute_function_warm
    require_parameters(original, _NAME, "func", "event", "request_id")
    require_source(original, _NAME, 'return {"body": result.get("result"), "log"')
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(_BEFORE, _AFTER)

    def execute(func: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        result: dict[str, Any] = original(func, event, request_id)
        body = result.get("body")
        if isinstance(body, dict) and set(body) == {_MARK}:
            return {**result, "body": body[_MARK], "error": True}
        return result

    lambda_svc._execute_function_warm = execute
