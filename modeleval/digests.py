"""Digests: how modeleval names what must not be written out."""

from __future__ import annotations

import hashlib
import json


def text_digest(*parts: str) -> str:
    """SHA-256 of the parts, 32 hex digits.

    Each part is preceded by its length, so that ("ab", "c") and ("a", "bc") differ. Lone
    surrogates, which JSON can carry and UTF-8 cannot, are kept apart from one another.
    """
    data = [part.encode("utf-8", "surrogatepass") for part in parts]
    # One call over everything: each costs as much as some hundred bytes do.
    joined = b"".join([b"%d:%b" % (len(part), part) for part in data])
    return hashlib.sha256(joined).hexdigest()[:32]


def canonical(document: object) -> str:
    """One text for one document, whatever the order of its keys: what a digest is made of."""
    return json.dumps(document, sort_keys=True, default=str)
