"""MiniStack 1.5.33's gaps, mended: one module per patch, each with its reason.

Each patch first asserts that the place it changes is what it was written for. An upgrade of
MiniStack thus fails at start, with the name of the patch, and not later in a run.
"""

from __future__ import annotations

from importlib import metadata

from embedded_aws.patches import (
    aborts,
    async_retries,
    event_times,
    expression_time,
    forked_workers,
    held_waits,
    idempotent_starts,
    lambda_errors,
    nested,
    observed_functions,
    prompt_starts,
    schedules,
    sessions,
    shared_code,
    simulated_context,
    transactions,
)
from embedded_aws.patches.check import require

MINISTACK = "1.5.33"


def apply(*, forks: bool) -> None:
    """Apply every patch, once, before the first request; raises PatchError if one does not fit.

    Without `forks`, workers are started as MiniStack starts them.
    """
    found = metadata.version("ministack")
    require(found == MINISTACK, "version", f"written for MiniStack {MINISTACK}, found {found}")
    for patch in (
        lambda_errors,
        shared_code,
        event_times,
        expression_time,
        prompt_starts,
        idempotent_starts,
        nested,
        aborts,
        held_waits,
        async_retries,
        schedules,
        sessions,
        observed_functions,
        simulated_context,
        transactions,
    ):
        patch.apply()
    if forks:
        forked_workers.apply()
