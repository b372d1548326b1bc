"""What a format makes of a line, and the protocol that each format follows."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from modeleval.datasets.findings import Place


class Record(NamedTuple):
    """One accepted record.

    encoded: the line for the service, without its newline. unscored: why it is not sent (then
    `encoded` is not written), or None. The three sizes are code points. key: what the line calls
    itself, where a field of it is the key.
    """

    input_digest: str
    response_digest: str
    category: str | None
    cluster: str | None
    encoded: bytes
    unscored: str | None
    thinking_stripped: bool
    prompt_chars: int
    response_chars: int
    reference_chars: int
    key: str | None = None


class RecordFormat(Protocol):
    """One of Bedrock's dataset formats."""

    @property
    def identifier(self) -> str | None:
        """The identifier of the responses' source, once it is known."""

    def read(self, data: bytes, place: Place) -> Record | None:
        """The line's record; None if it is refused, and then the place has the problems."""
