from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeleval.errors import SuiteInvalid
from modeleval.workflow.failures import failure_of


def test_a_functions_error_is_its_name_and_message() -> None:
    error = SuiteInvalid("Wrong", where="name", action="Mend it.")
    cause = {"errorMessage": str(error), "errorType": "SuiteInvalid", "stackTrace": ["a"]}
    failure = failure_of({"Error": "SuiteInvalid", "Cause": json.dumps(cause)})
    assert (failure.name, failure.message) == ("SuiteInvalid", "Wrong (name). Mend it.")


def test_the_functions_own_name_for_its_error_counts() -> None:
    cause = json.dumps({"errorMessage": "Task timed out", "errorType": "Sandbox.Timedout"})
    assert failure_of({"Error": "Lambda.Unknown", "Cause": cause}).name == "Sandbox.Timedout"


@pytest.mark.parametrize("cause", ["", "not JSON", '["a"]', "3", '{"other": 1}', '{"errorMess'])
def test_any_other_cause_is_kept_as_it_is(cause: str) -> None:
    failure = failure_of({"Error": "States.Timeout", "Cause": cause})
    assert (failure.name, failure.message) == ("States.Timeout", cause)


@pytest.mark.parametrize("error", [{}, {"Error": None, "Cause": None}, {"Error": ""}])
def test_an_error_without_a_name_is_unknown(error: dict[str, object]) -> None:
    failure = failure_of(error)
    assert (failure.name, failure.message) == ("UnknownError", "")


def test_a_message_stays_below_what_step_functions_takes_as_a_cause() -> None:
    cause = json.dumps({"errorMessage": "a" * 40_000, "errorType": "DatasetInvalid"})
    assert len(failure_of({"Error": "DatasetInvalid", "Cause": cause}).message) == 30_000


@given(st.dictionaries(st.sampled_from(["Error", "Cause", "x"]), st.none() | st.text()))
def test_no_error_output_raises(error: dict[str, object]) -> None:
    assert failure_of(error).name
