"""Which format a file is, told from its first bytes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from modeleval.datasets.convert.example import Example
from modeleval.datasets.fields import Fields, is_plain_name
from modeleval.datasets.findings import Findings, Place
from modeleval.datasets.formats import FORMATS, DatasetFormat, format_of
from modeleval.datasets.lines import MAX_LINE_BYTES
from modeleval.datasets.other_files import ONE_OBJECT, other_file

HEAD_BYTES = MAX_LINE_BYTES + (1 << 16)
"""How much of a file's beginning tells its format: a line of any size that is read, at least."""

_fields = msgspec.json.Decoder(Fields)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NAMES_SHOWN = 8
_CHOICES = "; ".join(found.title for found in FORMATS)
_ONE_LINE = (
    f"one line of more than {MAX_LINE_BYTES:,} bytes",
    f"{ONE_OBJECT}, each shorter than that",
)


class Detected(NamedTuple):
    """What a file looks like.

    format: None if it is no format that is known. said: "looks like …". action: what to do about
    it; "" if there is nothing to do. lines: whether it is JSON Lines at all.
    """

    format: DatasetFormat | None
    said: str
    action: str = ""
    lines: bool = True


def detect(head: bytes) -> Detected:
    """Which format a file is, by its first `HEAD_BYTES`; whatever they are.

    The first line that looks like a format decides; if any of them has responses, those are meant.
    """
    text = head.removeprefix(_BYTE_ORDER_MARK)
    other = other_file(text, holds_object=lambda lines: any(True for _ in _objects(lines)))
    if other is None and len(head) >= HEAD_BYTES and b"\n" not in head.strip():
        other = _ONE_LINE
    if other is not None:
        return Detected(None, f"looks like {other[0]}", other[1], lines=False)
    decided: DatasetFormat | None = None
    strange: Fields | None = None
    for fields in _objects(head):
        found = format_of(fields)
        if found is not None and found.responses:
            decided = found
            break
        decided = decided or found
        strange = strange or fields
    if decided is not None:
        return Detected(decided, f"looks like {decided.title}")
    if strange is None:
        return Detected(None, "looks like no JSON Lines", ONE_OBJECT, lines=False)
    said = f"looks like no format that is known: its fields are {_names(strange)}"
    return Detected(None, said, f"Write one of: {_CHOICES}")


def first_example(found: DatasetFormat, head: bytes) -> Example | None:
    """The first record of a file's beginning, if there is one that can be read."""
    fields = next((one for one in _objects(head) if found.fits(one)), None)
    return found.read(fields, Place(Findings(), 0)) if fields and found.read else None


def whole_lines(data: bytes, *, complete: bool) -> list[bytes]:
    """The lines of a file's beginning that are not blank; the last one only if data is complete."""
    lines = data.removeprefix(_BYTE_ORDER_MARK).split(b"\n")
    if not complete:
        lines.pop()
    return [line for line in lines if line.strip()]


def as_object(line: bytes) -> Fields | None:
    """The fields of a line; None if it is no JSON object."""
    try:
        line.decode()  # msgspec does not look into values that it does not decode
        return _fields.decode(line)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None


def _objects(data: bytes) -> Iterator[Fields]:
    lines = whole_lines(data, complete=len(data) < HEAD_BYTES)
    return (fields for line in lines if (fields := as_object(line)))


def _names(fields: Fields) -> str:
    """Names that look like names; others may be text that went astray."""
    plain = [name for name in fields if is_plain_name(name)]
    shown = ", ".join(plain[:_NAMES_SHOWN])
    more = len(fields) - len(plain[:_NAMES_SHOWN])
    if not shown:
        return "no names of fields"
    return f"{shown} and {more:,} more" if more else shown
