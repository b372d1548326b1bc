"""Bytes in chunks, cut into lines, none of them longer than the limit in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

MAX_LINE_BYTES = 1_048_576
_CHUNK_BYTES = 65_536
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# What a line may carry beyond its content: a byte order mark and a carriage return.
_MARGIN = len(_BYTE_ORDER_MARK) + 1


class Line(NamedTuple):
    """One line: its number from 1, its length in bytes, and its content unless it was too long."""

    number: int
    length: int
    data: bytes | None


def read_chunks(stream: BinaryIO, size: int = _CHUNK_BYTES) -> Iterator[bytes]:
    """A file's bytes in chunks, as `validate` wants them."""
    while chunk := stream.read(size):
        yield chunk


class LineReader:
    """The lines of a stream, once; a line ends in LF or CRLF, the last one needs neither.

    After the iteration, `bytes`, `sha256` (hex) and `lines` describe the whole source, and
    `had_byte_order_mark` says whether it began with UTF-8's (which is not part of the line).
    """

    def __init__(self, chunks: Iterable[bytes], *, limit: int = MAX_LINE_BYTES) -> None:
        self.bytes = 0
        self.lines = 0
        self.had_byte_order_mark = False
        self._chunks = chunks
        self._limit = limit
        self._hash = hashlib.sha256()
        self._pending = bytearray()
        self._length = 0

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def __iter__(self) -> Iterator[Line]:
        for chunk in self._chunks:
            self.bytes += len(chunk)
            self._hash.update(chunk)
            start = 0
            while (end := chunk.find(b"\n", start)) >= 0:
                self._keep(chunk, start, end)
                yield self._finish()
                start = end + 1
            self._keep(chunk, start, len(chunk))
        if self._length:
            yield self._finish()

    def _keep(self, chunk: bytes, start: int, end: int) -> None:
        self._length += end - start
        if self._length > self._limit + _MARGIN:
            self._pending.clear()
        else:
            self._pending += memoryview(chunk)[start:end]

    def _finish(self) -> Line:
        length, data = self._length, bytes(self._pending)
        self._length = 0
        self._pending.clear()
        self.lines += 1
        if length > self._limit + _MARGIN:
            return Line(self.lines, length, None)
        if self.lines == 1 and data.startswith(_BYTE_ORDER_MARK):
            self.had_byte_order_mark = True
            data = data[len(_BYTE_ORDER_MARK) :]
        data = data.removesuffix(b"\r")
        return Line(self.lines, len(data), data if len(data) <= self._limit else None)
