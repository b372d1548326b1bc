"""The store's conditions: who comes first counts, and what has ended stays so."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

import pytest
from unit_documents import RUN
from unit_fakes import job, run
from unit_table import MemoryTable

from modeleval.errors import RunClosed, RunNotFound
from modeleval.store import keys
from modeleval.store.items import JobStatus, RunStatus, Score
from modeleval.store.promotions import PromotionStore
from modeleval.store.table import RunStore

DAY = 86_400
WHERE = {"series": "bot", "suite": "support", "evaluation": "answers", "metric": "Correctness"}


@pytest.fixture
def table() -> MemoryTable:
    return MemoryTable()


def store_of(table: MemoryTable, days: int | None = 30) -> RunStore:
    given: Any = table
    return RunStore(given, retention_days=days)


@pytest.fixture
def store(table: MemoryTable) -> RunStore:
    return store_of(table)


def run_id(number: int) -> str:
    return "me" + "abcdefgh"[number] * 16


def score(number: int = 0, **changes: Any) -> Score:
    """The score of a run; the runs began in the order of their numbers."""
    fields: dict[str, Any] = {
        **WHERE,
        "subject": "bot",
        "run_id": run_id(number),
        "direction": "higherIsBetter",
        "started_at": f"2026-11-22T0{number}:00:00.000Z",
        "n": 4,
        "mean": Decimal("0.75"),
        "not_applicable": 0,
        "unscored": 0,
    }
    return Score(**fields | changes)


def publish(store: RunStore, number: int, *, published: bool = True, **changes: Any) -> None:
    store.create_run(run(run_id=run_id(number)))
    store.put_scores([score(number, **changes)])
    store.close_run(run_id(number), RunStatus.SUCCEEDED, published=published)


def history(store: RunStore, limit: int = 10) -> list[str]:
    return [one.run_id for one in store.metric_history(**WHERE, limit=limit)]


def test_a_run_that_is_created_again_is_the_one_that_was_there(store: RunStore) -> None:
    first = store.create_run(run(suite="support"))
    assert store.create_run(run(suite="-")) == first
    assert store.run(RUN).suite == "support"


def test_a_run_ends_once(store: RunStore) -> None:
    store.create_run(run())
    assert store.close_run(RUN, RunStatus.STOPPED)
    assert not store.close_run(RUN, RunStatus.SUCCEEDED, published=True)
    assert (store.run(RUN).status, store.run(RUN).published) == (RunStatus.STOPPED, False)
    with pytest.raises(RunClosed):
        store.update_run(RUN, phase="score")


def test_a_pending_run_is_open_and_ends_once_with_its_verdict(store: RunStore) -> None:
    store.create_run(run())
    assert store.publish_partly(RUN, published=True, verdict="pending", verdictWhy="waits")
    assert [one.status for one in store.open_runs()] == [RunStatus.PENDING]
    store.told(RUN)  # it goes on: nothing to tell
    assert [one.status for one in store.open_runs()] == [RunStatus.PENDING]
    assert not list(store.untold_runs())
    store.update_run(RUN, phase="score")
    assert store.close_run(RUN, RunStatus.SUCCEEDED, verdict="passed", verdictWhy="all")
    assert not store.publish_partly(RUN, verdict="pending")
    ended = store.run(RUN)
    assert (ended.status, ended.verdict, ended.completed) == (RunStatus.SUCCEEDED, "passed", True)
    assert not list(store.open_runs())
    assert [one.run_id for one in store.untold_runs()] == [RUN]


def test_a_run_that_is_stopped_while_it_waits_is_never_decided(store: RunStore) -> None:
    store.create_run(run())
    store.publish_partly(RUN, published=True, verdict="pending", verdictWhy="waits")
    assert store.close_run(RUN, RunStatus.STOPPED)
    ended = store.run(RUN)
    assert (ended.verdict, ended.published, ended.completed) == ("inconclusive", True, False)
    assert ended.verdict_why == "The run ended before its last job did."


def test_without_a_gate_a_run_that_is_stopped_while_it_waits_has_no_verdict(
    store: RunStore,
) -> None:
    store.create_run(run())
    store.publish_partly(RUN, published=True)
    assert store.close_run(RUN, RunStatus.STOPPED)
    assert store.run(RUN).verdict is None


def test_a_run_that_is_not_there_is_not_made_by_a_change(store: RunStore) -> None:
    assert not store.close_run(RUN, RunStatus.FAILED)
    with pytest.raises(RunNotFound):
        store.run(RUN)


def test_an_ended_run_is_not_among_the_open_ones(store: RunStore) -> None:
    for number in range(5):
        store.create_run(run(run_id=run_id(number)))
    store.close_run(run_id(2), RunStatus.FAILED)
    assert [one.run_id for one in store.open_runs()] == [run_id(n) for n in (0, 1, 3, 4)]


def test_an_ended_run_is_untold_until_everybody_has_heard(store: RunStore) -> None:
    for number in range(3):
        store.create_run(run(run_id=run_id(number)))
    store.told(run_id(0))  # it goes on: nothing to tell
    for number in (0, 1):
        store.close_run(run_id(number), RunStatus.FAILED)
    assert [one.run_id for one in store.untold_runs()] == [run_id(0), run_id(1)]
    store.told(run_id(0))
    store.told(run_id(0))
    assert [one.run_id for one in store.untold_runs()] == [run_id(1)]
    assert [one.run_id for one in store.open_runs()] == [run_id(2)]


def test_a_kept_run_stays_in_the_lists_whatever_is_repeated(store: RunStore) -> None:
    """Its time to live must not come back to the item that points to it."""
    store.create_run(run(run_id=run_id(0)))
    store.close_run(run_id(0), RunStatus.SUCCEEDED, published=True)
    PromotionStore(store._table).keep(run_id(0), "approved")
    store.create_run(run(run_id=run_id(0)))
    table: Any = store._table
    assert [item["sk"] for item in table.items.values() if "expiresAt" in item] == []
    assert [one.run_id for one in store.every_run()] == [run_id(0)]


def test_the_latest_runs_of_a_suite_come_newest_first(store: RunStore) -> None:
    for number in range(5):
        moment = f"2026-11-22T0{number}:00:00.000Z"
        store.create_run(run(run_id=run_id(number), started_at=moment))
    store.name_run(run_id(3), "another")
    assert [one.run_id for one in store.latest_runs("support", 3)] == [run_id(n) for n in (4, 2, 1)]


def test_a_job_that_is_planned_again_stays_as_it_is(store: RunStore) -> None:
    store.create_jobs([job(0), job(1)])
    store.update_job(RUN, 0, status=JobStatus.RUNNING)
    store.create_jobs([job(0), job(1), job(2)])
    assert [one.status for one in store.jobs(RUN)] == ["running", "planned", "planned"]


@pytest.mark.parametrize("status", [one for one in JobStatus if one.ended])
def test_a_job_that_has_ended_stays_so(store: RunStore, status: JobStatus) -> None:
    store.create_jobs([job(0)])
    assert store.update_job(RUN, 0, status=status)
    assert not store.update_job(RUN, 0, status=JobStatus.RUNNING)
    assert store.job(RUN, 0).status is status


def test_the_first_content_of_a_dataset_is_the_one_that_is_kept(store: RunStore) -> None:
    assert store.pin_source(RUN, 0, "first") == "first"
    assert store.pin_source(RUN, 0, "second") == "first"
    assert store.pin_source(RUN, 1, "third") == "third"
    assert store.pin_source(run_id(0), 0, "fourth") == "fourth"


def test_a_pinned_content_is_neither_a_job_nor_a_score(store: RunStore) -> None:
    store.create_run(run())
    store.pin_source(RUN, 0, "first")
    assert (store.jobs(RUN), store.scores(RUN)) == ([], [])
    assert store.delete_run(RUN) == 3


def test_every_item_expires_after_the_retention(store: RunStore, table: MemoryTable) -> None:
    store.create_run(run())
    store.create_jobs([job(0)])
    store.pin_source(RUN, 0, "first")
    store.put_scores([score(0)])
    due = time.time() + 30 * DAY
    assert len(table.items) == 5
    assert all(abs(int(item[keys.EXPIRES]) - due) < 60 for item in table.items.values())


def test_without_a_retention_nothing_expires(table: MemoryTable) -> None:
    store_of(table, None).create_run(run())
    assert all(keys.EXPIRES not in item for item in table.items.values())


def test_a_change_does_not_put_off_when_an_item_expires(
    store: RunStore, table: MemoryTable
) -> None:
    store.create_run(run())
    before = [item[keys.EXPIRES] for item in table.items.values()]
    store.update_run(RUN, phase="score")
    after = [item[keys.EXPIRES] for item in table.items.values()]
    assert before == after


def test_only_published_runs_are_history_newest_first(store: RunStore) -> None:
    for number in range(6):
        publish(store, number, published=number % 3 != 0)
    assert history(store) == [run_id(n) for n in (5, 4, 2, 1)]


def test_unpublished_runs_do_not_use_up_the_limit(store: RunStore) -> None:
    for number in range(6):
        publish(store, number, published=number < 2)
    assert history(store, 2) == [run_id(1), run_id(0)]


def test_a_run_that_was_deleted_is_no_history(store: RunStore, table: MemoryTable) -> None:
    publish(store, 0)
    kept = [item for item in table.items.values() if "SCORE" in item[keys.SORT]]
    store.delete_run(run_id(0))
    table.put_item(Item=kept[0])
    assert history(store) == []


def test_a_trial_and_a_category_are_in_no_history(store: RunStore) -> None:
    publish(store, 0, sample=5)
    publish(store, 1, category="billing")
    assert history(store) == []
    assert len(store.scores(run_id(0))) == len(store.scores(run_id(1))) == 1


def test_deleting_a_run_leaves_the_others(store: RunStore) -> None:
    publish(store, 0)
    publish(store, 1)
    assert store.delete_run(run_id(0)) == 3
    assert history(store) == [run_id(1)]
