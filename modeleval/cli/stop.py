"""`modeleval stop`: end a run and the jobs that it pays for, and say which those were."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console

from modeleval.cli.console import make_console, plain
from modeleval.cli.exit_codes import EXIT_CODES, ExitCode
from modeleval.cli.options import DEFAULT_STACK, JsonOption, StackOption, print_json
from modeleval.cli.stack import Deployment
from modeleval.services import Services
from modeleval.workflow.stop import Stopped, check_stoppable, stop_run


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(
        epilog=EXIT_CODES + " 1 also if something still went on after three minutes of waiting."
    )
    def stop(
        run_id: Annotated[str, typer.Argument(metavar="RUN")],
        stack: StackOption = DEFAULT_STACK,
        yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
        as_json: JsonOption = False,
    ) -> None:
        """Stop a run that goes on, and wait until its jobs have ended."""
        services = Deployment(stack).services
        run = services.store.run(run_id)
        check_stoppable(run)
        if not yes:
            question = f"Stop run {run_id} of suite {run.suite} and its jobs?"
            typer.confirm(question, abort=True, err=as_json)
        console = make_console(stderr=as_json)
        stopped = stop_and_tell(console, run_id, run.execution_arn, services)
        if as_json:
            print_json(stopped_document(run_id, stopped))
        if not stopped.complete:
            raise typer.Exit(ExitCode.ERROR)


def stop_and_tell(console: Console, run_id: str, execution_arn: str, services: Services) -> Stopped:
    """Stop a run, show what it waits for, and say what was stopped."""
    with console.status(f"Stopping run {run_id}") as status:

        def told(now: Stopped) -> None:
            if now.going_on:
                status.update(f"Stopping run {run_id}: {plain(', '.join(now.going_on), limit=80)}")

        stopped = stop_run(run_id, execution_arn, services, told=told)
    for line in _lines(run_id, stopped):
        console.print(line, soft_wrap=True, highlight=False)
    return stopped


def _lines(run_id: str, stopped: Stopped) -> list[str]:
    lines = [
        f"  stopped job {job.job} ({plain(job.evaluation_name)}): {job.job_arn or job.job_name}"
        for job in stopped.jobs
    ]
    if not stopped.complete:
        going_on = plain(", ".join(stopped.going_on)) or "the run itself"
        first = (
            f"[yellow]Run {run_id} is being stopped[/yellow], and this had not ended yet: "
            f"{going_on}. The hourly sweep stops what is left; `modeleval status {run_id}` shows "
            "it."
        )
        return [first, *lines]
    status = stopped.run.status if stopped.run else "stopped"
    what = f"{len(stopped.jobs)} of its jobs" if stopped.jobs else "none of its jobs was running"
    return [f"Run {run_id} has ended as {status}; stopped: {what}.", *lines]


def stopped_document(run_id: str, stopped: Stopped) -> dict[str, Any]:
    """What was stopped, and what had not ended yet."""
    return {
        "runId": run_id,
        "status": stopped.run.status if stopped.run else None,
        "complete": stopped.complete,
        "stoppedJobs": [
            {
                "job": job.job,
                "evaluation": job.evaluation_name,
                "jobName": job.job_name,
                "jobArn": job.job_arn,
            }
            for job in stopped.jobs
        ],
        "goingOn": list(stopped.going_on),
    }
