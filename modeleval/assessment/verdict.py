"""From the rules' verdicts to the run's: one word, and one sentence of why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from modeleval.assessment.decided import ALL, Decided
from modeleval.statistics.verdict import Verdict

_TOLD = 3
_SHARE = "minScoredShare"


class RunVerdict(NamedTuple):
    verdict: Verdict
    why: str


def run_verdict(decided: Sequence[Decided], *, partial: bool, trial: bool) -> RunVerdict:
    """All conditions must pass, at least one of them by evidence.

    A run of which an evaluation, or one of its jobs, failed never passes; a trial decides nothing.
    """
    failed = [one for one in decided if one.verdict is Verdict.FAILED]
    open_ = [one for one in decided if one.verdict in (Verdict.INCONCLUSIVE, Verdict.PENDING)]
    if trial:
        return RunVerdict(Verdict.INCONCLUSIVE, "A trial on a sample decides nothing.")
    if failed:
        said = f"{_share(failed, decided)} failed: {_listed(failed)}"
        return RunVerdict(Verdict.FAILED, said)
    if open_:
        said = f"{_share(open_, decided)} cannot be decided: {_listed(open_)}"
        return RunVerdict(Verdict.INCONCLUSIVE, said)
    if partial:
        return RunVerdict(Verdict.INCONCLUSIVE, "An evaluation, or a job of one, failed.")
    count = len(decided)
    unfounded = sum(not one.evidence and one.condition != _SHARE for one in decided)
    if not any(one.evidence for one in decided):
        said = "there is no baseline yet, and no other condition"
        if not unfounded:
            said = "the only condition is how many there are"
        said = f"Nothing was decided by scores: {said}."
        return RunVerdict(Verdict.INCONCLUSIVE, said)
    said = f"All {count} conditions passed" if count > 1 else "The condition passed"
    if unfounded:
        said += f", {unfounded} of them because there is no baseline yet"
    return RunVerdict(Verdict.PASSED, f"{said}.")


def pending_verdict(decided: Sequence[Decided], pending: Sequence[str]) -> RunVerdict:
    """Nothing is decided before these evaluations have ended: how the conditions stand so far."""
    named = ", ".join(pending[:_TOLD]) + (" and others" if len(pending) > _TOLD else "")
    verdicts = (Verdict.PASSED, Verdict.FAILED, Verdict.INCONCLUSIVE)
    counts = [(sum(one.verdict is verdict for one in decided), verdict) for verdict in verdicts]
    so_far = ", ".join(f"{count} {verdict}" for count, verdict in counts if count)
    why = f"Waits for {named}."
    if so_far:
        why += f" So far, of {len(decided)} conditions: {so_far}."
    return RunVerdict(Verdict.PENDING, why)


def _share(some: Sequence[Decided], decided: Sequence[Decided]) -> str:
    if len(decided) == 1:
        return "The condition"
    return f"{len(some)} of {len(decided)} conditions"


def _listed(decided: Sequence[Decided]) -> str:
    listed = "; ".join(told(one).rstrip(".") for one in decided[:_TOLD])
    more = len(decided) - _TOLD
    return f"{listed}; and {more} more." if more > 0 else f"{listed}."


def told(one: Decided) -> str:
    """A condition with its reason, as a person reads it."""
    where = f"{one.evaluation} {one.metric or ''}".strip()
    if one.category is not None:
        where += f" [{one.category}]"
    if one.condition == ALL:
        return f"{where}: {one.why}"
    limit = "" if one.limit is None else f" {one.limit:g}"
    return f"{where}, {one.condition}{limit}: {one.why}"
