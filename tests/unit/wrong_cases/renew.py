"""Write the messages that the rows get now into the YAML files; read the diff.

    .venv/bin/python tests/unit/wrong_cases/renew.py

A new row needs no error and no message before.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

sys.path[:0] = [str(Path(__file__).parents[depth]) for depth in (0, 1, 3)]

from wrong_ways import FOLDER, KINDS_HERE, WAYS, kinds_said  # noqa: E402

from modeleval.errors import ModelevalError  # noqa: E402


def renew(file: str) -> None:
    path = FOLDER / f"{file}.yaml"
    text = path.read_text()
    head = [line for line in text.splitlines() if line.startswith("#")]
    rows = [_renewed(file, row) for row in yaml.safe_load(text)]
    path.write_text("\n".join([*head, "", *(line for row in rows for line in _written(row))]))


def _renewed(file: str, row: dict[str, Any]) -> dict[str, Any]:
    try:
        WAYS[file](row)
    except ModelevalError as error:
        message = str(error).replace(kinds_said(), KINDS_HERE)
        return row | {"error": type(error).__name__, "message": message}
    raise AssertionError(f"nothing is wrong with {row}")


def _written(row: dict[str, Any]) -> Iterator[str]:
    start = "- "
    for name, value in row.items():
        if name == "lines":
            yield f"{start}lines:"
            yield from (f"    - {json.dumps(line, ensure_ascii=False)}" for line in value)
        elif name == "message":
            yield f"{start}message: |-"
            yield from (f"    {line}".rstrip() for line in value.split("\n"))
        else:
            yield f"{start}{name}: {_scalar(value)}"
        start = "  "
    yield ""


def _scalar(value: Any) -> str:
    """A text as it is where YAML reads it so, anything else as JSON."""
    plain = isinstance(value, str) and value.isprintable() and not value.startswith(("{", "["))
    if plain and ": " not in value and " #" not in value and yaml.safe_load(value) == value:
        return str(value)
    return json.dumps(value, ensure_ascii=not plain)


if __name__ == "__main__":
    for one in WAYS:
        renew(one)
