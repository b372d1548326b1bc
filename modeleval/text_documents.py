"""YAML and JSON that people write: read safely, and wrong ones told by line and column."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple, NoReturn

import yaml

_MERGE = "tag:yaml.org,2002:merge"
# What PyYAML lets through of a value that is not of its type, such as 2026-13-01 or !!bool maybe.
_OF_VALUES = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


class NotReadable(Exception):
    """Neither YAML nor JSON. place: ", line 3, column 5" or ""; problem: ": …" or ""."""

    def __init__(self, place: str = "", problem: str = "") -> None:
        self.place = place
        self.problem = problem
        super().__init__(place + problem)


class Lined(NamedTuple):
    """A document, and the line (from 1) of each of its objects by `id(object)`; none of JSON."""

    document: Any
    lines: Mapping[int, int]


class _Loader(yaml.SafeLoader):
    """YAML without a second value for one key: the first would be ignored in silence."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.lines: dict[int, int] = {}


class _WithoutAliases(_Loader):
    """Of large files: a few aliases of aliases stand for more than any memory holds."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "an alias (*); write the value out", mark)
        return super().compose_node(parent, index)


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        if key_node.tag == _MERGE:
            continue
        key = loader.construct_object(key_node)
        if not isinstance(key, Hashable):
            break  # refused below, in PyYAML's words
        if key in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {key!r} stands twice", key_node.start_mark
            )
        seen.add(key)
    found = loader.construct_mapping(node, deep=True)
    loader.lines[id(found)] = node.start_mark.line + 1
    return found


def _not_json(_: _Loader, node: yaml.Node) -> NoReturn:
    raise yaml.constructor.ConstructorError(
        None, None, "a value that JSON does not have", node.start_mark
    )


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
for _type in ("binary", "omap", "pairs", "set"):  # what is read is kept as JSON
    _Loader.add_constructor(f"tag:yaml.org,2002:{_type}", _not_json)


def read_text(data: bytes, *, aliases: bool = True, most_yaml: int | None = None) -> Lined:
    """A YAML or JSON document; raises NotReadable. most_yaml: bytes, of what is not JSON."""
    with suppress(ValueError, RecursionError):
        return Lined(_json(data), {})
    if most_yaml is not None and len(data) > most_yaml:
        raise NotReadable("", f": it is not JSON, and at most {most_yaml:,} bytes of YAML are read")
    try:
        loader = (_Loader if aliases else _WithoutAliases)(data)
        try:
            return Lined(loader.get_single_data(), loader.lines)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise NotReadable(place, f": {error.problem}" if error.problem else "") from None
    except (yaml.YAMLError, *_OF_VALUES):
        raise NotReadable from None


def _json(data: bytes) -> Any:
    """JSON is nearly YAML: not with tabs, nor with characters written as two escapes.

    Raises ValueError for what is not JSON, and for a key that stands twice: YAML says where.
    """
    return json.loads(data, object_pairs_hook=_once, parse_constant=_no_number)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)
