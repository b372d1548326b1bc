"""EventBridge Scheduler fills in its context attributes.

An input may contain ``<aws.scheduler.scheduled-time>`` and three more ("Adding context
attributes", EventBridge Scheduler guide). MiniStack delivers them as they stand, so that every
firing has the same input.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from ministack.services import eventbridge, scheduler

from embedded_aws.patches.check import require_parameters, require_source

_NAME = "schedules"


def apply() -> None:
    """Fill in the attributes where a schedule's target is invoked."""
    original = eventbridge._invoke_target
    require_parameters(original, _NAME, "target", "event", "rule", "view")
    require_source(original, _NAME, 'target_input_payload = target["Input"]')
    require_source(
        scheduler._tick_schedules,
        _NAME,
        '"Source": "aws.scheduler"',
        "_eb._invoke_target(target, event, sched)",
    )

    def invoke(target: dict[str, Any], event: dict[str, Any], rule: Any, view: Any = None) -> None:
        if event.get("Source") == "aws.scheduler" and target.get("Input"):
            target = {**target, "Input": _filled(target["Input"], event)}
        original(target, event, rule, view)

    eventbridge._invoke_target = invoke


def _filled(text: str, event: dict[str, Any]) -> str:
    moment = datetime.fromtimestamp(event["Time"], UTC)
    values = {
        "schedule-arn": event["Resources"][0],
        "scheduled-time": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "execution-id": str(uuid.uuid4()),
        "attempt-number": "1",
    }
    for name, value in values.items():
        text = text.replace(f"<aws.scheduler.{name}>", value)
    return text
