"""Where suites come from: deployed with the functions' code, an s3:// URI, or inline."""

from __future__ import annotations

import json
from collections.abc import Hashable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import yaml

from modeleval.documents import closest
from modeleval.errors import SuiteInvalid, SuiteNotFound
from modeleval.extent import MOST_VALUES, values_in
from modeleval.locations import locate, open_location
from modeleval.objects import Objects
from modeleval.settings import Settings

_LIMIT = 256 * 1024
_ENDINGS = (".yaml", ".yml", ".json")
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
DEPLOYED = "deployed"
FROM_S3 = "s3"
INLINE = "inline"


class SuiteSource(NamedTuple):
    """A suite's document as it was found, and which of the three ways it came."""

    document: Any
    origin: str
    name: str


class _Loader(yaml.SafeLoader):
    """YAML without a second value for one key: the first would be ignored in silence."""


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
    return loader.construct_mapping(node, deep=True)


def _not_json(_: _Loader, node: yaml.Node) -> NoReturn:
    raise yaml.constructor.ConstructorError(
        None, None, "a value that JSON does not have", node.start_mark
    )


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
for _type in ("binary", "omap", "pairs", "set"):  # a run keeps its suite as JSON
    _Loader.add_constructor(f"tag:yaml.org,2002:{_type}", _not_json)


def parse_text(data: bytes, *, source: str) -> Any:
    """A YAML or JSON document; raises SuiteInvalid with line and column."""
    if len(data) > _LIMIT:
        raise SuiteInvalid(
            f"The suite is {len(data):,} bytes long, at most {_LIMIT:,} are read",
            where=source,
            action="Keep datasets out of the suite.",
        )
    with suppress(ValueError, RecursionError):
        return _json(data)
    try:
        document = yaml.load(data, Loader=_Loader)  # noqa: S506 - a SafeLoader
        extent = values_in(document)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = f": {error.problem}" if error.problem else ""
        raise _not_yaml(source + place, problem) from None
    except (yaml.YAMLError, *_OF_VALUES):
        raise _not_yaml(source, "") from None
    if extent > MOST_VALUES:
        raise SuiteInvalid(
            f"The suite's aliases stand for more than {MOST_VALUES:,} values",
            where=source,
            action="Write out what it means.",
        )
    return document


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


def _not_yaml(where: str, problem: str) -> SuiteInvalid:
    return SuiteInvalid(
        f"The suite is neither YAML nor JSON{problem}",
        where=where,
        action="Correct the syntax.",
    )


def load_suite(asked: object, *, folder: Path, objects: Objects, settings: Settings) -> SuiteSource:
    """The suite that an execution's input asks for; raises SuiteNotFound or SuiteInvalid."""
    if isinstance(asked, dict):
        return SuiteSource(asked, INLINE, INLINE)
    if not isinstance(asked, str) or not asked:
        raise SuiteInvalid(
            "The input names no suite",
            where="suite",
            action='Start with {"suite": "<name>"}, {"suite": "s3://..."} or the document itself '
            "under suite.",
        )
    if asked.startswith("s3://"):
        place = locate(
            asked, own_bucket=objects.bucket, settings=settings, field="suite", error=SuiteNotFound
        )
        found = open_location(objects, place, field="suite", error=SuiteNotFound)
        return SuiteSource(parse_text(_bounded(found.chunks), source=asked), FROM_S3, asked)
    return _deployed(asked, folder)


def _bounded(chunks: Any) -> bytes:
    """At most one byte more than the limit: enough to be refused, little enough to hold."""
    data = b""
    for chunk in chunks:
        data += chunk
        if len(data) > _LIMIT:
            break
    return data


def is_suite_file(path: Path) -> bool:
    return path.suffix in _ENDINGS


def _deployed(name: str, folder: Path) -> SuiteSource:
    files = {path.stem: path for path in sorted(folder.glob("*")) if is_suite_file(path)}
    path = files.get(name)
    if path is None:
        near = closest(name, list(files))
        known = f"Deployed are: {', '.join(files)}." if files else "No suite is deployed."
        raise SuiteNotFound(
            "No suite of that name is deployed" + (f"; did you mean {near}?" if near else ""),
            where=f"suite: {name[:80]}",
            action=f"{known} Put yours into suites/ and deploy, or give the document itself.",
        )
    return SuiteSource(parse_text(path.read_bytes(), source=path.name), DEPLOYED, path.name)


def canonical(document: object) -> str:
    """One text for one document, whatever the order of its keys: what a digest is made of."""
    return json.dumps(document, sort_keys=True, default=str)
