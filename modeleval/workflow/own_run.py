"""Which run an execution works on."""

from __future__ import annotations

from modeleval.services import Services


def run_of(own_id: str, execution_arn: str, services: Services) -> str | None:
    """The run that an execution works on: its own, or the one that it has resumed.

    None for an execution that wanted to resume a run and was refused: that run is not its.
    """
    resumed = services.resumes.resumed_by(own_id)
    if resumed is None:
        return own_id
    found = services.store.find_run(resumed)
    return resumed if found is not None and found.execution_arn == execution_arn else None
