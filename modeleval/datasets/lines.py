"""Bytes in chunks, cut into lines, none of them longer than the limit in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from io import BytesIO
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


class Block(NamedTuple):
    """Lines that follow one another, none of them too long; `number` is the first one's.

    Each content still has the end of its line, LF or CRLF, which `bare` removes.
    """

    number: int
    contents: list[bytes]


def bare(content: bytes) -> bytes:
    """A content of a block without the end of its line."""
    return content.removesuffix(b"\n").removesuffix(b"\r")


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
        for part in self.blocks():
            if isinstance(part, Line):
                yield part
            else:
                for number, content in enumerate(part.contents, part.number):
                    data = bare(content)
                    yield Line(number, len(data), data)

    def blocks(self) -> Iterator[Block | Line]:
        """The same lines, many at a time; a line that was too long comes alone."""
        for chunk in self._chunks:
            self.bytes += len(chunk)
            self._hash.update(chunk)
            for piece in self._pieces(chunk):
                yield from self._cut(piece)
        if self._length:
            yield from self._block(self._finish(), b"")

    def _pieces(self, chunk: bytes) -> Iterator[bytes]:
        """The chunk, such that lines that lie in one piece as a whole are within the limit."""
        size = min(self._limit, _CHUNK_BYTES)
        if len(chunk) <= size:
            yield chunk
        else:
            for start in range(0, len(chunk), size):
                yield chunk[start : start + size]

    def _cut(self, piece: bytes) -> Iterator[Block | Line]:
        end, last = piece.find(b"\n"), piece.rfind(b"\n")
        if end >= 0:
            self._keep(piece, 0, end)
            yield from self._block(self._finish(), piece[end + 1 : last + 1])
        self._keep(piece, last + 1, len(piece))

    def _block(self, first: Line, others: bytes) -> Iterator[Block | Line]:
        """The line that may have begun in an earlier piece, and the whole ones after it."""
        contents = BytesIO(others).readlines()  # quicker than split()
        self.lines += len(contents)
        if first.data is not None:
            yield Block(first.number, [first.data + b"\r\n", *contents])
        else:
            yield first
            if contents:
                yield Block(first.number + 1, contents)

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
