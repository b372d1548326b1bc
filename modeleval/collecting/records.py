"""From conversations to a dataset's lines, in the format that the evaluation's kind takes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from modeleval.collecting.answered import KeptPassage
from modeleval.collecting.conversation import AFTER_FAILURE, Conversation, TurnState
from modeleval.collecting.counts import BatchCounts
from modeleval.collecting.document import CollectedDataset, CollectedFormat
from modeleval.collecting.prompts import prompt_of
from modeleval.collecting.scenarios import Scenario, Turn
from modeleval.datasets.lines import MAX_LINE_BYTES
from modeleval.datasets.rag_options import MAX_TURNS
from modeleval.digests import text_digest

MOST_TURNS = {CollectedFormat.RAG_GENERATE: MAX_TURNS, CollectedFormat.RAG_RETRIEVE: 1}
"""Of a line that is a conversation. The judge's format has a line per turn."""
KEY_FIELD, CONVERSATION_FIELD, FAILED_FIELD = "recordId", "conversation", "failed"
ANSWER_TOO_LONG = "answerTooLong"
_WORD = "answer "
_UNANSWERED, _NOT_ASKED = TurnState(), TurnState(failed=AFTER_FAILURE)


class Collected(NamedTuple):
    """A conversation's lines, without newlines, and its numbers."""

    lines: list[bytes]
    counts: BatchCounts


def conversation_lines(
    scenario: Scenario,
    state: bytes | None,
    dataset: CollectedDataset,
    collected_as: CollectedFormat,
) -> list[bytes]:
    """The dataset's lines of a conversation as a store keeps it; none if it has not begun."""
    if state is None:
        return []
    return collected(scenario, Conversation.from_bytes(state), dataset, collected_as).lines


def collected(
    scenario: Scenario,
    state: Conversation,
    dataset: CollectedDataset,
    collected_as: CollectedFormat,
) -> Collected:
    """The lines of a conversation, as far as it has come, and its numbers.

    The target's name is the responses' modelIdentifier; in RAG formats it is the
    knowledgeBaseIdentifier too.
    """
    subject = dataset.target.subject
    if collected_as is CollectedFormat.JUDGE:
        lines, cuts = _responses(scenario, state, subject, dataset.max_history_bytes)
        cut = [one for one in cuts if one]
        counts = msgspec.structs.replace(
            counted(scenario, state), prompts_cut=len(cut), turns_cut=sum(cut)
        )
        return Collected(lines, counts)
    retrieve = collected_as is CollectedFormat.RAG_RETRIEVE
    line, turns = _conversation(scenario, state, subject, retrieve=retrieve)
    return Collected([line] if line else [], counted(scenario, state, turns))


def expected_lines(
    scenarios: Sequence[Scenario],
    dataset: CollectedDataset,
    collected_as: CollectedFormat,
    *,
    answer_characters: int,
) -> Iterator[bytes]:
    """The lines that the scenarios become if every answer has so many characters."""
    text = (_WORD * math.ceil(answer_characters / len(_WORD)))[:answer_characters].strip() or "-"
    retrieve = collected_as is CollectedFormat.RAG_RETRIEVE
    turn = TurnState(answer=text, passages=(KeptPassage(text),) if retrieve else ())
    for scenario in scenarios:
        state = Conversation(scenario=scenario.id, turns=(turn,) * len(scenario.turns))
        yield from collected(scenario, state, dataset, collected_as).lines


def counted(
    scenario: Scenario, state: Conversation, turns: Sequence[TurnState] | None = None
) -> BatchCounts:
    """The numbers of a conversation as far as it has come, but for those of its prompts.

    turns: as they are counted, if not as they are kept.
    """
    over = state.turns if turns is None else turns
    failed: dict[str, int] = {}
    for turn in over:
        if turn.failed and turn.failed != AFTER_FAILURE:
            failed[turn.failed] = failed.get(turn.failed, 0) + 1
    after = sum(turn.failed == AFTER_FAILURE for turn in over)
    return BatchCounts(
        scenarios=int(state.is_over(scenario)),
        turns=len(over),
        collected=len(over) - sum(failed.values()) - after,
        failed=failed,
        after_failure=after,
        thinking_removed=sum(turn.thinking for turn in state.turns),
        requests=state.requests,
        tool_calls=state.tool_calls,
        input_tokens=state.input_tokens,
        output_tokens=state.output_tokens,
    )


