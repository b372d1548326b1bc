"""A dataset in parts: one per job, since a service judges only so many prompts in a job.

Parts are equal (their sizes differ by a line's prompts at most) and stable: a line's part follows
from its position alone, so that planning again writes the same. A line may have several prompts, as
a conversation has turns, and is never cut. Prompts keep their order, within a part and over the
parts: read one after another, the parts are the dataset, and so are their scores.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

import msgspec

from modeleval.artifacts import index_key, records_key
from modeleval.datasets.index import IndexEntry
from modeleval.kinds.protocol import PlanContext
from modeleval.kinds.sources import StoredRecords


class PromptLine(NamedTuple):
    """One line of what is judged, unless `line` is None, the index entries that it is about, and
    how many prompts the service counts in it."""

    entries: Sequence[msgspec.Struct]
    line: bytes | None
    prompts: int = 1


class _Prompt(msgspec.Struct):
    prompt: str


_prompt = msgspec.json.Decoder(_Prompt)


class RecordLines:
    """Validated records as the lines of parts: all, or those of certain categories.

    `prompt_characters` adds up, as they are read, how long the prompts are where that is asked for.
    """

    def __init__(
        self,
        stored: StoredRecords,
        categories: Collection[str] | None = None,
        *,
        measure: bool = False,
    ) -> None:
        self._stored = stored
        self._categories = categories
        self._measure = measure
        self.prompt_characters = 0

    def entries(self) -> Iterator[IndexEntry]:
        """The index alone."""
        return (entry for entry in self._stored.entries() if self._holds(entry))

    def judged(self) -> int:
        """How many prompts there are."""
        return sum(entry.unscored is None for entry in self.entries())

    def __iter__(self) -> Iterator[PromptLine]:
        for entry, line in self._stored:
            if self._holds(entry):
                if self._measure and line is not None:
                    self.prompt_characters += len(_prompt.decode(line).prompt)
                yield PromptLine((entry,), line)

    def _holds(self, entry: IndexEntry) -> bool:
        return self._categories is None or entry.category in self._categories


class Part(NamedTuple):
    """What one job judges: its number in the evaluation, and how many prompts."""

    number: int
    prompts: int


def part_count(prompts: int, size: int, longest: int = 1) -> int:
    """How many equal parts of at most `size` prompts there have to be.

    `longest`: of how many prompts a line has at most. A line that begins in a part ends in it, so
    room is left for one; where not even that would fit, each line is a part.
    """
    return -(-prompts // max(size - longest + 1, 1))


def write_parts(
    lines: Iterable[PromptLine],
    prompts: int,
    *,
    size: int,
    first: int,
    context: PlanContext,
    longest: int = 1,
) -> tuple[Part, ...]:
    """Write records and index of each part of at most `size` prompts, numbered from `first`.

    `prompts` is how many of the lines' are judged, at least one, and `longest` how many one line
    has at most; what is not judged stands in the index of the part where it would be. Holds one
    line in memory at a time.
    """
    placed = _placed(lines, prompts, part_count(prompts, size, longest))
    return tuple(
        Part(number, _write((line for _, line in of_part), number, context))
        for number, (_, of_part) in enumerate(groupby(placed, key=itemgetter(0)), start=first)
    )


def _placed(
    lines: Iterable[PromptLine], prompts: int, parts: int
) -> Iterator[tuple[int, PromptLine]]:
    position = 0
    for line in lines:
        yield min(position, prompts - 1) * parts // prompts, line
        position += line.prompts if line.line is not None else 0


def _write(lines: Iterable[PromptLine], part: int, context: PlanContext) -> int:
    """Write one part; how many prompts it has."""
    run_id, number, objects = context.run_id, context.evaluation, context.services.objects
    prompts = 0
    with (
        objects.writer(records_key(run_id, number, part)) as records,
        objects.writer(index_key(run_id, number, part)) as index,
    ):
        for line in lines:
            if line.line is not None:
                records.write(line.line)
                prompts += line.prompts
            for entry in line.entries:
                index.write(msgspec.json.encode(entry) + b"\n")
    return prompts
