"""Where a result is that later runs may use, and scores of several candidates in one table."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

import pytest
from unit_documents import RUN
from unit_fakes import run
from unit_table import MemoryTable

from modeleval.store import keys
from modeleval.store.items import RunStatus, Score
from modeleval.store.table import RunStore


def store(table: MemoryTable) -> RunStore:
    memory: Any = table
    return RunStore(memory, retention_days=10)


def test_a_result_is_found_by_its_digest() -> None:
    kept = store(MemoryTable())
    assert kept.result("d1") is None
    kept.keep_result("d1", RUN, 3)
    assert kept.result("d1") == (RUN, 3)
    assert kept.result("d") is None
    assert all(type(part) in (str, int) for part in kept.result("d1") or ())


def test_the_last_result_counts() -> None:
    kept = store(MemoryTable())
    kept.keep_result("d1", RUN, 3)
    kept.keep_result("d1", "another", 0)
    assert kept.result("d1") == ("another", 0)


def test_a_result_expires_with_its_run() -> None:
    table = MemoryTable()
    store(table).keep_result("d1", RUN, 3)
    [item] = table.items.values()
    assert int(item[keys.EXPIRES]) == pytest.approx(time.time() + 10 * 86_400, abs=60)


def score(candidate: str | None = None, category: str | None = None, **changes: Any) -> Score:
    fields: dict[str, Any] = {
        "run_id": RUN,
        "suite": "support",
        "evaluation": "know",
        "subject": "support-llama/3",
        "series": "support-llama",
        "candidate": candidate,
        "metric": "accuracy",
        "category": category,
        "direction": "higherIsBetter",
        "started_at": "2026-11-22T07:00:00.000Z",
        "mean": Decimal("0.5"),
        "standard_error": Decimal("0.01"),
        "not_applicable": 0,
        "unscored": 0,
    }
    return Score(**fields | changes)


def test_a_candidates_scores_stand_beside_the_subjects_and_come_back() -> None:
    kept = store(MemoryTable())
    given = [score(), score(None, "anatomy"), score("base-model"), score("base-model", "anatomy")]
    kept.put_scores(reversed(given))
    assert sorted(kept.scores(RUN), key=repr) == sorted(given, key=repr)


def test_only_the_subjects_own_overall_score_is_history() -> None:
    table = MemoryTable()
    given = [score(), score(None, "a"), score("base-model"), score(run_id="me2", sample=5)]
    store(table).put_scores(given)
    listed = [item for item in table.items.values() if keys.LISTS_PARTITION in item]
    assert [item[keys.LISTS_PARTITION] for item in listed] == [
        "METRIC#support-llama#support#know#accuracy"
    ]


def test_the_history_of_a_group_goes_over_its_versions() -> None:
    table = MemoryTable()
    kept = store(table)
    for number in (1, 2):
        run_id = f"me{number}"
        started = f"2026-11-2{number}T07:00:00.000Z"
        kept.create_run(run(run_id=run_id, started_at=started))
        kept.close_run(run_id, RunStatus.SUCCEEDED, published=True)
        subject = f"support-llama/{number}"
        kept.put_scores([score(run_id=run_id, started_at=started, subject=subject)])
    found = kept.metric_history(
        series="support-llama", suite="support", evaluation="know", metric="accuracy", limit=5
    )
    assert [one.subject for one in found] == ["support-llama/2", "support-llama/1"]
