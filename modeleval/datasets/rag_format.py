"""Bedrock's RAG evaluation dataset: a conversation per line, a record per turn.

    {"conversationTurns": [{"prompt": {"content": [{"text": "…"}]},
      "referenceResponses": [{"content": [{"text": "…"}]}], "output": {…}}], "category": "…"}

`output` is there for precomputed outputs only. `category` is modeleval's, and not passed on.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from modeleval.datasets import labels
from modeleval.datasets.duplicates import DuplicateFields
from modeleval.datasets.fields import Fields
from modeleval.datasets.findings import Place
from modeleval.datasets.jsonline import parse_object
from modeleval.datasets.options import MAX_PROMPT_BYTES
from modeleval.datasets.rag_line import Asked, Content, RagLine, Turn, output_digest, turn_digest
from modeleval.datasets.rag_options import MAX_QUERY_CHARACTERS, RagOptions
from modeleval.datasets.rag_output import Given, Outputs
from modeleval.datasets.rag_values import TEXTS, child, content_of, contents_of, list_of, object_of
from modeleval.datasets.references import warn_of_reference
from modeleval.datasets.unknown import UnknownFields

_TURNS = "conversationTurns"
_FIELDS = (_TURNS, "category")
_TURN_FIELDS = ("prompt", "referenceResponses", "referenceContexts", "output")
_ALIASES = {"turns": _TURNS, "conversation": _TURNS}
_TURN_ALIASES = {
    "referenceresponse": "referenceResponses",
    "groundtruth": "referenceResponses",
    "referencecontext": "referenceContexts",
    "question": "prompt",
    "query": "prompt",
}
_SHAPE = f'Write {{"conversationTurns": [{{"prompt": {TEXTS}}}]}}'
_JUDGE_FIELDS = ("prompt", "modelResponses")


@dataclass(kw_only=True)
class TurnRecord:
    """One turn of a conversation, as a record."""

    input_digest: str
    response_digest: str
    unscored: str | None
    thinking_stripped: bool
    prompt_chars: int
    response_chars: int
    reference_chars: int


@dataclass(kw_only=True)
class Conversation:
    """One accepted line. encoded: the turns that are judged, without a newline; empty if none."""

    turns: list[TurnRecord] = field(default_factory=list)
    category: str | None
    cluster: str | None
    encoded: bytes


class _Read(msgspec.Struct):
    turn: Turn
    asked: Asked
    given: Given | None


class RagFormat:
    """Reads one line after another; remembers the identifier that all outputs must carry."""

    def __init__(self, options: RagOptions) -> None:
        cluster = (options.cluster_field,) if options.cluster_field else ()
        self._options = options
        self._outputs = Outputs(options)
        self._unknown = UnknownFields(_FIELDS, aliases=_ALIASES, ignored=cluster)
        self._unknown_turn = UnknownFields(_TURN_FIELDS, aliases=_TURN_ALIASES)
        self._duplicates = DuplicateFields(
            (*_FIELDS, *cluster), nested=_TURNS, nested_names=_TURN_FIELDS
        )

    @property
    def identifier(self) -> str | None:
        return None if self._options.live else self._outputs.identifier

    def read(self, data: bytes, place: Place) -> Conversation | None:
        """The line's conversation; None if anything on it is wrong, and then all is reported."""
        fields = parse_object(data, place)
        if fields is None:
            return None
        self._duplicates.refuse(data, place)
        if _TURNS not in fields and any(name in fields for name in _JUDGE_FIELDS):
            what = "is missing, and the line looks like a dataset of model responses"
            place.problem(_TURNS, what, f"{_SHAPE}, or choose kind bedrock-judge")
            return None
        self._unknown.warn(fields, place)
        turns = self._turns(fields, place)
        category = labels.category_of(fields, place)
        name = self._options.cluster_field
        cluster = labels.cluster_of(fields, name, place) if name else None
        if place.refused or not turns:
            return None
        return _conversation(turns, category or None, cluster)

    def _turns(self, fields: Fields, place: Place) -> list[_Read]:
        value = child(fields, _TURNS, place, inside="", missing=_SHAPE)
        entries = None if value is None else list_of(value, place, _TURNS, _SHAPE)
        if entries is None:
            return []
        most = self._options.max_turns
        if not 0 < len(entries) <= most:
            place.problem(_TURNS, *self._wrong_number(len(entries), most))
            return []
        found = [self._turn(one, place, f"{_TURNS}[{n}]") for n, one in enumerate(entries)]
        return [one for one in found if one is not None]

    def _wrong_number(self, found: int, most: int) -> tuple[str, str]:
        if not found:
            return "holds no turn", _SHAPE
        if self._options.retrieve:
            action = "Put each turn on a line of its own, or judge answers (bedrock-rag-generate)"
            return f"holds {found:,} turns, and a retrieval has exactly one", action
        return f"holds {found:,} turns, and Bedrock takes at most {most}", "Shorten it"

    def _turn(self, value: msgspec.Raw, place: Place, path: str) -> _Read | None:
        fields = object_of(value, place, path, _SHAPE)
        if fields is None:
            return None
        self._unknown_turn.warn(fields, place, inside="a turn's ")
        prompt = self._prompt(fields, place, f"{path}.")
        references = self._references(fields, place, path)
        contexts = self._contexts(fields, place, path)
        given = self._given(fields, place, path)
        if place.refused or prompt is None:
            return None
        turn = Turn(
            prompt=Content.of(prompt),
            reference_responses=_contents(references),
            reference_contexts=_contents(contexts),
            output=given.output if given else msgspec.UNSET,
        )
        return _Read(turn, (prompt, tuple(references)), given)

    def _prompt(self, fields: Fields, place: Place, inside: str) -> str | None:
        value = child(fields, "prompt", place, inside=inside, missing=f"Write {TEXTS}")
        prompt = None if value is None else content_of(value, place, f"{inside}prompt")
        if prompt is None:
            return None
        path, options = f"{inside}prompt", self._options
        size = len(prompt.encode())
        if not prompt.strip():
            place.problem(path, "is empty", "Write the prompt, or remove the record")
        elif options.live and len(prompt) > MAX_QUERY_CHARACTERS:
            most = f"a knowledge base takes at most {MAX_QUERY_CHARACTERS:,}"
            place.problem(path, f"has {len(prompt):,} characters, and {most}", "Shorten it")
        elif size > MAX_PROMPT_BYTES and not options.allow_long_prompts:
            what = f"has {size:,} bytes in UTF-8, and Bedrock takes at most {MAX_PROMPT_BYTES:,}"
            place.problem(path, what, "Shorten it, or allow long prompts in the suite")
        elif size > MAX_PROMPT_BYTES:
            what = f"A prompt has more than {MAX_PROMPT_BYTES:,} bytes in UTF-8"
            place.warn("longPrompt", what, "Bedrock's quotas name that limit; it may refuse it")
        return prompt

    def _references(self, fields: Fields, place: Place, path: str) -> list[str]:
        name = "referenceResponses"
        found = contents_of(fields[name], place, f"{path}.{name}") if name in fields else []
        if not any(text.strip() for text in found):
            needed = self._options.reference_needed_by
            if needed:
                what = f"has no text, and {' and '.join(needed)} is measured by it"
                place.problem(f"{path}.{name}", what, "Add the reference, or leave the metric out")
            else:
                warn_of_reference(None, self._options.reference_wanted_by, place)
        return found

    def _contexts(self, fields: Fields, place: Place, path: str) -> list[str]:
        name = "referenceContexts"
        if name not in fields:
            return []
        if self._options.built_in and "referenceResponses" in fields:
            what = "stands beside referenceResponses, which Bedrock refuses with built-in metrics"
            action = "Keep one of them; reference contexts are for custom metrics only"
            place.problem(f"{path}.{name}", what, action)
        return contents_of(fields[name], place, f"{path}.{name}")

    def _given(self, fields: Fields, place: Place, path: str) -> Given | None:
        if self._options.live:
            if "output" in fields:
                what = "The turn has an output, and the suite asks a knowledge base"
                action = "It is not judged; name responses.precomputed to judge it"
                place.warn("unusedResponses", what, action)
            return None
        value = child(fields, "output", place, inside=f"{path}.", missing=self._outputs.shape)
        return None if value is None else self._outputs.read(value, place, f"{path}.output")


