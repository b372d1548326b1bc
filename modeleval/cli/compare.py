"""`modeleval compare`: two runs beside each other, record by record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any

import typer

from modeleval.cli.beside import comparison_tables, power_lines
from modeleval.cli.console import make_console, plain
from modeleval.cli.documents import run_document
from modeleval.cli.exit_codes import EXIT_CODES
from modeleval.cli.needs_scipy import import_statistics
from modeleval.cli.options import DEFAULT_STACK, JsonOption, StackOption, print_json
from modeleval.cli.stack import Deployment
from modeleval.services import Services
from modeleval.statistics.words import Word
from modeleval.store.items import Run

Comparer = Callable[[str, str, Services], list[dict[str, Any]]]


def compare(
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="The run to judge.")],
    other_id: Annotated[str, typer.Argument(metavar="OTHER", help="The run it is compared with.")],
    stack: StackOption = DEFAULT_STACK,
    as_json: JsonOption = False,
) -> None:
    """Compare two published runs on the records that both have: is RUN better than OTHER?"""
    if run_id == other_id:
        raise typer.BadParameter("RUN and OTHER are the same run")
    comparer = _comparer()
    services = Deployment(stack).services
    entries = comparer(run_id, other_id, services)
    run, other = services.store.run(run_id), services.store.run(other_id)
    if as_json:
        print_json({"run": run_document(run), "other": run_document(other), "evaluations": entries})
        return
    console = make_console()
    for line in _heading(run, other):
        console.print(line, soft_wrap=True, highlight=False)
    for entry in entries:
        for table in comparison_tables(entry):
            console.print(table)
        for line in (*power_lines(entry), *notes(entry)):
            console.print(line, soft_wrap=True, highlight=False)


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("compare", epilog=EXIT_CODES)(compare)


def compare_runs(run_id: str, other_id: str, services: Services) -> list[dict[str, Any]]:
    """`modeleval.workflow.compare.compare_runs`; raises StatisticsMissing where scipy is not."""
    return _comparer()(run_id, other_id, services)


def notes(entry: Mapping[str, Any]) -> Iterator[str]:
    """Which records were matched, why metrics are not comparable, what the results say."""
    name = plain(entry["name"])
    if entry.get("missing"):
        yield f"{name} is not comparable: {plain(entry['missing'])}."
        return
    for note in entry.get("notes", ()):
        yield f"[yellow]Warning[/yellow] ({name}): {plain(note)}"
    overall = [row for row in entry["comparisons"] if row["category"] is None]
    for row in overall:
        if row["word"] == Word.NOT_COMPARABLE:
            yield f"{plain(row['metric'])} is not comparable: {plain(row['reason'])}."
        elif row["matched"] is not None and (row["onlyHere"] or row["onlyThere"]):
            yield (
                f"{plain(row['metric'])}: {row['matched']} records are in both runs, "
                f"{row['onlyHere']} only in the first, {row['onlyThere']} only in the second."
            )


def _heading(run: Run, other: Run) -> Iterator[str]:
    yield f"Run {run.run_id} beside run {other.run_id}; *improved* says that the first is better."
    if run.suite != other.suite:
        yield f"They are of two suites: {plain(run.suite)} and {plain(other.suite)}."
    for one in (run, other):
        if one.sample is not None:
            yield f"Run {one.run_id} is a trial on {one.sample} records."


def _comparer() -> Comparer:
    """Imported when it is needed: few commands need scipy."""
    module = import_statistics("modeleval.workflow.compare", what="Comparing runs")
    comparer: Comparer = module.compare_runs
    return comparer
