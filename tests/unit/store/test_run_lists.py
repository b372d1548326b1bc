"""Lists of runs and histories: queries on keys, page by page, newest first."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from unit_fakes import run
from unit_table import PAGE, MemoryTable

from modeleval.errors import TransientServiceError
from modeleval.store import keys, rows
from modeleval.store.items import EvaluationFacts, RunStatus, Score
from modeleval.store.leaderboard import leaderboard
from modeleval.store.table import RunStore

MODEL = {"source": "modelPackage", "asked": "x", "group": "support-llama", "version": 1}
ARN = "arn:aws:sagemaker:us-east-1:111122223333:model-package/support-llama"


@pytest.fixture
def table() -> MemoryTable:
    return MemoryTable()


@pytest.fixture
def store(table: MemoryTable) -> RunStore:
    given: Any = table
    return RunStore(given, retention_days=30)


def create(store: RunStore, number: int, *, suite: str = "support", **fields: Any) -> str:
    """A run that began in the minute of its number."""
    run_id = f"me{number:016d}"
    store.create_run(
        run(run_id=run_id, suite=suite, started_at=f"2026-11-22T07:{number:02d}:00.000Z")
    )
    if fields:
        store.update_run(run_id, **fields)
    return run_id


def version(number: int, **changes: Any) -> dict[str, Any]:
    return {**MODEL, "version": number, "identifier": f"{ARN}/{number}", **changes}


def publish(store: RunStore, run_id: str, *scores: Score, **fields: Any) -> None:
    store.update_run(run_id, **fields) if fields else None
    store.put_scores(scores)
    store.close_run(run_id, RunStatus.SUCCEEDED, published=True)


def score(run_id: str, **changes: Any) -> Score:
    fields: dict[str, Any] = {
        "run_id": run_id,
        "suite": "support",
        "evaluation": "answers",
        "subject": "bot",
        "series": "bot",
        "metric": "Correctness",
        "direction": "higherIsBetter",
        "started_at": f"2026-11-22T07:{int(run_id[2:]):02d}:00.000Z",
        "mean": Decimal("0.5"),
        "not_applicable": 0,
        "unscored": 0,
    }
    return Score(**fields | changes)


# -- lists of runs ---------------------------------------------------------------------------------


def test_all_runs_of_all_suites_come_newest_first_over_many_pages(store: RunStore) -> None:
    made = [create(store, number, suite=f"suite-{number % 3}") for number in range(60)]
    assert [one.run_id for one in store.every_run()] == made[::-1]


def test_a_list_is_read_as_far_as_it_is_asked_for(store: RunStore, table: MemoryTable) -> None:
    for number in range(60):
        create(store, number)
    table.read_pages = 0
    next(store.every_run())
    assert table.read_pages <= -(-25 // PAGE) < 60 // PAGE
    table.read_pages = 0
    next(store.runs_of("support"))
    assert table.read_pages == 1


def test_a_run_that_is_created_again_is_listed_once(store: RunStore) -> None:
    create(store, 1)
    create(store, 1)
    assert len([*store.every_run()]) == 1


def test_a_models_runs_are_those_of_its_group_in_every_suite(store: RunStore) -> None:
    first = create(store, 1, resolvedModel=version(1))
    create(store, 2)
    create(store, 3, resolvedModel=version(1, group="another", identifier=f"{ARN}x/1"))
    second = create(store, 4, suite="other", resolvedModel=version(2))
    found = [*store.runs_of_model("support-llama")]
    assert [one.run_id for one in found] == [second, first]
    assert found[0].resolved_model == version(2)


@pytest.mark.parametrize(
    ("model", "series"),
    [
        ({"source": "modelPackage", "identifier": ARN}, "support-llama"),
        ({"source": "jumpStart", "identifier": "meta-llama-3"}, "meta-llama-3"),
        ({"source": "bedrock", "identifier": "us.amazon.nova-pro-v1:0"}, "us.amazon.nova-pro-v1:0"),
        (
            {"source": "bedrock", "identifier": "arn:aws:bedrock:::inference-profile/x"},
            "arn:aws:bedrock:::inference-profile/x",
        ),
    ],
)
def test_a_model_without_a_group_is_listed_by_its_own_name(
    store: RunStore, model: dict[str, Any], series: str
) -> None:
    run_id = create(store, 1, resolvedModel=model)
    assert [one.run_id for one in store.runs_of_model(series)] == [run_id]


def test_listing_a_run_shows_what_became_of_it(store: RunStore) -> None:
    run_id = create(store, 1, resolvedModel=version(1))
    store.close_run(run_id, RunStatus.FAILED)
    for found in (store.every_run(), store.runs_of_model("support-llama")):
        assert [one.status for one in found] == [RunStatus.FAILED]


def test_resolving_again_lists_the_run_once(store: RunStore) -> None:
    run_id = create(store, 1, resolvedModel=version(1))
    store.update_run(run_id, resolvedModel=version(1))
    assert len([*store.runs_of_model("support-llama")]) == 1


def test_a_deleted_run_is_in_no_list(store: RunStore, table: MemoryTable) -> None:
    run_id = create(store, 1, resolvedModel=version(1))
    left = create(store, 2, resolvedModel=version(2))
    assert store.delete_run(run_id) == 3
    assert not [item for item in table.items.values() if run_id in item[keys.PARTITION]]
    assert [one.run_id for one in store.every_run()] == [left]


def test_a_pointer_without_its_run_is_passed_over(store: RunStore, table: MemoryTable) -> None:
    create(store, 1)
    left = create(store, 2)
    table.delete_item(Key=keys.run_key("me0000000000000001"))
    assert [one.run_id for one in store.every_run()] == [left]


def test_pointers_hold_keys_and_when_they_expire_and_nothing_else(
    store: RunStore, table: MemoryTable
) -> None:
    create(store, 1, resolvedModel=version(1))
    pointers = [item for item in table.items.values() if "LISTED" in item[keys.SORT]]
    assert len(pointers) == 2
    key_names = {keys.PARTITION, keys.SORT, keys.LISTS_PARTITION, keys.LISTS_SORT, keys.EXPIRES}
    assert all(set(item) == key_names for item in pointers)


def test_a_table_that_leaves_items_unread_is_asked_again_and_then_given_up(
    store: RunStore, table: MemoryTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(store, 1)
    pauses: list[float] = []
    monkeypatch.setattr(rows.time, "sleep", pauses.append)
    asked: list[Any] = []

    def nothing(*, RequestItems: Any) -> Any:  # noqa: N803
        asked.append(RequestItems)
        return {"Responses": {}, "UnprocessedKeys": RequestItems}

    read = table.batch_get_item
    table.batch_get_item = nothing  # type: ignore[method-assign]
    with pytest.raises(TransientServiceError, match="unread"):
        [*store.every_run()]
    assert len(asked) == len(pauses) + 1 == 6
    assert pauses == sorted(pauses)

    def late(**given: Any) -> Any:
        return read(**given) if len(asked) > 8 else nothing(**given)

    table.batch_get_item = late  # type: ignore[method-assign]
    assert len([*store.every_run()]) == 1


# -- histories ------------------------------------------------------------------------------------


def test_a_history_has_each_scores_run_and_goes_over_many_pages(store: RunStore) -> None:
    made = []
    for number in range(55):
        made.append(create(store, number, baseline={"label": "none"}))
        if number % 5:
            publish(store, made[-1], score(made[-1]))
        else:
            store.put_scores([score(made[-1])])
    found = [
        *store.measured(series="bot", suite="support", evaluation="answers", metric="Correctness")
    ]
    wanted = [run_id for number, run_id in enumerate(made) if number % 5][::-1]
    assert [one.run.run_id for one in found] == [one.score.run_id for one in found] == wanted
    assert found[0].run.baseline == {"label": "none"}


# -- leaderboard ----------------------------------------------------------------------------------


def facts(subject: str, **candidates: str) -> list[dict[str, Any]]:
    one = EvaluationFacts(
        name="answers", kind="bedrock-judge", subject=subject, candidates=candidates
    )
    return [one.to_item()]


def standings(store: RunStore, most_runs: int = 100) -> list[tuple[str, str | None, str]]:
    board = leaderboard(store, "support", most_runs=most_runs)
    return [(one.subject, one.candidate, one.run.run_id) for one in board.standings]


def test_each_subject_stands_once_with_its_latest_published_run(store: RunStore) -> None:
    made = [create(store, number) for number in range(6)]
    for run_id, subject in zip(made, ["a", "b", "a", "c", "a", "b"], strict=True):
        if run_id == made[3]:  # never published
            store.put_scores([score(run_id, subject=subject)])
        else:
            sample = 5 if run_id == made[4] else None
            store.update_run(
                run_id, evaluations=facts(subject), **({"sample": 5} if sample else {})
            )
            publish(store, run_id, score(run_id, subject=subject, sample=sample))
    assert standings(store) == [("b", None, made[5]), ("a", None, made[2])]


def test_what_a_subject_was_compared_with_stands_beside_it(store: RunStore) -> None:
    made = [create(store, number) for number in range(2)]
    for run_id, subject in zip(made, ["v1", "v2"], strict=True):
        base = {"subject": "llama", "candidate": "base-model"}
        publish(
            store,
            run_id,
            score(run_id, subject=subject),
            score(run_id, subject=subject, category="billing"),
            score(run_id, **base),
            evaluations=facts(subject, **{"base-model": "llama"}),
        )
    assert standings(store) == [
        ("v2", None, made[1]),
        ("llama", "base-model", made[1]),
        ("v1", None, made[0]),
    ]
    [first, *_] = leaderboard(store, "support", most_runs=9).standings
    assert [one.category for one in first.scores] == [None]
    assert first.score("Correctness") == first.scores[0]
    assert first.score("Tone") is None


def test_a_subject_whose_evaluation_failed_stands_with_an_earlier_run(store: RunStore) -> None:
    made = [create(store, number, evaluations=facts("a")) for number in range(2)]
    publish(store, made[0], score(made[0], subject="a"))
    publish(store, made[1])
    assert standings(store) == [("a", None, made[0])]


def test_scores_are_read_of_those_runs_only_that_have_something_new(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(9):
        run_id = create(store, number, evaluations=facts("a"))
        publish(store, run_id, score(run_id, subject="a"))
    read: list[str] = []
    scores = store.scores
    monkeypatch.setattr(store, "scores", lambda run_id: read.append(run_id) or scores(run_id))
    assert len(standings(store)) == len(read) == 1


def test_only_so_many_runs_are_read_and_that_is_said(store: RunStore) -> None:
    for number in range(4):
        run_id = create(store, number, evaluations=facts(f"bot-{number}"))
        publish(store, run_id, score(run_id, subject=f"bot-{number}"))
    assert [subject for subject, _, _ in standings(store, 2)] == ["bot-3", "bot-2"]
    assert leaderboard(store, "support", most_runs=3)[1:] == (3, False)
    assert leaderboard(store, "support", most_runs=4)[1:] == (4, True)
