"""Options that several commands have, and how JSON is printed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Annotated, Any

import typer

from modeleval.cli.stack import DEFAULT_STACK
from modeleval.documents import plain_number

StackOption = Annotated[
    str, typer.Option("--stack", envvar="MODELEVAL_STACK", help="The deployed stack's name.")
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON document and nothing else.")
]

SuiteArgument = Annotated[
    str, typer.Argument(help="A deployed suite's name, an s3:// URI, or a local YAML file.")
]
ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model", "-m", help="A model package's ARN, a group, a JumpStart or Bedrock model."
    ),
]
ApprovedOption = Annotated[
    bool, typer.Option("--approved", help="Of a group, the latest approved version.")
]
SampleOption = Annotated[
    int | None, typer.Option(min=1, max=1000, help="A trial on so many records.")
]
WaitLongOption = Annotated[
    bool,
    typer.Option(
        "--wait-long",
        help="Wait for long jobs too, such as people's answers; else a pending run is shown.",
    ),
]

WatchOption = Annotated[
    bool | None,
    typer.Option(
        "--watch/--no-watch",
        help="Keep a table of the jobs up to date, as is usual on a terminal; else tell each "
        "change on a line.",
    ),
]

__all__ = [
    "DEFAULT_STACK",
    "ApprovedOption",
    "JsonOption",
    "ModelOption",
    "SampleOption",
    "StackOption",
    "SuiteArgument",
    "WaitLongOption",
    "WatchOption",
    "one_of",
    "print_json",
]


def one_of(names: Iterable[str]) -> Callable[[str | None], str | None]:
    """An option's callback that takes these values (or none at all) and names them otherwise."""
    known = tuple(names)

    def check(value: str | None) -> str | None:
        if value is not None and value not in known:
            raise typer.BadParameter(f"{value!r} is none of {', '.join(known)}")
        return value

    return check


def print_json(document: Any) -> None:
    """One document on standard output. Characters beyond ASCII are escaped, control ones too."""
    typer.echo(json.dumps(document, indent=2, default=_json_number))


def _json_number(value: Any) -> int | float:
    if isinstance(value, Decimal):
        return plain_number(value)
    raise TypeError(f"JSON cannot say a {type(value).__name__}")
