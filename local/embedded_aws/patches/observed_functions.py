"""A function's calls say whose they are, and a function can be killed.

Each call that a Python function makes with botocore carries a header with its invocation, service,
protocol and operation (``function_calls.HEADER``), which the front reads. A worker whose process
ends within an invocation is reported as AWS does, as ``Runtime.ExitError``, which Step Functions'
Retry and Catch match on; MiniStack says ``Runtime.HandlerError``. On an answer that the front marks
as too late (``function_calls.LATE``), botocore fails as if it had waited for it in vain, without
the waiting. With ``--client-scale``, it waits a fraction of its own times between its tries.
"""

from __future__ import annotations

from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from embedded_aws import invocations
from embedded_aws.environment import CLIENT_SCALE
from embedded_aws.function_calls import HEADER, LATE
from embedded_aws.patches.check import require, require_parameters, require_source

_NAME = "observed_functions"
_CONTEXT = '_ms_ctx = _ms_msg.get("ctx") or {}'
_INSTALL = "    _ms_install_invoke_depth()\n    try:\n"
_DIED = "Worker process died"
_OBSERVING = (
    """
def _observe_calls():
    import os, time
    try:
        import botocore.endpoint, botocore.exceptions, botocore.handlers, botocore.httpsession
    except ImportError:
        return

    def note(model, params, **kwargs):
        service = model.service_model
        protocol = getattr(service, "resolved_protocol", None) or service.metadata["protocol"]
        invocation = os.environ.get("_EMBEDDED_AWS_INVOCATION", "-")
        told = (invocation, service.service_name, protocol, model.name)
        params["headers"]["HEADER"] = " ".join(told)

    botocore.handlers.BUILTIN_HANDLERS.append(("before-call", note))
    original = botocore.httpsession.URLLib3Session.send

    def send(self, request):
        response = original(self, request)
        if "LATE" in response.headers:
            raise botocore.exceptions.ReadTimeoutError(endpoint_url=request.url)
        return response

    class Clock:
        sleep = staticmethod(lambda seconds: time.sleep(seconds * scale))

    botocore.httpsession.URLLib3Session.send = send
    scale = float(os.environ.get("SCALE", "1"))
    if scale != 1:
        botocore.endpoint.time = Clock

""".replace("HEADER", HEADER)
    .replace("LATE", LATE)
    .replace("SCALE", CLIENT_SCALE)
)


def apply() -> None:
    """Extend the worker script, and note which worker runs which invocation."""
    script = lambda_runtime._PYTHON_WORKER_SCRIPT
    require(script.count(_CONTEXT) == 1, _NAME, "the worker script reads its context otherwise")
    require(script.count(_INSTALL) == 1, _NAME, "the worker script prepares botocore otherwise")
    script = script.replace(_INSTALL, _INSTALL.replace("    try", "    _observe_calls()\n    try"))
    noted = 'os.environ["_EMBEDDED_AWS_INVOCATION"] = _ms_ctx.get("request_id") or "-"'
    lambda_runtime._PYTHON_WORKER_SCRIPT = _OBSERVING + script.replace(
        _CONTEXT, f"{_CONTEXT}; {noted}"
    )
    _note_invocations()
    _name_crashes()


def _note_invocations() -> None:
    original = lambda_runtime.Worker.invoke
    require_source(original, _NAME, "with self._lock:", "self._proc.stdout.readline()", _DIED)

    def invoke(self: Any, event: Any, request_id: str, **more: Any) -> Any:
        with invocations.running(request_id, self.func_name, event, self) as invocation:
            answer = original(self, event, request_id, **more)
            invocations.tell(invocation.event, answer.get("result"))
            return answer

    lambda_runtime.Worker.invoke = invoke


def _name_crashes() -> None:
    original = lambda_svc._execute_function_warm
    require_parameters(original, _NAME, "func", "event", "request_id")

    def execute(func: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        result: dict[str, Any] = original(func, event, request_id)
        body = result.get("body")
        if result.get("error") and isinstance(body, dict) and body.get("errorMessage") == _DIED:
            message = f"RequestId: {request_id} Error: Runtime exited with error: signal: killed"
            return {**result, "body": {"errorType": "Runtime.ExitError", "errorMessage": message}}
        return result

    lambda_svc._execute_function_warm = execute
