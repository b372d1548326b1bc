"""Which records are equal to earlier ones? In at most 40 bytes per record, whatever the file.

A dict of digests would take over 200 bytes per record. Here the records stand one after another in
two arrays, each digest as its first 64 bits, and a hash table of 4 bytes per slot says where. Only
inputs that come again are counted, in the tables of `seen`. Should two of ten million inputs share
64 bits (odds of about 1 to 400,000), the later gets position 1 instead of 0: its key is still its
own, because the key holds the whole digest.
"""

from __future__ import annotations

import sys
from array import array
from typing import NamedTuple

from modeleval.datasets.seen import Seen

# Filling a new table is what costs most, so there are few: the first one takes 256 KB, and later
# ones, when they are new, 21 bytes per record (beside 17 in the arrays, which grow ahead a bit).
_FIRST_SLOTS = 1 << 16  # a power of 2, as all later numbers of slots are
_GROWTH = 4
_MAX_LOAD = 0.75


class Repeat(NamedTuple):
    """A record whose input is not new.

    place: among the records that were added with it. before: how many equal inputs came before.
    same: whether one of them had the same response too.
    """

    place: int
    before: int
    same: bool


class Repeats:
    """Counts inputs, and recognises inputs with their responses."""

    def __init__(self) -> None:
        self._inputs = array("Q")
        self._responses = array("Q")
        self._slots = _empty_slots(_FIRST_SLOTS)
        self._room = int(_FIRST_SLOTS * _MAX_LOAD)
        self._more_inputs = Seen()
        self._pairs = Seen()

    def add(self, input_digest: bytes, response_digest: bytes) -> Repeat | None:
        """None if the input is new."""
        for repeat in self.add_all([input_digest], [response_digest]):
            return repeat
        return None

    def add_all(self, input_digests: list[bytes], response_digests: list[bytes]) -> list[Repeat]:
        """Add records; those of them whose inputs came before."""
        while len(self._inputs) + len(input_digests) > self._room:
            self._grow()
        repeats = []
        inputs, responses, slots = self._inputs, self._responses, self._slots
        mask = len(slots) - 1
        answers = _first_bits(response_digests)
        for place, (asked, said) in enumerate(
            zip(_first_bits(input_digests), answers, strict=True)
        ):
            slot = asked & mask
            while number := slots[slot]:  # from 1; 0 marks a free slot
                if inputs[number - 1] == asked:
                    repeats.append(self._again(place, asked, said, responses[number - 1]))
                    break
                slot = slot + 1 & mask
            else:
                inputs.append(asked)
                responses.append(said)
                slots[slot] = len(inputs)
        return repeats

    def _again(self, place: int, asked: int, said: int, first: int) -> Repeat:
        """The first of equal inputs has its response beside it; the tables count the others."""
        before = 1 + self._more_inputs.add(asked or 1)
        known = self._pairs.add(asked ^ said or 1)
        return Repeat(place, before, said == first or known > 0)

    def _grow(self) -> None:
        size = _GROWTH * len(self._slots)
        mask = size - 1
        self._slots = array("I")  # the old ones are not needed to fill the new ones
        self._slots = slots = _empty_slots(size)
        self._room = int(size * _MAX_LOAD)
        for number, asked in enumerate(self._inputs, 1):
            slot = asked & mask
            while slots[slot]:
                slot = slot + 1 & mask
            slots[slot] = number


def _empty_slots(size: int) -> array[int]:
    return array("I", [0]) * size


def _first_bits(digests: list[bytes]) -> array[int]:
    """The first 64 bits of each digest."""
    numbers = array("Q", b"".join([digest[:8] for digest in digests]))
    if sys.byteorder == "little":  # so that which digests collide does not depend on the machine
        numbers.byteswap()
    return numbers
