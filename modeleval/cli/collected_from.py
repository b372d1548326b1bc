"""Who `modeleval collect` asks, and for which kind of dataset: as a suite says, or a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import typer
from pydantic import ValidationError

from modeleval.collecting.document import CollectedDataset, CollectedFormat
from modeleval.datasets.formats import JUDGE
from modeleval.datasets.options import MAX_PROMPT_BYTES
from modeleval.documents import problems
from modeleval.errors import SuiteInvalid, SuiteNotFound
from modeleval.kinds.registry import KINDS
from modeleval.suite.collected import is_collected, take_apart
from modeleval.suite.source import parse_text

COLLECTING_KINDS = tuple(name for name, kind in KINDS.items() if kind.collects is not None)


class Asked(NamedTuple):
    """What is collected, for which kind; long_prompts: whether the evaluation takes them."""

    dataset: CollectedDataset
    kind: str
    long_prompts: bool

    @property
    def collected_as(self) -> CollectedFormat:
        return KINDS[self.kind].collects or CollectedFormat.JUDGE


def of_suite(suite: Path, evaluation: str | None, name: str | None) -> Asked:
    """An evaluation of a suite's, of which its dataset alone is looked at.

    name: instead of the target's own, which may mean a model that only a run knows.
    """
    document = _document(suite)
    entries = document.get("evaluations") if isinstance(document, Mapping) else None
    found = {
        number: entry
        for number, entry in enumerate(entries if isinstance(entries, list) else [])
        if is_collected(entry) and evaluation in (None, entry.get("name"))
    }
    if len(found) != 1:
        raise typer.BadParameter(_which(suite, evaluation, found))
    [(number, entry)] = found.items()
    if entry.get("kind") not in KINDS:
        raise SuiteInvalid(
            "The evaluation has no kind that there is",
            where=f"{suite}: evaluations[{number}].kind",
            action=f"Write one of {', '.join(COLLECTING_KINDS)}.",
        )
    taken = take_apart(_named(entry, name), KINDS[entry["kind"]], ("evaluations", number))
    if taken.problems or taken.collected is None:
        raise _invalid(suite, list(taken.problems))
    return Asked(taken.collected, entry["kind"], entry.get("allowLongPrompts") is True)


def of_target(file: Path, kind: str | None, name: str | None) -> Asked:
    """A target in a file of its own: what stands under `target` in a suite."""
    document = _document(file)
    target = document if isinstance(document, Mapping) else {}
    entry = _named({"dataset": {"scenarios": "-", "target": target}}, name)
    try:
        dataset = CollectedDataset.model_validate(entry["dataset"])
    except ValidationError as error:
        raise _invalid(file, problems(error, CollectedDataset)) from None
    return Asked(dataset, kind or JUDGE, dataset.max_history_bytes > MAX_PROMPT_BYTES)


def _document(file: Path) -> Any:
    if not file.is_file():
        raise SuiteNotFound(
            "There is no such file", where=str(file), action="Name a YAML or JSON file."
        )
    return parse_text(file.read_bytes(), source=str(file))


def _which(suite: Path, evaluation: str | None, found: Mapping[int, Any]) -> str:
    if found:
        names = ", ".join(str(entry.get("name")) for entry in found.values())
        return f"{suite} collects for several evaluations: name one with --evaluation ({names})"
    named = f" named {evaluation}" if evaluation else ""
    return f"{suite} has no evaluation{named} whose dataset is {{scenarios: …, target: …}}"


def _named(entry: Mapping[str, Any], name: str | None) -> Mapping[str, Any]:
    """The entry with another name of its target; BadParameter where only a run can fill it in."""
    dataset = dict(entry["dataset"])
    target = dataset.get("target")
    if isinstance(target, Mapping):
        target = {**target, **({"name": name} if name else {})}
        if "{model." in json.dumps(target, default=str):
            raise typer.BadParameter(
                "The target means the run's model, which is not known here: give --name, and write "
                "out what else names it"
            )
        dataset["target"] = target
    return {**entry, "dataset": dataset}


def _invalid(file: Path, told: list[str]) -> SuiteInvalid:
    return SuiteInvalid(
        f"{file.name} has {len(told):,} problem{'' if len(told) == 1 else 's'}",
        where=str(file),
        action="\n- ".join(["Correct it:", *told[:50]]),
    )
