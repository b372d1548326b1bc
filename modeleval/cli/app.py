"""The commands. Exit codes: 0 done, 1 an error, 2 wrong usage."""

from __future__ import annotations

import sys
from typing import Annotated, NoReturn

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.table import Table

from modeleval.aws import error_code, error_message
from modeleval.cli import models
from modeleval.cli.console import make_console, plain, prose
from modeleval.cli.register import register_commands
from modeleval.cli.show import show_run
from modeleval.cli.stack import DEFAULT_STACK, Deployment
from modeleval.cli.start import ended, follow, start, suite_input
from modeleval.errors import ModelevalError
from modeleval.smoke.run import cheapest_judge, smoke
from modeleval.store.items import RunStatus
from modeleval.workflow.delete import delete_run

app = typer.Typer(
    help="Evaluate generative models with the deployed modeleval stack.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
models.register(app)
register_commands(app)
console = make_console()

StackOption = Annotated[
    str, typer.Option("--stack", envvar="MODELEVAL_STACK", help="The deployed stack's name.")
]


@app.command()
def run(  # noqa: PLR0917 - options are named on the command line
    suite: Annotated[
        str, typer.Argument(help="A deployed suite's name, an s3:// URI, or a local YAML file.")
    ],
    stack: StackOption = DEFAULT_STACK,
    model: Annotated[
        str | None,
        typer.Option(
            "--model", "-m", help="A model package's ARN, a group, a JumpStart or Bedrock model."
        ),
    ] = None,
    approved: Annotated[
        bool, typer.Option("--approved", help="Of a group, the latest approved version.")
    ] = False,
    sample: Annotated[
        int | None, typer.Option(min=1, max=1000, help="A trial on so many records.")
    ] = None,
    wait: Annotated[bool, typer.Option(help="Wait for the run and show its scores.")] = True,
) -> None:
    """Start a run of a suite."""
    deployment = Deployment(stack)
    started = start(deployment, suite_input(suite), model=model, approved=approved, sample=sample)
    console.print(f"Run {started.run_id} started: {started.execution_arn}", soft_wrap=True)
    if not wait:
        return
    try:
        for step in follow(deployment, started):
            console.print(f"  {step.what}: {step.status}")
    except KeyboardInterrupt:
        console.print(
            f"Run {started.run_id} goes on, and costs. `modeleval show {started.run_id}` shows it; "
            "to stop it and its jobs: aws stepfunctions stop-execution --execution-arn "
            f"{started.execution_arn}",
            soft_wrap=True,
        )
        raise typer.Exit(130) from None
    finished = ended(deployment, started)
    show_run(console, finished, deployment.services)
    if finished.status is not RunStatus.SUCCEEDED:
        raise typer.Exit(1)


@app.command()
def show(
    run_id: Annotated[str, typer.Argument(metavar="RUN")], stack: StackOption = DEFAULT_STACK
) -> None:
    """Show a run: its state, scores and lowest records."""
    services = Deployment(stack).services
    show_run(console, services.store.run(run_id), services)


@app.command("list")
def list_runs(
    suite: Annotated[str, typer.Argument(help="The suite's name.")],
    stack: StackOption = DEFAULT_STACK,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
) -> None:
    """List the latest runs of a suite, newest first."""
    runs = Deployment(stack).services.store.latest_runs(suite, limit)
    if not runs:
        console.print(f"There is no run of a suite called {plain(suite)}.")
        return
    table = Table()
    table.add_column("Run", no_wrap=True, min_width=18)
    for heading in ("Started", "Status", "Trial", "Low scores", "Error"):
        table.add_column(heading)
    for item in runs:
        low = "" if item.low_scores is None else str(item.low_scores)
        error = item.error.name if item.error else ""
        trial = "" if item.sample is None else str(item.sample)
        started = f"{item.started_at[:19]}Z"
        table.add_row(item.run_id, started, str(item.status), trial, low, error)
    console.print(table)


@app.command()
def delete(
    run_id: Annotated[str, typer.Argument(metavar="RUN")],
    stack: StackOption = DEFAULT_STACK,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete a run: its inputs, outputs, scores and jobs, in every version."""
    services = Deployment(stack).services
    services.store.run(run_id)
    if not yes:
        typer.confirm(f"Delete run {run_id} with everything that belongs to it?", abort=True)
    deleted = delete_run(run_id, services)
    console.print(
        f"Deleted {deleted.objects} object versions, {deleted.jobs} evaluation jobs and "
        f"{deleted.items} items."
    )


@app.command("smoke")
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
        raise typer.Exit(1)


def main() -> None:
    """Run the command line: errors are messages, never tracebacks."""
    try:
        app()
    except ModelevalError as error:
        _fail(type(error).__name__, str(error))
    except ClientError as error:
        _fail(error_code(error), f"{error.operation_name}: {error_message(error)}")
    except BotoCoreError as error:
        _fail(type(error).__name__, str(error))


def _fail(name: str, message: str) -> NoReturn:
    make_console(stderr=True).print(
        f"[red]{plain(name)}[/red]: {prose(message)}", highlight=False, soft_wrap=True
    )
    sys.exit(1)
