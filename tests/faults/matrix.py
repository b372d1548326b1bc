"""`make faults`: one run per call and way of going wrong; writes docs/faults.md.

Ends with 1 if a run came to something else than the undisturbed one. With SECONDS_AT_MOST it makes
as many runs as it can start in that time, with Ctrl-C those that it has started, and the page says
how many of how many those were. Two processors make some twenty a minute.
"""

from __future__ import annotations

import os
import random
import re
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

from fault_world import WAYS, FaultWorld, Outcome, Point, deployed_stack
from rich.progress import track

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
LANES = 3
PER_DEPLOYMENT = 150
"""Runs on one embedded AWS: it becomes slower with what it holds."""
KILLED = "killed after it"
COLUMNS: dict[str, Mapping[str, Any]] = {
    **WAYS,
    "internal error": {"how": "error", "tries": 3},
    KILLED: {"how": "kill"},
}
"""Three internal errors are all that the SDK tries: here the step has to run again."""
_FUNCTION = re.compile(r"Functions([A-Za-z]+?)[0-9A-F]{8}")
_HEAD = """# Under fault

What happens to a run when a call to AWS goes wrong. `make faults` deploys the stack to the
embedded AWS, records every call that the functions of an undisturbed run make, and then starts a
run for each of these calls and each way in which it can go wrong. A run is started by a new model
version, has a judge, a benchmark and a team's function, is compared with an approved version, and
approves its own.

A cell says how many calls were disturbed, of how many there are, and that their runs came to the
same: the same scores, summary, verdict and approval, one job of a service for each planned one, and
no execution that failed. *Not reached* are calls that the run did not make: how often a job is
looked at depends on the time. The ordinary tests (`tests/faults`) do the same with all calls in one
run.

- **throttled twice**: the service's own throttling error, two times.
- **internal error**: status 500, as often as the SDK tries, so that the step has to run again.
- **connection cut after the work**, **answer too late**: the call was carried out, and the function
  does not know it.
- **killed after it**: the function's process ends after the call; Step Functions, or Lambda for
  what an event invokes, runs it again.

A scorer of a team's own is not invoked again when its answer was lost, since it was paid for: its
batch is unscored and the run says so (*by decision*). That it is asked is noted before, so this
holds too where the process is killed after the invocation, or before it and after the note, which
nobody can tell apart; and where the answer cannot be stored in three tries, which is the run of
CheckJob's PutObject that comes to something else.

## Executions that end

`tests/faults/test_stopped_everywhere.py` ends an execution in every state of the three state
machines that takes time: it is stopped, and wherever a job or an asked application may be running
it also times out. Of some ends nobody is told, so that the hourly sweep has to find them. A
function that is under way goes on, as in AWS, and does no harm. No job of a service goes on, the
table says what happened, and `modeleval resume` asks for the missing jobs alone and comes to the
undisturbed scores. After the scores no job is missing: there it does what is left, and asks for
none.

## Calls that go wrong

"""


class Cell(NamedTuple):
    """One run: which call went wrong, how, and what the run came to.

    reached: the run made the call. otherwise: in what it differs from the undisturbed run, by field
    of Outcome.
    """

    point: Point
    column: str
    reached: bool
    otherwise: Mapping[str, Any]


def main(seconds: float) -> int:
    """Run what can be started within so many seconds; 1 if a run deviates."""
    points: list[Point] = []
    wanted: list[tuple[Point, str]] = []
    cells: list[Cell] = []
    end = time.monotonic() + seconds
    with suppress(KeyboardInterrupt):
        while not points or (len(cells) < len(wanted) and time.monotonic() < end):
            with tempfile.TemporaryDirectory() as folder, deployed_stack(Path(folder)) as world:
                world.end(world.start("first"))
                undisturbed = world.end(world.start("undisturbed"))
                points = points or world.points("undisturbed")
                wanted = wanted or _wanted(points)
                part = wanted[len(cells) : len(cells) + PER_DEPLOYMENT]
                _measure(world, part, undisturbed, end, cells)
    wrong = [cell for cell in cells if cell.otherwise]
    for cell in wrong:
        _say(f"{cell.column}: {cell.point}: {dict(cell.otherwise)}")
    made = _made(wanted, cells)
    PAGE.write_text(f"{_HEAD}{made}\n\n{_table(points, cells)}", encoding="utf-8")
    _say(f"{made} See {PAGE}")
    return int(bool(wrong))


