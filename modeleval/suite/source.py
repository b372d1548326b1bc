"""Where suites come from: deployed with the functions' code, an s3:// URI, or inline."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from modeleval.documents import closest
from modeleval.errors import SuiteInvalid, SuiteNotFound
from modeleval.extent import MOST_VALUES, values_in
from modeleval.locations import locate, open_location
from modeleval.objects import Objects
from modeleval.settings import Settings
from modeleval.suite.origins import DEPLOYED, FROM_S3, INLINE
from modeleval.text_documents import NotReadable, read_text

_LIMIT = 256 * 1024
_ENDINGS = (".yaml", ".yml", ".json")


class SuiteSource(NamedTuple):
    """A suite's document as it was found, and which of the three ways it came."""

    document: Any
    origin: str
    name: str


def parse_text(data: bytes, *, source: str) -> Any:
    """A YAML or JSON document; raises SuiteInvalid with line and column."""
    if len(data) > _LIMIT:
        raise SuiteInvalid(
            f"The suite is {len(data):,} bytes long, at most {_LIMIT:,} are read",
            where=source,
            action="Keep datasets out of the suite.",
        )
    try:
        document = read_text(data).document
        extent = values_in(document)
    except NotReadable as error:
        raise _not_readable(source + error.place, error.problem) from None
    except RecursionError:
        raise _not_readable(source, "") from None
    if extent > MOST_VALUES:
        raise SuiteInvalid(
            f"The suite's aliases stand for more than {MOST_VALUES:,} values",
            where=source,
            action="Write out what it means.",
        )
    return document


def _not_readable(where: str, problem: str) -> SuiteInvalid:
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