def _responses(
    scenario: Scenario, state: Conversation, subject: str, max_history_bytes: int
) -> tuple[list[bytes], list[int]]:
    """A line per turn, and how many turns each one's prompt has lost."""
    lines, cuts = [], []
    answers = [turn.answer for turn in state.turns]
    for number, turn in enumerate(state.turns, start=1):
        prompt = prompt_of(scenario, answers[: number - 1], max_history_bytes=max_history_bytes)
        line: dict[str, Any] = {"prompt": prompt.text}
        if reference := scenario.turns[number - 1].reference:
            line["referenceResponse"] = reference
        line["category"] = scenario.category
        line["modelResponses"] = [{"response": turn.answer or "", "modelIdentifier": subject}]
        line[KEY_FIELD] = record_id(scenario, number)
        line[CONVERSATION_FIELD] = scenario.id
        if turn.failed:
            line[FAILED_FIELD] = turn.failed
        lines.append(msgspec.json.encode(line))
        cuts.append(prompt.left_out)
    return lines, cuts


def record_id(scenario: Scenario, number: int) -> str:
    """A record's name, `<scenario>/<turn>#<digest>`: of what is asked, whatever was answered.

    The digest is of the user's turns so far, the context, and what a good answer says: a scenario
    that was changed is another, though it has kept its id.
    """
    turns = scenario.turns[:number]
    asked = [*(turn.user for turn in turns), turns[-1].reference, *turns[-1].reference_contexts]
    whole = msgspec.json.encode([asked, scenario.context], order="deterministic")
    return f"{scenario.id}/{number}#{text_digest(whole.decode())[:8]}"


def _conversation(
    scenario: Scenario, state: Conversation, subject: str, *, retrieve: bool
) -> tuple[bytes, tuple[TurnState, ...]]:
    """The line, b"" if no turn is over, and the turns as they are to be counted.

    A turn that failed, or whose answer no line has room for, has an empty output, and so have those
    after it: validation counts them as unscored.
    """
    turns = list(state.turns)
    entries = _entries(scenario, turns, subject, retrieve=retrieve)
    for number, turn in enumerate(state.turns):
        if turn.failed:
            break
        whole = [_rag_turn(scenario.turns[number], turn, subject, retrieve=retrieve)]
        longer = [*entries[:number], *whole, *entries[number + 1 :]]
        if len(_rag_line(scenario, longer)) > MAX_LINE_BYTES:
            left = len(turns) - number - 1
            turns[number:] = [TurnState(failed=ANSWER_TOO_LONG), *[_NOT_ASKED] * left]
            break
        entries = longer
    return (_rag_line(scenario, entries) if entries else b""), tuple(turns)


def _entries(
    scenario: Scenario, turns: Sequence[TurnState], subject: str, *, retrieve: bool
) -> list[dict[str, Any]]:
    """The turns without their answers."""
    asked = zip(scenario.turns, turns, strict=False)
    return [_rag_turn(said, _UNANSWERED, subject, retrieve=retrieve) for said, _ in asked]


def _rag_line(scenario: Scenario, entries: Sequence[dict[str, Any]]) -> bytes:
    return msgspec.json.encode({"conversationTurns": entries, "category": scenario.category})


def _rag_turn(said: Turn, turn: TurnState, subject: str, *, retrieve: bool) -> dict[str, Any]:
    entry: dict[str, Any] = {"prompt": _content(said.user)}
    if said.reference:
        entry["referenceResponses"] = [_content(said.reference)]
    if said.reference_contexts:
        entry["referenceContexts"] = [_content(text) for text in said.reference_contexts]
    passages = {"retrievalResults": [_passage(one) for one in turn.passages]}
    if retrieve:
        entry["output"] = {"knowledgeBaseIdentifier": subject, "retrievedResults": passages}
    else:
        entry["output"] = {
            "text": turn.answer or "",
            "modelIdentifier": subject,
            "knowledgeBaseIdentifier": subject,
            "retrievedPassages": passages,
            "citations": _citations(turn),
        }
    return entry


def _citations(turn: TurnState) -> list[dict[str, Any]]:
    answer = turn.answer or ""
    return [
        {
            "generatedResponsePart": {
                "textResponsePart": {
                    "span": {"start": one.start, "end": one.end},
                    "text": answer[one.start : one.end],
                }
            },
            "retrievedReferences": [_passage(passage) for passage in one.passages],
        }
        for one in turn.citations
    ]


def _content(text: str) -> dict[str, Any]:
    return {"content": [{"text": text}]}


def _passage(passage: KeptPassage) -> dict[str, Any]:
    found: dict[str, Any] = {"content": {"text": passage.text}}
    if passage.name is not None:
        found["name"] = passage.name
    if passage.metadata is not None:
        found["metadata"] = passage.metadata
    return found
