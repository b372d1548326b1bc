"""`modeleval list`: which runs there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, NamedTuple

import typer
from rich.table import Table

from modeleval.cli.asked import AskedModel, asked_model
from modeleval.cli.beside import coloured
from modeleval.cli.console import make_console, plain
from modeleval.cli.documents import run_document
from modeleval.cli.exit_codes import EXIT_CODES
from modeleval.cli.options import DEFAULT_STACK, JsonOption, StackOption, print_json
from modeleval.cli.stack import Deployment
from modeleval.statistics.verdict import Verdict
from modeleval.store.items import Run, RunStatus
from modeleval.store.table import RunStore

MOST_READ = 5_000
"""Runs that are looked at, however few of them are asked for by their state or name."""
_MODEL = 40
_FIXED = ("Run", "Started (UTC)")
_WIDE = 100
"""From here on verdict, trial and error have columns of their own."""

Condition = Callable[[Run], bool]


class Listed(NamedTuple):
    """`complete` is False if not all runs were looked at, and fewer than asked for were found."""

    runs: list[Run]
    complete: bool


def list_runs(  # noqa: PLR0917 - options are named on the command line
    suite: Annotated[
        str | None, typer.Argument(help="Of this suite; of all, if it is left out.")
    ] = None,
    stack: StackOption = DEFAULT_STACK,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            "-m",
            help="Of a model package group, one of its versions (its ARN, or group/3), or a "
            "JumpStart or Bedrock model.",
        ),
    ] = None,
    status: Annotated[RunStatus | None, typer.Option(help="In this state.")] = None,
    verdict: Annotated[Verdict | None, typer.Option(help="With this verdict.")] = None,
    name: Annotated[
        str | None, typer.Option(help="With this in the name of suite or model, or in the run's.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """List runs, newest first: of a suite, of a model, or all; trials too."""
    asked = asked_model(model) if model else None
    store = Deployment(stack).services.store
    conditions = [*_conditions(status, verdict, name)]
    if asked is not None:
        conditions.append(asked.is_of)
    listed = first(_runs(store, suite, asked), conditions, limit)
    if as_json:
        print_json(
            {"runs": [run_document(run) for run in listed.runs], "complete": listed.complete}
        )
        return
    console = make_console()
    if listed.runs:
        wide = console.width >= _WIDE
        console.print(runs_table(listed.runs, with_suite=suite is None, wide=wide))
    else:
        console.print(_nothing(suite, model, filtered=any((status, verdict, name))))
    if not listed.complete:
        console.print(f"Only the latest {MOST_READ} runs were looked at.")


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("list", epilog=EXIT_CODES)(list_runs)


def first(runs: Iterable[Run], conditions: list[Condition], limit: int) -> Listed:
    """The first runs that fulfil the conditions, among as many as are looked at."""
    found: list[Run] = []
    for read, run in enumerate(runs):
        if read == MOST_READ:
            return Listed(found, complete=False)
        if all(condition(run) for condition in conditions):
            found.append(run)
        if len(found) == limit:
            break
    return Listed(found, complete=True)


def runs_table(runs: Iterable[Run], *, with_suite: bool, wide: bool = True) -> Table:
    """A row per run; a column only where one of them has something to say in it."""
    rows = [_cells(run, with_suite=with_suite) for run in runs]
    if not wide:
        rows = [_narrow(row) for row in rows]
    table = Table()
    shown = [name for name in rows[0] if any(row[name] for row in rows)]
    for name in shown:
        fixed = name in _FIXED
        table.add_column(name, no_wrap=fixed, overflow="ellipsis" if fixed else "fold")
    for row in rows:
        table.add_row(*(row[name] for name in shown))
    return table


def _cells(run: Run, *, with_suite: bool) -> dict[str, str]:
    return {
        "Run": run.run_id,
        "Suite": plain(run.suite) if with_suite else "",
        "Started (UTC)": run.started_at[:16].replace("T", " "),
        "Status": str(run.status),
        "Verdict": coloured(run.verdict) if run.verdict else "",
        "Model": plain(model_name(run), limit=_MODEL),
        "Trial": "" if run.sample is None else str(run.sample),
        "Low scores": "" if run.low_scores is None else str(run.low_scores),
        "Error": plain(run.error.name) if run.error else "",
    }


def _narrow(row: dict[str, str]) -> dict[str, str]:
    """The same with all that the run came to in one column."""
    trial = "trial" if row["Trial"] else ""
    verdict = f"gate {row['Verdict']}" if row["Verdict"] else ""
    status = ", ".join(filter(None, (row["Status"], verdict, row["Error"], trial)))
    return {name: row[name] for name in ("Run", "Suite", "Started (UTC)")} | {
        "Status": status,
        "Model": row["Model"],
    }


def model_name(run: Run) -> str:
    """`support-llama/3`, an id, or what was asked for; empty for a run without a model."""
    resolved = run.resolved_model or {}
    if resolved.get("group"):
        return f"{resolved['group']}/{resolved['version']}"
    asked = asked_model(str(resolved.get("identifier") or run.model or ""))
    return asked.series if asked.version is None else f"{asked.series}/{asked.version}"


def _runs(store: RunStore, suite: str | None, model: AskedModel | None) -> Iterator[Run]:
    if suite is not None:
        return store.runs_of(suite)
    if model is not None:
        return store.runs_of_model(model.series)
    return store.every_run()


def _conditions(
    status: RunStatus | None, verdict: Verdict | None, name: str | None
) -> Iterator[Condition]:
    if status is not None:
        yield lambda run: run.status is status
    if verdict is not None:
        yield lambda run: run.verdict == verdict
    if name is not None:
        part = name.casefold()
        yield lambda run: any(
            part in text.casefold() for text in (run.suite, run.run_id, model_name(run))
        )


def _nothing(suite: str | None, model: str | None, *, filtered: bool) -> str:
    what = "There is no such run" if filtered else "There is no run"
    of_suite = f" of a suite called {plain(suite)}" if suite is not None else ""
    of_model = f" of {plain(model)}" if model is not None else ""
    return f"{what}{of_suite}{of_model}."
