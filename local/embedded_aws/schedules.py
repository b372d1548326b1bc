"""Fires a schedule now, so that a test need not wait for the hour."""

from __future__ import annotations

import time
import uuid
from datetime import datetime
from typing import Any

from ministack.core.responses import set_request_account_id, set_request_region
from ministack.services import eventbridge, scheduler


def fire(name: str, group: str = "default", scheduled_time: str | None = None) -> dict[str, Any]:
    """Invoke a schedule's target as at its time (ISO 8601, or now); enabled or not.

    Raises ValueError if there is no such schedule. Returns the schedule's ARN and expression.
    """
    found = [item for item in scheduler._schedules._data.items() if item[0][2] == f"{group}/{name}"]
    if not found:
        known = sorted(key for _, _, key in scheduler._schedules._data)
        raise ValueError(f"no schedule {group}/{name}; there are {known}")
    (account, region, _), schedule = found[0]
    moment = datetime.fromisoformat(scheduled_time).timestamp() if scheduled_time else time.time()
    set_request_account_id(account)
    set_request_region(region)
    event = {
        "EventId": str(uuid.uuid4()),
        "Source": "aws.scheduler",
        "DetailType": "Scheduled Event",
        "Detail": "{}",
        "Time": moment,
        "Resources": [schedule["Arn"]],
        "Account": account,
        "Region": region,
    }
    eventbridge._invoke_target(schedule["Target"], event, schedule)
    return {"scheduleArn": schedule["Arn"], "expression": schedule["ScheduleExpression"]}
