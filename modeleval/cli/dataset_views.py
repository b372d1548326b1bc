"""What validating, peeking and converting say to a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from modeleval.cli.console import make_console, plain
from modeleval.cli.dataset_files import DatasetFile
from modeleval.datasets.convert.conversion import Conversion
from modeleval.datasets.convert.example import Example
from modeleval.datasets.peek import Peek
from modeleval.datasets.report import DatasetReport, Problem

_BIG_BYTES = 8 << 20
_LABEL = 60
_TEXT = 300
_CATEGORIES_SHOWN = 20


def watched(file: DatasetFile) -> Iterator[bytes]:
    """The file's chunks; of a big file on a terminal with a bar on standard error."""
    console = make_console(stderr=True)
    if not console.is_terminal or file.size < _BIG_BYTES:
        yield from file.chunks()
        return
    parts = (TextColumn("Reading"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*parts, console=console, transient=True) as progress:
        task = progress.add_task("", total=file.size)
        for chunk in file.chunks():
            yield chunk
            progress.advance(task, len(chunk))


def show_problems(console: Console, problems: Iterable[Problem], count: int) -> None:
    """The problems by kind; those that were counted and not kept as a number."""
    kept = tuple(problems)
    console.print(f"[red]{_number(count, 'problem')}[/red]", highlight=False)
    for problem in kept:
        console.print(f"- {plain(str(problem))}", highlight=False, soft_wrap=True)
    more = count - sum(problem.count for problem in kept)
    if more:
        text = f"- and {_number(more, 'more problem')} after these; correct these first"
        console.print(text, highlight=False)


def show_report(console: Console, report: DatasetReport) -> None:
    """What validation found."""
    if report.problem_count:
        show_problems(console, report.problems, report.problem_count)
    else:
        console.print(f"[green]Valid[/green]: {_records(report)}", highlight=False)
    _show_categories(console, report.categories, report.uncounted_categories)
    if report.warnings:
        console.print("Warnings:")
        for warning in report.warnings:
            console.print(f"- {plain(str(warning))}", highlight=False, soft_wrap=True)


def _records(report: DatasetReport) -> str:
    said = [_number(report.records, "record")]
    if report.judged != report.records:
        said.append(f"{report.judged:,} of them to evaluate")
    if report.identifier:
        said.append(f"responses of {plain(report.identifier)}")
    if report.thinking_stripped:
        said.append(f"{report.thinking_stripped:,} without their <thinking>")
    return ", ".join(said)


def _show_categories(console: Console, categories: Mapping[str, int], others: int) -> None:
    if not categories:
        return
    shown = list(categories.items())[:_CATEGORIES_SHOWN]
    said = ", ".join(f"{plain(name, limit=_LABEL)} ({count:,})" for name, count in shown)
    more = " and further ones" if len(shown) < len(categories) or others else ""
    console.print(f"Categories: {said}{more}", highlight=False, soft_wrap=True)


def show_peek(console: Console, found: Peek, *, texts: bool) -> None:
    """What a look at some of the bytes saw."""
    action = f". {found.action}" if found.action else ""
    console.print(f"It {plain(found.looks)}{plain(action)}", highlight=False, soft_wrap=True)
    if not found.records:
        return
    console.print(_amount(found), highlight=False)
    if found.unreadable:
        text = (
            f"{_number(found.unreadable, 'line')} cannot be read so; `modeleval validate` says why"
        )
        console.print(text, highlight=False)
    console.print(_fields_table(found))
    if found.lengths:
        console.print(_lengths_table(found))
    _show_categories(console, found.categories, found.uncounted_categories)
    if found.identifiers:
        names = ", ".join(plain(name, limit=_LABEL) for name in found.identifiers)
        console.print(f"Responses of {names}", highlight=False, soft_wrap=True)
    console.print(f"References: {found.references:.0%} of the records", highlight=False)
    if found.turns > 1:
        console.print(f"Turns: up to {found.turns} in a conversation", highlight=False)
    if found.supports:
        console.print(_supports_table(found))
    if texts:
        for example in found.texts:
            _show_text(console, example)


def _amount(found: Peek) -> str:
    if found.complete:
        return f"{_number(found.records, 'record')}, {found.size:,} bytes"
    return (
        f"About {found.estimated_records:,} records in {found.size:,} bytes, "
        f"by {found.records:,} of them in the {found.read:,} bytes that were read"
    )


def _fields_table(found: Peek) -> Table:
    table = Table("Field", "Records", "Type")
    for name, (share, types) in found.fields.items():
        table.add_row(plain(name), f"{share:.0%}", " or ".join(types))
    return table


def _lengths_table(found: Peek) -> Table:
    table = Table("Characters")
    for heading in ("Records", "Least", "Median", "Most"):
        table.add_column(heading, justify="right")
    for name, length in found.lengths.items():
        table.add_row(name, *(f"{number:,}" for number in length))
    return table


def _supports_table(found: Peek) -> Table:
    table = Table("Kind", "Metric", "Can be evaluated", "")
    for one in found.supports:
        usable = "yes" if one.usable else "[red]no[/red]"
        table.add_row(one.kind, one.metric, usable, one.says)
    return table


def _show_text(console: Console, example: Example) -> None:
    console.rule()
    said = [*example.asked]
    if example.reference is not None:
        said.append(("reference", example.reference))
    said += [(f"response of {answer.source}", answer.text) for answer in example.answers]
    for who, text in said:
        console.print(f"[bold]{plain(who)}[/bold] {plain(text, limit=_TEXT)}", highlight=False)


def show_conversion(console: Console, done: Conversion, *, said: str) -> None:
    """What was written, and what was left out."""
    console.print(f"{_number(done.written, 'record')} {plain(said)}", highlight=False)
    for name, count in sorted(done.left_fields.items(), key=lambda item: -item[1]):
        text = f"- left out: {plain(name)}, of {_number(count, 'record')}"
        console.print(text, highlight=False, soft_wrap=True)
    for left in done.left_records:
        lines = _listed_lines(left.lines, left.records)
        text = f"- left out: {_number(left.records, 'record')} ({lines}): {left.why}"
        console.print(text, highlight=False, soft_wrap=True)
    if done.folded:
        text = (
            f"- {_number(done.folded, 'conversation')} written as one text (User: …, Assistant: …)"
        )
        console.print(text, highlight=False, soft_wrap=True)


def _listed_lines(lines: Sequence[int], count: int) -> str:
    """`lines 3, 7, 9 and 41 more` of `count` lines, of which `lines` are the first ones."""
    shown = [f"{line:,}" for line in lines]
    more = count - len(shown)
    if count == 1:
        return f"line {shown[0]}"
    if more:
        return f"lines {', '.join(shown)} and {more:,} more"
    return f"lines {', '.join(shown[:-1])} and {shown[-1]}"


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
