"""The suites that are deployed with the code must be valid before they are."""

from __future__ import annotations

from pathlib import Path

from modeleval.errors import SuiteInvalid
from modeleval.suite.document import parse_suite
from modeleval.suite.source import parse_text


def check_suites(folder: Path) -> list[str]:
    """Parse every suite of the folder; their names. Raises SuiteInvalid."""
    names: list[str] = []
    for path in sorted(folder.glob("*.*")):
        if path.suffix not in (".yaml", ".yml", ".json"):
            continue
        suite = parse_suite(parse_text(path.read_bytes(), source=path.name), source=path.name)
        if suite.name != path.stem:
            raise SuiteInvalid(
                f"The suite calls itself {suite.name}",
                where=f"suites/{path.name}",
                action=f"Rename the file to {suite.name}{path.suffix}, or set name: {path.stem}.",
            )
        if suite.name in names:
            raise SuiteInvalid(
                f"Two files hold the suite {suite.name}",
                where=f"suites/{path.name}",
                action="Keep one of them.",
            )
        names.append(suite.name)
    return names
