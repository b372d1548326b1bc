"""The record index: one JSON line per record, written beside the records that Bedrock judges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count

import msgspec

from modeleval.datasets.lines import LineReader

_LABELS_KEPT = 200


class IndexEntry(msgspec.Struct, frozen=True, rename="camel"):
    """Where a record came from and how its scores find it; it holds no text of it.

    key: the input digest and the position among equals; of a line with a key of its own, that one's
    digest and 0. line: in the source, from 1. category, cluster: None where the record has none.
    unscored: why the record was not sent to the judge (`emptyResponse`, `emptyAfterThinking`, or
    the line's own reason), None where it was.
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


def entry_line(entry: IndexEntry) -> str:
    """An entry as it is written, with its newline."""
    return _encoder.encode(entry).decode() + "\n"


class Labels(dict[str | None, str]):
    """Labels as JSON; the first ones are remembered, since categories recur."""

    def __missing__(self, label: str | None) -> str:
        encoded = _encoder.encode(label).decode()
        if len(self) < _LABELS_KEPT:
            self[label] = encoded
        return encoded


def entry_lines(
    first_line: int,
    *,
    positions: Iterable[int],
    digests: Iterable[tuple[bytes, bytes]],
    categories: Iterable[str | None],
    clusters: Iterable[str | None],
    labels: Labels,
) -> list[str]:
    """What `entry_line` writes of judged records that follow one another, quicker.

    digests: the input's and the response's (16 bytes each).
    """
    return [
        f'{{"key":"{(asked := input_digest.hex())}-{position}","line":{line},'
        f'"category":{labels[category]},"cluster":{labels[cluster]},"inputDigest":"{asked}",'
        f'"responseDigest":"{response_digest.hex()}","unscored":null}}\n'
        for line, position, (input_digest, response_digest), category, cluster in zip(
            count(first_line), positions, digests, categories, clusters, strict=False
        )
    ]


def read_index(stream: Iterable[bytes]) -> Iterator[IndexEntry]:
    """The entries in the order of the source; `stream` is chunks or an open binary file.

    Raises msgspec.DecodeError if the bytes are not an index that `validate` wrote.
    """
    for line in LineReader(stream):
        yield _decoder.decode(line.data or b"")
