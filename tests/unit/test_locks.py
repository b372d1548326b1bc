"""What is installed is what was locked, byte for byte; and `make audit` tells what it could ask."""

from __future__ import annotations

import importlib.util
import json
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON_LOCKS = ("uv.lock", "local/uv.lock")
REGISTRY = "https://registry.npmjs.org/"
EXPORTED = "# made\na==1 \\\n    --hash=sha256:00\n    # via b\nb==2 \\\n    --hash=sha256:11\n"


def load_audit() -> Any:
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


audit = load_audit()


def packages(lock: str) -> list[dict[str, Any]]:
    document = tomllib.loads((ROOT / lock).read_text())
    found: list[dict[str, Any]] = document["package"]
    return found


@pytest.mark.parametrize("lock", PYTHON_LOCKS)
def test_every_file_of_every_package_has_its_hash(lock: str) -> None:
    strangers = [one for one in packages(lock) if "registry" in one["source"]]
    assert len(strangers) > 10
    for one in strangers:
        files = [*one.get("wheels", []), *([one["sdist"]] if "sdist" in one else [])]
        assert files, one["name"]
        assert all(file["hash"].startswith("sha256:") for file in files), one["name"]


@pytest.mark.parametrize("lock", PYTHON_LOCKS)
def test_all_but_the_project_itself_comes_from_the_registry(lock: str) -> None:
    sources = {key for one in packages(lock) for key in one["source"]}
    assert sources <= {"registry", "editable", "virtual"}
    registries = {one["source"].get("registry") for one in packages(lock)} - {None}
    assert registries == {"https://pypi.org/simple"}


def test_every_package_of_node_has_its_hash() -> None:
    found = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    strangers = {name: one for name, one in found.items() if name and not one.get("link")}
    assert strangers
    for name, one in strangers.items():
        assert one["integrity"].startswith("sha512-"), name
        assert one.get("resolved", REGISTRY).startswith(REGISTRY), name


def answers(dependencies: object, *, exported: int = 0) -> Callable[[list[str]], Any]:
    """uv and pip-audit, with what pip-audit says."""

    def run(command: list[str]) -> Any:
        if "export" in command:
            Path(command[-1]).write_text(
                "# made\na==1 \\\n    --hash=sha256:00\n    # via b\nb==2\n"
            )
            return audit.Ended(exported, "")
        said = json.dumps({"dependencies": dependencies})
        return audit.Ended(1, said if dependencies is not None else "no JSON")

    return run


def test_the_first_requirement_is_asked_for_with_its_hash() -> None:
    text = (
        "# made\n-i x\na==1 \\\n    --hash=sha256:00\n    # via b\nb==2 \\\n    --hash=sha256:11\n"
    )
    *_, first, second = audit.requirements(text)
    assert first.startswith("a==1")
    assert "sha256:00" in first
    assert second == "b==2 \\\n    --hash=sha256:11\n"


def test_a_finding_fails_and_says_what_mends_it(capsys: pytest.CaptureFixture[str]) -> None:
    flaw = {"id": "PYSEC-1", "fix_versions": ["1.1"]}
    known = [
        {"name": "a", "version": "1", "vulns": [flaw]},
        {"name": "b", "version": "2", "vulns": []},
    ]
    found = audit.python("uv.lock", ROOT, answers(known))
    assert audit.told([found]) == 1
    said = capsys.readouterr().out
    assert said == "uv.lock: 2 packages, 1 findings\n  a 1: PYSEC-1; mended in 1.1\n"


@pytest.mark.parametrize(
    "dependencies",
    [None, [], [{"name": "a", "skip_reason": "not found on PyPI and could not be audited"}]],
)
def test_what_was_not_asked_is_no_good_news(
    capsys: pytest.CaptureFixture[str], dependencies: object
) -> None:
    found = audit.python("uv.lock", ROOT, answers(dependencies))
    assert audit.told([found]) == 0
    assert "uv.lock: NOT AUDITED, PyPI's advisories cannot be asked for" in capsys.readouterr().out


def test_a_lock_that_cannot_be_exported_is_told() -> None:
    found = audit.python("uv.lock", ROOT, answers([], exported=2))
    assert found.unasked == "the lock file could not be exported"


def test_nodes_packages() -> None:
    flaw = {"severity": "high", "range": "<2", "url": "https://github.com/advisories/GHSA-1"}
    found = {"x": {"via": [flaw]}, "above-x": {"via": ["x"]}}
    document = {"vulnerabilities": found, "metadata": {"dependencies": {"total": 3}}}
    asked = audit.npm(lambda _: audit.Ended(1, json.dumps(document)))
    assert asked == ("package-lock.json", 3, [("GHSA-1", "x <2: GHSA-1, high")], None)
    refused = audit.npm(lambda _: audit.Ended(1, json.dumps({"message": "405"})))
    assert refused.unasked is not None


@pytest.mark.parametrize(("day", "code"), [(date(2027, 1, 31), 0), (date(2027, 2, 1), 1)])
def test_what_is_accepted_may_stand_until_its_day(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], day: date, code: int
) -> None:
    path = tmp_path / "accepted.toml"
    path.write_text('[[accepted]]\nid = "A-1"\nuntil = 2027-01-31\nwhy = "never reached"\n')
    found = [audit.Audited("uv.lock", 1, [audit.Finding("A-1", "a 1: A-1")])]
    assert audit.told(found, audit.accepted(path, day)) == code
    assert ("a 1: A-1 (accepted)" in capsys.readouterr().out) == (code == 0)
    found[0].findings.append(audit.Finding("A-2", "b 1: A-2"))
    assert audit.told(found, audit.accepted(path, day)) == 1


def test_who_accepts_says_why(tmp_path: Path) -> None:
    path = tmp_path / "accepted.toml"
    path.write_text('[[accepted]]\nid = "A-1"\nuntil = 2027-01-31\nwhy = ""\n')
    with pytest.raises(ValueError, match="says why"):
        audit.accepted(path, date(2027, 1, 1))


def test_what_the_project_accepts_can_be_read() -> None:
    until = {one["until"] for one in tomllib.loads(audit.ACCEPTED.read_text()).get("accepted", [])}
    assert all(type(day) is date for day in until)
    assert bool(audit.accepted(audit.ACCEPTED, date.min)) == bool(until)
