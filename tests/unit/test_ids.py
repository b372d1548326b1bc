from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeleval.ids import (
    JobRef,
    client_token,
    job_name,
    milliseconds,
    name_prefix,
    parse_job_name,
    run_id,
)

ARN = "arn:aws:states:us-east-1:111122223333:execution:Run:nightly"
BEDROCK_JOB_NAME = re.compile(r"[a-z0-9](-*[a-z0-9]){0,62}")
BEDROCK_TOKEN = re.compile(r"[a-zA-Z0-9]([-a-zA-Z0-9]{0,254}[a-zA-Z0-9])?")

refs = st.builds(
    JobRef,
    st.builds(run_id, st.text(), st.integers()),
    st.integers(0, 10**6),
    st.integers(0, 10**4),
)


@given(st.text(), st.integers())
def test_a_run_id_is_18_lower_case_characters(arn: str, started: int) -> None:
    assert re.fullmatch("me[a-z2-7]{16}", run_id(arn, started))


def test_a_run_id_is_the_same_on_every_machine() -> None:
    # SHA-256 of the ARN, "@" and the time; the first 10 bytes in base 32.
    assert run_id(ARN, 1_700_000_000_123) == "meyctbgyc2rl3frumw"


def test_an_execution_name_used_again_is_another_run() -> None:
    assert run_id(ARN, 1_700_000_000_123) != run_id(ARN, 1_700_000_000_124)


def test_the_same_execution_name_in_another_stack_is_another_run() -> None:
    other = ARN.replace(":Run:", ":OtherRun:")
    assert run_id(ARN, 1_700_000_000_123) != run_id(other, 1_700_000_000_123)


@given(refs)
def test_a_job_name_is_one_that_bedrock_takes(ref: JobRef) -> None:
    name = job_name(ref)
    assert BEDROCK_JOB_NAME.fullmatch(name)
    assert len(name) <= 63
    assert name.startswith(name_prefix())


@given(refs)
def test_a_job_name_is_read_back_into_its_job(ref: JobRef) -> None:
    assert parse_job_name(job_name(ref)) == ref


@given(st.from_regex(r"me[a-z2-7]{16}-j\d{1,3}-a\d{1,3}\n?", fullmatch=True))
def test_a_name_that_looks_like_ours_is_ours_only_if_we_would_have_written_it(name: str) -> None:
    ref = parse_job_name(name)
    assert ref is None or job_name(ref) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "somebody-elses-job",
        "meabcdefgh234567ab",
        "meabcdefgh234567ab-j0",
        "meabcdefgh234567ab-j0-a1-copy",
        "x-meabcdefgh234567ab-j0-a1",
        "meabcdefgh234567a1-j0-a1",
        "meabcdefgh234567ab-j01-a1",
        "meabcdefgh234567ab-j0-a1\n",
    ],
)
def test_other_names_are_not_ours(name: str) -> None:
    assert parse_job_name(name) is None


@given(st.text())
def test_a_client_token_is_one_that_bedrock_takes(name: str) -> None:
    assert BEDROCK_TOKEN.fullmatch(client_token(name))


@given(refs, refs)
def test_two_jobs_have_two_names_and_two_tokens(one: JobRef, other: JobRef) -> None:
    if one != other:
        assert job_name(one) != job_name(other)
        assert client_token(job_name(one)) != client_token(job_name(other))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22T08:00:00.123Z", 1_795_334_400_123),
        ("2026-11-22T08:00:00Z", 1_795_334_400_000),
        ("2026-11-22T10:00:00.5+02:00", 1_795_334_400_500),
        ("2026-11-22T08:00:00.123456Z", 1_795_334_400_123),
        ("2026-11-22T08:00:00", 1_795_334_400_000),
    ],
)
def test_a_timestamp_is_read_with_zone_and_fraction(text: str, expected: int) -> None:
    assert milliseconds(text) == expected


@given(
    st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2099, 1, 1)),  # noqa: DTZ001
    st.integers(-14 * 60, 14 * 60),
    st.sampled_from(["auto", "seconds", "milliseconds", "microseconds"]),
)
def test_milliseconds_are_those_of_the_instant_whatever_the_zone(
    moment: datetime, offset: int, precision: str
) -> None:
    zoned = moment.replace(tzinfo=timezone(timedelta(minutes=offset)))
    text = zoned.isoformat(timespec=precision)
    written = datetime.fromisoformat(text)
    assert milliseconds(text) == round(written.timestamp() * 1000)
    utc = written.astimezone(UTC).isoformat().replace("+00:00", "Z")
    assert milliseconds(utc) == milliseconds(text)
