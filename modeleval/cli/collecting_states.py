"""What `modeleval collect` has been answered so far: files beside its output."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer

from modeleval.collecting.document import CollectedDataset, CollectedFormat
from modeleval.collecting.scenarios import Scenario
from modeleval.digests import text_digest
from modeleval.whole_file import whole_file

_MANIFEST = "collecting.json"


class States:
    """Conversations as files of a folder, each written as a whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self, position: int) -> bytes | None:
        try:
            return self._file(position).read_bytes()
        except FileNotFoundError:
            return None

    def save(self, position: int, data: bytes) -> None:
        with whole_file(self._file(position)) as part:
            part.write_bytes(data)

    def remove(self) -> None:
        """Remove the folder, when what is in it has become a dataset."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def empty_ones_removed(self) -> Iterator[None]:
        """Whatever happens meanwhile: nothing is left if nothing was answered."""
        try:
            yield
        finally:
            if not self.any:
                self.remove()

    @property
    def any(self) -> bool:
        """Whether anything was answered."""
        return any(self.folder.glob("s*.json"))

    def _file(self, position: int) -> Path:
        return self.folder / f"s{position}.json"


def states_beside(
    output: Path,
    scenarios: Sequence[Scenario],
    dataset: CollectedDataset,
    collected_as: CollectedFormat,
) -> tuple[States, bool]:
    """The states of this collecting, and whether it goes on with what was answered before.

    Raises BadParameter where those of another lie there: other scenarios, or another target.
    """
    folder = output.with_name(f"{output.name}.collecting")
    digest = _digest(scenarios, dataset, collected_as)
    folder.mkdir(mode=0o700, exist_ok=True)
    manifest = folder / _MANIFEST
    try:
        found = json.loads(manifest.read_text(encoding="utf-8"))
    except FileNotFoundError:
        with whole_file(manifest) as part:
            part.write_text(json.dumps({"of": digest}), encoding="utf-8")
        return States(folder), False
    except ValueError:
        found = None
    if not isinstance(found, dict) or found.get("of") != digest:
        raise typer.BadParameter(
            f"{folder} holds what was collected of other scenarios or of another target: remove "
            "it, or name another --output"
        )
    states = States(folder)
    return states, states.any


def _digest(
    scenarios: Sequence[Scenario], dataset: CollectedDataset, collected_as: CollectedFormat
) -> str:
    """Of all that the conversations depend on: not of how fast they are held."""
    asked = dataset.model_copy(update={"scenarios": "-", "requests_per_minute": 1})
    lines = [one.to_line().decode() for one in scenarios]
    return text_digest(asked.model_dump_json(), str(collected_as), *lines)
