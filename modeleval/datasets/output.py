"""What is written while a dataset is read: gathered for a while, then passed on in one go."""

from __future__ import annotations

from typing import BinaryIO

# Some readers of JSON Lines also end a line at these, which JSON allows bare inside strings.
_LINE_ENDS = (
    ("\u2028".encode(), rb"\u2028"),
    ("\u2029".encode(), rb"\u2029"),
    ("\x85".encode(), rb"\u0085"),
)


class Output:
    """The lines for the service and those of the index.

    Append whole lines to `records` (bytes) and to `index` (text), and flush now and then.
    """

    def __init__(self, records: BinaryIO, index: BinaryIO) -> None:
        self.records = bytearray()
        self.index: list[str] = []
        self._records = records
        self._index = index

    def flush(self) -> None:
        if self.records:
            self._records.write(_escaped(bytes(self.records)))
            self.records.clear()
        if self.index:
            self._index.write("".join(self.index).encode())
            self.index.clear()


def _escaped(lines: bytes) -> bytes:
    for character, escaped in _LINE_ENDS:
        # One byte is searched for many times quicker than several, and most often is not there.
        if character[-1:] in lines:
            lines = lines.replace(character, escaped)
    return lines
