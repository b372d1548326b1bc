"""Files that are not JSON Lines: told by their first bytes, each with what to do about it."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable

ONE_OBJECT = "Write one JSON object per line"
_UNCOMPRESSED = "Use the file uncompressed, as JSON Lines"
_UTF_8 = "Save it as UTF-8"
_EXPORT = "Export it as JSON Lines"
_SIGNATURES = (
    (b"\x1f\x8b", "a file compressed with gzip", _UNCOMPRESSED),
    (b"\x28\xb5\x2f\xfd", "a file compressed with zstd", _UNCOMPRESSED),
    (b"BZh", "a file compressed with bzip2", _UNCOMPRESSED),
    (b"\xfd7zXZ\0", "a file compressed with xz", _UNCOMPRESSED),
    (b"PK\x03\x04", "an Excel file or a zip archive", _EXPORT),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file", _EXPORT),
    (b"PAR1", "Parquet", _EXPORT),
    (b"%PDF", "a PDF", "Write its records as JSON Lines"),
    (b"\xff\xfe", "text in UTF-16", _UTF_8),
    (b"\xfe\xff", "text in UTF-16", _UTF_8),
)
_ARRAY = (
    "a JSON array",
    "Write one object per line, without the brackets around them: jq -c '.[]' in.json > out.jsonl",
)
_SPREAD = (
    "JSON objects that go over several lines",
    "Write one object per line: jq -c . in.json > out.jsonl",
)
_COLUMN = re.compile(r"[A-Za-z_][\w .-]{0,63}")
_NUL_LOOKED_FOR = 1000
_HEADER_BYTES = 10_000


def other_file(head: bytes, *, holds_object: Callable[[bytes], bool]) -> tuple[str, str] | None:
    """What a file that is not JSON Lines looks like, and what to do; None if it may be.

    `head` is its beginning without a byte order mark; `holds_object` says whether any of a text's
    lines is a JSON object.
    """
    for signature, said, action in _SIGNATURES:
        if head.startswith(signature):
            return said, action
    if b"\0" in head[:_NUL_LOOKED_FOR]:
        return "text in UTF-16, or no text", _UTF_8
    text = head.strip()
    if not text:
        return "an empty file", ONE_OBJECT
    first = text.split(b"\n", 1)[0].strip()
    if text.startswith(b"["):
        return _ARRAY
    if text.startswith(b"{"):
        spread = first.endswith((b",", b"{", b"[")) and not holds_object(text)
        return _SPREAD if first == b"{" or spread else None
    return _table(first)


def _table(first: bytes) -> tuple[str, str] | None:
    line = first[:_HEADER_BYTES].split(b"\r", 1)[0].decode(errors="replace")
    for delimiter, name in ((",", "CSV"), ("\t", "tab-separated values"), (";", "CSV")):
        columns = next(csv.reader([line], delimiter=delimiter), [])
        if len(columns) > 1 and all(_COLUMN.fullmatch(column.strip()) for column in columns):
            return name, "Write one JSON object per line, with the columns as its fields"
    return None
