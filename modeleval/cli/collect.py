"""`modeleval collect`: a file of scenarios is asked of a target, and becomes a dataset."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer
from rich.console import Console

from modeleval.cli.collect_views import (
    progress_of,
    show_asked,
    show_counts,
    show_coverage,
    show_next,
)
from modeleval.cli.collected_from import COLLECTING_KINDS, Asked, of_suite, of_target
from modeleval.cli.collecting_states import States, states_beside
from modeleval.cli.console import make_console
from modeleval.cli.dataset_files import dataset_file
from modeleval.cli.dataset_output import replacing
from modeleval.cli.dataset_views import show_report
from modeleval.cli.exit_codes import EXIT_CODES, ExitCode
from modeleval.cli.options import JsonOption, one_of, print_json
from modeleval.collecting.batch import collect_batch
from modeleval.collecting.checks import check_scenarios
from modeleval.collecting.costs import counted_cost, estimated_cost
from modeleval.collecting.counts import BatchCounts
from modeleval.collecting.coverage import Coverage, coverage
from modeleval.collecting.document import CollectedFormat
from modeleval.collecting.pace import Pace
from modeleval.collecting.records import CONVERSATION_FIELD, KEY_FIELD, conversation_lines
from modeleval.collecting.scenarios import MOST_BYTES, Scenario, parse_scenarios
from modeleval.collecting.targets import Clients, target_of
from modeleval.cost.estimate import ModelEstimate
from modeleval.datasets.checking import CHECKS, CheckOptions
from modeleval.datasets.report import DatasetReport
from modeleval.errors import NothingCollected, ScenariosInvalid
from modeleval.kinds.protocol import MOST_JOBS
from modeleval.objects import CHUNK


def collect(  # noqa: PLR0917 - options are named on the command line
    scenarios: Annotated[
        str, typer.Argument(metavar="FILE_OR_S3_URI", help="The scenarios, as YAML or JSON.")
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where the dataset goes: a local file.")
    ] = None,
    suite: Annotated[
        Path | None, typer.Option(help="A suite whose dataset names the target: a local file.")
    ] = None,
    evaluation: Annotated[
        str | None, typer.Option(help="Which of the suite's, if it collects for several.")
    ] = None,
    target: Annotated[
        Path | None, typer.Option(help="Instead of a suite a file with the target alone.")
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            callback=one_of(COLLECTING_KINDS),
            metavar="KIND",
            help=f"With --target, for which kind: {', '.join(COLLECTING_KINDS)}.",
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Whose responses they are, instead of the target's name.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Check the scenarios, and ask nobody.")
    ] = False,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Ask endpoints at private addresses too.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask about the cost.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the output.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Ask a target the turns of scenarios, and make a dataset of its responses.

    With your own credentials. What was answered is kept beside the output until all is: the same
    command goes on where it was interrupted.
    """
    found = _read(scenarios)
    asked = _asked(suite, evaluation, target, kind, name)
    if asked is not None:
        check_scenarios(found, asked.dataset, asked.collected_as, source=scenarios)
    console = make_console(stderr=as_json)
    if check:
        _show_check(console, coverage(found), as_json=as_json)
        return
    if output is None:
        raise typer.BadParameter("Name the dataset's file with --output, or --check alone")
    if asked is None:
        raise typer.BadParameter("Name who is asked: --suite FILE, or --target FILE")
    with replacing(output, source=scenarios, force=force) as file:
        states, going_on = states_beside(output, found, asked.dataset, asked.collected_as)
        with states.empty_ones_removed():
            show_asked(console, asked, _estimate(asked, found), going_on=going_on)
            if not yes:
                typer.confirm(f"Ask {_turns(found):,} turns?", abort=True, err=as_json)
            counts = _ask(console, asked, found, states, allow_private=allow_private)
        if not counts.collected:
            states.remove()
            raise _nothing(counts)
        _write(file.file, asked, found, states)
        file.keep()
    states.remove()
    report, counted = _validated(output, asked), _counted(asked, counts)
    if as_json:
        print_json(_document(output, coverage(found), counts, counted, report))
    else:
        show_counts(console, counts, counted)
        show_report(console, report)
        show_next(console, str(output), asked)
    if report.problem_count:
        raise typer.Exit(ExitCode.ERROR)


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("collect", epilog=EXIT_CODES)(collect)