def _wanted(points: Iterable[Point]) -> list[tuple[Point, str]]:
    """Every run that there is to make, in an order that tells something of all cells early.

    Functions are killed first: the ordinary tests do that after some of their calls only.
    """
    wanted = [
        (point, column) for point in points for column, way in COLUMNS.items() if point.allows(way)
    ]
    random.Random(0).shuffle(wanted)
    seen: Counter[tuple[str, str, str]] = Counter()
    ordered: list[tuple[bool, int, int]] = []
    for number, (point, column) in enumerate(wanted):
        cell = (*_row(point), column)
        ordered.append((column != KILLED, seen[cell], number))
        seen[cell] += 1
    return [wanted[number] for *_, number in sorted(ordered)]


def _measure(
    world: FaultWorld,
    wanted: Sequence[tuple[Point, str]],
    undisturbed: Outcome,
    end: float,
    cells: list[Cell],
) -> None:
    """Add runs in some lanes, those that can be started before the end (monotonic seconds).

    Raises KeyboardInterrupt once the runs have ended that were under way.
    """
    interrupted = threading.Event()

    def measure(one: tuple[Point, str]) -> Cell | None:
        if time.monotonic() > end or interrupted.is_set():
            return None
        point, column = one
        name = f"{column}: {point}"
        started = world.start(name, point.disturbed(COLUMNS[column]))
        try:
            otherwise = _differences(world.end(started), undisturbed)
        except AssertionError as error:
            otherwise = {"end": str(error)}
        reached = world.disturbed(name, point)
        world.forget(name)
        return Cell(point, column, reached, otherwise)

    title = f"Runs from {len(cells) + 1}"
    with ThreadPoolExecutor(LANES) as pool:
        making = [pool.submit(measure, one) for one in wanted]
        try:
            for one in track(making, title):
                one.result()
        except KeyboardInterrupt:
            interrupted.set()
            raise
        finally:
            cells.extend(cell for one in making if (cell := one.result()))


def _differences(outcome: Outcome, undisturbed: Outcome) -> dict[str, Any]:
    """What the outcome has instead of the undisturbed one."""
    expected = asdict(undisturbed)
    return {name: value for name, value in asdict(outcome).items() if value != expected[name]}


def _made(wanted: Sequence[object], cells: Sequence[Cell]) -> str:
    """How much of the matrix was measured, and what came of it."""
    deviating = sum(bool(cell.otherwise) for cell in cells)
    missed = sum(not (cell.reached or cell.otherwise) for cell in cells)
    same = len(cells) - deviating - missed
    return (
        f"{len(cells)} of {len(wanted)} runs were made: {same} came to the same, {deviating} to "
        f"something else, and {missed} did not make the call that was to go wrong."
    )


def _table(points: Iterable[Point], cells: Iterable[Cell]) -> str:
    """Markdown: a row per function and operation."""
    calls: dict[tuple[str, str], list[Point]] = defaultdict(list)
    for point in points:
        calls[_row(point)].append(point)
    found: dict[tuple[tuple[str, str], str], list[Cell]] = defaultdict(list)
    for cell in cells:
        found[_row(cell.point), cell.column].append(cell)
    lines = [
        "| function | call | " + " | ".join(COLUMNS) + " |",
        "|---|---|" + "---|" * len(COLUMNS),
    ]
    for key, made in sorted(calls.items()):
        shown = [_shown(made, column, found.get((key, column), [])) for column in COLUMNS]
        lines.append(f"| {key[0]} | {key[1]} | " + " | ".join(shown) + " |")
    return "\n".join(lines) + "\n"


def _shown(made: list[Point], column: str, cells: list[Cell]) -> str:
    allowed = [point for point in made if point.allows(COLUMNS[column])]
    if not allowed:
        return "by decision"
    if not cells:
        return "not run"
    otherwise = sum(bool(cell.otherwise) for cell in cells)
    reached = sum(cell.reached or bool(cell.otherwise) for cell in cells)
    if not reached:
        return "not reached"
    return f"{f'**{otherwise} otherwise**' if otherwise else 'same'}, {reached} of {len(allowed)}"


def _row(point: Point) -> tuple[str, str]:
    """The function, and what it calls."""
    found = _FUNCTION.search(point.function)
    return found[1] if found else point.function, f"{point.service} {point.operation}"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main(float(os.environ.get("SECONDS_AT_MOST") or 86_400)))
