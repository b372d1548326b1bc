"""`modeleval report`: a run as a page that people open, a suite over time, or all scores as CSV."""

from __future__ import annotations

import io
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated, BinaryIO, NamedTuple

import typer

from modeleval.cli.compare import compare_runs
from modeleval.cli.console import make_console, plain
from modeleval.cli.exit_codes import EXIT_CODES
from modeleval.cli.history import nothing_published
from modeleval.cli.options import DEFAULT_STACK, JsonOption, StackOption, print_json
from modeleval.cli.stack import Deployment
from modeleval.errors import RunNotFound
from modeleval.report.csv_export import COLUMNS, write_csv
from modeleval.report.gather import made_at, make_report, stand_in, summary_of
from modeleval.report.render import DOCTYPE
from modeleval.report.source import Other
from modeleval.report.trend import trend_page
from modeleval.services import Services
from modeleval.whole_file import whole_file

Told = dict[str, int]
"""What is in a file, by what it is."""

_BOM = "utf-8-sig"  # without it Excel takes UTF-8 for something else
_OURS = (DOCTYPE, ",".join(COLUMNS).encode(_BOM))


class File(NamedTuple):
    """What is written, and how it is called by default."""

    name: str
    write: Callable[[BinaryIO], Told]


def report(  # noqa: PLR0917 - options are named on the command line
    run_id: Annotated[str | None, typer.Argument(metavar="RUN", help="The run.")] = None,
    other_id: Annotated[
        str | None, typer.Argument(metavar="OTHER", help="Another run, to be set beside it.")
    ] = None,
    stack: StackOption = DEFAULT_STACK,
    trend: Annotated[
        str | None, typer.Option("--trend", metavar="SUITE", help="A suite over its runs instead.")
    ] = None,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Every score of every record as CSV instead.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", dir_okay=False, help="Where to write it.")
    ] = None,
    open_it: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    limit: Annotated[
        int, typer.Option(min=1, max=200, help="With --trend: at most so many runs.")
    ] = 40,
    as_json: JsonOption = False,
) -> None:
    """Write a run's report as one HTML file that needs no network; it holds prompts and responses.

    With OTHER, both runs side by side, compared record by record.
    """
    _check(run_id, other_id, trend, as_csv=as_csv)
    services = Deployment(stack).services
    if trend is not None:
        file = _trend(trend, limit, services)
    elif as_csv:
        file = _csv(str(run_id), services)
    else:
        file = _report(str(run_id), other_id, services)
    path = out or Path(file.name)
    told = _written(path, file)
    if as_json:
        print_json({"file": str(path.absolute()), "bytes": path.stat().st_size, **told})
    else:
        said = ", ".join(f"{value:,} {name}" for name, value in told.items())
        make_console().print(f"Written: {plain(str(path))} ({said})", soft_wrap=True)
    if open_it and not webbrowser.open(path.absolute().as_uri()):
        make_console(stderr=True).print("No browser could be started: open the file in one.")


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("report", epilog=EXIT_CODES)(report)


def _check(run_id: str | None, other_id: str | None, trend: str | None, *, as_csv: bool) -> None:
    """Raise BadParameter for what does not go together."""
    if (run_id is None) is (trend is None):
        raise typer.BadParameter("name a RUN, or a suite with --trend")
    if as_csv and (trend is not None or other_id is not None):
        raise typer.BadParameter("--csv is of one RUN")
    if run_id is not None and run_id == other_id:
        raise typer.BadParameter("RUN and OTHER are the same run")


def _report(run_id: str, other_id: str | None, services: Services) -> File:
    run = services.store.run(run_id)
    beside = None if other_id is None else _beside(run_id, other_id, services)
    made = make_report(run, services, beside)
    name = f"report-{run_id}{f'-{other_id}' if other_id else ''}.html"
    told = {"evaluations": made.evaluations, "records": made.records}
    return File(name, partial(_page, made.data, told))


def _page(data: bytes, told: Told, file: BinaryIO) -> Told:
    file.write(data)
    return told


def _beside(run_id: str, other_id: str, services: Services) -> Other:
    """The other run, compared record by record; raises RunNotFound if either has no scores."""
    entries = compare_runs(run_id, other_id, services)
    other = services.store.run(other_id)
    summary = summary_of(other, services)
    if summary is None:
        raise _without_scores(other_id)
    return Other(run=other, summary=summary, compared={entry["name"]: entry for entry in entries})


def _trend(suite: str, limit: int, services: Services) -> File:
    page = trend_page(
        services.store, suite, limit=limit, made_at=made_at(services), stand_in=stand_in()
    )
    if not page.runs:
        raise nothing_published(suite)
    told = {"runs": page.runs, "metrics": page.metrics}
    return File(f"trend-{suite}.html", partial(_page, page.data, told))


def _csv(run_id: str, services: Services) -> File:
    run = services.store.run(run_id)
    summary = summary_of(run, services)
    if summary is None:
        raise _without_scores(run_id)
    entries, jobs = summary["evaluations"], services.store.jobs(run_id)

    def write(file: BinaryIO) -> Told:
        text = io.TextIOWrapper(file, encoding=_BOM, newline="")
        rows = write_csv(text, entries, jobs, services)
        text.detach()  # flushed, and left open
        return {"rows": rows}

    return File(f"scores-{run_id}.csv", write)


def _without_scores(run_id: str) -> RunNotFound:
    return RunNotFound(
        f"Run {run_id} has no published scores, or no longer",
        action=f"`modeleval show {run_id}` says how it stands.",
    )


def _written(path: Path, file: File) -> Told:
    """Write the whole file or nothing, in place of an earlier report or export alone."""
    try:
        _check_replaceable(path)
        with whole_file(path) as part, part.open("wb") as stream:
            return file.write(stream)
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be written: {error.strerror}") from None


def _check_replaceable(path: Path) -> None:
    with suppress(FileNotFoundError), path.open("rb") as there:
        begins = there.read(max(map(len, _OURS)))
        if not begins.startswith(_OURS):
            raise typer.BadParameter(f"{path} is there, and is no report: choose another --out")
