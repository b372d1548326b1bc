"""The notification in words that a person can act on: names, numbers, commands and links."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from modeleval.promotion.version import versioned
from modeleval.store.items import RunStatus
from modeleval.suite.origins import DEPLOYED
from modeleval.telling.facts import Facts

LONGEST_SUBJECT = 99
"""SNS: ASCII, no line breaks or control characters, less than 100 characters."""
_LONGEST_NAME = 60
_CONDITIONS_SHOWN = 20

_DONE = {"approve": "approved", "reject": "rejected"}
_VERDICTS = {
    "passed": "passed its gate",
    "failed": "failed its gate",
    "inconclusive": "could not be decided by its gate",
}


def subject(facts: Facts) -> str:
    """Such as `modeleval: support-llama/3 failed its gate`."""
    return _ascii(f"modeleval: {_headline(facts)}")[:LONGEST_SUBJECT]


def body(facts: Facts) -> str:
    """What happened, why, what it cost, and where to look."""
    return "\n".join(_lines(facts)) + "\n"


def _headline(facts: Facts) -> str:
    run = facts.run
    if not run.completed:
        how = (
            "was stopped"
            if run.status is RunStatus.STOPPED
            else f"ended with {facts.error or 'an error'}"
        )
        return f"{_short(_who(facts))} {how}"
    if run.asked_until is not None:
        return f"{_short(_who(facts))} waits for your decision"
    if run.verdict is None:
        part = " in part" if run.status is RunStatus.PARTIAL else ""
        return f"{_short(_who(facts))} was evaluated{part}"
    return f"{_short(_who(facts))} {_VERDICTS.get(run.verdict, 'was evaluated')}"


def _who(facts: Facts) -> str:
    """The model as people call it; the suite where the run has none."""
    if facts.model is not None:
        return facts.model.subject.rsplit("/model-package/", 1)[-1]
    return f"suite {facts.run.suite}"


def _lines(facts: Facts) -> Iterator[str]:
    run = facts.run
    yield f"{_plain(_headline(facts))}."
    yield ""
    inline = "" if run.origin in (None, DEPLOYED) else f" (given {run.origin}, not deployed)"
    yield f"Suite:    {_plain(run.suite)}{inline}"
    yield f"Run:      {run.run_id} ({run.status})"
    if run.verdict is not None:
        yield f"Verdict:  {run.verdict}. {run.verdict_why or ''}".rstrip()
    yield from _failed(facts.failed, facts.failures)
    yield from _promotion(facts)
    cost = (run.estimate or {}).get("usd")
    yield f"Cost:     {cost} USD for the models, estimated" if cost else "Cost:     not estimated"
    yield f"Time:     {run.started_at} to {run.ended_at or 'now'}"
    yield ""
    if run.asked_until is not None:
        yield f'modeleval approve {run.run_id} --because "…"'
        yield f'modeleval reject {run.run_id} --because "…"'
        yield f"    decide, until {run.asked_until}; after that the version stays as it is"
    yield f"modeleval show {run.run_id}"
    yield f"    {_shown(facts)}"
    if facts.summary:
        yield facts.summary
        yield "    the scores, the comparisons and the gate as JSON"
    if run.report and "uri" in run.report:
        yield str(run.report["uri"])
        yield "    the report, to be opened in a browser"
    yield facts.console
    yield "    the execution"
    yield ""
    yield f"Sent by the stack {facts.stack}."


def _promotion(facts: Facts) -> Iterator[str]:
    """What became of the version, where the suite asks for more than to leave it."""
    found = facts.run.promotion
    if found is None and facts.run.completed and versioned(facts.run):
        yield "Version:  as it was: writing to it broke off; see the log of PromoteRun"
    if found is None or found["action"] == "leave":
        return
    if found["action"] == "ask":
        yield "Version:  a person is asked to decide"
    elif found["done"]:
        yield f"Version:  {_DONE[found['action']]}"
    else:
        yield f"Version:  it could not be {_DONE[found['action']]}; the run says why"


def _shown(facts: Facts) -> str:
    if facts.run.completed:
        return "shows the scores, and each condition with its numbers"
    return "says what was wrong, and what to do"


def _failed(failed: tuple[dict[str, Any], ...], count: int) -> Iterator[str]:
    if failed:
        yield "Failed conditions:"
    for one in failed[:_CONDITIONS_SHOWN]:
        names = [one["evaluation"], one["metric"], one["category"]]
        where = ", ".join(str(name) for name in names if name is not None)
        yield f"  - {where}: {one['condition']} {one['limit']}, found {_number(one['value'])}"
    if count > _CONDITIONS_SHOWN:
        yield f"  and {count - _CONDITIONS_SHOWN} more"


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 3]}..."


def _plain(text: str) -> str:
    """One line: a suite that nobody could read is named by whoever asked for it."""
    return "".join(character if character.isprintable() else "?" for character in text)


def _ascii(text: str) -> str:
    return "".join(character if " " <= character <= "~" else "?" for character in text)
