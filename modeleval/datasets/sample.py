"""Drawing a trial's records: the same ones each time, whatever order the file has."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable

_SEED = "modeleval sample 1"


def sample_keys(keys: Iterable[str], size: int) -> frozenset[str]:
    """`size` of the record keys (all, if there are fewer), drawn by digest.

    Equal keys give an equal draw, so that two trials of one prompt set judge the same records; a
    larger sample contains the smaller one.
    """
    return frozenset(heapq.nsmallest(size, keys, key=_rank))


def _rank(key: str) -> bytes:
    return hashlib.sha256(f"{_SEED}:{key}".encode()).digest()
