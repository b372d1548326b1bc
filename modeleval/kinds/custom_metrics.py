"""Custom metrics: a judge's own instructions and rating scale, held to every documented limit.

Source: AWS user guide, "Create a prompt for a custom metric" (prompt formats for custom metrics),
and the service model (shapes CustomMetricDefinition, RatingScaleItem).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field, StringConstraints, field_validator, model_validator

from modeleval.digests import text_digest
from modeleval.documents import Document, formed
from modeleval.scores.custom import Level, custom_metric
from modeleval.scores.metrics import JUDGE_METRICS, Direction, Metric
from modeleval.scores.names import BUILTIN_PREFIX

MAX_CUSTOM_METRICS = 10
LONG_INSTRUCTIONS = 500
"""Words; more fit, and leave the judge less room for prompt and response."""

_WRAPPER = "customMetricDefinition"
_DEFINITION_WORDS = 5
_LABEL_CHARACTERS = 60
_VARIABLES = ("prompt", "prediction", "ground_truth")
_VARIABLE = re.compile(r"\{\{([^{}]*)\}\}")
_OTHER_TEMPLATE = re.compile(r"(?<!\{)\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}(?!\})")
_CLOSING = re.compile(r"(?:\s|[^\w\s]|</[A-Za-z_]+>)*")


class RatingValue(Document):
    """One kind of value, as Bedrock's API has it."""

    float_value: Annotated[float, Field(allow_inf_nan=False)] | None = None
    string_value: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> RatingValue:
        if (self.float_value is None) == (self.string_value is None):
            raise ValueError("a value is either floatValue or stringValue")
        return self

    @property
    def value(self) -> float | str:
        return self.string_value if self.float_value is None else self.float_value  # type: ignore[return-value]


class RatingLevel(Document):
    """One level of a rating scale."""

    definition: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    value: RatingValue

    @field_validator("definition")
    @classmethod
    def _few_words(cls, definition: str) -> str:
        if len(definition.split()) > _DEFINITION_WORDS:
            raise ValueError(
                f"a definition has at most {_DEFINITION_WORDS} words; explain it in instructions"
            )
        return definition


