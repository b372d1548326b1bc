"""Known vulnerabilities in what the lock files pin: `make audit`.

Fails on findings only, and not on those that `accepted.toml` accepts until a day that has not
passed. Where the advisories cannot be asked for (no network, a mirror without them), that is said,
and nothing was audited. Advisories: PyPI's, through pip-audit, and npm's.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
ACCEPTED = Path(__file__).with_name("accepted.toml")
PIP_AUDIT = "pip-audit==2.10.1"
_UV = [sys.executable, "-m", "uv"]
_SECONDS = 300

Run = Callable[[list[str]], "Ended"]


class Ended(NamedTuple):
    """How a command ended: its exit code and its standard output."""

    code: int
    out: str


class Finding(NamedTuple):
    """An advisory about a package that is pinned."""

    advisory: str
    text: str


class Audited(NamedTuple):
    """A lock file's findings; or why there are none to be had."""

    name: str
    packages: int
    findings: list[Finding]
    unasked: str | None = None


def run(command: list[str]) -> Ended:
    """Run a command of ours; what it does not do in time, it did not do."""
    try:
        ended = subprocess.run(  # noqa: S603 - our own commands
            command, cwd=ROOT, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Ended(127, type(error).__name__)
    return Ended(ended.returncode, ended.stdout)


def python(name: str, folder: Path, run: Run = run) -> Audited:
    """The packages of the lock file in `folder`, by their hashes. One is asked for first."""
    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch, "whole.txt")
        options = ["--frozen", "--all-extras", "--all-groups", "--no-emit-project", "--quiet"]
        command = [*_UV, "export", "--project", str(folder), *options, "--output-file", str(whole)]
        exported = run(command)
        if exported.code != 0:
            return Audited(name, 0, [], "the lock file could not be exported")
        first = Path(scratch, "first.txt")
        first.write_text(next(requirements(whole.read_text())))
        for path in (first, whole):
            dependencies = _asked(path, run)
            if not any("vulns" in one for one in dependencies):
                return Audited(name, 0, [], "PyPI's advisories cannot be asked for here")
    return Audited(name, len(dependencies), list(_findings(dependencies)))


def requirements(text: str) -> Iterator[str]:
    """Each requirement with its hashes."""
    lines: list[str] = []
    for line in text.splitlines(keepends=True):
        if lines and line[:1].isalnum():
            yield "".join(lines)
            lines = []
        if not line.startswith("#"):
            lines.append(line)
    yield "".join(lines)


def _asked(path: Path, run: Run) -> list[dict[str, Any]]:
    """What pip-audit says of each requirement; nothing if it says nothing that can be read."""
    command = [*_UV, "tool", "run", "--quiet", "--from", PIP_AUDIT, "pip-audit"]
    options = ["--progress-spinner", "off", "--disable-pip", "--require-hashes", "--format", "json"]
    ended = run([*command, *options, "--requirement", str(path)])
    try:
        found: list[dict[str, Any]] = json.loads(ended.out)["dependencies"]
    except (ValueError, LookupError, TypeError):
        return []
    return found


def _findings(dependencies: list[dict[str, Any]]) -> Iterator[Finding]:
    for one in dependencies:
        for each in one.get("vulns", []):
            versions = ", ".join(each.get("fix_versions", [])) or "no version yet"
            mended = f"mended in {versions}"
            yield Finding(each["id"], f"{one['name']} {one['version']}: {each['id']}; {mended}")


def npm(run: Run = run) -> Audited:
    """The packages of package-lock.json."""
    ended = run(["npm", "audit", "--package-lock-only", "--json"])
    try:
        document = json.loads(ended.out)
        found, known = document["vulnerabilities"], document["metadata"]["dependencies"]["total"]
    except (ValueError, LookupError, TypeError):
        return Audited("package-lock.json", 0, [], "npm's advisories cannot be asked for here")
    return Audited("package-lock.json", known, list(_of_npm(found)))


def _of_npm(found: dict[str, dict[str, Any]]) -> Iterator[Finding]:
    """One per advisory; a package that is concerned through another one only names that."""
    for name, one in found.items():
        for via in one["via"]:
            if isinstance(via, dict):
                advisory = via["url"].rpartition("/")[2]
                text = f"{name} {via['range']}: {advisory}, {via['severity']}"
                yield Finding(advisory, text)


def accepted(path: Path, today: date) -> set[str]:
    """The advisories that may stand until a day that has not passed; each says why."""
    stand = tomllib.loads(path.read_text(encoding="utf-8")).get("accepted", [])
    if not all(one["why"] for one in stand):
        raise ValueError(f"{path.name}: each accepted advisory says why")
    return {one["id"] for one in stand if today <= one["until"]}


def told(audited: list[Audited], stand: Collection[str] = ()) -> int:
    """Print what was found; 1 if anything was that may not stand."""
    for one in audited:
        if one.unasked is not None:
            print(f"{one.name}: NOT AUDITED, {one.unasked}")  # noqa: T201
            continue
        print(f"{one.name}: {one.packages} packages, {len(one.findings)} findings")  # noqa: T201
        for finding in one.findings:
            print(f"  {finding.text}{' (accepted)' * (finding.advisory in stand)}")  # noqa: T201
    return int(any(f.advisory not in stand for one in audited for f in one.findings))


if __name__ == "__main__":
    found = [python("uv.lock", ROOT), python("local/uv.lock", ROOT / "local"), npm()]
    sys.exit(told(found, accepted(ACCEPTED, datetime.now(UTC).date())))
