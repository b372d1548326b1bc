"""`modeleval local`: start, stop and look for the embedded AWS of a checkout."""

from __future__ import annotations

import json
import os
import signal
import subprocess  # starts this repository's own program
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from modeleval.cli.console import make_console, plain, prose
from modeleval.cli.exit_codes import EXIT_CODES, ExitCode
from modeleval.cli.local_file import Running, checkout, running
from modeleval.cli.options import JsonOption, print_json
from modeleval.errors import LocalUnavailable, SettingsInvalid

SettingsOption = Annotated[
    str | None,
    typer.Option(metavar="JSON", help="Settings of the stack over those of cdk.json."),
]
LOG = ".demo/embedded-aws.log"
_EVERY = 0.5
_STOP_SECONDS = 30.0
_TAIL = 2000

local = typer.Typer(
    help="The embedded AWS of this checkout, for `--local`: no account, no cost.",
    no_args_is_help=True,
)


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(local, name="local")


@local.command(epilog=EXIT_CODES)
def start(settings: SettingsOption = None, as_json: JsonOption = False) -> None:
    """Start it and deploy the stack to it; it runs until it is stopped, or the machine is."""
    console = make_console(stderr=as_json)
    found = running()
    if found is None:
        found = _start(console, checkout(), _checked(settings))
        console.print("The embedded AWS runs, with the stack deployed and the demo's datasets.")
    else:
        console.print("The embedded AWS runs already.")
    console.print("Use it with `modeleval --local run support-answers`; stop it with")
    console.print("`modeleval local stop`.")
    if as_json:
        print_json(_document(found))


@local.command(epilog=EXIT_CODES)
def stop(as_json: JsonOption = False) -> None:
    """Stop it: everything that it holds is gone."""
    found = running()
    if found is not None:
        _stop(found)
    if as_json:
        print_json({"running": False, "stopped": found is not None})
    else:
        make_console().print("The embedded AWS is stopped." if found else "None runs.")


@local.command(epilog=EXIT_CODES + " 1 also if none runs.")
def status(as_json: JsonOption = False) -> None:
    """Say whether one runs, and where."""
    found = running()
    if as_json:
        print_json(_document(found))
    elif found is None:
        make_console().print("None runs. Start one with `modeleval local start`.")
    else:
        text = f"The embedded AWS runs at {found.endpoint} (process {found.pid})."
        make_console().print(text, highlight=False, soft_wrap=True)
    if found is None:
        raise typer.Exit(ExitCode.ERROR)


def _document(found: Running | None) -> dict[str, Any]:
    return {
        "running": found is not None,
        "endpoint": found.endpoint if found else None,
        "controlUrl": found.control_url if found else None,
        "pid": found.pid if found else None,
    }


def _checked(settings: str | None) -> list[str]:
    """The settings as arguments of the demo. Raises SettingsInvalid for what is no object."""
    if settings is None:
        return []
    try:
        given = json.loads(settings)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise SettingsInvalid(
            "The settings are no JSON object",
            where="--settings",
            action="""Write such as '{"generatorModels": ["amazon.nova-lite-v1:0"]}'.""",
        )
    return ["--settings", json.dumps(given)]


def _start(console: Console, folder: Path, settings: list[str]) -> Running:
    """Start `python -m demo --serve` in a session of its own, and wait until it has deployed."""
    log = folder / LOG
    log.parent.mkdir(exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - its own program; settings are one argument
            [sys.executable, "-m", "demo", "--serve", *settings],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        with console.status("Starting the embedded AWS") as shown:
            while (found := running()) is None:
                if process.poll() is not None:
                    raise _did_not_start(log)
                shown.update(plain(_last_line(log) or "Starting the embedded AWS", limit=100))
                time.sleep(_EVERY)
    except KeyboardInterrupt:
        process.terminate()
        raise
    return found


def _did_not_start(log: Path) -> LocalUnavailable:
    end = prose(log.read_text(errors="replace")[-_TAIL:].strip())
    return LocalUnavailable(
        f"The embedded AWS did not start:\n{end}\n",
        where=str(log),
        action="`make setup` installs what it needs.",
    )


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").split("\n")
    return next((line for line in reversed(lines) if line.strip()), "")


def _stop(found: Running) -> None:
    """Ask the process that owns it to stop, and wait until it does not answer any more."""
    try:
        os.kill(found.pid, signal.SIGTERM)
    except ProcessLookupError:
        return
    except PermissionError:
        raise _kept(found, "belongs to somebody else") from None
    end = time.monotonic() + _STOP_SECONDS
    while running() is not None:
        if time.monotonic() > end:
            raise _kept(found, "does not stop")
        time.sleep(_EVERY)


def _kept(found: Running, why: str) -> LocalUnavailable:
    return LocalUnavailable(
        f"The embedded AWS {why}",
        where=f"process {found.pid}",
        action="Stop that process yourself.",
    )
