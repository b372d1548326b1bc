"""The record index: one JSON line per record, written beside the records that Bedrock judges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

import msgspec

from modeleval.datasets.lines import LineReader


class IndexEntry(msgspec.Struct, frozen=True, rename="camel"):
    """Where a record came from and how its scores find it; it holds no text of it.

    key: the input digest and the position among equals. line: in the source, from 1.
    category, cluster: None where the record has none. unscored: why the record was not sent to
    the judge (`emptyResponse`, `emptyAfterThinking`), None where it was.
    """

    key: str
    line: int
    category: str | None
    cluster: str | None
    input_digest: str
    response_digest: str
    unscored: str | None = None


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(IndexEntry)


def write_entry(entry: IndexEntry, stream: BinaryIO) -> None:
    stream.write(_encoder.encode(entry) + b"\n")


def read_index(stream: Iterable[bytes]) -> Iterator[IndexEntry]:
    """The entries in the order of the source; `stream` is chunks or an open binary file.

    Raises msgspec.DecodeError if the bytes are not an index that `validate` wrote.
    """
    for line in LineReader(stream):
        yield _decoder.decode(line.data or b"")
