"""A function that an event invokes is tried again when it fails.

"If the function returns an error ..., Lambda retries ... twice, with a one-minute wait between the
first two attempts, and two minutes between the second and third" (Lambda guide, asynchronous
invocation). MiniStack invokes a rule's or a schedule's function once. The waits are scaled as Step
Functions' are.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from typing import Any

from ministack.services import eventbridge, lambda_svc, stepfunctions

from embedded_aws.patches.check import require_parameters, require_source

log = logging.getLogger("embedded_aws")
_NAME = "async_retries"
_WAITS = (60.0, 120.0)


def apply() -> None:
    """Replace the dispatch from EventBridge (and Scheduler) to Lambda."""
    require_parameters(eventbridge._dispatch_to_lambda, _NAME, "arn", "payload")
    require_source(
        eventbridge._dispatch_to_lambda,
        _NAME,
        "lambda_svc._get_func_record_for_ref(arn)",
        "lambda_svc._execution_record_for_config(func, config)",
        "target=lambda_svc._execute_function_with_config_scope, args=(exec_record, event)",
    )
    eventbridge._dispatch_to_lambda = _dispatch


def _dispatch(arn: str, payload: str) -> None:
    function, config, name = lambda_svc._get_func_record_for_ref(arn)
    if not function or not config:
        log.warning("no function %s for an event", name)
        return
    record = lambda_svc._execution_record_for_config(function, config)
    threading.Thread(
        target=_invoke, args=(record, json.loads(payload), name), daemon=True, name=f"event-{name}"
    ).start()


def _invoke(record: dict[str, Any], event: Any, name: str) -> None:
    for wait in (*_WAITS, None):
        result = lambda_svc._execute_function_with_config_scope(record, event)
        if not result.get("error"):
            return
        if wait is not None:
            time.sleep(wait * stepfunctions._SFN_WAIT_SCALE)
    log.error("%s failed on an event three times", name)
