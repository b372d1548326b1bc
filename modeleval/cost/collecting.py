"""What it costs to ask a model the turns of scenarios: estimated before, counted after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from modeleval.cost.estimate import ModelEstimate, dollars
from modeleval.cost.explain import ANSWER_TOKENS, CHARACTERS_PER_TOKEN, plain, price_source
from modeleval.cost.prices import FoundPrice, Priced, find_price

TARGET = "target"
_TOOL_ROUNDS = 1
_MOST_TOOL_ROUNDS = 3
"""Rounds of tools that a turn may well take, where there are tools."""


class Conversation(NamedTuple):
    """How long the user's turns of a scenario are, in characters."""

    turns: Sequence[int]


def answer_tokens(max_tokens: int | None) -> int:
    """Tokens of an answer: a rule of thumb, or the limit where that is lower."""
    return min(ANSWER_TOKENS, max_tokens or ANSWER_TOKENS)


def estimate_target(
    *,
    evaluation: str,
    model: str,
    conversations: Sequence[Conversation],
    instruction_characters: int,
    max_tokens: int | None,
    tools: bool,
    overrides: Mapping[str, Priced],
) -> ModelEstimate:
    """Each turn is asked with its whole conversation; with tools, once more for their results.

    instruction_characters: of the system prompt and the tools' schemas, sent with each request.
    """
    turns = sum(len(one.turns) for one in conversations)
    once = _input_tokens(conversations, instruction_characters, answer_tokens(max_tokens))
    output = turns * answer_tokens(max_tokens)
    rounds = _TOOL_ROUNDS if tools else 0
    most = _MOST_TOOL_ROUNDS if tools else 0
    found = find_price(model, overrides)
    usd = dollars(once * (1 + rounds), output * (1 + rounds), found)
    longest = turns * (max_tokens or 2 * ANSWER_TOKENS)
    tokens = f"{once * (1 + rounds):,} input + {output * (1 + rounds):,} output tokens"
    said = "unknown: no price" if usd is None else f"{plain(usd)} USD"
    return ModelEstimate(
        evaluation=evaluation,
        purpose=TARGET,
        model=model,
        records=turns,
        input_tokens=once * (1 + rounds),
        output_tokens=output * (1 + rounds),
        usd=usd,
        formula=f"{turns:,} turns of {len(conversations):,} scenarios: {tokens} = {said}",
        assumptions=_assumptions(tools=tools, max_tokens=max_tokens, found=found),
        low_usd=dollars(once, output // 4, found),
        high_usd=dollars(2 * once * (1 + most), longest * (1 + most), found),
    )


def counted_target(
    *,
    evaluation: str,
    model: str,
    turns: int,
    requests: int,
    input_tokens: int,
    output_tokens: int,
    overrides: Mapping[str, Priced],
) -> ModelEstimate:
    """What was asked, by the tokens that the service counted."""
    found = find_price(model, overrides)
    usd = dollars(input_tokens, output_tokens, found)
    said = "unknown: no price" if usd is None else f"{plain(usd)} USD"
    return ModelEstimate(
        evaluation=evaluation,
        purpose=TARGET,
        model=model,
        records=turns,
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        usd=usd,
        formula=f"{requests:,} requests, {input_tokens:,} input + {output_tokens:,} output tokens "
        f"= {said}",
        assumptions=("The tokens are those that the service counted.", *price_source(found)),
        low_usd=usd,
        high_usd=usd,
    )


def _input_tokens(conversations: Sequence[Conversation], instructions: int, answer: int) -> int:
    """Tokens of all turns' requests, each with the turns and answers before it."""
    tokens = 0
    for conversation in conversations:
        history = instructions
        for turn in conversation.turns:
            history += turn
            tokens += -(-history // CHARACTERS_PER_TOKEN)
            history += answer * CHARACTERS_PER_TOKEN
    return tokens


def _assumptions(
    *, tools: bool, max_tokens: int | None, found: FoundPrice | None
) -> tuple[str, ...]:
    return (
        f"An answer takes {answer_tokens(max_tokens):,} tokens.",
        f"A token is {CHARACTERS_PER_TOKEN} characters; each turn is asked with all before it.",
        *(["Each turn calls tools once, and is asked again with their results."] if tools else []),
        *price_source(found),
    )
