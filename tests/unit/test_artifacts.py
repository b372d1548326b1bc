from __future__ import annotations

import re
from collections.abc import Callable
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit_documents import BUCKET, RUN

from modeleval.artifacts import (
    index_key,
    output_prefix,
    record_scores_key,
    records_key,
    run_prefix,
    s3_uri,
    suite_key,
    summary_key,
    validation_key,
)

# botocore's S3Uri of bedrock, version 2023-04-20
BEDROCK_URI = re.compile(
    r"s3://[a-z0-9][-.a-z0-9]{1,61}[a-z0-9]"
    r"(?:/[-!_*'().a-z0-9A-Z]+(?:/[-!_*'().a-z0-9A-Z]+)*)?/?"
)
numbers = st.integers(0, 10**6)
KEYS = [
    suite_key(RUN),
    summary_key(RUN),
    records_key(RUN, 0, 0),
    index_key(RUN, 0, 0),
    validation_key(RUN, 0),
    record_scores_key(RUN, 0),
    output_prefix(RUN, 0, 1),
]


@pytest.mark.parametrize("key", KEYS)
def test_everything_of_a_run_lies_below_its_prefix(key: str) -> None:
    assert key.startswith(run_prefix(RUN))


def test_no_two_things_of_a_run_share_a_key() -> None:
    assert all(not one.startswith(other) for one, other in combinations(KEYS, 2))
    assert len(set(KEYS)) == len(KEYS)


def test_a_runs_prefix_ends_so_that_no_other_run_lies_below_it() -> None:
    assert not run_prefix(RUN + "x").startswith(run_prefix(RUN))


def test_the_first_attempts_prefix_does_not_list_the_tenths_files() -> None:
    tenth = output_prefix(RUN, 0, 10) + "job/uuid/output.jsonl"
    assert not tenth.startswith(output_prefix(RUN, 0, 1))


def test_the_first_jobs_prefix_does_not_list_the_tenths_files() -> None:
    assert not output_prefix(RUN, 10, 1).startswith(output_prefix(RUN, 1, 1))


@given(numbers, numbers, numbers, numbers)
def test_every_attempt_at_every_job_has_a_prefix_of_its_own(
    job: int, attempt: int, other_job: int, other_attempt: int
) -> None:
    one, other = output_prefix(RUN, job, attempt), output_prefix(RUN, other_job, other_attempt)
    same = (job, attempt) == (other_job, other_attempt)
    assert one.startswith(other) is same


@pytest.mark.parametrize("key_of", [records_key, index_key])
@given(numbers, numbers, numbers, numbers)
def test_every_part_of_every_evaluation_has_a_key_of_its_own(
    key_of: Callable[[str, int, int], str],
    evaluation: int,
    part: int,
    other_evaluation: int,
    other_part: int,
) -> None:
    one, other = key_of(RUN, evaluation, part), key_of(RUN, other_evaluation, other_part)
    assert (one == other) is ((evaluation, part) == (other_evaluation, other_part))


def test_a_part_lies_where_the_service_may_read_and_its_index_where_it_may_not() -> None:
    assert records_key(RUN, 2, 1) == f"runs/{RUN}/inputs/e2/p1.jsonl"
    assert index_key(RUN, 2, 1) == f"runs/{RUN}/index/e2/p1.jsonl"


@given(numbers, numbers)
def test_what_bedrock_is_given_are_uris_that_it_takes(number: int, attempt: int) -> None:
    assert BEDROCK_URI.fullmatch(s3_uri(BUCKET, output_prefix(RUN, number, attempt)))
    assert BEDROCK_URI.fullmatch(s3_uri(BUCKET, records_key(RUN, number, attempt)))
