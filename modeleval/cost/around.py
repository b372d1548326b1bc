"""What the AWS services around a run's jobs cost: counted per job, at the dated list's prices."""

from __future__ import annotations

from modeleval.cost.prices import service_prices

LOOKS = 20
"""How often a job is looked at: an hour's, as the pauses between looks grow."""
_STEPS, _STEPS_PER_JOB, _STEPS_PER_LOOK = 12, 6, 3
_CALLS, _CALLS_PER_JOB = 9, 3
_WRITES, _WRITES_PER_JOB = 40, 5
_PUTS, _PUTS_PER_JOB = 6, 8
_GB_SECONDS = 1
"""Of one invocation: functions have a GB or less, and are done in a second or less."""


def around(jobs: int) -> dict[str, str]:
    """JSON-able: the sum in USD as a decimal string, and how it comes about.

    Raises ValueError for a negative count.
    """
    if jobs < 0:
        raise ValueError("jobs is a count")
    prices = service_prices()
    transitions = _STEPS + jobs * (_STEPS_PER_JOB + LOOKS * _STEPS_PER_LOOK)
    invocations = _CALLS + jobs * (_CALLS_PER_JOB + LOOKS)
    writes = _WRITES + jobs * (_WRITES_PER_JOB + LOOKS)
    puts = _PUTS + jobs * _PUTS_PER_JOB
    usd = (
        transitions * prices.state_transition
        + invocations * (prices.lambda_request + _GB_SECONDS * prices.lambda_gb_second)
        + writes * prices.table_write
        + puts * prices.object_put
    )
    return {
        "usd": f"{usd:.4f}",
        "formula": (
            f"{transitions:,} state transitions, {invocations:,} invocations, {writes:,} writes to "
            f"the table and {puts:,} to the bucket, if each job is looked at {LOOKS} times"
        ),
    }
