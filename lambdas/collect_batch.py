"""Ask the scenarios of a batch, as long as the function may run."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.runtime import services, timed_step
from modeleval.workflow.collecting.batch import collect_batch_step
from modeleval.workflow.events import BatchEvent


@timed_step(BatchEvent)
def handler(event: BatchEvent, context: LambdaContext) -> dict[str, Any]:
    done = collect_batch_step(
        event.run_id,
        event.batch,
        context.aws_request_id,
        lambda: context.get_remaining_time_in_millis() / 1000,
        services,
    )
    return {"done": done.ended, "waitSeconds": done.wait_seconds}
