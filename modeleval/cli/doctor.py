"""`modeleval doctor`: what is wrong with the deployment or its account, and the fix for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Any

import typer
from rich.console import Console

from modeleval.cli.console import make_console, plain, prose
from modeleval.cli.exit_codes import ExitCode
from modeleval.cli.options import DEFAULT_STACK, JsonOption, StackOption, print_json
from modeleval.cli.stack import Deployment
from modeleval.doctor.examine import Examined, examine
from modeleval.doctor.patient import Missing, Patient, meet
from modeleval.doctor.protocol import State
from modeleval.doctor.run import look_at_run

_EXIT_CODES = "Exit codes: 0 no problem was found; 1 a problem, or an error; 2 wrong usage."
_MARKS = {
    State.OK: "[green]ok[/green]            ",
    State.PROBLEM: "[red]problem[/red]       ",
    State.UNKNOWN: "[yellow]could not look[/yellow]",
}
_INDENT = " " * 15


def doctor(
    run_id: Annotated[
        str | None, typer.Argument(metavar="RUN", help="Explain this run's failures instead.")
    ] = None,
    stack: StackOption = DEFAULT_STACK,
    as_json: JsonOption = False,
) -> None:
    """Look for what is wrong with the stack, the account or a run, and say how to mend it."""
    if run_id is not None:
        store = Deployment(stack).services.store
        found = look_at_run(store.run(run_id), store.jobs(run_id))
        _tell((Examined("run", one) for one in found), {"stack": stack, "run": run_id}, as_json)
        return
    patient = meet(stack)
    _tell(examine(patient), _whose(stack, patient), as_json)


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(epilog=_EXIT_CODES)(doctor)


def _whose(stack: str, patient: Patient | Missing) -> dict[str, Any]:
    if isinstance(patient, Missing):
        return {"stack": stack, "region": None, "account": None}
    return {"stack": stack, "region": patient.region, "account": patient.account}


def _tell(examined: Iterable[Examined], about: dict[str, Any], as_json: bool) -> None:
    """Print each finding as soon as it is known, or all as one document; exit 1 on a problem."""
    console = make_console()
    found = list(examined if as_json else _shown(console, examined))
    problems = sum(1 for one in found if one.finding.state is State.PROBLEM)
    unknown = sum(1 for one in found if one.finding.state is State.UNKNOWN)
    if as_json:
        print_json(
            {
                **about,
                "problems": problems,
                "couldNotLook": unknown,
                "findings": [_document(one) for one in found],
            }
        )
    else:
        said = "1 problem" if problems == 1 else f"{problems} problems"
        console.print(f"{said}; {unknown} could not be looked at.", highlight=False)
    if problems:
        raise typer.Exit(ExitCode.ERROR)


def _shown(console: Console, examined: Iterable[Examined]) -> Iterator[Examined]:
    for one in examined:
        check, finding = one
        what = plain(check if finding.what == check else f"{check}, {finding.what}")
        lines = [f"{_MARKS[finding.state]} [bold]{what}[/bold]: {prose(finding.why)}"]
        if finding.fix:
            lines.append(f"{_INDENT}Fix: {prose(finding.fix)}")
        for line in lines:
            # Not wrapped: a command is to be copied.
            console.print(line, soft_wrap=True, highlight=False)
        yield one


def _document(one: Examined) -> dict[str, Any]:
    finding = one.finding
    return {
        "check": one.check,
        "what": finding.what,
        "state": str(finding.state),
        "why": finding.why,
        "fix": finding.fix or None,
    }
