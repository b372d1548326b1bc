"""Whose responses are judged: exactly one source, and what may go with a model."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from unit_documents import JUDGE, evaluation, suite

from modeleval.errors import SuiteInvalid
from modeleval.kinds.judge_responses import Candidate, Responses
from modeleval.suite.document import parse_suite

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def live(**fields: Any) -> Responses:
    return Responses.model_validate({"model": JUDGE, **fields})


def refusal(responses: object) -> str:
    with pytest.raises(SuiteInvalid) as caught:
        parse_suite(suite(evaluations=[evaluation(responses=responses)]), source="s")
    return str(caught.value)


def test_the_subject_is_the_identifier_or_the_model() -> None:
    assert Responses.model_validate({"precomputed": "bot"}).subject == "bot"
    assert live().subject == JUDGE


@pytest.mark.parametrize("responses", [{}, {"precomputed": "bot", "model": JUDGE}])
def test_there_is_exactly_one_source(responses: dict[str, Any]) -> None:
    assert "responses: name either precomputed or model" in refusal(responses)


@pytest.mark.parametrize("given", [{"inferenceParams": {"maxTokens": 1}}, {"latency": "standard"}])
def test_what_belongs_to_a_model_does_not_go_with_precomputed_responses(
    given: dict[str, Any],
) -> None:
    message = refusal({"precomputed": "bot"} | given)
    assert "inferenceParams and latency go with model, not with precomputed" in message


@pytest.mark.parametrize(
    "model",
    [
        "nova",
        "arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-lite-v1:0/abcdefghijkl",
        "gpt-4o",
    ],
)
def test_a_model_is_one_that_an_evaluation_job_takes(model: str) -> None:
    message = refusal({"model": model})
    assert "responses.model: not an identifier that an evaluation job takes" in message
    assert "a custom model is named by its provisioned model's ARN" in message
    assert model not in message


@pytest.mark.parametrize("latency", ["fast", "", 3])
def test_latency_is_one_of_two(latency: object) -> None:
    assert "responses.latency: " in refusal({"model": JUDGE, "latency": latency})


def test_parameters_have_at_most_1023_characters_as_json() -> None:
    shell = len(json.dumps({"a": ""}, separators=(",", ":")))
    assert len(live(inferenceParams={"a": "x" * (1023 - shell)}).params_text) == 1023
    message = refusal({"model": JUDGE, "inferenceParams": {"a": "x" * (1024 - shell)}})
    assert "inferenceParams: at most 1023 characters as JSON" in message


@pytest.mark.parametrize("value", [float("nan"), float("inf"), date(2026, 11, 22), [date.max]])
def test_parameters_that_are_not_json_are_refused(value: object) -> None:
    message = refusal({"model": JUDGE, "inferenceParams": {"temperature": value}})
    assert "responses.inferenceParams: not JSON, as the API takes them" in message


@given(st.dictionaries(st.text(max_size=5), json_values, max_size=5))
def test_parameters_arrive_as_they_were_written(params: dict[str, Any]) -> None:
    assert json.loads(live(inferenceParams=params).params_text) == params


@pytest.mark.parametrize(
    "params",
    [
        {"maxTokens": 256},
        {"max_tokens": 256},
        {"max_new_tokens": 256},
        {"max_gen_len": 256},
        {"inferenceConfig": {"maxTokens": 256}},
        {"textGenerationConfig": {"maxTokenCount": 256}},
    ],
)
def test_the_limit_of_an_answer_is_found_wherever_the_model_keeps_it(
    params: dict[str, Any],
) -> None:
    assert live(inferenceParams=params).max_tokens == 256


@pytest.mark.parametrize(
    "params", [{}, {"maxTokens": 0}, {"maxTokens": -1}, {"maxTokens": "256"}, {"temperature": 1}]
)
def test_what_is_no_limit_is_none(params: dict[str, Any]) -> None:
    assert live(inferenceParams=params).max_tokens is None


@pytest.mark.parametrize("name", ["previous", "approved", "run", "base-model", "none"])
@pytest.mark.parametrize("labelled", [True, False])
def test_a_candidate_is_not_called_as_a_baseline_is(name: str, *, labelled: bool) -> None:
    """Else its comparison would be taken for the baseline's, and left out."""
    called = {"precomputed": "bot", "label": name} if labelled else {"precomputed": name}
    with pytest.raises(ValidationError, match="are what baselines are called; choose another"):
        Candidate.model_validate({**called, "dataset": "d.jsonl"})
