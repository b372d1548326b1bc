"""Whether scenarios cover what a first evaluation should: told, never required.

Rules of thumb of people who collect such datasets: 2 to 4 scenarios per category, 13 to
20 in all, 30 to 50 records, and edge cases of six kinds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from modeleval.collecting.counts import counted
from modeleval.collecting.scenarios import Scenario

PER_CATEGORY = (2, 4)
SCENARIOS = (13, 20)
RECORDS = (30, 50)
EDGE_CASES = {
    "happy-path": "what should simply work",
    "missing-information": "the user leaves out what is needed",
    "unavailable-resource": "what is asked for does not exist",
    "out-of-scope": "what the application should not do",
    "error-recovery": "wrong or invalid input",
    "tone": "complaints and frustration",
}
"""The tags by which scenarios of each kind of edge case are found."""
_NAMED = 10


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """How many scenarios and records (one per turn) there are, by category and edge case."""

    scenarios: int
    records: int
    categories: Mapping[str, int]
    category_records: Mapping[str, int]
    edge_cases: Mapping[str, int]

    def sentences(self) -> list[str]:
        """What lies outside the advice, one sentence each; empty if nothing does."""
        return [*self._numbers(), *self._categories(), *self._edge_cases()]

    def table(self) -> list[tuple[str, int, int]]:
        """A row per category, by name: its scenarios and its records."""
        return [
            (name, self.categories[name], self.category_records[name])
            for name in sorted(self.categories)
        ]

    def to_document(self) -> dict[str, object]:
        """The same as JSON values, with camelCase names."""
        return {
            "scenarios": self.scenarios,
            "records": self.records,
            "categories": dict(self.categories),
            "edgeCases": dict(self.edge_cases),
            "outside": self.sentences(),
        }

    def _numbers(self) -> Iterator[str]:
        for found, (least, most), noun in (
            (self.scenarios, SCENARIOS, "scenario"),
            (self.records, RECORDS, "record"),
        ):
            if not least <= found <= most:
                yield f"{counted(found, noun)}; {least} to {most} are advised for a first dataset."

    def _categories(self) -> Iterator[str]:
        least, most = PER_CATEGORY
        few = [name for name, found in self.categories.items() if found < least]
        many = [name for name, found in self.categories.items() if found > most]
        advised = f"; {least} to {most} per category are advised."
        if few:
            yield f"Fewer than {least} scenarios: {_named(few)}{advised}"
        if many:
            yield f"More than {most} scenarios: {_named(many)}{advised}"

    def _edge_cases(self) -> Iterator[str]:
        missing = [tag for tag in EDGE_CASES if not self.edge_cases[tag]]
        if len(missing) == len(EDGE_CASES):
            yield (
                "No scenario has a tag of an edge case, so it is not known which are covered: "
                f"{', '.join(EDGE_CASES)}."
            )
        elif missing:
            told = [f"{tag} ({EDGE_CASES[tag]})" for tag in missing]
            yield f"No scenario is tagged {'; '.join(told)}."


def coverage(scenarios: Sequence[Scenario]) -> Coverage:
    """The coverage of a file of scenarios."""
    categories: Counter[str] = Counter()
    records: Counter[str] = Counter()
    tags: Counter[str] = Counter()
    for scenario in scenarios:
        categories[scenario.category] += 1
        records[scenario.category] += len(scenario.turns)
        tags.update(scenario.tags)
    return Coverage(
        scenarios=len(scenarios),
        records=records.total(),
        categories=categories,
        category_records=records,
        edge_cases={tag: tags[tag] for tag in EDGE_CASES},
    )


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(sorted(names)[:_NAMED])
    more = len(names) - _NAMED
    return f"{shown} and {more:,} more" if more > 0 else shown
