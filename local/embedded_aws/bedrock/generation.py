"""The stand-in generator: no model, and each response says so.

Deterministic. A model of skill 0.8 has every word of the reference (of the prompt, where there is
no reference) in eight of ten responses, and only the first few of them in the others.
"""

from __future__ import annotations

import hashlib

from embedded_aws.bedrock.dataset import Record

_WORST, _BEST = 0.1, 0.7  # the share of the words that a poor response has


def respond(model: str, skill: float, record: Record, max_tokens: int | None) -> tuple[str, str]:
    """The response of a model to a record, and why it stopped. A word counts as a token."""
    words = (record.reference or record.prompt).split()
    if not is_good(model, skill, record):
        share = _WORST + (_BEST - _WORST) * _fraction(model, record.prompt, "share")
        words = words[: max(1, int(share * len(words)))]
    stopped = "end_turn"
    if max_tokens is not None and len(words) > max_tokens:
        words, stopped = words[:max_tokens], "max_tokens"
    return f"{signature(model)}{' '.join(words)}", stopped


def signature(model: str) -> str:
    """How each response begins."""
    return f"Stand-in response of {model}: "


def is_good(model: str, skill: float, record: Record) -> bool:
    """Whether the model has the whole answer to this prompt."""
    return _fraction(model, record.prompt, "good") < skill


def _fraction(*parts: str) -> float:
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:4]) / 2**32
