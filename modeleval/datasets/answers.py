"""A response on its way to the judge: without its thinking, and only if something is left."""

from __future__ import annotations

from typing import NamedTuple

from modeleval.datasets.findings import Place
from modeleval.datasets.thinking import strip_thinking

EMPTY_RESPONSE = "emptyResponse"
EMPTY_AFTER_THINKING = "emptyAfterThinking"
FAILED_RESPONSE = "failedResponse"

# What collecting scripts write where the model gave nothing; a judge would score the words.
_SENTINELS = frozenset(
    {"[empty response]", "[no response from model]", "[max tool rounds exceeded]"}
)
LONGEST_SENTINEL = max(map(len, _SENTINELS))


class Answer(NamedTuple):
    """The text that is judged; `unscored` says why it is not sent, None if it is."""

    text: str
    thinking_stripped: bool
    unscored: str | None


def answer_of(response: str, place: Place, *, field: str, keep_thinking: bool) -> Answer | None:
    """What is judged of a response; None if its thinking does not end, which is reported."""
    if keep_thinking:
        return Answer(response, False, None if response.strip() else EMPTY_RESPONSE)
    stripped = strip_thinking(response)
    if stripped.unclosed:
        what = "has a <thinking> block that does not end; the response was probably cut off"
        action = "Collect it again with more tokens, or close the block"
        place.problem(field, what, action)
        return None
    if stripped.stray_closing:
        what = f"{field} has a </thinking> that nothing opened"
        place.warn("strayThinkingTag", what, "What stands before it is judged too; remove it")
    empty = EMPTY_AFTER_THINKING if stripped.blocks else EMPTY_RESPONSE
    return Answer(stripped.text, bool(stripped.blocks), None if stripped.text.strip() else empty)


def warn_of(answer: Answer, place: Place) -> None:
    """Warn of an accepted record's answer that is none."""
    if answer.unscored == EMPTY_RESPONSE:
        what = "The response is empty, and is not judged"
        place.warn(EMPTY_RESPONSE, what, "It counts as unscored; collect it again")
    elif answer.unscored == EMPTY_AFTER_THINKING:
        what = "The response is empty without its <thinking> blocks, and is not judged"
        place.warn(EMPTY_AFTER_THINKING, what, "It counts as unscored; collect it again")
    elif answer.unscored is not None:
        what = "The record says why it has no response, and is not judged"
        place.warn(FAILED_RESPONSE, what, "It counts as unscored; collect it again")
    elif answer.text.strip().lower() in _SENTINELS:
        what = f"The response is the placeholder {answer.text.strip().lower()}"
        place.warn("sentinelResponse", what, "It is judged as it stands; collect it again")
