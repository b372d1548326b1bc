"""`make faults`: one run per call and way of going wrong; writes docs/faults.md.

Ends with 1 if a run came to something else than the undisturbed one.
"""

from __future__ import annotations

import os
import random
import re
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from fault_world import WAYS, FaultWorld, Outcome, Point, deployed_stack

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
LANES = 3
COLUMNS: dict[str, Mapping[str, Any]] = {
    **WAYS,
    "internal error": {"how": "error", "tries": 3},
    "killed after it": {"how": "kill"},
}
"""Three internal errors are all that the SDK tries: here the step has to run again."""
_FUNCTION = re.compile(r"Functions([A-Za-z]+?)[0-9A-F]{8}")
_HEAD = """# Under fault

What happens to a run when a call to AWS goes wrong. `make faults` deploys the stack to the
embedded AWS, records every call that the functions of an undisturbed run make, and then starts a
run for each of these calls and each way in which it can go wrong. A run is started by a new model
version, has a judge, a benchmark and a team's function, is compared with an approved version, and
approves its own.

A cell says in how many runs of how many calls the run came to the same: the same scores, summary,
verdict and approval, one job of a service for each planned one, and no execution that failed. The
ordinary tests (`tests/faults`) do the same with all calls in one run.

- **throttled twice**: the service's own throttling error, two times.
- **internal error**: status 500, as often as the SDK tries, so that the step has to run again.
- **connection cut after the work**, **answer too late**: the call was carried out, and the function
  does not know it.
- **killed after it**: the function's process ends after the call; Step Functions, or Lambda for
  what an event invokes, runs it again.

A scorer of a team's own is not invoked again when its answer was lost, since it was paid for: its
batch is unscored and the run says so (*by decision*).

"""


class Cell(NamedTuple):
    """One run: which call went wrong, how, and whether the run came to the same."""

    point: Point
    column: str
    same: bool


def main(seconds: float) -> int:
    """Run what can be started within so many seconds; 1 if a run deviates."""
    with tempfile.TemporaryDirectory() as folder, deployed_stack(Path(folder)) as world:
        world.end(world.start("first"))
        undisturbed = world.end(world.start("undisturbed"))
        points = world.points("undisturbed")
        cells = _measured(world, points, undisturbed, time.monotonic() + seconds)
    PAGE.write_text(_HEAD + _table(points, cells), encoding="utf-8")
    wrong = [cell for cell in cells if not cell.same]
    for cell in wrong:
        _say(f"{cell.column}: {cell.point}")
    _say(f"{len(cells)} runs, {len(wrong)} deviate; see {PAGE}")
    return int(bool(wrong))


def _measured(
    world: FaultWorld, points: list[Point], undisturbed: Outcome, end: float
) -> list[Cell]:
    """Runs in some lanes, in an order that tells something of all calls early."""
    wanted = [
        (point, column) for point in points for column, way in COLUMNS.items() if point.allows(way)
    ]
    random.Random(0).shuffle(wanted)

    def measure(one: tuple[Point, str]) -> Cell | None:
        if time.monotonic() > end:
            return None
        point, column = one
        name = f"{column}: {point}"
        started = world.start(name, point.disturbed(COLUMNS[column]))
        try:
            same = world.end(started) == undisturbed
        except AssertionError:
            same = False  # it did not end
        return Cell(point, column, same)

    with ThreadPoolExecutor(LANES) as pool:
        return [cell for cell in pool.map(measure, wanted) if cell is not None]


def _table(points: Iterable[Point], cells: Iterable[Cell]) -> str:
    """Markdown: a row per function and operation."""
    calls: dict[tuple[str, str], list[Point]] = defaultdict(list)
    for point in points:
        calls[_function(point), f"{point.service} {point.operation}"].append(point)
    found: dict[tuple[tuple[str, str], str], list[bool]] = defaultdict(list)
    for cell in cells:
        key = _function(cell.point), f"{cell.point.service} {cell.point.operation}"
        found[key, cell.column].append(cell.same)
    lines = [
        "| function | call | " + " | ".join(COLUMNS) + " |",
        "|---|---|" + "---|" * len(COLUMNS),
    ]
    for key, made in sorted(calls.items()):
        shown = [_shown(made, column, found.get((key, column), [])) for column in COLUMNS]
        lines.append(f"| {key[0]} | {key[1]} | " + " | ".join(shown) + " |")
    return "\n".join(lines) + "\n"


def _shown(made: list[Point], column: str, outcomes: list[bool]) -> str:
    if not made[0].allows(COLUMNS[column]):
        return "by decision"
    if not outcomes:
        return "not run"
    same = "same" if all(outcomes) else f"**{outcomes.count(False)} otherwise**"
    return f"{same}, {len(outcomes)} of {len(made)}"


def _function(point: Point) -> str:
    found = _FUNCTION.search(point.function)
    return found[1] if found else point.function


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main(float(os.environ.get("SECONDS_AT_MOST") or 86_400)))
