"""The commands that README and docs/ show, found in their fenced blocks.

A block of which a command needs AWS has the line `<!-- needs: aws -->` before its fence: what it
shows is checked against the command line, and not run.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[3]
PAGES = (ROOT / "README.md", ROOT / "local/README.md", *sorted((ROOT / "docs").glob("*.md")))
MARKER = "<!-- needs: aws -->"

_BLOCK = re.compile(
    r"^(?P<before>[^\n]*)\n```(?P<language>[a-z]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
_SHELL = ("", "sh", "bash", "console")
_OURS = re.compile(r"^(?:\$ )?(?:\.venv/bin/)?(?P<command>modeleval(?: .*)?)$")
_OFFLINE = ("validate", "peek", "convert", "metrics", "benchmarks")
"""Commands that read files or say what modeleval knows; unless they are given an S3 URI."""

_CHECKED = {"collect", "--check"}


class Shown(NamedTuple):
    """A command of ours: on which page and line, its words after the name, whether marked."""

    page: str
    line: int
    words: tuple[str, ...]
    marked: bool

    @property
    def needs_aws(self) -> bool:
        if "--help" in self.words or self.words[:1] == ("--version",):
            return False
        offline = self.words[:1] and (self.words[0] in _OFFLINE or {*self.words} >= _CHECKED)
        return not offline or "s3://" in " ".join(self.words)

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: modeleval {shlex.join(self.words)}"


def shown() -> list[Shown]:
    """All of them, in the pages' order."""
    return [one for page in PAGES for one in _of_page(page)]


def targets() -> set[tuple[str, str]]:
    """Pages, and the targets of make that their blocks show."""
    return {
        (page.name, line.split()[1])
        for page in PAGES
        for block in _blocks(page.read_text(encoding="utf-8"))
        for line in block["text"].splitlines()
        if line.startswith("make ")
    }


def _blocks(text: str) -> Iterator[re.Match[str]]:
    return (block for block in _BLOCK.finditer(text) if block["language"] in _SHELL)


def _of_page(page: Path) -> Iterator[Shown]:
    text = page.read_text(encoding="utf-8")
    for block in _blocks(text):
        first = text.count("\n", 0, block.start("text")) + 1
        marked = block["before"].strip() == MARKER
        for number, line in _whole_lines(block["text"]):
            found = _OURS.match(line)
            if found:
                words = _words(found["command"])
                yield Shown(str(page.relative_to(ROOT)), first + number, words, marked)


def _whole_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines by their number, those that a backslash continues as one."""
    begun, number = "", 0
    for place, line in enumerate(text.splitlines()):
        number = number if begun else place
        if line.endswith("\\"):
            begun += line[:-1]
            continue
        yield number, begun + line
        begun = ""


def _words(command: str) -> tuple[str, ...]:
    """The words, without comments, redirections, pipes and what follows them."""
    words = shlex.split(command, comments=True)
    end = next((n for n, word in enumerate(words) if re.match(r"[0-9]?[|<>;&]", word)), len(words))
    return tuple(words[1:end])
