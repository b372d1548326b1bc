"""Options of all commands: `--local` and `--version`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated

import typer

from modeleval.cli.local_file import use_local

_LOCAL = "--local"
_END_OF_OPTIONS = "--"
_OWN = "local"
"""The group that starts an embedded AWS needs none that runs."""


def _tell_version(asked: bool) -> None:
    if asked:
        typer.echo(f"modeleval {version('modeleval')}")
        raise typer.Exit


def register(app: typer.Typer) -> None:
    """Add the options that stand before a command's name."""

    @app.callback()
    def options(
        context: typer.Context,
        local: Annotated[
            bool,
            typer.Option(
                _LOCAL,
                envvar="MODELEVAL_LOCAL",
                help="Use the embedded AWS of this checkout (modeleval local start), not the "
                "account of your credentials. May also stand after the command.",
            ),
        ] = False,
        _: Annotated[
            bool,
            typer.Option(
                "--version", is_eager=True, callback=_tell_version, help="Show the version."
            ),
        ] = False,
    ) -> None:
        wants_help = "--help" in sys.argv[1:]
        if local and context.invoked_subcommand != _OWN and not wants_help:
            use_local()


def with_local_first(arguments: Sequence[str]) -> list[str]:
    """The arguments with `--local` before the command's name, wherever people wrote it."""
    end = arguments.index(_END_OF_OPTIONS) if _END_OF_OPTIONS in arguments else len(arguments)
    options, rest = arguments[:end], arguments[end:]
    if _LOCAL not in options:
        return list(arguments)
    return [_LOCAL, *(one for one in options if one != _LOCAL), *rest]
