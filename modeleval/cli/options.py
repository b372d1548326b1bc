"""Options that several commands have, and how JSON is printed."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Annotated, Any

import typer

from modeleval.cli.stack import DEFAULT_STACK

StackOption = Annotated[
    str, typer.Option("--stack", envvar="MODELEVAL_STACK", help="The deployed stack's name.")
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON document and nothing else.")
]

__all__ = ["DEFAULT_STACK", "JsonOption", "StackOption", "print_json"]


def print_json(document: Any) -> None:
    """One document on standard output. Characters beyond ASCII are escaped, control ones too."""
    typer.echo(json.dumps(document, indent=2, default=_plain_number))


def _plain_number(value: Any) -> int | float:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"JSON cannot say a {type(value).__name__}")
