"""What a rule, or a run, comes to."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    PENDING = "pending"
    """Of a run whose last job has not ended, and of conditions on evaluations that wait for it."""
