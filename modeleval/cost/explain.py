"""An estimate in words: the sum with its numbers, and what it rests on."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from modeleval.cost.prices import FoundPrice, price_list, short_id

INPUT_TOKENS = 1_500
OUTPUT_TOKENS = 200
"""Tokens of one judgement (one record, one metric), at least. A rule of thumb of users, not from
AWS."""
INSTRUCTION_TOKENS = 1_000
"""Of the input: the judge's own instructions, which AWS shows for some metrics. The record's texts
have the rest, and their real length where that is longer."""
LOW_INPUT, LOW_OUTPUT = Fraction(2, 3), Fraction(1, 2)
HIGH_INPUT, HIGH_OUTPUT = Fraction(4, 3), Fraction(2)
"""How far tokens may be from the estimate's: scripts and judges differ."""

CHARACTERS_PER_TOKEN = 4
"""Of English prose; other scripts need more tokens."""
ANSWER_TOKENS = 500
"""Of one generated answer, where the inference parameters set no limit."""


def plain(usd: Decimal) -> str:
    """A decimal as people write it, without exponent or trailing zeros: "0.552"."""
    text = f"{usd:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def formula(
    records: int,
    metrics: int,
    judge: str,
    found: FoundPrice | None,
    usd: Decimal | None,
    *,
    input_tokens: int = INPUT_TOKENS,
) -> str:
    """The sum, from counts to dollars; where the price is not known, up to there.

    `input_tokens`: of one judgement.
    """
    judgements = f"{_count(records, 'record')} x {_count(metrics, 'metric')}"
    if found is None or usd is None:
        tokens = f"({input_tokens:,} input + {OUTPUT_TOKENS:,} output tokens)"
        return f"{judgements} x {tokens} = unknown: no price of {judge}"
    price = found.price
    tokens = (
        f"({input_tokens:,} input tokens x {plain(price.input)} USD "
        f"+ {OUTPUT_TOKENS:,} output tokens x {plain(price.output)} USD) / 1,000,000"
    )
    return f"{judgements} x {tokens} = {plain(usd)} USD"


def _count(number: int, of: str) -> str:
    return f"{number:,} {of}" if number == 1 else f"{number:,} {of}s"


def assumptions(
    judge: str, found: FoundPrice | None, input_tokens: int = INPUT_TOKENS, characters: int = 0
) -> tuple[str, ...]:
    """Sentences: token counts, calls, where the price is from, and for whom it was listed.

    `input_tokens`: of one judgement. `characters`: of a record's texts, on average; 0 is unknown.
    """
    tokens = (
        f"One judgement takes {input_tokens:,} input and {OUTPUT_TOKENS:,} output tokens.",
        _how_long(input_tokens, characters),
        "Each record is judged once per metric; what Bedrock itself repeats is not counted.",
    )
    if found is None:
        return tokens
    if found.from_settings:
        source = f"The price of {found.listed_as} is the settings' own."
    else:
        source = f"The price of {found.listed_as} is of {price_list().as_of}, unofficial."
    if found.listed_as in (judge, short_id(judge)):
        return (*tokens, source)
    profile = (
        f"{short_id(judge)} has no price of its own, so that of its model stands for it; "
        "some Regions' profiles cost about a tenth more."
    )
    return (*tokens, source, profile)


def _how_long(input_tokens: int, characters: int) -> str:
    if not characters:
        return "That is a rule of thumb; long prompts and responses cost more."
    texts = f"what is judged has {characters:,} characters a record on average"
    if input_tokens == INPUT_TOKENS:
        return f"That is a rule of thumb, which is enough here: {texts}."
    return (
        f"That is the judge's instructions and the record's texts: {texts}, "
        f"{CHARACTERS_PER_TOKEN} of them a token."
    )


def generator_formula(
    *,
    records: int,
    answers: int,
    input_tokens: int,
    output_tokens: int,
    generator: str,
    found: FoundPrice | None,
    usd: Decimal | None,
) -> str:
    """The sum for generating the responses of all records, so many answers to each."""
    each = f" x {answers} answers" if answers > 1 else ""
    asked = f"{_count(records, 'record')}{each}"
    tokens = f"{asked}: {input_tokens:,} input + {output_tokens:,} output tokens"
    if found is None or usd is None:
        return f"{tokens} = unknown: no price of {generator}"
    price = found.price
    return (
        f"{tokens}, ({input_tokens:,} x {plain(price.input)} USD + {output_tokens:,} x "
        f"{plain(price.output)} USD) / 1,000,000 = {plain(usd)} USD"
    )


def generator_assumptions(
    max_tokens: int | None, found: FoundPrice | None, *, perturbed: int = 0
) -> tuple[str, ...]:
    answer = (
        f"An answer takes all of its {max_tokens:,} tokens."
        if max_tokens
        else f"An answer takes {ANSWER_TOKENS:,} tokens; the inference parameters set no limit."
    )
    said = [f"A token is {CHARACTERS_PER_TOKEN} characters of a prompt.", answer]
    if perturbed:
        said.append(f"Each prompt is answered, and about {perturbed} changed copies of it.")
    return (*said, *price_source(found))


def price_source(found: FoundPrice | None) -> tuple[str, ...]:
    """Where a price is from, in a sentence; none of a price that is not known."""
    if found is None:
        return ()
    source = "the settings' own" if found.from_settings else f"of {price_list().as_of}, unofficial"
    return (f"The price of {found.listed_as} is {source}.",)
