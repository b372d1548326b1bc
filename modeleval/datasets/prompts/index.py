"""The record index of prompts, and how the output's prompts find their records in it."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator

import msgspec

from modeleval.datasets.index import IndexEntry
from modeleval.datasets.lines import LineReader
from modeleval.datasets.prompts.identity import match_keys


class PromptEntry(IndexEntry, frozen=True, rename="camel", kw_only=True):
    """An IndexEntry (`read_index` reads it too) with the digest of the last user content alone.

    input_digest is the conversation's; response_digest is empty, as nobody has answered yet.
    """

    user_digest: str


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(PromptEntry)


def entry_line(entry: PromptEntry) -> bytes:
    """An entry as it is written, with its newline."""
    return _encoder.encode(entry) + b"\n"


def read_prompt_index(stream: Iterable[bytes]) -> Iterator[PromptEntry]:
    """The entries in the order of the source; `stream` is chunks or an open binary file.

    Raises msgspec.DecodeError if the bytes are not an index that `validate_prompts` wrote.
    """
    for line in LineReader(stream):
        yield _decoder.decode(line.data or b"")


class PromptMatcher:
    """Gives each prompt of one output the record that it is about, each record once.

    by_user_alone: prompts that were known only by what the user said last, because the service
    left the system message or earlier turns out. strangers: prompts that are no record's.
    """

    def __init__(self, entries: Iterable[PromptEntry]) -> None:
        self.by_user_alone = 0
        self.strangers = 0
        self._waiting: dict[str, deque[PromptEntry]] = defaultdict(deque)
        self._by_user: dict[str, list[PromptEntry]] = defaultdict(list)
        self._taken: set[str] = set()
        for entry in entries:
            self._waiting[entry.input_digest].append(entry)
            self._by_user[entry.user_digest].append(entry)

    def take(self, prompt: str) -> PromptEntry | None:
        """The record of a prompt as the output has it; None if it is none that is still open."""
        keys = match_keys(prompt)
        for digest in keys.conversations:
            waiting = self._waiting.get(digest)
            while waiting:
                entry = waiting.popleft()
                if entry.key not in self._taken:
                    return self._taking(entry)
        alone = self._only_one(keys.user)
        if alone is None:
            self.strangers += 1
            return None
        self.by_user_alone += 1
        return self._taking(alone)

    def _only_one(self, user_digest: str) -> PromptEntry | None:
        """The open record with that last user content, if only one conversation ends in it."""
        same = self._by_user.get(user_digest, [])
        if len({entry.input_digest for entry in same}) != 1:
            return None
        return next((entry for entry in same if entry.key not in self._taken), None)

    def _taking(self, entry: PromptEntry) -> PromptEntry:
        self._taken.add(entry.key)
        return entry
