"""How often was this number seen before? In about 16 bytes per number, whatever the file.

A dict would take over 100 bytes. Here a number has 64 bits in an open-addressing table: 8 bytes,
and 1 byte that counts.
"""

from __future__ import annotations

from array import array

_SEGMENTS = 64  # each grows on its own, so that growing never holds two copies of everything
_FIRST_SIZE = 16
_GROWTH = 1.4  # a table is at least 0.57 full after growing
_MAX_LOAD = 0.8
_FULL = 255  # what one byte can count; the few digests seen more often are counted in a dict


class Seen:
    """Counts of 64-bit numbers other than 0."""

    def __init__(self) -> None:
        self._segments = [_Segment() for _ in range(_SEGMENTS)]
        self._beyond: dict[int, int] = {}

    def add(self, number: int) -> int:
        """Count the number once more; return how often it was seen before."""
        before = self._segments[number % _SEGMENTS].add(number)
        if before == _FULL:
            before = self._beyond.get(number, _FULL)
            self._beyond[number] = before + 1
        return before


class _Segment:
    __slots__ = ("_counts", "_numbers", "_used")

    def __init__(self) -> None:
        self._numbers = array("Q", [0]) * _FIRST_SIZE
        self._counts = bytearray(_FIRST_SIZE)
        self._used = 0

    def add(self, number: int) -> int:
        """How often the number was seen before; `_FULL` means that often or more."""
        slot = self._slot(number)
        if self._numbers[slot] == 0:
            self._insert(slot, number)
            return 0
        before = self._counts[slot]
        if before < _FULL:
            self._counts[slot] = before + 1
        return before

    def _slot(self, number: int) -> int:
        numbers = self._numbers
        size = len(numbers)
        slot = number // _SEGMENTS % size
        while numbers[slot] not in (0, number):
            slot = slot + 1 if slot + 1 < size else 0
        return slot

    def _insert(self, slot: int, number: int) -> None:
        self._numbers[slot] = number
        self._counts[slot] = 1
        self._used += 1
        if self._used > _MAX_LOAD * len(self._numbers):
            self._grow()

    def _grow(self) -> None:
        numbers, counts = self._numbers, self._counts
        size = int(len(numbers) * _GROWTH) + 1
        self._numbers = array("Q", [0]) * size
        self._counts = bytearray(size)
        for number, count in zip(numbers, counts, strict=True):
            if number:
                slot = self._slot(number)
                self._numbers[slot] = number
                self._counts[slot] = count
