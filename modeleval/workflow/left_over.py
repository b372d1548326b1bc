"""What an execution left undone that ended after its run's scores were published.

The scores stay as they are: what is left only reads them, and pays for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from modeleval.promotion.version import versioned
from modeleval.services import Services
from modeleval.store.items import Run

_GOES_ON = "RUNNING"


class Left(StrEnum):
    """A step after the publication that has left no trace."""

    PROMOTION = "promotion"
    REPORT = "report"


_WORDS = {
    Left.PROMOTION: "what follows for its model package version",
    Left.REPORT: "its report",
}


def left_over(run: Run) -> tuple[Left, ...]:
    """The steps that were not done for a run whose scores are published; both leave a word with
    the run, also of what they could not do."""
    if not run.completed:
        return ()
    done = {
        Left.PROMOTION: run.promotion is not None or versioned(run) is None,
        Left.REPORT: run.report is not None,
    }
    return tuple(one for one in Left if not done[one])


def left_undone(run: Run, services: Services) -> tuple[Left, ...]:
    """The same, if nobody is about to do it: nothing while the run's execution goes on."""
    left = left_over(run)
    return () if left and execution_goes_on(run, services) else left


def execution_goes_on(run: Run, services: Services) -> bool:
    return services.executions.status(run.execution_arn) == _GOES_ON


def left_words(left: Iterable[Left]) -> str:
    """In words: `what follows for its model package version, and its report`."""
    return ", and ".join(_WORDS[one] for one in left)
