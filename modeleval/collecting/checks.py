"""Whether scenarios go with the target and the kind of dataset that a suite names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from modeleval.collecting.document import CollectedDataset, CollectedFormat
from modeleval.collecting.records import MOST_TURNS
from modeleval.collecting.scenarios import Scenario, refuse_if


def check_scenarios(
    scenarios: Sequence[Scenario],
    dataset: CollectedDataset,
    collected_as: CollectedFormat,
    *,
    source: str,
) -> None:
    """Raise ScenariosInvalid where a scenario cannot become records of that dataset."""
    recorded = {tool.name for tool in dataset.target.tools if tool.recorded}
    most = MOST_TURNS.get(collected_as)
    wrong: list[str] = []
    for position, scenario in enumerate(scenarios):
        place = f"scenarios[{position}]"
        wrong += _long_turns(scenario, place, dataset.max_history_bytes)
        if most is not None and len(scenario.turns) > most:
            wrong.append(
                f"{place}.turns: {len(scenario.turns):,} turns, and a conversation of this kind "
                f"has at most {most}; split the scenario"
            )
        wrong += [
            f"{place}.toolResults: the target has no tool {name!r} with recorded: true"
            for name in scenario.tool_results
            if name not in recorded
        ]
    refuse_if(wrong, source)


def _long_turns(scenario: Scenario, place: str, most: int) -> Iterator[str]:
    for number, turn in enumerate(scenario.turns):
        size = len(turn.user.encode())
        if size > most:
            yield (
                f"{place}.turns[{number}]: has {size:,} bytes in UTF-8, and maxHistoryBytes is "
                f"{most:,}; shorten it, or raise that"
            )
