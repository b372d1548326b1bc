"""How a run's collecting of responses stands, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from modeleval.cli.console import plain
from modeleval.collecting.counts import counted
from modeleval.services import Services
from modeleval.store.batches import Batch, BatchStatus
from modeleval.store.items import Run
from modeleval.workflow.collecting.spent import total

_LONG = 1000


def standing_words(run: Run, services: Services) -> str | None:
    """`3 of 20 batches done, 340 requests`; None of a run that collects nothing now."""
    if run.phase != "collect":
        return None
    batches = services.store.batches(run.run_id)
    done = sum(one.status is BatchStatus.DONE for one in batches)
    return f"{done} of {len(batches)} batches done, {total(batches).requests:,} requests"


def planned_words(run: Run) -> str | None:
    """What is collected before any job; None of a run that collects nothing."""
    asked = run.collecting
    if asked is None:
        return None
    turns, scenarios = (
        counted(int(asked["turns"]), "turn"),
        counted(int(asked["scenarios"]), "scenario"),
    )
    batches = counted(int(asked["batches"]), "batch")
    return (
        f"Responses are collected first: {turns} of {scenarios}, in {batches} side by side. "
        "The jobs are planned with them."
    )


def coverage_lines(run: Run) -> Iterator[str]:
    """What the scenarios do not cover, as it is advised."""
    for name, sentences in ((run.collecting or {}).get("coverage") or {}).items():
        for sentence in sentences:
            yield f"Scenarios ({plain(name)}): {plain(sentence)}"


def told_lines(run: Run) -> Iterator[str]:
    """What was collected, by evaluation."""
    for name, sentences in ((run.collecting or {}).get("told") or {}).items():
        yield f"Collected ({plain(name)}): {plain('; '.join(sentences), limit=_LONG)}"


def batch_lines(batches: Sequence[Batch]) -> Iterator[str]:
    """What was collected so far, and each failure once."""
    if not batches:
        return
    done = sum(one.status is BatchStatus.DONE for one in batches)
    said = "; ".join(total(batches).sentences())
    yield f"Responses: {done} of {len(batches)} batches done; {said}"
    for error in dict.fromkeys(
        (one.error.name, one.error.message) for one in batches if one.error is not None
    ):
        yield f"Collecting failed: {error[0]}: {error[1]}"
