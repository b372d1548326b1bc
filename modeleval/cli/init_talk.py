"""Putting the questions of `modeleval init`: one after the other, or answered by options."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NoReturn

import typer
from rich.console import Console
from rich.table import Table

from modeleval.cli.console import plain, prose
from modeleval.cli.dataset_views import show_peek
from modeleval.cli.exit_codes import ExitCode
from modeleval.cli.models import show_group
from modeleval.datasets.peek import Peek
from modeleval.init.protocol import Around, Asked, Draft, Question, Remark, WrongAnswer
from modeleval.init.questions import questions
from modeleval.init.questions.choosing import agreed
from modeleval.sagemaker.finding import FoundGroup

_SHORT_LIST = 15


def talk(around: Around, given: Mapping[str, str], console: Console, *, asks: bool) -> Draft:
    """Put every question that applies; `given` are the answers of options, by the questions' names.

    Where nobody can be asked, defaults are taken, and a question that has none is wrong usage: all
    that are missing are named.
    """
    draft = Draft()
    missing: list[str] = []
    for question in questions(draft):
        text = given.get(question.name)
        if text is not None:
            _take_given(question, text, draft, around, console)
        elif asks:
            _ask(question, draft, around, console)
        else:
            default = question.asked(draft, around).default
            if default is not None:
                _take_given(question, default, draft, around, console)
            elif question.name not in missing:
                missing.append(question.name)
    if missing:
        raise typer.BadParameter(
            "there is no terminal to ask on, so these must be given: "
            + ", ".join(f"--{name}" for name in missing)
        )
    return draft


def _take_given(
    question: Question, text: str, draft: Draft, around: Around, console: Console
) -> None:
    try:
        remarks = question.take(text, draft, around)
    except WrongAnswer as error:
        raise typer.BadParameter(prose(str(error)), param_hint=f"--{question.name}") from None
    _show(console, remarks)


def _ask(question: Question, draft: Draft, around: Around, console: Console) -> None:
    """Ask until the answer can be taken; a wrong one is told why."""
    asked = question.asked(draft, around)
    console.print()
    for line in asked.explained:
        console.print(plain(line), soft_wrap=True, highlight=False)
    _show_choices(console, asked)
    while True:
        text = prompt(asked.question, asked.default)
        try:
            remarks = question.take(text, draft, around)
        except WrongAnswer as error:
            console.print(f"[yellow]{prose(str(error))}[/yellow]", soft_wrap=True, highlight=False)
            continue
        _show(console, remarks)
        return


def prompt(question: str, default: str | None) -> str:
    """An answer that is not empty; on standard error, since standard output is the document's.

    Ctrl-C, or an end of input, ends the command as interrupted.
    """
    try:
        return str(typer.prompt(question, default=default, err=True)).strip()
    except typer.Abort:
        interrupted()


def interrupted() -> NoReturn:
    """End as Ctrl-C does."""
    typer.echo("\nNothing was written.", err=True)
    raise typer.Exit(ExitCode.INTERRUPTED) from None


def confirmed(question: str, console: Console) -> bool:
    """A yes or a no; anything else is asked again."""
    while True:
        try:
            return agreed(prompt(f"{question} (yes or no)", None))
        except WrongAnswer as error:
            console.print(f"[yellow]{plain(str(error))}[/yellow]", highlight=False)


def _show_choices(console: Console, asked: Asked) -> None:
    if not asked.choices:
        return
    table = Table.grid(padding=(0, 2))
    for number, choice in enumerate(asked.choices, start=1):
        short = plain(choice.meaning, limit=None if len(asked.choices) <= _SHORT_LIST else 80)
        table.add_row(f"{number:>3}", plain(choice.answer), short)
    console.print(table)


def _show(console: Console, remarks: Iterable[Remark]) -> None:
    for remark in remarks:
        if isinstance(remark, Peek):
            show_peek(console, remark, texts=False)
        elif isinstance(remark, FoundGroup):
            show_group(console, remark)
        else:
            console.print(prose(remark), soft_wrap=True, highlight=False)
