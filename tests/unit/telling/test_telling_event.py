"""The event's detail, held against the schema that is documented."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from told_world import ASKED, FAILED, MODEL, REJECTED, SECRET, WHY, ended, facts, published
from unit_documents import BUCKET, RUN
from unit_fakes import EXECUTION, repository

from modeleval.store.items import Run, RunStatus
from modeleval.telling.event import SCHEMA, SCHEMA_FILE, detail

DOCUMENT = json.loads(SCHEMA_FILE.read_text())
TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
RUNS = [
    pytest.param(published(verdict, status=status), id=f"{verdict}-{status}")
    for verdict in ("passed", "failed", "inconclusive", None)
    for status in (RunStatus.SUCCEEDED, RunStatus.PARTIAL)
] + [
    pytest.param(ended(), id="failed"),
    pytest.param(published(promotion=REJECTED), id="rejected"),
    pytest.param(
        published("inconclusive", promotion=ASKED, asked_until="2026-12-06T08:00:00.000Z"),
        id="asked",
    ),
    pytest.param(ended(RunStatus.STOPPED), id="stopped"),
    pytest.param(ended(resolved_model=None, model="support-lama"), id="unknown-model"),
    pytest.param(ended(resolved_model=None), id="no-model"),
    pytest.param(
        published(resolved_model={**MODEL, "version": Decimal(3)}), id="as-dynamodb-gives-it"
    ),
]


def problems(value: Any, schema: dict[str, Any], where: str = "$") -> list[str]:
    """What the schema says against a value: the keywords that it uses, and no others."""
    known = {
        "$schema", "$id", "title", "description", "type", "required", "properties", "const",
        "enum", "pattern", "items", "maxItems",
    }  # fmt: skip
    assert set(schema) <= known
    found = []
    types = schema.get("type", list(TYPES))
    names = types if isinstance(types, list) else [types]
    wanted = tuple(TYPES[name] for name in names)
    if not isinstance(value, tuple(_flat(wanted))) or (
        isinstance(value, bool) and "boolean" not in names
    ):
        return [f"{where} is {type(value).__name__}"]
    if "const" in schema and value != schema["const"]:
        found.append(f"{where} is not {schema['const']}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{where} is not in {schema['enum']}")
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        found.append(f"{where} does not match")
    if isinstance(value, dict):
        found += [
            f"{where}.{name} is missing" for name in schema.get("required", ()) if name not in value
        ]
        for name, item in value.items():
            found += problems(item, schema["properties"][name], f"{where}.{name}")
    if isinstance(value, list):
        assert len(value) <= schema["maxItems"]
        for item in value:
            found += problems(item, schema["items"], f"{where}[]")
    return found


def _flat(types: tuple[Any, ...]) -> list[type]:
    return [one for kind in types for one in (kind if isinstance(kind, tuple) else (kind,))]


@pytest.mark.parametrize("one", RUNS)
def test_what_is_sent_is_what_the_schema_says(one: Run) -> None:
    sent = json.loads(json.dumps(detail(facts(one))))
    assert problems(sent, DOCUMENT) == []
    assert set(sent) == set(DOCUMENT["properties"]) == set(DOCUMENT["required"])


@pytest.mark.parametrize("one", RUNS)
def test_no_event_holds_content(one: Run) -> None:
    assert SECRET not in json.dumps(detail(facts(one)))


def test_the_schema_finds_what_is_wrong() -> None:
    sent = detail(facts(published()))
    assert problems({**sent, "verdict": "good"}, DOCUMENT) != []
    assert problems({**sent, "runId": "x"}, DOCUMENT) != []
    assert problems({**sent, "error": {}}, DOCUMENT) != []


def test_a_run_that_failed_its_gate() -> None:
    conditions = {
        name: value for name, value in FAILED.items() if name not in ("verdict", "sentence")
    }
    assert detail(facts(published())) == {
        "schema": SCHEMA,
        "runId": RUN,
        "suite": "support",
        "origin": "deployed",
        "triggeredBy": None,
        "stack": "modeleval",
        "status": "succeeded",
        "verdict": "failed",
        "why": WHY,
        "model": {"identifier": MODEL["identifier"], "group": "support-llama", "version": 3},
        "failedConditions": [conditions],
        "promotion": {
            "action": "leave",
            "done": True,
            "status": "PendingManualApproval",
            "askedUntil": None,
        },
        "summary": f"s3://{BUCKET}/runs/{RUN}/summary.json",
        "executionArn": EXECUTION,
        "startedAt": "2026-11-22T07:00:00.000Z",
        "endedAt": "2026-11-22T08:00:00.000Z",
        "error": None,
    }


def test_a_run_that_broke_off_says_with_what_and_no_more() -> None:
    sent = detail(facts(ended()))
    assert (sent["error"], sent["summary"], sent["verdict"]) == (
        {"name": "BudgetExceeded"},
        None,
        None,
    )


def test_the_documented_event_is_one() -> None:
    page = (repository() / "docs" / "events.md").read_text()
    [shown] = [one for one in re.findall(r"```json\n(.*?)```", page, re.DOTALL) if SCHEMA in one]
    assert problems(json.loads(shown), DOCUMENT) == []
    assert set(json.loads(shown)) == set(DOCUMENT["properties"])
