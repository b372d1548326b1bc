"""That a batch is asked about is noted before it is: so it is paid for once, whatever breaks off.

A note without an answer is of a check that broke off. Nobody knows whether the function was
invoked, so that batch is not asked about any more.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection
from typing import Any, NamedTuple

from modeleval.artifacts import output_prefix
from modeleval.kinds.protocol import JobContext

BROKE_OFF = "the answer was lost (the step that asked for it broke off)"


class _Noted(NamedTuple):
    """How often a batch's invocation was noted and did not take place, and whether the latest note
    still stands."""

    in_vain: int
    stands: bool


class Notes:
    """The notes of a job: an object per batch, and a further one after each that was taken back."""

    def __init__(self, job: JobContext, there: Collection[str]) -> None:
        """`there`: the keys below the job's outputs as they were when the check began."""
        self._prefix = f"{output_prefix(*job.ref)}asked/"
        self._objects = job.services.objects
        self._there = there
        self._own = {"by": uuid.uuid4().hex}

    def broke_off(self, batch: int) -> bool:
        """Whether an earlier check noted that it asks; for a batch without an answer."""
        return self._noted(batch).stands

    def take(self, batch: int) -> bool:
        """Note that this check asks; False if another one did meanwhile."""
        key = self._key(batch, self._noted(batch).in_vain)
        # The SDK writes again if the answer was lost, and then finds this very note.
        return self._objects.write_new_json(key, self._own) or self._read(key) == self._own

    def take_back(self, batch: int) -> None:
        """Say that the function was not invoked: the batch may be asked about later."""
        self._objects.write_json(self._key(batch, self._noted(batch).in_vain), {})

    def _noted(self, batch: int) -> _Noted:
        in_vain = 0
        while (key := self._key(batch, in_vain)) in self._there:
            if self._read(key):
                return _Noted(in_vain, stands=True)
            in_vain += 1
        return _Noted(in_vain, stands=False)

    def _read(self, key: str) -> Any:
        return json.loads(self._objects.read(key))

    def _key(self, batch: int, in_vain: int) -> str:
        return f"{self._prefix}b{batch}-{in_vain}.json"
