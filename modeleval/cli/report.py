"""`modeleval report`: a run as a page that people open, a suite over time, or all scores as CSV."""

from __future__ import annotations

import io
import webbrowser
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from modeleval.cli.compare import comparer
from modeleval.cli.console import make_console, plain
from modeleval.cli.exit_codes import EXIT_CODES
from modeleval.cli.options import DEFAULT_STACK, JsonOption, StackOption, print_json
from modeleval.cli.stack import Deployment
from modeleval.errors import RunNotFound
from modeleval.report.csv_export import COLUMNS, write_csv
from modeleval.report.gather import made_at, make_report, stand_in, summary_of
from modeleval.report.render import DOCTYPE
from modeleval.report.source import Other
from modeleval.report.trend import trend_page
from modeleval.services import Services

_CSV_HEAD = ",".join(COLUMNS).encode()


class File(NamedTuple):
    """What is written, where by default, and what is said of it."""

    name: str
    data: bytes
    told: dict[str, Any]


def report(  # noqa: PLR0917 - options are named on the command line
    run_id: Annotated[str | None, typer.Argument(metavar="RUN", help="The run.")] = None,
    other_id: Annotated[
        str | None, typer.Argument(metavar="[OTHER]", help="Another run, to be set beside it.")
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
    _write(path, file.data)
    if as_json:
        print_json({"file": str(path.absolute()), "bytes": len(file.data), **file.told})
    else:
        said = ", ".join(f"{value:,} {name}" for name, value in file.told.items())
        make_console().print(f"Written: {plain(str(path))} ({said})", soft_wrap=True)
    if open_it:
        webbrowser.open(path.absolute().as_uri())


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
    return File(name, made.data, {"evaluations": made.evaluations, "records": made.records})


def _beside(run_id: str, other_id: str, services: Services) -> Other:
    """The other run, compared record by record; raises RunNotFound if either has no scores."""
    entries = comparer()(run_id, other_id, services)
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
        raise RunNotFound(
            "No run of this suite has published scores",
            where=f"suite {suite}",
            action=f"`modeleval list {suite}` shows its runs.",
        )
    return File(f"trend-{suite}.html", page.data, {"runs": page.runs, "metrics": page.metrics})


def _csv(run_id: str, services: Services) -> File:
    run = services.store.run(run_id)
    summary = summary_of(run, services)
    if summary is None:
        raise _without_scores(run_id)
    text = io.StringIO(newline="")
    rows = write_csv(text, summary["evaluations"], services.store.jobs(run_id), services)
    return File(f"scores-{run_id}.csv", text.getvalue().encode(), {"rows": rows})


def _without_scores(run_id: str) -> RunNotFound:
    return RunNotFound(
        f"Run {run_id} has no published scores, or no longer",
        action=f"`modeleval show {run_id}` says how it stands.",
    )


def _write(path: Path, data: bytes) -> None:
    """Write the file, in place of an earlier report or export alone."""
    try:
        with path.open("rb") as there:
            ours = there.read(len(DOCTYPE)).startswith((DOCTYPE, _CSV_HEAD[: len(DOCTYPE)]))
    except FileNotFoundError:
        ours = True
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be written: {error.strerror}") from None
    if not ours:
        raise typer.BadParameter(f"{path} is there, and is no report: choose another --out")
    try:
        path.write_bytes(data)
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be written: {error.strerror}") from None
