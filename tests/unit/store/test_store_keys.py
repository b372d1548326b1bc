from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit_documents import RUN

from modeleval.scores.metrics import JUDGE_METRICS
from modeleval.store import keys

names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,5}", fullmatch=True)
texts = st.text(max_size=4) | st.text("a#%2-35", max_size=6) | st.text("aé", min_size=120)
"""A scorer's metrics and a dataset's categories are called as somebody wished."""
categories = st.none() | texts
places = st.tuples(names, st.sampled_from(sorted(JUDGE_METRICS)) | names | texts, categories)
Place = tuple[str, str, str | None]


def sort_key(place: Place) -> bytes:
    """The sort key as DynamoDB compares it: by its UTF-8 bytes."""
    return keys.score_key(RUN, *place)[keys.SORT].encode()


def test_a_run_and_its_jobs_and_scores_are_one_partition() -> None:
    found = [
        keys.run_key(RUN),
        keys.job_key(RUN, 0),
        keys.source_key(RUN, 0),
        keys.score_key(RUN, "e", "m", None),
    ]
    assert {key[keys.PARTITION] for key in found} == {keys.run_partition(RUN)}


@given(places, places)
def test_two_summaries_never_share_a_key(one: Place, other: Place) -> None:
    assert (sort_key(one) == sort_key(other)) is (one == other)


@given(places, st.none() | texts)
def test_a_key_is_as_short_as_dynamodb_takes_it(one: Place, candidate: str | None) -> None:
    key = keys.score_key(RUN, *one, candidate)
    assert len(key[keys.SORT].encode()) < 1024


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("e", "m#a", None), ("e", "m", "a")),
        (("e", "m", "a#b"), ("e", "m#a", "b")),
        (("e", "m%23a", None), ("e", "m#a", None)),
        (("e", "m", "a" * 2000), ("e", "m", "a" * 2001)),
        (("e", "m", "a" * 249 + "b"), ("e", "m", "a" * 249 + "bc")),
    ],
)
def test_names_with_separators_and_long_ones_are_told_apart(one: Place, other: Place) -> None:
    assert sort_key(one) != sort_key(other)


def test_a_candidates_name_is_no_metric() -> None:
    found = keys.score_key(RUN, "e", "m", None, "a#m")[keys.SORT]
    assert found == "SCORE#e@a%23m#m"
    assert found != keys.score_key(RUN, "e", "m", "m", "a")[keys.SORT]


def test_plain_names_stay_readable() -> None:
    assert sort_key(("e", "Correctness", "de")) == b"SCORE#e#Correctness#de"
    assert sort_key(("e", "m", "é" * 125)) == f"SCORE#e#m#{'é' * 125}".encode()


def test_the_empty_category_is_a_category() -> None:
    assert sort_key(("e", "m", "")) != sort_key(("e", "m", None))


@given(st.lists(places, max_size=8), places)
def test_the_overall_summary_comes_before_those_of_its_categories(
    some: list[Place], one: Place
) -> None:
    evaluation, metric, _ = one
    mine = [(evaluation, metric, category) for _, _, category in some]
    ordered = sorted([*mine, (evaluation, metric, None)], key=sort_key)
    assert ordered[0] == (evaluation, metric, None)


@given(st.lists(places, max_size=12))
def test_the_summaries_of_one_metric_stand_together(some: list[Place]) -> None:
    groups = [place[:2] for place in sorted(some, key=sort_key)]
    changes = [one for one, before in zip(groups, [None, *groups], strict=False) if one != before]
    assert len(changes) == len(set(groups))


@given(st.integers(0, 99_999), st.integers(0, 99_999))
def test_jobs_are_read_in_the_order_of_their_numbers(one: int, other: int) -> None:
    first, second = (keys.job_key(RUN, number)[keys.SORT] for number in (one, other))
    assert (first < second) is (one < other)


def test_jobs_scores_and_the_run_are_told_apart_by_their_beginnings() -> None:
    job, score = keys.job_key(RUN, 1)[keys.SORT], keys.score_key(RUN, "e", "m", "c")[keys.SORT]
    source = keys.source_key(RUN, 1)[keys.SORT]
    assert job.startswith(keys.JOB_PREFIX)
    assert not source.startswith((keys.JOB_PREFIX, keys.SCORE_PREFIX, keys.RUN_SORT))
    assert score.startswith(keys.SCORE_PREFIX)
    assert not keys.RUN_SORT.startswith((keys.JOB_PREFIX, keys.SCORE_PREFIX))


def test_a_metrics_history_is_one_subjects_in_one_suite() -> None:
    lists = {
        keys.metric_list("bot", "support", "answers", "Correctness"),
        keys.metric_list("bot2", "support", "answers", "Correctness"),
        keys.metric_list("bot", "support2", "answers", "Correctness"),
        keys.metric_list("bot", "support", "answers2", "Correctness"),
        keys.metric_list("bot", "support", "answers", "Coherence"),
        keys.suite_list("support"),
    }
    assert len(lists) == 6
