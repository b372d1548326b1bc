"""The record index: one JSON line per record, written beside the records that Bedrock judges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from modeleval.datasets.lines import LineReader

_LABELS_KEPT = 200


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


def entry_line(entry: IndexEntry) -> str:
    """An entry as it is written, with its newline."""
    return _encoder.encode(entry).decode() + "\n"


class OrdinaryEntries:
    """Writes what `entry_line` does, for judged records only, and quicker."""

    def __init__(self) -> None:
        self._labels: dict[str | None, str] = {None: "null"}

    def line(
        self, key: str, line: int, category: str | None, cluster: str | None, asked: str, said: str
    ) -> str:
        return (
            f'{{"key":"{key}","line":{line},"category":{self._label(category)},'
            f'"cluster":{self._label(cluster)},"inputDigest":"{asked}",'
            f'"responseDigest":"{said}","unscored":null}}\n'
        )

    def _label(self, label: str | None) -> str:
        """A label as JSON; the first ones are remembered, since categories recur."""
        known = self._labels.get(label)
        if known is None:
            known = _encoder.encode(label).decode()
            if len(self._labels) < _LABELS_KEPT:
                self._labels[label] = known
        return known


def read_index(stream: Iterable[bytes]) -> Iterator[IndexEntry]:
    """The entries in the order of the source; `stream` is chunks or an open binary file.

    Raises msgspec.DecodeError if the bytes are not an index that `validate` wrote.
    """
    for line in LineReader(stream):
        yield _decoder.decode(line.data or b"")
