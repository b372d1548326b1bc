from __future__ import annotations

import math
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from hypothesis import given
from hypothesis import strategies as st
from unit_fakes import job, run

from modeleval.store.items import (
    EvaluationFacts,
    Failure,
    Job,
    JobStatus,
    Run,
    RunStatus,
    Score,
    to_dynamodb,
)

# DynamoDB's numbers: 1E-130 to 9.99E+125, and as many digits as any float needs.
numbers = st.floats(allow_nan=False, allow_infinity=False).filter(
    lambda number: number == 0 or 1e-130 <= abs(number) < 1e125
)
counts = st.integers(0, 10**9)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


def through_dynamodb(item: Any) -> Any:
    return TypeDeserializer().deserialize(TypeSerializer().serialize(item))


@given(values)
def test_what_was_stored_is_read_again(value: object) -> None:
    assert through_dynamodb(to_dynamodb(value)) == value


@given(numbers)
def test_a_float_is_stored_to_its_last_digit(number: float) -> None:
    stored = through_dynamodb(to_dynamodb(number))
    assert isinstance(stored, Decimal)
    assert float(stored) == number


def test_enums_are_stored_as_their_text_and_tuples_as_lists() -> None:
    stored = to_dynamodb({"status": JobStatus.RUNNING, "jobs": (1, 2)})
    assert stored == {"status": "running", "jobs": [1, 2]}
    assert type(stored["status"]) is str


def test_what_is_no_number_cannot_be_stored() -> None:
    with pytest.raises(TypeError):
        through_dynamodb(to_dynamodb(math.nan))


RUNS = [
    run(),
    run(
        status=RunStatus.PARTIAL,
        phase="publish",
        tags={"team": "search"},
        evaluations=(
            EvaluationFacts(name="a", kind="k", subject="s", jobs=(0, 1), warnings=("w",)),
        ),
        estimate={"usd": "1.25", "evaluations": [{"records": 3}]},
        max_usd=Decimal("2.5"),
        error=Failure(name="X", message="y"),
        low_scores=0,
        published=True,
    ),
]
JOBS = [
    job(),
    job(
        7,
        spec={"judge": "j", "metrics": ["Correctness"], "cluster": None},
        attempt=3,
        status=JobStatus.FAILED,
        warnings=("w",),
        error=Failure(name="X", message="y"),
    ),
]


@pytest.mark.parametrize("item", [*RUNS, *JOBS])
def test_an_item_is_read_as_it_was_written(item: Run | Job) -> None:
    assert type(item).from_item(through_dynamodb(item.to_item())) == item


@given(
    st.builds(
        Score,
        category=st.none() | st.text(),
        mean=st.none() | st.decimals(0, 1, places=4),
        value_counts=st.none() | st.dictionaries(st.text(), counts),
        string_counts=st.none() | st.dictionaries(st.text(), counts),
        minimum=st.none() | st.decimals(0, 1, places=4),
        maximum=st.none() | st.decimals(0, 1, places=4),
        sample=st.none() | counts,
        n=counts,
        unscored=counts,
        notApplicable=counts,
    )
)
def test_a_score_is_read_as_it_was_written(score: Score) -> None:
    assert Score.from_item(through_dynamodb(score.to_item())) == score


def test_what_is_unset_is_not_stored() -> None:
    assert None not in run().to_item().values()
    assert "error" not in job().to_item()


def test_the_stores_own_attributes_do_not_disturb_an_item() -> None:
    stored = run().to_item() | {"pk": "RUN#x", "sk": "RUN", "openPk": "OPEN"}
    assert Run.from_item(stored) == run()


@pytest.mark.parametrize(
    ("status", "ended"),
    [
        (status, status in (JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.STOPPED))
        for status in JobStatus
    ],
)
def test_a_job_has_ended_in_three_states_only(status: JobStatus, *, ended: bool) -> None:
    assert status.ended is ended


@pytest.mark.parametrize("enum", [RunStatus, JobStatus])
def test_a_status_is_one_lower_case_word(enum: type[StrEnum]) -> None:
    assert all(member.value == member.name.lower() for member in enum)
