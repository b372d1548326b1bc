"""The suites that are deployed with the functions' code."""

from __future__ import annotations

from pathlib import Path

from modeleval.suite.document import Suite, parse_suite
from modeleval.suite.source import is_suite_file, parse_text


def deployed_suites(folder: Path) -> list[Suite]:
    """Every suite of the folder, by file name. Raises SuiteInvalid: synth lets none such pass."""
    return [
        parse_suite(parse_text(path.read_bytes(), source=path.name), source=path.name)
        for path in sorted(folder.glob("*"))
        if is_suite_file(path)
    ]
