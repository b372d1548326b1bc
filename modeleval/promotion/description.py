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


def description(run: Run, action: Action, why: str, *, by: str = "modeleval") -> str:
    """One line; the reason is cut where it and the links do not fit together."""
    links = (
        f" Run {run.run_id} of the suite {run.suite}: {run.execution_arn} "
        f"{execution_page(run.execution_arn)}"
    )
    said = f"{STATUS[action]} by {by}: {_one_line(why)}"
    room = LONGEST - len(links)
    if len(said) > room:
        said = f"{said[: max(0, room - 1)]}…"
    return f"{said}{links}"[:LONGEST]


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
