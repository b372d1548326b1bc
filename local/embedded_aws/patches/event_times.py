"""An execution's start is the same instant wherever it is read.

The event's ``startDate`` (epoch milliseconds) and ``$states.context.Execution.StartTime`` (ISO
8601) denote one instant on AWS. MiniStack computes the first as ``int(seconds * 1000)``, which is a
millisecond early for about half of all instants, so that a digest of it does not match.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ministack.services import stepfunctions

from embedded_aws.patches.check import require_source

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def epoch_milliseconds(iso: str | None) -> int | None:
    """Whole milliseconds since 1970 of an ISO 8601 instant, without a float on the way."""
    if not iso:
        return None
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError:
        return None
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def apply() -> None:
    """Replace the conversion."""
    require_source(stepfunctions._iso_to_epoch_ms, "event_times", "int(dt.timestamp() * 1000)")
    require_source(
        stepfunctions._emit_execution_status_event, "event_times", "_iso_to_epoch_ms(execution"
    )
    stepfunctions._iso_to_epoch_ms = epoch_milliseconds
