"""What single models refuse: too many tokens, and parameters that they do not have.

The rules are users' reports (aws-samples/bedrock-access-gateway#191 and #238, Claude's model cards
since Opus 4.7); the greatest maxTokens are plausible, not AWS's.
"""

from __future__ import annotations

import re
from typing import Any

from embedded_aws.errors import invalid

# A part of the model's id, the first that fits: the greatest maxTokens.
_MOST_TOKENS = (
    ("nova-2", 65_535),
    ("nova-premier", 32_000),
    ("nova", 10_000),
    ("claude-3-haiku", 4_096),
    ("claude-3-5", 8_192),
    ("claude", 64_000),
    ("llama", 8_192),
    ("mistral", 8_192),
    ("gpt", 128_000),
)
_CONTEXT = 128_000  # tokens that a conversation may have
_ONE_SAMPLER = re.compile(r"claude-(opus-4-[156]|sonnet-4-[56]|haiku-4-5)")
_NO_SAMPLER = re.compile(r"claude-(opus-4-[7-9]|[a-z]+-[5-9])")


def check(request: dict[str, Any], model: str) -> None:
    """Raise a ValidationException if the model refuses the request's inferenceConfig."""
    config = request.get("inferenceConfig", {})
    most = next((limit for part, limit in _MOST_TOKENS if part in model), None)
    if most is not None and config.get("maxTokens", 1) > most:
        raise invalid(
            f"The maximum tokens you requested exceeds the model limit of {most}. Try again with a "
            f"maximum tokens value that is lower than {most}."
        )
    samplers = [name for name in ("temperature", "topP") if name in config]
    wire = {"temperature": "temperature", "topP": "top_p"}
    if samplers and _NO_SAMPLER.search(model):
        raise _of_model(f"{wire[samplers[0]]} is deprecated for this model.")
    if len(samplers) > 1 and _ONE_SAMPLER.search(model):
        raise _of_model(
            "`temperature` and `top_p` cannot both be specified for this model. Please use only "
            "one."
        )
    _check_stops(config.get("stopSequences", []), model)


def check_length(tokens: int) -> None:
    """Raise a ValidationException if a conversation is too long for any model."""
    if tokens > _CONTEXT:
        raise invalid("Input is too long for requested model.")


def _check_stops(stops: list[str], model: str) -> None:
    if stops and "llama" in model:
        raise invalid(
            "This model doesn't support the stopSequences field. Remove stopSequences and try "
            "again."
        )
    if any(not stop.strip() for stop in stops):
        raise _of_model("stop_sequences: each stop sequence must contain non-whitespace")


def _of_model(reason: str) -> Exception:
    return invalid(f"The model returned the following errors: {reason}")
