"""`modeleval metrics` and `modeleval benchmarks`: what there is to ask for. They call no AWS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from modeleval.cli.console import make_console, plain
from modeleval.cli.exit_codes import EXIT_CODES
from modeleval.cli.options import JsonOption, one_of, print_json
from modeleval.errors import SuiteInvalid
from modeleval.kinds.offers import KindOffers, Offer, offers_of
from modeleval.kinds.registry import KINDS
from modeleval.sagemaker.benchmarks import BENCHMARKS, Benchmark, find_benchmark
from modeleval.sagemaker.benchmarks_page import MODELS
from modeleval.scores.metrics import Direction

BETTER = {Direction.HIGHER: "higher", Direction.LOWER: "lower"}
_KEPT = "The size is that of the published test set; AWS does not say how much of it is asked."


def metrics(
    kind: Annotated[
        str | None,
        typer.Option(
            help=f"Only of this kind of evaluation: {', '.join(KINDS)}.", callback=one_of(KINDS)
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List the metrics: what each measures, its scale and direction, what a record needs for it."""
    offered = [offers_of(name) for name in KINDS if kind in (None, name)]
    if as_json:
        print_json({"kinds": [_kind_document(one) for one in offered]})
        return
    console = make_console()
    for one in offered:
        console.print(_metrics_table(one))
        if one.own:
            console.print(one.own, soft_wrap=True, highlight=False)


def benchmarks(
    name: Annotated[
        str | None, typer.Argument(help="One of them, with its subtasks; all if left out.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List SageMaker's benchmarks: metric, subtasks, models, where each is from, and its size."""
    found = [*BENCHMARKS.values()] if name is None else [_named(name)]
    if as_json:
        print_json({"benchmarks": [_benchmark_document(one) for one in found]})
        return
    console = make_console()
    if name is None:
        console.print(_benchmarks_table(found))
        console.print(f"{_KEPT} `modeleval benchmarks NAME` lists the subtasks.", soft_wrap=True)
        return
    for one in found:
        _show_benchmark(console, one)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(epilog=EXIT_CODES)(metrics)
    app.command(epilog=EXIT_CODES)(benchmarks)


def _named(name: str) -> Benchmark:
    try:
        return find_benchmark(name)
    except SuiteInvalid as error:
        raise typer.BadParameter(str(error)) from None


def _metrics_table(offered: KindOffers) -> Table:
    of_several = any(one.of for one in offered.offers)
    table = Table(title=offered.kind, title_justify="left")
    if of_several:
        table.add_column("Of", no_wrap=True)
    table.add_column("Metric", no_wrap=True)
    for heading in ("Better", "Scale", "A record needs"):
        table.add_column(heading)
    table.add_column("What it measures", ratio=1)
    for one in offered.offers:
        of = [one.of or ""] if of_several else []
        table.add_row(*of, *_metric_row(one))
    return table


def _metric_row(one: Offer) -> list[str]:
    applies = " May not apply to a record." if one.metric.may_not_apply else ""
    return [
        one.metric.name,
        BETTER[one.metric.direction],
        one.scale,
        one.needs,
        one.metric.meaning + applies,
    ]


def _kind_document(offered: KindOffers) -> dict[str, Any]:
    return {
        "kind": offered.kind,
        "metrics": [_metric_document(one) for one in offered.offers],
        "own": offered.own or None,
    }


def _metric_document(one: Offer) -> dict[str, Any]:
    metric = one.metric
    return {
        "name": metric.name,
        "of": one.of,
        "direction": str(metric.direction),
        "minimum": metric.minimum,
        "maximum": metric.maximum,
        "bounded": metric.bounded,
        "levels": metric.levels,
        "mayNotApply": metric.may_not_apply,
        "needs": one.needs,
        "meaning": metric.meaning,
    }


def _benchmarks_table(found: list[Benchmark]) -> Table:
    table = Table()
    table.add_column("Benchmark", no_wrap=True)
    table.add_column("Metric", no_wrap=True)
    table.add_column("Subtasks", justify="right")
    table.add_column("Models")
    table.add_column("Size")
    table.add_column("What it says", ratio=1)
    for one in found:
        subtasks = str(len(one.subtasks) or "none")
        table.add_row(one.name, one.metric, subtasks, MODELS[one.nova], one.size, one.meaning)
    return table


def _show_benchmark(console: Console, one: Benchmark) -> None:
    console.print(f"[bold]{one.name}[/bold]", highlight=False)
    for line in _facts(one):
        console.print(line, highlight=False)
    console.print(_KEPT, highlight=False)
    if one.subtasks:
        console.print(f"\nSubtasks ({len(one.subtasks)}), all unless a suite names some:")
        for subtask in one.subtasks:
            console.print(f"  {plain(subtask)}", highlight=False)
    else:
        console.print("It has no subtasks to choose from.")


def _facts(one: Benchmark) -> Iterator[str]:
    yield one.meaning
    yield f"Metric: {one.metric} ({BETTER[one.direction]} is better); strategy {one.strategy}"
    yield f"Models: {MODELS[one.nova]}; input: {one.modality}"
    yield f"From: {one.source}"
    yield f"Size: {one.size}"


def _benchmark_document(one: Benchmark) -> dict[str, Any]:
    return {
        "name": one.name,
        "metric": one.metric,
        "direction": str(one.direction),
        "strategy": one.strategy,
        "modality": one.modality,
        "models": MODELS[one.nova],
        "meaning": one.meaning,
        "source": one.source,
        "size": one.size,
        "subtasks": list(one.subtasks),
    }
