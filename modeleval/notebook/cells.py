"""The cells of an evaluation notebook, from a text in the percent format that editors know."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import NamedTuple

_TEMPLATE = Path(__file__).with_name("evaluation.txt")
_MARKER = "# %%"
_MARKDOWN = " [markdown]"


class Cell(NamedTuple):
    """A cell: markdown or code, and its text."""

    markdown: bool
    source: str


class Subject(NamedTuple):
    """What a notebook is about: a suite to be run, or a run that there is (with its suite)."""

    project: str
    stack: str
    suite: str
    model: str | None = None
    run_id: str | None = None


def cells(subject: Subject) -> Iterator[Cell]:
    """The cells, with the subject's values as Python literals in them."""
    literals = {name: repr(value) for name, value in subject._asdict().items()}
    values = literals | {"project": subject.project}
    text = Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(values)
    for block in text.split(_MARKER)[1:]:
        head, _, body = block.partition("\n")
        markdown = head == _MARKDOWN
        lines = body.strip("\n").split("\n")
        if markdown:
            lines = [line.removeprefix("#").removeprefix(" ") for line in lines]
        yield Cell(markdown, "\n".join(lines))
