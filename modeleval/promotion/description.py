"""What stands beside a model package's approval: why, and where the run is.

Source: botocore's service model of `sagemaker`: ApprovalDescription has at most 1,024 characters
and, by its pattern, no line break.
"""

from __future__ import annotations

from modeleval.links import execution_page
from modeleval.store.items import Run
from modeleval.suite.gate import Action

LONGEST = 1024

STATUS = {Action.APPROVE: "Approved", Action.REJECT: "Rejected"}
"""SageMaker's ModelApprovalStatus."""
_OWN = "modeleval"


def description(run: Run, action: Action, why: str, *, by: str = _OWN) -> str:
    """One line; the reason is cut where it and the links do not fit together.

    The execution's page is there for 90 days, the run for as long as it is kept.
    """
    links = (
        f" Run {run.run_id} of the suite {run.suite} (modeleval show {run.run_id}): "
        f"{run.execution_arn} {execution_page(run.execution_arn)}"
    )
    said = f"{STATUS[action]} by {by}: {_one_line(why)}"
    room = LONGEST - len(links)
    if len(said) > room:
        said = f"{said[: max(0, room - 1)]}…"
    return f"{said}{links}"[:LONGEST]


def is_own_rejection(because: str) -> bool:
    """Whether the description of an approval status is that of a rejection by a run's gate."""
    return because.startswith(f"{STATUS[Action.REJECT]} by {_OWN}: ")


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