def _contents(texts: list[str]) -> tuple[Content, ...] | msgspec.UnsetType:
    return tuple(Content.of(text) for text in texts) if texts else msgspec.UNSET


def _conversation(turns: list[_Read], category: str | None, cluster: str | None) -> Conversation:
    """From a turn without an answer on, a conversation is not judged: the rest has no history."""
    unscored: str | None = None
    records, judged = [], []
    for number, read in enumerate(turns, start=1):
        if read.given is not None:
            unscored = unscored or read.given.unscored
        if unscored is None:
            judged.append(read.turn)
        output = read.given.output if read.given else None
        text = (output.text or "") if output else ""
        passages = [one.content.text for one in output.passages] if output else []
        prompt, references = read.asked
        records.append(
            TurnRecord(
                input_digest=turn_digest(one.asked for one in turns[:number]),
                response_digest=output_digest(text, passages),
                unscored=unscored,
                thinking_stripped=bool(read.given and read.given.thinking_stripped),
                prompt_chars=len(prompt),
                response_chars=len(text) or sum(map(len, passages)),
                reference_chars=sum(map(len, references)),
            )
        )
    encoded = msgspec.json.encode(RagLine(tuple(judged))) if judged else b""
    return Conversation(turns=records, category=category, cluster=cluster, encoded=encoded)
