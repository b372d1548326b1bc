"""Which record is which: digests of what was asked and of what was answered.

Scores come back in Bedrock's own order, so they are joined to records by these digests. What the
service copies into its output may have lost an empty `referenceResponse`, or gained one: missing
and empty are therefore the same.
"""

from __future__ import annotations

import hashlib

from modeleval.digests import text_digest

_MODULUS = 1 << 256
_sha256 = hashlib.sha256


def input_digest(prompt: str, reference: str | None) -> str:
    """Digest of what was asked, never of the response: 32 hex digits."""
    return text_digest(prompt, reference or "")


def response_digest(response: str) -> str:
    """Digest of a response as it was sent to the judge (thinking stripped): 32 hex digits."""
    return text_digest(response)


def digests(prompt: str, reference: str | None, response: str) -> tuple[str, str]:
    """The input digest and the response digest of texts without lone surrogates, quicker."""
    asked = f"{len(prompt)}:{prompt}{len(reference or '')}:{reference or ''}"
    said = f"{len(response)}:{response}"
    if asked.isascii() and said.isascii():  # then the lengths are those in UTF-8
        return _sha256(asked.encode()).hexdigest()[:32], _sha256(said.encode()).hexdigest()[:32]
    return input_digest(prompt, reference), response_digest(response)


def record_key(digest: str, position: int) -> str:
    """The key of a record: its input digest, and its position (0, 1, …) among equal inputs."""
    return f"{digest}-{position}"


class KeySetDigest:
    """A digest of a set of keys, whatever their order, that keeps none of them.

    The sum of the keys' SHA-256 modulo 2**256 (AdHash, Bellare and Micciancio 1997), with their
    number. It tells sets apart that differ by accident, which is what it is for; it is not meant
    to withstand somebody who searches for a collision.
    """

    def __init__(self) -> None:
        self._sum = 0
        self._count = 0

    def add(self, key: str) -> None:
        digest = hashlib.sha256(key.encode()).digest()
        self._sum = (self._sum + int.from_bytes(digest, "big")) % _MODULUS
        self._count += 1

    def hexdigest(self) -> str:
        """32 hex digits."""
        return text_digest(f"{self._sum:064x}", str(self._count))
