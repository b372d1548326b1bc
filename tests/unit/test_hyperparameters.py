from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeleval.errors import SuiteInvalid
from modeleval.sagemaker.hyperparameters import hyperparameters
from modeleval.sagemaker.recipes import ParameterSpec

FIELD = "evaluations[0].hyperparameters"
SPECS = {
    "max_new_tokens": ParameterSpec(8192, "integer", 1, 16384),
    "temperature": ParameterSpec(0, "float", 0, 2),
    "top_k": ParameterSpec(-1, "integer", -1),
    "top_p": ParameterSpec(1.0, "float", 0.0, 1.0),
    "max_model_len": ParameterSpec(12000, "integer"),
    "aggregation": ParameterSpec("mean", "string", choices=("mean", "min", "max")),
    "postprocessing": ParameterSpec(False, "boolean"),
}


def refusal(asked: dict[str, Any], specs: dict[str, ParameterSpec] = SPECS) -> str:
    with pytest.raises(SuiteInvalid) as caught:
        hyperparameters(specs, asked, field=FIELD)
    return str(caught.value)


def test_the_defaults_are_those_of_the_hub_as_the_sdk_writes_them() -> None:
    found = hyperparameters(SPECS, {}, field=FIELD)
    assert list(found.items()) == [
        ("max_new_tokens", "8192"),
        ("temperature", "0"),
        ("top_k", "-1"),
        ("top_p", "1.0"),
        ("max_model_len", "12000"),
        ("aggregation", "mean"),
        ("postprocessing", "False"),
    ]


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("max_new_tokens", 1, "1"),
        ("max_new_tokens", 16384, "16384"),
        ("temperature", 0.7, "0.7"),
        ("temperature", 2, "2"),
        ("top_p", 1, "1"),
        ("aggregation", "max", "max"),
        ("postprocessing", True, "True"),
    ],
)
def test_what_the_suite_asks_for_wins(name: str, value: object, text: str) -> None:
    found = hyperparameters(SPECS, {name: value}, field=FIELD)
    assert found == hyperparameters(SPECS, {}, field=FIELD) | {name: text}
    assert list(found) == list(SPECS)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("max_new_tokens", 0, "must be at least 1"),
        ("max_new_tokens", 16385, "must be at most 16384"),
        ("max_new_tokens", 1.0, "write a whole number"),
        ("max_new_tokens", True, "write a whole number"),
        ("max_new_tokens", "8192", "write a whole number"),
        ("max_new_tokens", None, "write a whole number"),
        ("temperature", 2.1, "must be at most 2"),
        ("temperature", math.nan, "write a number"),
        ("top_p", math.inf, "write a number"),
        ("top_p", -0.1, "must be at least 0.0"),
        ("temperature", [1], "write a number"),
        ("aggregation", "median", "must be one of mean, min, max"),
        ("aggregation", 1, "write a text"),
        ("postprocessing", "False", "write true or false"),
    ],
)
def test_what_the_hub_does_not_allow_is_refused(name: str, value: object, said: str) -> None:
    assert f"{FIELD}.{name}: {said}" in refusal({name: value})


@pytest.mark.parametrize(
    ("name", "near"),
    [("maxNewTokens", "max_new_tokens"), ("Temperature", "temperature"), ("topp", "top_p")],
)
def test_an_unknown_name_is_answered_with_the_closest(name: str, near: str) -> None:
    assert f"{FIELD}.{name}: unknown hyperparameter; did you mean '{near}'?" in refusal({name: 1})


def test_a_name_like_no_other_is_answered_with_all() -> None:
    assert "this model's are: max_new_tokens, temperature" in refusal({"zzz": 1})
    assert "this model's are: none" in refusal({"zzz": 1}, {})


def test_all_problems_are_listed() -> None:
    said = refusal({"zzz": 1, "top_p": 2, "temperature": "hot"})
    assert "have 3 problems" in said
    assert said.count(f"  {FIELD}.") == 3
    assert "hot" not in said


def test_a_parameter_without_default_is_left_out_or_required() -> None:
    assert hyperparameters({"top_k": ParameterSpec(None)}, {}, field=FIELD) == {}
    required = {"top_k": ParameterSpec(None, "integer", required=True)}
    assert f"{FIELD}.top_k: missing" in refusal({}, required)
    assert hyperparameters(required, {"top_k": 3}, field=FIELD) == {"top_k": "3"}


@pytest.mark.parametrize(("value", "right"), [(1, True), ("x", True), (False, True), ({}, False)])
def test_a_parameter_of_unknown_type_takes_what_can_be_a_text(value: object, right: bool) -> None:
    specs = {"top_k": ParameterSpec(0, "mystery")}
    if right:
        assert hyperparameters(specs, {"top_k": value}, field=FIELD) == {"top_k": str(value)}
    else:
        assert "write a number or a text" in refusal({"top_k": value}, specs)


def test_a_text_may_not_be_longer_than_a_job_takes() -> None:
    specs = {"aggregation": ParameterSpec("", "string")}
    assert "at most 2500 characters" in refusal({"aggregation": "x" * 2501}, specs)


@given(st.integers(), st.integers(), st.integers())
def test_a_value_is_taken_exactly_if_it_is_in_the_range(low: int, high: int, value: int) -> None:
    specs = {"n": ParameterSpec(0, "integer", low, high)}
    try:
        found = hyperparameters(specs, {"n": value}, field=FIELD)
    except SuiteInvalid:
        assert not low <= value <= high
    else:
        assert low <= value <= high
        assert found == {"n": str(value)}