class CustomMetric(Document):
    """A custom metric of a suite. `direction` and `categories` are modeleval's own."""

    name: Annotated[
        str,
        formed(
            r"[0-9a-zA-Z._-]{1,63}", "write 1 to 63 letters, digits, dots, underscores and hyphens"
        ),
    ]
    instructions: Annotated[str, StringConstraints(min_length=1, max_length=5000)]
    rating_scale: Annotated[tuple[RatingLevel, ...], Field(min_length=2, max_length=10)]
    direction: Direction = Direction.HIGHER
    categories: Annotated[tuple[str, ...], Field(min_length=1)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _as_the_console_has_it(cls, given: Any) -> Any:
        """Bare or wrapped in customMetricDefinition; `name` (API) or `metricName` (console)."""
        if not isinstance(given, Mapping):
            return given
        inner = given.get(_WRAPPER, given)
        if not isinstance(inner, Mapping):
            return given
        beside = {name: value for name, value in given.items() if name != _WRAPPER}
        fields = {**beside, **inner}
        if "prompt_template" in fields or "promptTemplate" in fields:
            raise ValueError(
                "prompt_template is another product's; Bedrock's form is "
                '{"name": ..., "instructions": "... {{prompt}} ... {{prediction}}", '
                '"ratingScale": [{"definition": "Good", "value": {"floatValue": 1}}, ...]}'
            )
        if "metricName" in fields and "name" not in fields:
            fields["name"] = fields.pop("metricName")
        return fields

    @field_validator("name")
    @classmethod
    def _not_a_built_in(cls, name: str) -> str:
        if name.lower().startswith(BUILTIN_PREFIX.lower()):
            raise ValueError(f"names that begin with {BUILTIN_PREFIX} are Bedrock's own")
        if name.lower() in {known.lower() for known in JUDGE_METRICS}:
            raise ValueError("a built-in metric has this name; choose another")
        return name

    @field_validator("instructions")
    @classmethod
    def _variables(cls, instructions: str) -> str:
        check_variables(instructions)
        return instructions

    @field_validator("rating_scale")
    @classmethod
    def _one_kind_of_value(cls, scale: tuple[RatingLevel, ...]) -> tuple[RatingLevel, ...]:
        kinds = {type(level.value.value) for level in scale}
        if len(kinds) > 1:
            raise ValueError("the values are all floatValue or all stringValue")
        for what, seen in (
            ("definition", [level.definition for level in scale]),
            ("value", [level.value.value for level in scale]),
        ):
            if len(set(seen)) < len(seen):
                raise ValueError(f"two levels have the same {what}")
        return scale

    @property
    def metric(self) -> Metric:
        levels = [Level(level.definition, level.value.value) for level in self.rating_scale]
        return custom_metric(self.name, levels, direction=self.direction)

    @property
    def levels(self) -> tuple[float | str, ...]:
        """The values of the scale, N/A levels included."""
        return tuple(level.value.value for level in self.rating_scale)

    @property
    def uses_reference(self) -> bool:
        return "ground_truth" in _VARIABLE.findall(self.instructions)

    def to_api(self) -> dict[str, Any]:
        """The definition as CreateEvaluationJob takes it: with `name`, and nothing of ours."""
        return {
            _WRAPPER: {
                "name": self.name,
                "instructions": self.instructions,
                "ratingScale": [level.to_document() for level in self.rating_scale],
            }
        }


def judged_definition(judge: str, metric: Metric, custom: Sequence[CustomMetric]) -> str:
    """A digest of what a judge's scores of a metric depend on: judge, instructions and scale."""
    own = next((one.to_document() for one in custom if one.name == metric.name), None)
    instructions = json.dumps(own, sort_keys=True) if own else "built-in"
    return text_digest(judge, metric.name, metric.direction.value, instructions)


def _shown(variable: str) -> str:
    """A variable's name, unless what stands between the braces is no name: then it is content."""
    return f" {{{{{variable}}}}}" if re.fullmatch(r"[A-Za-z0-9_.]{1,40}", variable) else ""


def check_variables(
    instructions: str,
    known: Sequence[str] = _VARIABLES,
    one_of: Sequence[str] = ("prompt", "prediction"),
) -> None:
    """Raise ValueError unless all variables are `known`, `one_of` is there, and they come last."""
    names = _VARIABLE.findall(instructions)
    other = _OTHER_TEMPLATE.search(instructions)
    listed = [f"{{{{{name}}}}}" for name in known]
    if other and not names:
        raise ValueError(
            f"{{{other[1]}}} is another product's template; Bedrock's variables are "
            f"{', '.join(listed[:-1])} and {listed[-1]}, in two braces"
        )
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise ValueError(
            f"unknown variable{_shown(unknown[0])}; there are "
            f"{', '.join(listed[:-1])} and {listed[-1]}, without blanks"
        )
    if not set(one_of) & set(names):
        wanted = " or ".join(f"{{{{{name}}}}}" for name in one_of)
        raise ValueError(f"at least {wanted} must stand in the instructions")
    pieces = _VARIABLE.split(instructions)[::2][1:]
    if not _CLOSING.fullmatch(pieces[-1]) or any(
        len(piece.strip()) > _LABEL_CHARACTERS for piece in pieces
    ):
        raise ValueError(
            "the variables come last: first what to judge and how, then nothing but "
            '"Prompt: {{prompt}}" and the like'
        )


def long_instructions(metrics: tuple[CustomMetric, ...]) -> list[str]:
    """A warning per metric whose instructions are long."""
    return [
        f"The instructions of {metric.name} have {words} words; over {LONG_INSTRUCTIONS} leave the "
        "judge little room for prompt and response"
        for metric in metrics
        if (words := len(metric.instructions.split())) > LONG_INSTRUCTIONS
    ]
