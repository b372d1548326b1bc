"""How long a job takes, before any of its like ran: rules of thumb of users, none of them AWS's."""

from __future__ import annotations

import re
from typing import NamedTuple

from modeleval.bedrock.evaluation_jobs import CONCURRENT_JOB_LIMIT
from modeleval.sagemaker.pipelines import CONCURRENT_LIMIT

_MINUTE = 60.0

_SMALL, _LARGE = 10.0, 30.0
"""Billions of parameters between which a model is neither small nor large."""
_SMALL_MINUTES = (25.0, 40.0)
_LARGE_MINUTES = (40.0, 60.0)
_ANY_MINUTES = (25.0, 60.0)

_FEW = 50
"""Records that a Bedrock job is known to take FEW_MINUTES for."""
_FEW_MINUTES = (5.0, 15.0)
_THOUSAND_MINUTES = 60.0

_OWN_SECONDS = (1.0, 120.0)

_SIZE = re.compile(r"(?<![a-z0-9])(?:(?P<experts>\d+)x)?(?P<size>\d+(?:\.\d+)?)b(?![a-z0-9])")


class Duration(NamedTuple):
    """Seconds that one job takes, from and to, and how many of its like run at once.

    `basis` says in a few words what that rests on.
    """

    low: float
    high: float
    at_once: int
    basis: str


def sagemaker_duration(base_model: str, *, with_base: bool) -> Duration:
    """Of a serverless evaluation by the model's size, twice that if its base model is evaluated."""
    size = billions(base_model)
    if size is None:
        (low, high), said = _ANY_MINUTES, "a model of unknown size"
    elif size < _SMALL:
        (low, high), said = _SMALL_MINUTES, f"a model of {size:g}B"
    elif size > _LARGE:
        (low, high), said = _LARGE_MINUTES, f"a model of {size:g}B"
    else:
        (low, high), said = _ANY_MINUTES, f"a model of {size:g}B"
    models = 2 if with_base else 1
    return Duration(
        low * models * _MINUTE,
        high * models * _MINUTE,
        CONCURRENT_LIMIT,
        f"SageMaker takes {low:g} to {high:g} minutes for {said}"
        + (", twice that with its base model" if with_base else ""),
    )


def bedrock_duration(records: int) -> Duration | None:
    """Of an evaluation job: 5 to 15 minutes for 50 records, an hour or more for a thousand.

    Beyond 50 records the slower end grows with them. None if it is not known how many there are.
    """
    if records <= 0:
        return None
    low = max(_FEW_MINUTES[0], _THOUSAND_MINUTES * records / 1000)
    high = max(_FEW_MINUTES[1], _FEW_MINUTES[1] * records / _FEW)
    return Duration(
        low * _MINUTE,
        high * _MINUTE,
        CONCURRENT_JOB_LIMIT,
        "Bedrock takes 5 to 15 minutes for 50 records and an hour or more for a thousand",
    )


def own_duration() -> Duration:
    """Of metrics that modeleval computes itself, within a function's time."""
    return Duration(
        *_OWN_SECONDS, CONCURRENT_JOB_LIMIT, "metrics are computed in seconds or minutes"
    )


def billions(model: str) -> float | None:
    """A model's parameters by its name, such as 32 of `deepseek-llm-r1-distill-qwen-32b`.

    Of a mixture (`8x7b`) those of all experts together.
    """
    found = list(_SIZE.finditer(model.lower()))
    if not found:
        return None
    largest = max(found, key=lambda one: float(one["size"]))
    return float(largest["size"]) * int(largest["experts"] or 1)
