"""Which record is which: digests of what was asked and of what was answered.

Scores come back in Bedrock's own order, so they are joined to records by these digests. What the
service copies into its output may have lost an empty `referenceResponse`, or gained one: missing
and empty are therefore the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable

from modeleval.digests import text_digest

_MODULUS = 1 << 128
_BYTES = 16
_sha256 = hashlib.sha256


def input_digest(prompt: str, reference: str | None) -> str:
    """Digest of what was asked, never of the response: 32 hex digits.

    SHA-256 of the prompt, preceded by its number of characters, and of the reference.
    """
    text = f"{len(prompt)}:{prompt}{reference or ''}"
    return _sha256(text.encode("utf-8", "surrogatepass")).digest()[:_BYTES].hex()


def response_digest(response: str) -> str:
    """Digest of a response as it was sent to the judge (thinking stripped): 32 hex digits."""
    return _sha256(response.encode("utf-8", "surrogatepass")).digest()[:_BYTES].hex()


def input_digests(prompts: Iterable[str], references: Iterable[str]) -> list[bytes]:
    """Each pair's `input_digest` in 16 bytes, quicker; of texts without lone surrogates."""
    return [
        _sha256(f"{len(prompt)}:{prompt}{reference}".encode()).digest()[:_BYTES]
        for prompt, reference in zip(prompts, references, strict=True)
    ]


def response_digests(responses: Iterable[str]) -> list[bytes]:
    """Each one's `response_digest`, likewise."""
    return [_sha256(response.encode()).digest()[:_BYTES] for response in responses]


def record_key(digest: str, position: int) -> str:
    """The key of a record: its input digest, and its position (0, 1, …) among equal inputs."""
    return f"{digest}-{position}"


def named_digest(key: str) -> str:
    """What stands for the input digest in the key of a record that has a name: 32 hex digits."""
    return text_digest("key", key)


class KeySetDigest:
    """A digest of a set of keys, whatever their order, that keeps none of them.

    The sum of one number per key modulo 2**128 (AdHash, Bellare and Micciancio 1997), with their
    number. The number is the input digest, or where that comes again the digest of the key. This
    tells sets apart that differ by accident, which is what it is for; it is not meant to withstand
    somebody who searches for a collision.
    """

    def __init__(self) -> None:
        self._sum = 0
        self._count = 0

    def add_first(self, digests: Collection[bytes]) -> None:
        """Add the keys of inputs that did not come before, by their input digests (16 bytes)."""
        self._sum += sum(map(int.from_bytes, digests))
        self._count += len(digests)

    def add(self, digest: str, position: int) -> None:
        """Add the key of an input digest and its position."""
        self._sum += int(text_digest(record_key(digest, position)) if position else digest, 16)
        self._count += 1

    def hexdigest(self) -> str:
        """32 hex digits."""
        return text_digest(f"{self._sum % _MODULUS:032x}", str(self._count))