def _asked(
    suite: Path | None,
    evaluation: str | None,
    target: Path | None,
    kind: str | None,
    name: str | None,
) -> Asked | None:
    """Who is to be asked; None if nobody was named. Raises what is wrong with it."""
    if suite is not None and target is not None:
        raise typer.BadParameter("--suite names the target: leave --target out")
    if kind is not None and target is None:
        raise typer.BadParameter("--kind goes with --target; a suite's evaluation has its own")
    if evaluation is not None and suite is None:
        raise typer.BadParameter("--evaluation goes with --suite")
    if suite is not None:
        return of_suite(suite, evaluation, name)
    return None if target is None else of_target(target, kind, name)


def _read(source: str) -> Sequence[Scenario]:
    file = dataset_file(source)
    if file.size > MOST_BYTES:
        raise ScenariosInvalid(
            f"The file has {file.size:,} bytes, and at most {MOST_BYTES:,} are read",
            where=file.name,
            action="Split it.",
        )
    return parse_scenarios(b"".join(file.chunks()), source=file.name)


def _show_check(console: Console, covered: Coverage, *, as_json: bool) -> None:
    if as_json:
        print_json({"valid": True, **covered.to_document()})
    else:
        console.print("[green]Valid[/green]")
        show_coverage(console, covered)


def _turns(scenarios: Sequence[Scenario]) -> int:
    return sum(len(one.turns) for one in scenarios)


def _estimate(asked: Asked, scenarios: Sequence[Scenario]) -> ModelEstimate | None:
    """By the price list."""
    target = asked.dataset.target
    return estimated_cost(target, scenarios, evaluation=asked.kind, prices={})


def _counted(asked: Asked, counts: BatchCounts) -> ModelEstimate | None:
    return counted_cost(asked.dataset.target, counts, evaluation=asked.kind, prices={})


def _ask(
    console: Console,
    asked: Asked,
    scenarios: Sequence[Scenario],
    states: States,
    *,
    allow_private: bool,
) -> BatchCounts:
    """Hold the conversations to their ends; an interrupt keeps what was answered."""
    target = target_of(asked.dataset.target, Clients(), None, allow_private=allow_private)
    try:
        with progress_of(make_console(stderr=True), _turns(scenarios)) as tell:
            result = collect_batch(
                list(enumerate(scenarios)),
                target,
                states,
                options=asked.dataset,
                collected_as=asked.collected_as,
                pace=Pace(asked.dataset.requests_per_minute),
                seconds_left=lambda: float("inf"),
                watch=tell,
            )
    except KeyboardInterrupt:
        console.print("What was answered is kept; the same command goes on.")
        raise
    return result.counts


def _write(file: BinaryIO, asked: Asked, scenarios: Sequence[Scenario], states: States) -> None:
    for position, scenario in enumerate(scenarios):
        state = states.load(position)
        lines = conversation_lines(scenario, state, asked.dataset, asked.collected_as)
        file.writelines(line + b"\n" for line in lines)


def _nothing(counts: BatchCounts) -> NothingCollected:
    return NothingCollected(
        counts.without_response(),
        action="docs/collecting.md says what each reason means; asked again, all are asked.",
    )


def _validated(output: Path, asked: Asked) -> DatasetReport:
    """What `modeleval validate` says of the dataset."""
    own = asked.collected_as is CollectedFormat.JUDGE
    options = CheckOptions(
        source=str(output),
        identifiers=(asked.dataset.target.subject,),
        allow_long_prompts=asked.long_prompts,
        cluster_field=CONVERSATION_FIELD if own else None,
        key_field=KEY_FIELD if own else None,
        jobs=MOST_JOBS,
    )
    with output.open("rb") as file:
        return CHECKS[asked.kind].run(iter(lambda: file.read(CHUNK), b""), options)


def _document(
    output: Path,
    covered: Coverage,
    counts: BatchCounts,
    counted: ModelEstimate | None,
    report: DatasetReport,
) -> dict[str, Any]:
    return {
        "output": str(output),
        "valid": not report.problem_count,
        "counts": counts.numbers,
        "failed": counts.failed,
        "usd": None if counted is None else counted.usd,
        "coverage": covered.to_document(),
        "dataset": report.to_document(),
    }
