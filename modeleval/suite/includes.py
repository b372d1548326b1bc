"""Files that a suite refers to: read when the run begins, and kept with its suite from then on."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from modeleval.errors import SuiteInvalid, SuiteNotFound
from modeleval.locations import locate, open_location
from modeleval.objects import Objects
from modeleval.settings import Settings

FIELD = "customMetrics"
_LIMIT = 1 << 20


def has_files(document: object) -> bool:
    """Whether any evaluation of a suite refers to a file."""
    return any(
        isinstance(one, str) for evaluation in _evaluations(document) for one in _listed(evaluation)
    )


def with_files(document: Any, objects: Objects, settings: Settings) -> Any:
    """The document with each file's metrics in the file's place.

    A file holds one definition or a list of them. Raises SuiteNotFound or SuiteInvalid.
    """
    if not has_files(document):
        return document
    read = _reader(objects, settings)
    evaluations = [
        {**evaluation, FIELD: _resolved(evaluation, f"evaluations[{number}].{FIELD}", read)}
        if any(isinstance(one, str) for one in _listed(evaluation))
        else evaluation
        for number, evaluation in enumerate(_evaluations(document))
    ]
    return {**document, "evaluations": evaluations}


def _evaluations(document: object) -> list[Any]:
    found = document.get("evaluations") if isinstance(document, Mapping) else None
    return found if isinstance(found, list) else []


def _listed(evaluation: object) -> list[Any]:
    given = evaluation.get(FIELD, []) if isinstance(evaluation, Mapping) else []
    return given if isinstance(given, list) else [given]


def _resolved(
    evaluation: Mapping[str, Any], field: str, read: Callable[[str, str], Any]
) -> list[Any]:
    found: list[Any] = []
    for one in _listed(evaluation):
        content = read(one, field) if isinstance(one, str) else one
        found += content if isinstance(content, list) else [content]
    return found


def _reader(objects: Objects, settings: Settings) -> Callable[[str, str], Any]:
    def read(text: str, field: str) -> Any:
        place = locate(
            text, own_bucket=objects.bucket, settings=settings, field=field, error=SuiteNotFound
        )
        source = open_location(objects, place, field=field, error=SuiteNotFound)
        data = b""
        for chunk in source.chunks:
            data += chunk
            if len(data) > _LIMIT:
                raise _unreadable(f"is over {_LIMIT:,} bytes long", place.uri)
        try:
            return json.loads(data)
        except (ValueError, RecursionError):
            raise _unreadable("is not JSON", place.uri) from None

    return read


def _unreadable(what: str, where: str) -> SuiteInvalid:
    return SuiteInvalid(
        f"The file of custom metrics {what}",
        where=where,
        action="It holds one definition, or a list of them; docs/suites.md shows one.",
    )
