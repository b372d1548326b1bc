"""The hyperparameters of an evaluation: the hub's defaults, the suite's wishes, as texts.

Types and ranges are the hub's own. Texts are Python's `str` of the value, as the SageMaker Python
SDK sends them: 8192 is "8192", 0 is "0", 1.0 is "1.0", false is "False".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from modeleval.documents import closest
from modeleval.errors import SuiteInvalid
from modeleval.sagemaker.recipes import ParameterSpec

LONGEST_VALUE = 2500
"""Characters of a training job's hyperparameter (CreateTrainingJob)."""


def hyperparameters(
    specs: Mapping[str, ParameterSpec], asked: Mapping[str, Any], *, field: str
) -> dict[str, str]:
    """The hyperparameters to send, in the order of `specs`.

    `asked` is what the suite says under `field`. Raises SuiteInvalid with every problem: unknown
    names (and the closest known one), wrong types, values out of range.
    """
    problems = [
        f"{field}.{name}: {problem}"
        for name, value in asked.items()
        if (problem := _unknown(name, specs) or next(_wrong(value, specs[name]), None))
    ]
    problems += [
        f"{field}.{name}: missing; this model has no default for it"
        for name, spec in specs.items()
        if spec.required and spec.default is None and name not in asked
    ]
    if problems:
        count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
        raise SuiteInvalid(
            f"The hyperparameters have {count}:\n  " + "\n  ".join(problems) + "\n",
            where=field,
            action="The ranges are those of the base model's evaluation recipe in SageMaker's hub.",
        )
    values = {name: asked.get(name, spec.default) for name, spec in specs.items()}
    return {name: str(value) for name, value in values.items() if value is not None}


def _unknown(name: str, specs: Mapping[str, ParameterSpec]) -> str | None:
    if name in specs:
        return None
    near = closest(name, list(specs))
    if near:
        return f"unknown hyperparameter; did you mean {near!r}?"
    known = ", ".join(specs) or "none"
    return f"unknown hyperparameter; this model's are: {known}"


def _wrong(value: object, spec: ParameterSpec) -> Iterator[str]:
    """What is wrong with a value; never the value itself, which a file may have held."""
    right, said = _KINDS.get(spec.kind or "", (_is_plain, "write a number or a text"))
    if not right(value):
        yield said
        return
    if isinstance(value, int | float) and not isinstance(value, bool):
        if spec.minimum is not None and value < spec.minimum:
            yield f"must be at least {spec.minimum}"
        if spec.maximum is not None and value > spec.maximum:
            yield f"must be at most {spec.maximum}"
    if spec.choices and value not in spec.choices:
        yield f"must be one of {', '.join(map(str, spec.choices))}"
    if len(str(value)) > LONGEST_VALUE:
        yield f"must have at most {LONGEST_VALUE} characters"


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return _is_integer(value) or (isinstance(value, float) and math.isfinite(value))


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_switch(value: object) -> bool:
    return isinstance(value, bool)


def _is_plain(value: object) -> bool:
    return _is_number(value) or _is_text(value) or _is_switch(value)


_KINDS: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "integer": (_is_integer, "write a whole number"),
    "float": (_is_number, "write a number"),
    "number": (_is_number, "write a number"),
    "string": (_is_text, "write a text"),
    "boolean": (_is_switch, "write true or false"),
}
