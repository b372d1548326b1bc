"""The commands, and what becomes of their errors. Exit codes: `modeleval.cli.exit_codes`."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.table import Table

from modeleval.aws import error_code, error_message
from modeleval.cli import (
    anywhere,
    collect,
    compare,
    datasets,
    decide,
    doctor,
    download,
    history,
    init,
    judge_attacks,
    judges,
    listing,
    local,
    logs,
    models,
    notebook,
    plan,
    reference,
    report,
    standings,
    status,
    stop,
)
from modeleval.cli.console import make_console, plain, prose
from modeleval.cli.exit_codes import EXIT_CODES, RUN_EXIT_CODES, ExitCode, exit_code_of
from modeleval.cli.options import (
    DEFAULT_STACK,
    ApprovedOption,
    JsonOption,
    ModelOption,
    SampleOption,
    StackOption,
    SuiteArgument,
    WaitLongOption,
    WatchOption,
    print_json,
)
from modeleval.cli.register import register_commands
from modeleval.cli.resume import missing_words, resume, wait_until_opened
from modeleval.cli.show import run_as_json, show_run
from modeleval.cli.stack import Deployment
from modeleval.cli.start import Started, ended, start, suite_input
from modeleval.cli.surroundings import advice, choose_region
from modeleval.cli.watch import attend
from modeleval.errors import ModelevalError
from modeleval.smoke.run import cheapest_judge, smoke
from modeleval.workflow.delete import delete_run

app = typer.Typer(
    help="Evaluate generative models with the deployed modeleval stack.",
    epilog=EXIT_CODES + " `run` has further ones, for its gate.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
anywhere.register(app)
console = make_console()
_DEBUG = "MODELEVAL_DEBUG"


@app.command(epilog=RUN_EXIT_CODES)
def run(  # noqa: PLR0917 - options are named on the command line
    suite: SuiteArgument,
    stack: StackOption = DEFAULT_STACK,
    model: ModelOption = None,
    approved: ApprovedOption = False,
    sample: SampleOption = None,
    wait: Annotated[bool, typer.Option(help="Wait for the run and show its scores.")] = True,
    wait_long: WaitLongOption = False,
    watch: WatchOption = None,
    as_json: JsonOption = False,
) -> None:
    """Start a run of a suite; the exit code says what it came to."""
    deployment = Deployment(stack)
    started = start(deployment, suite_input(suite), model=model, approved=approved, sample=sample)
    progress = make_console(stderr=True) if as_json else console
    progress.print(f"Run {started.run_id} started: {started.execution_arn}", soft_wrap=True)
    if not wait:
        if as_json:
            print_json({"runId": started.run_id, "executionArn": started.execution_arn})
        return
    _finish(progress, deployment, started, watch=watch, to_the_end=wait_long, as_json=as_json)


@app.command("resume", epilog=RUN_EXIT_CODES)
def resume_run(  # noqa: PLR0917 - options are named on the command line
    run_id: Annotated[str, typer.Argument(metavar="RUN")],
    stack: StackOption = DEFAULT_STACK,
    max_usd: Annotated[
        str | None, typer.Option(help="A new budget for the run, all its attempts together.")
    ] = None,
    wait: Annotated[bool, typer.Option(help="Wait for the run and show its scores.")] = True,
    wait_long: WaitLongOption = False,
    watch: WatchOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run the missing jobs of a run that has ended, and score it again; or do what was left."""
    deployment = Deployment(stack)
    found, started = resume(deployment, run_id, max_usd)
    progress = make_console(stderr=True) if as_json else console
    progress.print(
        f"Run {run_id} is resumed, {missing_words(found)}: {started.execution_arn}",
        soft_wrap=True,
    )
    if not wait:
        if as_json:
            print_json({"runId": run_id, "executionArn": started.execution_arn})
        return
    wait_until_opened(deployment, started)
    _finish(progress, deployment, started, watch=watch, to_the_end=wait_long, as_json=as_json)


