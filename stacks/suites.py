"""The suites that are deployed with the code must be valid before they are."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import available_timezones

from modeleval.documents import closest
from modeleval.errors import SuiteInvalid
from modeleval.suite.document import Suite, parse_suite
from modeleval.suite.source import parse_text


def check_suites(folder: Path) -> list[str]:
    """The names of the folder's suites, each parsed. Raises SuiteInvalid."""
    return [suite.name for suite in read_suites(folder)]


def read_suites(folder: Path) -> list[Suite]:
    """Parse every suite of the folder. Raises SuiteInvalid."""
    suites: list[Suite] = []
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
        if suite.name in [other.name for other in suites]:
            raise SuiteInvalid(
                f"Two files hold the suite {suite.name}",
                where=f"suites/{path.name}",
                action="Keep one of them.",
            )
        _check_timezone(suite, path)
        suites.append(suite)
    return suites


def _check_timezone(suite: Suite, path: Path) -> None:
    """Here and not in the suite: a function's environment need not know the timezones."""
    known = available_timezones()
    if suite.schedule is None or not known or suite.schedule.timezone in known:
        return
    near = closest(suite.schedule.timezone, sorted(known))
    raise SuiteInvalid(
        "The schedule's timezone is not known" + (f"; did you mean {near}?" if near else ""),
        where=f"suites/{path.name}, schedule.timezone",
        action="Name one of the IANA time zone database, such as Europe/Vienna.",
    )
