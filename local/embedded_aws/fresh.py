"""What is new each time: the time itself, and identifiers."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"


def now() -> datetime:
    """The time, in UTC and in whole milliseconds, which is what answers carry."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def new_identifier(length: int = 12) -> str:
    """Small letters and digits, as at the end of an ARN."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
