"""modeleval from Python: plain rows, and none where nothing is published."""

from __future__ import annotations

import json
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from unit_fakes import MemoryS3, bucket, run, services
from unit_table import MemoryTable

from modeleval import api
from modeleval.artifacts import summary_key
from modeleval.errors import RunNotFound
from modeleval.store.items import RunStatus, Score
from modeleval.store.table import RunStore

RUN = f"me{1:016d}"
STARTED = "2026-11-22T07:01:00.000Z"
LOW = [{"line": line, "metric": "Correctness", "value": 0.0} for line in range(3)]
ENTRY: dict[str, Any] = {
    "name": "answers",
    "lowScores": {"total": 3, "items": LOW},
    "comparisons": [{"metric": "Correctness", "word": "improved"}],
}


@pytest.fixture
def connection() -> api.Connection:
    table: Any = MemoryTable()
    store, s3 = RunStore(table), MemoryS3()
    store.create_run(run(run_id=RUN, suite="support", started_at=STARTED))
    s3.objects[summary_key(RUN)] = json.dumps({"gate": None, "evaluations": [ENTRY]}).encode()
    found: Any = SimpleNamespace(services=services(store=store, objects=bucket(s3)), store=store)
    return api.Connection(found)


def publish(connection: api.Connection) -> None:
    store = connection._deployment.services.store
    score = Score(
        run_id=RUN,
        suite="support",
        evaluation="answers",
        subject="bot",
        series="bot",
        metric="Correctness",
        direction="higher",
        started_at=STARTED,
        n=3,
        mean=Decimal("0.5"),
        not_applicable=0,
        unscored=1,
    )
    store.put_scores([score])
    store.close_run(RUN, RunStatus.SUCCEEDED, published=True)


def test_numbers_are_numbers(connection: api.Connection) -> None:
    publish(connection)
    [row] = connection.run(RUN).scores()
    assert type(row["mean"]) is float
    assert (row["mean"], row["n"], row["low"], row["unscored"]) == (0.5, 3, None, 1)
    assert connection.run(RUN).state()["status"] == "succeeded"


def test_rows_say_their_evaluation_and_are_limited(connection: api.Connection) -> None:
    publish(connection)
    found = connection.run(RUN)
    assert found.lowest(2) == [{"evaluation": "answers", **row} for row in LOW[:2]]
    assert found.comparisons() == [{"evaluation": "answers", **ENTRY["comparisons"][0]}]


def test_before_it_is_published_there_is_nothing(connection: api.Connection) -> None:
    found = connection.run(RUN)
    assert (found.comparisons(), found.lowest(), found.gate()) == ([], [], None)
    assert found.state()["status"] == "running"


def test_a_run_that_is_not_there_is_an_error(connection: api.Connection) -> None:
    with pytest.raises(RunNotFound):
        connection.run(f"me{2:016d}")
