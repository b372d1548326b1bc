"""The prompt of a record: the conversation up to and including the user's turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from modeleval.collecting.scenarios import Scenario, json_bytes

MOST_PROMPT_BYTES = 400_000
"""As JSON: a record's line must hold it, whatever the suite allows."""


class Prompt(NamedTuple):
    """left_out: how many of the oldest turns are missing in it."""

    text: str
    left_out: int


def prompt_of(
    scenario: Scenario, answers: Sequence[str | None], *, max_history_bytes: int
) -> Prompt:
    """The prompt of the turn after those answers (None: a turn without one).

    The first turn's is what the user says. A later one's holds the turns before it, as
    `User: …` and `Assistant: …` on lines of their own, of which the oldest are left out until
    the prompt has at most max_history_bytes in UTF-8. The turn's own answer is never in it.
    """
    turn = len(answers)
    user = scenario.turns[turn].user
    parts = [f"User: {user}"]
    size, as_json = len(parts[0].encode()), json_bytes(parts[0])
    kept = turn
    while kept:
        before = _exchange(scenario.turns[kept - 1].user, answers[kept - 1])
        size += len(before.encode())
        as_json += json_bytes(before)
        if size > max_history_bytes or as_json > MOST_PROMPT_BYTES:
            break
        parts.append(before)
        kept -= 1
    if kept == turn:
        return Prompt(user, kept)
    return Prompt("".join(reversed(parts)), kept)


def _exchange(user: str, answer: str | None) -> str:
    said = "" if answer is None else f"Assistant: {answer}\n"
    return f"User: {user}\n{said}"
