"""`modeleval leaderboard`: the latest scores of every subject of a suite, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any

import typer
from rich.table import Table

from modeleval.cli.console import make_console, plain
from modeleval.cli.documents import score_document
from modeleval.cli.exit_codes import EXIT_CODES
from modeleval.cli.history import comparability, interval_of, mean_of, nothing_published
from modeleval.cli.options import DEFAULT_STACK, JsonOption, StackOption, print_json
from modeleval.cli.stack import Deployment
from modeleval.documents import closest
from modeleval.errors import RunNotFound
from modeleval.scores.metrics import Direction
from modeleval.store.leaderboard import Leaderboard, Standing, leaderboard
from modeleval.store.lists import Measured

_METRICS_SHOWN = 5
"""Columns of one table; `--metric` shows any one with its interval."""


def show_leaderboard(
    suite: Annotated[str, typer.Argument(help="The suite's name.")],
    stack: StackOption = DEFAULT_STACK,
    metric: Annotated[
        str | None, typer.Option(help="Only this metric, with its interval; it decides the order.")
    ] = None,
    runs: Annotated[
        int, typer.Option(min=1, max=5000, help="Of the suite's latest runs, look at so many.")
    ] = 500,
    as_json: JsonOption = False,
) -> None:
    """Show the latest published scores of each model and subject of a suite, the best first."""
    board = leaderboard(Deployment(stack).services.store, suite, most_runs=runs)
    if not board.standings:
        raise nothing_published(suite)
    evaluations = [*_by_evaluation(board, metric.removeprefix("Builtin.") if metric else None)]
    if as_json:
        print_json(_document(suite, board, evaluations))
        return
    console = make_console()
    for metrics, standings in evaluations:
        console.print(_table(metrics, standings, only=metric is not None))
        for line in comparability(_points(metrics, standings)):
            console.print(line, soft_wrap=True, highlight=False)
    console.print(
        f"In the order of {'the' if metric else 'the first'} metric's mean; whether two differ, "
        "`modeleval compare` tells."
    )
    if not board.complete:
        console.print(f"Of the latest {board.runs_read} runs; --runs looks further back.")


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("leaderboard", epilog=EXIT_CODES)(show_leaderboard)


def _by_evaluation(
    board: Leaderboard, metric: str | None
) -> Iterator[tuple[list[str], list[Standing]]]:
    """Per evaluation that has the metric: its metrics, and who has scores of it, best first."""
    known = sorted({score.metric for one in board.standings for score in one.scores})
    if metric is not None and metric not in known:
        near = closest(metric, known)
        raise RunNotFound(
            "The suite's latest runs have no such metric",
            where=metric,
            action=f"Did you mean {near}?" if near else f"They have {', '.join(known)}.",
        )
    for evaluation in dict.fromkeys(one.evaluation for one in board.standings):
        own = [one for one in board.standings if one.evaluation == evaluation]
        metrics = list(dict.fromkeys(score.metric for one in own for score in one.scores))
        if metric is None:
            yield metrics, ordered(own, metrics[0])
        elif metric in metrics:
            yield [metric], ordered([one for one in own if one.score(metric)], metric)


def ordered(standings: Iterable[Standing], metric: str) -> list[Standing]:
    """The best mean first, by the metric's direction; those without a mean last."""

    def place(one: Standing) -> tuple[bool, float]:
        score = one.score(metric)
        if score is None or score.mean is None:
            return True, 0.0
        higher = score.direction == Direction.HIGHER
        return False, -float(score.mean) if higher else float(score.mean)

    return sorted(standings, key=place)


def _table(metrics: Sequence[str], standings: Sequence[Standing], *, only: bool) -> Table:
    table = Table(title=plain(standings[0].evaluation), title_justify="left")
    table.add_column("Subject")
    table.add_column("Run", no_wrap=True, min_width=18)
    table.add_column("Started (UTC)", no_wrap=True)
    table.add_column("Judge")
    shown = metrics[:_METRICS_SHOWN]
    for heading in (*map(plain, shown), *(("95 % interval", "n") if only else ())):
        table.add_column(heading, justify="right")
    if len(shown) < len(metrics):
        table.caption = f"{len(metrics) - len(shown)} more metrics: --metric, or --json"
    for one in standings:
        table.add_row(*_row(one, shown, only=only))
    return table


def _row(one: Standing, metrics: Sequence[str], *, only: bool) -> Iterator[str]:
    candidate = f" ({plain(one.candidate)})" if one.candidate else ""
    yield plain(one.subject) + candidate
    yield one.run.run_id
    yield one.run.started_at[:16].replace("T", " ")
    yield plain(one.scores[0].judge or "")
    for metric in metrics:
        score = one.score(metric)
        yield "" if score is None else mean_of(score)
        if only and score is not None:
            yield interval_of(score)
            yield "" if score.n is None else str(score.n)


def _points(metrics: Sequence[str], standings: Iterable[Standing]) -> Iterator[Measured]:
    for one in standings:
        score = one.score(metrics[0])
        if score is not None:
            yield Measured(one.run, score)


def _document(
    suite: str, board: Leaderboard, evaluations: Iterable[tuple[list[str], list[Standing]]]
) -> dict[str, Any]:
    return {
        "suite": suite,
        "complete": board.complete,
        "evaluations": [
            {
                "name": standings[0].evaluation,
                "standings": [_standing(one, metrics) for one in standings],
            }
            for metrics, standings in evaluations
        ],
    }


def _standing(one: Standing, metrics: Sequence[str]) -> dict[str, Any]:
    return {
        "subject": one.subject,
        "candidate": one.candidate,
        "runId": one.run.run_id,
        "startedAt": one.run.started_at,
        "verdict": one.run.verdict,
        "scores": [score_document(score) for score in one.scores if score.metric in metrics],
    }