def _finish(
    progress: Console,
    deployment: Deployment,
    started: Started,
    *,
    watch: bool | None,
    to_the_end: bool,
    as_json: bool,
) -> NoReturn:
    """Follow a run to its end, show it, and exit as it came out."""
    attend(progress, deployment, started, watch=watch, to_the_end=to_the_end)
    finished = ended(deployment, started)
    if as_json:
        print_json(run_as_json(finished, deployment.services))
    else:
        show_run(console, finished, deployment.services)
    raise typer.Exit(exit_code_of(finished))


@app.command(epilog=EXIT_CODES)
def show(
    run_id: Annotated[str, typer.Argument(metavar="RUN")],
    stack: StackOption = DEFAULT_STACK,
    as_json: JsonOption = False,
) -> None:
    """Show a run: its state, scores and lowest records."""
    services = Deployment(stack).services
    found = services.store.run(run_id)
    if as_json:
        print_json(run_as_json(found, services))
    else:
        show_run(console, found, services)


for commands in (
    init,
    plan,
    status,
    stop,
    logs,
    download,
    listing,
    history,
    standings,
    compare,
    report,
    notebook,
    decide,
    datasets,
    collect,
    local,
):
    commands.register(app)


@app.command(epilog=EXIT_CODES)
def delete(
    run_id: Annotated[str, typer.Argument(metavar="RUN")],
    stack: StackOption = DEFAULT_STACK,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Delete a run: its inputs, outputs, scores and jobs, in every version."""
    services = Deployment(stack).services
    services.store.run(run_id)
    if not yes:
        typer.confirm(
            f"Delete run {run_id} with everything that belongs to it?", abort=True, err=as_json
        )
    deleted = delete_run(run_id, services)
    if as_json:
        print_json(deleted._asdict())
        return
    console.print(
        f"Deleted {deleted.objects} object versions, {deleted.jobs} evaluation jobs and "
        f"{deleted.items} items."
    )


for commands in (models, judges, judge_attacks, reference, doctor):
    commands.register(app)
register_commands(app)


@app.command("smoke", epilog=EXIT_CODES)
def run_smoke(
    stack: StackOption = DEFAULT_STACK,
    judge: Annotated[
        str | None, typer.Option(help="A judge of the settings; the cheapest by default.")
    ] = None,
) -> None:
    """Check the assumptions of docs/assumptions.md in this account, for less than 1 USD."""
    deployment = Deployment(stack)
    table = Table("Assumption", "Held", "Seen")
    failed = False
    judge = judge or cheapest_judge(deployment)
    for finding in smoke(deployment, judge, lambda text: console.print(text, highlight=False)):
        held = {True: "[green]yes[/green]", False: "[red]no[/red]", None: "not seen"}[finding.held]
        table.add_row(finding.assumption, held, plain(finding.seen))
        failed = failed or finding.held is False
    console.print(table)
    if failed:
        raise typer.Exit(ExitCode.ERROR)


def main() -> None:
    """Run the command line: errors are messages, never tracebacks."""
    choose_region()
    try:
        app(anywhere.with_local_first(sys.argv[1:]))
    except ModelevalError as error:
        _fail(type(error).__name__, str(error))
    except ClientError as error:
        _fail(error_code(error), f"{error.operation_name}: {error_message(error)}")
    except BotoCoreError as error:
        _fail(type(error).__name__, f"{str(error).rstrip('.')}. {advice(error)}")
    except Exception as error:
        if os.environ.get(_DEBUG):
            raise
        _fail(type(error).__name__, _defect(error))


def _defect(error: Exception) -> str:
    """Where it was, and nothing of what it was about: that may be content."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else "nowhere"
    return (
        f"This is a defect of modeleval ({where}). Please report it with the command that you "
        f"gave; {_DEBUG}=1 shows more."
    )


def _fail(name: str, message: str) -> NoReturn:
    make_console(stderr=True).print(
        f"[red]{plain(name)}[/red]: {prose(message)}", highlight=False, soft_wrap=True
    )
    sys.exit(ExitCode.ERROR)
