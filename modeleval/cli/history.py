"""`modeleval history`: one metric over the versions of a model, with its error bars."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Annotated, Any, NoReturn

import typer
from rich.table import Table

from modeleval.cli.asked import asked_model
from modeleval.cli.beside import coloured
from modeleval.cli.console import make_console, plain
from modeleval.cli.documents import score_document
from modeleval.cli.exit_codes import EXIT_CODES
from modeleval.cli.options import DEFAULT_STACK, JsonOption, StackOption, print_json
from modeleval.cli.stack import Deployment
from modeleval.documents import closest
from modeleval.errors import RunNotFound
from modeleval.store.items import Run, Score
from modeleval.store.lists import Measured
from modeleval.store.table import RunStore

_BARS = "▁▂▃▄▅▆▇█"
_BUILT_IN = "Builtin."
_LOOKED_AT = 200
"""Runs among which a published one is looked for, to say what it has."""


def history(  # noqa: PLR0917 - options are named on the command line
    suite: Annotated[str, typer.Argument(help="The suite's name.")],
    evaluation: Annotated[str, typer.Argument(help="The evaluation's name in the suite.")],
    metric: Annotated[str, typer.Argument(help="The metric's name, such as Correctness.")],
    of: Annotated[
        str, typer.Option("--of", help="A model package group (name or ARN), or a subject.")
    ],
    stack: StackOption = DEFAULT_STACK,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many runs.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """Show a metric's mean over the published runs of a model or subject, newest first."""
    store = Deployment(stack).services.store
    metric = metric.removeprefix(_BUILT_IN)
    found: list[Measured] = []
    for series in dict.fromkeys((of, asked_model(of).series)):
        points = store.measured(series=series, suite=suite, evaluation=evaluation, metric=metric)
        found = found or list(islice(points, limit))
    if not found:
        _say_what_there_is(store, suite, evaluation, metric, of)
    if as_json:
        print_json({"points": [_document(one) for one in found]})
        return
    console = make_console()
    console.print(history_table(found))
    for line in notes(found):
        console.print(line, soft_wrap=True, highlight=False)


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("history", epilog=EXIT_CODES)(history)


def history_table(points: Sequence[Measured]) -> Table:
    """A row per run: subject, mean with interval, and how it did beside its baseline."""
    first = points[0].score
    better = first.direction.removesuffix("IsBetter")
    title = f"{plain(first.evaluation)} {plain(first.metric)} of {plain(first.series)}"
    table = Table(title=f"{title} ({plain(better)} is better)", title_justify="left")
    table.add_column("Subject")
    table.add_column("Run", no_wrap=True, min_width=18)
    table.add_column("Started (UTC)", no_wrap=True)
    for heading in ("n", "Mean", "95 % interval"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("Beside its baseline")
    for run, score in points:
        table.add_row(
            plain(score.subject),
            run.run_id,
            score.started_at[:16].replace("T", " "),
            "" if score.n is None else str(score.n),
            mean_of(score),
            interval_of(score),
            _beside(run, score),
        )
    return table


def notes(points: Sequence[Measured]) -> Iterator[str]:
    """The course of the means at a glance, and what makes them incomparable."""
    means = [float(one.score.mean) for one in reversed(points) if one.score.mean is not None]
    if len(means) > 1:
        yield f"From the oldest to the newest: {sparkline(means)}"
    yield from comparability(points)


def comparability(points: Iterable[Measured]) -> Iterator[str]:
    """Warnings where means stand side by side that were not got in the same way."""
    points = list(points)
    if len({one.score.judge for one in points}) > 1:
        yield "[yellow]Not all have the same judge[/yellow]: their means cannot be compared."
    if len({_records(one) for one in points}) > 1:
        yield "[yellow]Not all are about the same records[/yellow]: means may differ by those."


def sparkline(means: Sequence[float]) -> str:
    """A character per number, from the lowest to the highest of them."""
    low, high = min(means), max(means)
    if low == high:
        return _BARS[len(_BARS) // 2] * len(means)
    return "".join(_BARS[round((one - low) / (high - low) * (len(_BARS) - 1))] for one in means)


def mean_of(score: Score) -> str:
    return "-" if score.mean is None else f"{score.mean:.3f}"


def interval_of(score: Score) -> str:
    return "" if score.low is None or score.high is None else f"{score.low:.3f}-{score.high:.3f}"


def _records(one: Measured) -> str | None:
    return next(
        (
            facts.prompt_set_digest
            for facts in one.run.evaluations
            if facts.name == one.score.evaluation
        ),
        None,
    )


def _beside(run: Run, score: Score) -> str:
    baseline = run.baseline or {}
    label = plain(str(baseline.get("label", "none")))
    if score.word is None:
        return f"no baseline ({label})"
    by = "" if score.difference is None else f" ({score.difference:+.3f})"
    other = f", {plain(str(baseline['runId']))}" if baseline.get("runId") else ""
    return f"{coloured(score.word)}{by}: {label}{other}"


def _document(one: Measured) -> dict[str, Any]:
    return {
        **score_document(one.score),
        "baseline": one.run.baseline,
        "verdict": one.run.verdict,
        "promptSetDigest": _records(one),
    }


def nothing_published(suite: str) -> RunNotFound:
    """What to raise for a suite of which there is nothing to show."""
    return RunNotFound(
        "No run of this suite has published scores",
        where=f"suite {suite}",
        action=f"`modeleval list {suite}` shows its runs.",
    )


def _say_what_there_is(
    store: RunStore, suite: str, evaluation: str, metric: str, of: str
) -> NoReturn:
    """Raise RunNotFound with the name that was probably meant."""
    latest = next((one for one in islice(store.runs_of(suite), _LOOKED_AT) if one.counts), None)
    if latest is None:
        raise nothing_published(suite)
    scores = [one for one in store.scores(latest.run_id) if one.candidate is None]
    _refuse_unknown("evaluation", evaluation, [one.evaluation for one in scores])
    scores = [one for one in scores if one.evaluation == evaluation]
    _refuse_unknown("metric", metric, [one.metric for one in scores])
    _refuse_unknown("model or subject", of, [one.series for one in scores])
    raise RunNotFound(
        f"No published run has {metric} of {of}", where=evaluation, action="Start one."
    )


def _refuse_unknown(what: str, given: str, known: list[str]) -> None:
    if given in known:
        return
    near = closest(given, known)
    listed = ", ".join(sorted(set(known)))
    raise RunNotFound(
        f"The suite's latest run has no such {what}",
        where=given,
        action=f"Did you mean {near}?" if near else f"It has {listed}.",
    )
