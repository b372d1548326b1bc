"""Reading a RAG job's dataset, with the limits of the user guide.

"Creating a prompt dataset for a RAG evaluation": JSON Lines of conversations, at most 1000 prompts,
one turn for retrieval and five for answers; precomputed outputs of the one source that the job
names. A violation fails the whole job, in the words that users report where they are known.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from embedded_aws.bedrock.dataset import MAX_RECORDS, DatasetError, parsed_lines
from embedded_aws.bedrock.rag.metrics import CITATIONS
from embedded_aws.bedrock.rag.outputs import Output, given_output
from embedded_aws.bedrock.rag.shapes import listed, texts
from embedded_aws.bedrock.rag.source import Source

_MAX_TURNS = 5
_QUERY = 1000  # quota "User query size" of knowledge bases
_TURN = {"prompt", "referenceResponses", "referenceContexts", "output"}


@dataclass(frozen=True)
class Turn:
    """One turn: as it was, and its parts. ``output`` is None where it must still be given."""

    line: dict[str, Any]
    prompt: str
    references: list[str]
    contexts: list[str]
    output: Output | None


@dataclass(frozen=True)
class Rules:
    """What a job asks of its data. ``metrics`` are the built-in ones, without prefix."""

    source: Source
    metrics: list[str]
    prompt_bytes: int
    turns: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "turns", 1 if self.source.retrieve else _MAX_TURNS)


def read(data: bytes, rules: Rules) -> list[list[Turn]]:
    """All conversations of a dataset."""
    conversations = []
    for number, line in parsed_lines(data):
        try:
            conversations.append(_conversation(line, rules))
        except DatasetError as error:
            raise DatasetError(f"Line {number}: {error}") from None
    if not conversations:
        raise DatasetError("The dataset has no records")
    if sum(map(len, conversations)) > MAX_RECORDS:
        raise DatasetError(f"The dataset has more than {MAX_RECORDS} prompts")
    return conversations


def _conversation(line: dict[str, Any], rules: Rules) -> list[Turn]:
    turns = listed(line, "conversationTurns")
    if set(line) != {"conversationTurns"} or not turns:
        raise DatasetError("dataset entry prompt is not in the expected format")
    if len(turns) > rules.turns:
        raise DatasetError(f"a conversation has at most {rules.turns} turns in this kind of job")
    return [_turn(turn, rules) for turn in turns]


def _turn(turn: Any, rules: Rules) -> Turn:
    if not isinstance(turn, dict) or not set(turn) <= _TURN or "prompt" not in turn:
        raise DatasetError("dataset entry prompt is not in the expected format")
    (prompt,) = texts([turn["prompt"]], "prompt")
    references = texts(turn.get("referenceResponses", []), "referenceResponses")
    contexts = texts(turn.get("referenceContexts", []), "referenceContexts")
    _check(prompt, references, contexts, rules)
    if not rules.source.precomputed:
        return Turn(turn, prompt, references, contexts, None)
    output = given_output(turn.get("output"), rules.source)
    if output.citations is None and set(rules.metrics) & set(CITATIONS):
        raise DatasetError("citations are missing, and a citation metric needs them")
    return Turn(turn, prompt, references, contexts, output)


def _check(prompt: str, references: list[str], contexts: list[str], rules: Rules) -> None:
    if not prompt:
        raise DatasetError("dataset entry prompt is not in the expected format")
    if len(prompt.encode()) > rules.prompt_bytes:
        raise DatasetError(f"the prompt is longer than {rules.prompt_bytes} bytes")
    if not rules.source.precomputed and len(prompt) > _QUERY:
        raise DatasetError(f"the prompt is longer than {_QUERY} characters")
    if references and contexts and rules.metrics:
        raise DatasetError("includes both reference contexts and reference responses")
    if "ContextCoverage" in rules.metrics and not any(references):
        raise DatasetError("ContextCoverage needs a reference response")
