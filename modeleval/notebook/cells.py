"""The cells of an evaluation notebook, from a text in the percent format that editors know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import NamedTuple

_TEMPLATE = Path(__file__).with_name("evaluation.txt")
_MARKER = "# %%"
_MARKDOWN = " [markdown]"
_NO_HEADING = re.compile(r"[^\w .:/-]")


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
    """The cells, with the subject's values as Python literals in them.

    Its project is a heading: one line of letters, digits and a few signs. A run that was refused is
    called whatever its input said, and must begin no cell and no markup.
    """
    literals = {name: repr(value) for name, value in subject._asdict().items()}
    values = literals | {"project": _NO_HEADING.sub("?", subject.project)}
    for block in _TEMPLATE.read_text(encoding="utf-8").split(_MARKER)[1:]:
        head, _, body = block.partition("\n")
        markdown = head == _MARKDOWN
        lines = Template(body).substitute(values).strip("\n").split("\n")
        if markdown:
            lines = [line.removeprefix("#").removeprefix(" ") for line in lines]
        yield Cell(markdown, "\n".join(lines))
