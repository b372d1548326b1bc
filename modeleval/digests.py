"""Digests: how modeleval names what must not be written out."""

from __future__ import annotations

import hashlib


def text_digest(*parts: str) -> str:
    """SHA-256 of the parts, 32 hex digits.

    Each part is preceded by its length, so that ("ab", "c") and ("a", "bc") differ. Lone
    surrogates, which JSON can carry and UTF-8 cannot, are kept apart from one another.
    """
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(data))
        digest.update(data)
    return digest.hexdigest()[:32]
