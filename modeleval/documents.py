"""What every document that a user writes has in common.

Documents are camelCase, Python is snake_case, and this module is the one bridge between them.
Unknown fields are errors: a field that is silently ignored is a setting that silently does nothing.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
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
}
"""pydantic's most frequent words, in ours; the others are good enough."""


def field_path(location: tuple[int | str, ...]) -> str:
    """`("evaluations", 0, "judge")` as a person writes it: `evaluations[0].judge`."""
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    return path


def closest(name: str, known: Iterator[str] | list[str]) -> str | None:
    """The known name that a near miss most likely meant, compared without case."""
    by_lower = {candidate.lower(): candidate for candidate in known}
    matches = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[matches[0]] if matches else None


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
    found = error.errors(include_url=False)
    return [
        _problem(detail, model, at, later or {}) for detail in found if not _follows(detail, found)
    ]


def _follows(detail: ErrorDetails, found: list[ErrorDetails]) -> bool:
    """Whether a list is too short only because an entry of it, which has its problem, is wrong."""
    at = detail["loc"]
    inner = (one["loc"] for one in found if len(one["loc"]) > len(at))
    return detail["type"] == "too_short" and any(one[: len(at)] == at for one in inner)


def _problem(
    detail: ErrorDetails,
    model: type[BaseModel],
    at: tuple[int | str, ...],
    later: Mapping[str, str],
) -> str:
    location = tuple(detail["loc"])
    where = field_path(at + location) or "the document"
    if detail["type"] != "extra_forbidden":
        said = _SAID.get(detail["type"]) or detail["msg"].removeprefix("Value error, ")
        return f"{where}: {said}"
    name = str(location[-1])
    if name in later:
        return f"{where}: not built yet; {later[name]}"
    known = list(_aliases(model, location[:-1]))
    near = closest(name, known)
    hint = f"did you mean {near!r}?" if near else f"known fields: {', '.join(known)}"
    return f"{where}: unknown field; {hint}"


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
