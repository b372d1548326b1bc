"""What every document that a user writes has in common.

Documents are camelCase, Python is snake_case, and this module is the one bridge between them.
Unknown fields are errors: a field that is silently ignored is a setting that silently does nothing.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails


class Document(BaseModel):
    """Base of all documents: camelCase outside, immutable, no unknown fields."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_alias=True,
        validate_by_name=False,
        serialize_by_alias=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        # A function uses a few of the documents that it imports: each is built when first used.
        defer_build=True,
    )

    def to_document(self) -> dict[str, Any]:
        """The document again: JSON-able, camelCase, without fields that are unset."""
        return self.model_dump(mode="json", exclude_none=True)


_SAID = {
    "missing": "missing",
    "tuple_type": "write a list, such as [a, b]",
    "list_type": "write a list, such as [a, b]",
    "dict_type": "write an object with fields",
    "model_type": "write an object with fields",
    "model_attributes_type": "write an object with fields",
    "string_type": "write a text",
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
    "int_type": "write a whole number",
    "int_parsing": "write a whole number",
    "float_type": "write a number",
    "float_parsing": "write a number",
    "decimal_type": "write a number",
    "decimal_parsing": "write a number",
    "decimal_max_places": "must have at most {decimal_places} decimal places",
    "int_from_float": "write a whole number",
    "finite_number": "write a finite number",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "string_too_short": "must have {min_length} or more characters",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "must match {pattern}",
    "too_short": "must have {min_length} or more entries",
    "too_long": "must have at most {max_length} entries",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
}
"""pydantic's most frequent words, in ours; the others are good enough."""


def formed(pattern: str, words: str) -> AfterValidator:
    """A text of a form; any other is answered with words that say what to write."""
    compiled = re.compile(pattern)

    def check(text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError(words)
        return text

    return AfterValidator(check)


Usd = Annotated[Decimal, Field(gt=0, le=1_000_000_000, decimal_places=20)]
"""An amount that DynamoDB can keep (38 digits), whatever number a document writes."""

_CLOSE = 5


def field_path(location: tuple[int | str, ...]) -> str:
    """`("evaluations", 0, "judge")` as a person writes it: `evaluations[0].judge`."""
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    return path


def plain_number(number: Decimal) -> int | float:
    """A Decimal as JSON has it: an int where it is whole."""
    return int(number) if number == number.to_integral_value() else float(number)


def closest(name: str, known: Iterator[str] | list[str]) -> str | None:
    """The known name that a near miss most likely meant, compared without case.

    Of several, one of the same letters: they were written in another order.
    """
    asked = name.lower()
    by_lower = {candidate.lower(): candidate for candidate in known}
    matches = difflib.get_close_matches(asked, by_lower, n=_CLOSE, cutoff=0.6)
    twisted = [match for match in matches if sorted(match) == sorted(asked)]
    return by_lower[(twisted or matches)[0]] if matches else None


def problems(
    error: ValidationError,
    model: type[BaseModel],
    *,
    at: tuple[int | str, ...] = (),
    later: Mapping[str, str] | None = None,
) -> list[str]:
    """One line per problem: field, what is wrong, what to do; never the value that was given.

    `at` is where the document stands in a larger one. `later` names fields that are planned and
    not built, with what to do until they are.
    """
    details = error.errors(include_url=False)
    told = [detail for detail in details if not _follows(detail, details)]
    return [_problem(detail, model, at, later or {}) for detail in told]


def _follows(detail: ErrorDetails, others: list[ErrorDetails]) -> bool:
    """Whether a list is too short only because pydantic counts no entry that is wrong."""
    place = detail["loc"]
    return detail["type"] == "too_short" and any(
        len(other["loc"]) > len(place) and other["loc"][: len(place)] == place for other in others
    )


def _problem(
    detail: ErrorDetails,
    model: type[BaseModel],
    at: tuple[int | str, ...],
    later: Mapping[str, str],
) -> str:
    location = tuple(detail["loc"])
    where = field_path(at + location) or "the document"
    if detail["type"] != "extra_forbidden":
        return f"{where}: {_said(detail)}"
    name = str(location[-1])
    if name in later:
        return f"{where}: not built yet; {later[name]}"
    known = list(_aliases(model, location[:-1]))
    near = closest(name, known)
    hint = f"did you mean {near!r}?" if near else f"known fields: {', '.join(known)}"
    return f"{where}: unknown field; {hint}"


def _said(detail: ErrorDetails) -> str:
    context = detail.get("ctx", {})
    if detail["type"] == "string_too_short" and context["min_length"] == 1:
        return "is empty; write a text"
    said = _SAID.get(detail["type"])
    return said.format(**context) if said else detail["msg"].removeprefix("Value error, ")


def _aliases(model: type[BaseModel], location: tuple[int | str, ...]) -> Iterator[str]:
    """The field names of the (nested) model that a location points into."""
    for part in location:
        if isinstance(part, int):
            continue
        field = next((f for f in model.model_fields.values() if f.alias == part), None)
        nested = _model_in(field.annotation) if field else None
        if nested is None:
            break
        model = nested
    for name, field in model.model_fields.items():
        yield field.alias or name


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model inside `X`, `X | None`, `tuple[X, ...]` and the like."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _model_in(argument)
        if found is not None:
            return found
    return None
