"""Printing for people: as wide as the terminal, and nothing that a dataset wrote is obeyed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.markup import escape

_PLAIN_WIDTH = 130


def make_console(*, stderr: bool = False) -> Console:
    """As wide as the terminal, or as COLUMNS says; else wide enough for the tables."""
    console = Console(stderr=stderr)
    if console.is_terminal or os.environ.get("COLUMNS"):
        return console
    return Console(stderr=stderr, width=_PLAIN_WIDTH)


def plain(text: str, *, limit: int | None = None) -> str:
    """Text to be shown as it is, on one line: no markup, no control characters; cut at `limit`."""
    shown = "".join(char if char.isprintable() else _escaped(char) for char in text)
    if limit is not None and len(shown) > limit:
        shown = shown[: limit - 1] + "…"
    return escape(shown)


def prose(text: str) -> str:
    """A message of several lines, to be shown as it is: \\n alone ends one."""
    return "\n".join(plain(line) for line in text.rstrip("\n").split("\n"))


def rounded_usd(text: str) -> str:
    """An amount to three digits: more is not known."""
    return f"{Decimal(f'{Decimal(text):.3g}').normalize():f}"


def usd_range(estimate: Mapping[str, Any]) -> str:
    """Between what an estimate's document may come to, in parentheses; empty if it is one sum."""
    low, high = estimate.get("lowUsd"), estimate.get("highUsd")
    return f" ({rounded_usd(low)} to {rounded_usd(high)})" if low and high and low != high else ""


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode()
