"""What a `workflow_state.json` in the folder knows of a model and its data.

Assistants that fine-tune models leave such a file. No schema of it is published: what is known is
that it may hold a model package's ARN, its group's name, a training job's name and datasets'
places. So values are found by what they are and by what their names say, however deep they lie.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

FILE = "workflow_state.json"
_LIMIT = 1 << 20
_PACKAGE = re.compile(
    r"arn:aws[a-z-]*:sagemaker:(?P<region>[a-z0-9-]+):[0-9]{12}:model-package/\S+"
)
_GROUP = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")


class State(NamedTuple):
    """What is offered as an answer; None where nothing is known.

    model: a package's ARN, else the name of a group. dataset: preferably of an evaluation.
    """

    model: str | None = None
    dataset: str | None = None
    region: str | None = None


def read_state(folder: Path) -> State:
    """What the folder's file knows; nothing if there is none, or it cannot be read."""
    path = folder / FILE
    try:
        if path.stat().st_size > _LIMIT:
            return State()
        document = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return State()
    texts = list(_texts(document))
    packages = [match for _, text in texts if (match := _PACKAGE.fullmatch(text))]
    groups = [text for name, text in texts if "packagegroup" in name and _GROUP.fullmatch(text)]
    data = [(name, text) for name, text in texts if "data" in name and _is_dataset(text)]
    evaluated = [text for name, text in data if "eval" in name or "test" in name]
    return State(
        model=packages[-1].group() if packages else groups[-1] if groups else None,
        dataset=next(iter([*evaluated, *(text for _, text in data)]), None),
        region=packages[-1]["region"] if packages else None,
    )


def _is_dataset(text: str) -> bool:
    return text.endswith((".jsonl", ".json")) and text.isprintable()


def _texts(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text below a value, with the names that lead to it as one, in small letters."""
    if isinstance(value, str):
        yield re.sub(r"[^a-z]", "", name.lower()), value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, f"{name}{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, name)
