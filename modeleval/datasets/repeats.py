"""Which records are equal to earlier ones? In about 25 bytes per record, whatever the file.

A dict of digests would take over 200 bytes per record. Here a record is 16 bytes, the beginnings
of its two digests, in one of many bytearrays: nearly all records are new, and that a bytearray
does not hold an input is told by one search through a few hundred bytes. Only what comes again
is counted, in the tables of `seen`. Should two of ten million inputs share their first 64 bits
(odds of about 1 to 400,000), the later gets position 1 instead of 0: its key is still its own,
because the key holds the whole digest.
"""

from __future__ import annotations

from modeleval.datasets.seen import Seen

_PART = 8
_ENTRY = 2 * _PART
_FIRST_SHELVES = 256  # a power of 2, as all later numbers of shelves are
_GROWTH = 4
_FILL = 40  # entries per shelf, on average, before there are more shelves


class Repeats:
    """Counts inputs, and recognises inputs with their responses."""

    def __init__(self) -> None:
        self._shelves = [bytearray() for _ in range(_FIRST_SHELVES)]
        self._mask = _FIRST_SHELVES - 1
        self._room = _FIRST_SHELVES * _FILL
        self._inputs = Seen()
        self._pairs = Seen()

    def add(self, input_digest: str, response_digest: str) -> tuple[int, bool]:
        """How many equal inputs came before, and whether one of them had the same response."""
        asked = bytes.fromhex(input_digest[:16])
        said = bytes.fromhex(response_digest[:16])
        shelf = self._shelves[hash(asked) & self._mask]
        if asked in shelf and (first := _response_to(asked, shelf)):
            return self._again(asked, said, first)
        shelf += asked
        shelf += said
        self._room -= 1
        if not self._room:
            self._grow()
        return 0, False

    def _again(self, asked: bytes, said: bytes, first: bytes) -> tuple[int, bool]:
        """The first of equal inputs is on a shelf with its response; the tables count the rest."""
        number = int.from_bytes(asked)
        before = 1 + self._inputs.add(number or 1)
        known = self._pairs.add(number ^ int.from_bytes(said) or 1)
        return before, said == first or known > 0

    def _grow(self) -> None:
        """Spread each shelf over several, one at a time, so that nothing is held twice."""
        old = len(self._shelves)
        self._mask = old * _GROWTH - 1
        self._room = old * _FILL * (_GROWTH - 1)
        self._shelves.extend(bytearray() for _ in range(old * (_GROWTH - 1)))
        for number in range(old):
            entries, self._shelves[number] = self._shelves[number], bytearray()
            for start in range(0, len(entries), _ENTRY):
                asked = bytes(entries[start : start + _PART])
                self._shelves[hash(asked) & self._mask] += entries[start : start + _ENTRY]


def _response_to(asked: bytes, shelf: bytearray) -> bytes:
    """The response that is kept with an input; empty if the input lies across two entries."""
    start = shelf.find(asked)
    while start >= 0 and start % _ENTRY:
        start = shelf.find(asked, start + 1)
    return bytes(shelf[start + _PART : start + _ENTRY]) if start >= 0 else b""
