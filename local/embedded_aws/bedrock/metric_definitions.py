"""Custom metrics: what the user guide asks of a definition ("Create a prompt for a custom metric").

The service model checks lengths, counts and unions. Whether the service itself refuses the rest at
creation is not known; the stand-in does.
"""

from __future__ import annotations

import re
from typing import Any

from embedded_aws.errors import ServiceError, invalid
from embedded_aws.judging.scales import PREFIX

VARIABLES = ("prompt", "prediction", "ground_truth")
NEEDED = ("prompt", "prediction")
_VARIABLE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_WORDS = 5


def check(
    definitions: list[dict[str, Any]],
    variables: tuple[str, ...] = VARIABLES,
    needed: tuple[str, ...] = NEEDED,
) -> None:
    """Raise ValidationException on the first unsound definition, by its place.

    Instructions may have ``variables``, and must have one of those ``needed``.
    """
    names = [definition["name"] for definition in definitions]
    if len(set(names)) != len(names):
        raise invalid("The names of custom metrics must be unique.")
    for place, definition in enumerate(definitions, start=1):
        if definition["name"].startswith(PREFIX):
            raise _unsound(place, f"the name must not start with {PREFIX}")
        _check_instructions(place, definition["instructions"], variables, needed)
        _check_scale(place, definition.get("ratingScale", []))


def _check_instructions(
    place: int, text: str, variables: tuple[str, ...], needed: tuple[str, ...]
) -> None:
    found = set(_VARIABLE.findall(text))
    if not found <= set(variables):
        allowed = ", ".join(f"{{{{{name}}}}}" for name in variables)
        raise _unsound(place, f"the instructions have an unknown variable; there are {allowed}")
    if not found & set(needed):
        wanted = " or ".join(f"{{{{{name}}}}}" for name in needed)
        raise _unsound(place, f"the instructions need {wanted}")


def _check_scale(place: int, levels: list[dict[str, Any]]) -> None:
    kinds = {kind for level in levels for kind in level["value"]}
    if len(kinds) > 1:
        raise _unsound(place, "the values of the rating scale must be of one kind")
    if any(len(level["definition"].split()) > _WORDS for level in levels):
        raise _unsound(place, f"a definition in the rating scale has more than {_WORDS} words")
    for what in ("definition", "value"):
        told = [str(level[what]) for level in levels]
        if len(set(told)) != len(told):
            raise _unsound(place, f"the rating scale has the same {what} twice")


def _unsound(place: int, reason: str) -> ServiceError:
    return invalid(f"Custom metric {place}: {reason}.")
