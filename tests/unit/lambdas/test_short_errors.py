"""Errors as Step Functions can carry them."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from lambdas.short_errors import LONGEST_MESSAGE, short_errors
from modeleval.errors import DatasetInvalid, ServiceRefused

CAUSE_LIMIT = 32_768


def raised(error: Exception) -> Exception:
    with pytest.raises(type(error)) as caught, short_errors():
        raise error
    return caught.value


def refused(code: str, message: str) -> ServiceRefused:
    error = ClientError({"Error": {"Code": code, "Message": message}}, "PutItem")
    with pytest.raises(ServiceRefused) as caught, short_errors():
        raise error
    return caught.value


def test_a_refusal_of_aws_has_a_name_of_ours_and_tells_operation_and_code() -> None:
    error = refused("AccessDeniedException", "with an explicit deny in a policy")
    assert str(error) == (
        "PutItem was refused: AccessDeniedException: with an explicit deny in a policy. "
        "See docs/troubleshooting.md."
    )


def test_a_refusal_of_aws_is_told_without_the_values_it_quotes() -> None:
    error = refused("ValidationException", "Value 'my own words' at 'prompt' failed")
    assert "my own words" not in str(error)
    assert error.__cause__ is None
    assert error.__suppress_context__


def test_a_short_error_is_raised_as_it_is() -> None:
    error = DatasetInvalid("Line 3 is wrong", where="a.jsonl", action="Mend it.")
    assert raised(error) is error
    assert str(error) == "Line 3 is wrong (a.jsonl). Mend it."


@pytest.mark.parametrize(("what", "action"), [(60_000, 10), (10, 60_000), (60_000, 60_000)])
def test_a_long_error_keeps_its_name_and_its_beginning(what: int, action: int) -> None:
    error = raised(DatasetInvalid("w" * what, where="a.jsonl", action="a" * action))
    assert type(error) is DatasetInvalid
    assert len(str(error)) <= LONGEST_MESSAGE
    assert str(error).startswith("wwwww")
    assert "(a.jsonl)" in str(error)
    assert str(error).endswith("(cut; see the run's files)")


def test_fifty_problems_of_a_dataset_arrive_whole_as_a_cause() -> None:
    problems = "\n".join(f"line {n}: modelResponses: {'x' * 300}" for n in range(50))
    error = raised(DatasetInvalid(problems, action="Mend it."))
    assert problems in str(error)
    cause = json.dumps({"errorMessage": str(error), "errorType": "DatasetInvalid"})
    assert len(cause) < CAUSE_LIMIT


def test_any_other_error_is_passed_on() -> None:
    error = ZeroDivisionError("x")
    assert raised(error) is error


def test_without_an_error_nothing_happens() -> None:
    with short_errors():
        answer = 3
    assert answer == 3
