"""Entries of a suite whose responses the run collects: taken apart before their kinds see them.

A kind then finds an ordinary evaluation of precomputed responses, whose dataset is the one that
the run is going to write.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import ValidationError

from modeleval.collecting.document import CollectedDataset, CollectedFormat
from modeleval.collecting.records import CONVERSATION_FIELD, KEY_FIELD
from modeleval.datasets.options import MAX_PROMPT_BYTES
from modeleval.documents import problems
from modeleval.kinds.protocol import Kind
from modeleval.kinds.registry import KINDS
from modeleval.kinds.sources import COLLECTED

_FILLED = ("responses", "candidates", "knowledgeBase", "knowledgeBases")


class Taken(NamedTuple):
    """An entry as its kind reads it, what is collected for it, and what is wrong with that."""

    entry: Mapping[str, Any]
    collected: CollectedDataset | None = None
    problems: Sequence[str] = ()


def is_collected(entry: object) -> bool:
    """Whether an evaluation's responses are collected by the run."""
    return isinstance(entry, Mapping) and isinstance(entry.get("dataset"), Mapping)


def take_apart(entry: Mapping[str, Any], kind: Kind, at: tuple[int | str, ...]) -> Taken:
    """The entry for its kind. `at`: where it stands, for what is told of it."""
    if not is_collected(entry):
        return Taken(entry)
    where = f"evaluations[{at[1]}]"
    if kind.collects is None:
        able = ", ".join(name for name, one in KINDS.items() if one.collects is not None)
        return Taken(
            entry,
            problems=[f"{where}.dataset: {kind.name} evaluates no collected responses; {able} do"],
        )
    found = [
        f"{where}.{name}: leave it out; the run collects the responses of dataset.target"
        for name in _FILLED
        if name in entry
    ]
    try:
        collected = CollectedDataset.model_validate(entry["dataset"])
    except ValidationError as error:
        told = problems(error, CollectedDataset, at=(*at, "dataset"))
        return Taken(entry, problems=[*found, *told])
    found += _long_prompts(entry, kind, collected, where)
    return Taken(_for_kind(entry, kind, collected), collected, found)


def _long_prompts(
    entry: Mapping[str, Any], kind: Kind, collected: CollectedDataset, where: str
) -> Sequence[str]:
    """Prompts that grow with the answers would be refused when those are paid for."""
    limited = "allow_long_prompts" in kind.document.model_fields
    if kind.collects is not CollectedFormat.JUDGE or not limited:
        return []
    if collected.max_history_bytes <= MAX_PROMPT_BYTES or entry.get("allowLongPrompts") is True:
        return []
    what = f"more than {MAX_PROMPT_BYTES:,} needs allowLongPrompts: true in the evaluation"
    return [f"{where}.dataset.maxHistoryBytes: {what}"]


def _for_kind(
    entry: Mapping[str, Any], kind: Kind, collected: CollectedDataset
) -> Mapping[str, Any]:
    known = {field.alias for field in kind.document.model_fields.values()}
    own = {"clusterField": CONVERSATION_FIELD, "keyField": KEY_FIELD}
    usual = (
        {name: value for name, value in own.items() if name in known}
        if kind.collects is CollectedFormat.JUDGE
        else {}
    )
    kept = {name: value for name, value in entry.items() if name not in _FILLED}
    return {
        **usual,
        **kept,
        "dataset": COLLECTED,
        "responses": {"precomputed": collected.target.subject},
    }
