"""Estimates: what a run's models will cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil
from types import MappingProxyType
from typing import Any

from modeleval.cost.around import around
from modeleval.cost.explain import (
    ANSWER_TOKENS,
    CHARACTERS_PER_TOKEN,
    HIGH_INPUT,
    HIGH_OUTPUT,
    INPUT_TOKENS,
    INSTRUCTION_TOKENS,
    LOW_INPUT,
    LOW_OUTPUT,
    OUTPUT_TOKENS,
    assumptions,
    formula,
    generator_assumptions,
    generator_formula,
    plain,
)
from modeleval.cost.prices import (
    FoundPrice,
    Priced,
    find_price,
    price_list,
    service_prices,
)

JUDGE = "judge"
GENERATOR = "generator"
SERVERLESS = "SageMaker serverless evaluation"
PEOPLE = "people"
FUNCTION = "scorer function"

HUMAN_TASK_USD = Decimal("0.21")
"""Bedrock's price of one completed human task, whatever the metrics; the work team's own is extra.
As several repositories quote AWS's pricing page."""

_MILLION = 1_000_000
_NO_PRICE = (
    "AWS publishes no price for SageMaker's serverless evaluation: it is not in the estimate, and "
    "no budget holds it"
)
_NONE: Mapping[str, Priced] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class ModelEstimate:
    """What one model is estimated to cost in one job of an evaluation.

    `purpose` is JUDGE, GENERATOR, SERVERLESS, PEOPLE or FUNCTION; `metrics` is 0 for all but
    judges.
    `input_tokens` and `output_tokens` are totals. `usd` is None if the model's price is unknown;
    SageMaker's serverless evaluation has none that AWS publishes, so no budget can hold it.
    `low_usd` and `high_usd`: between what it may well come to. `formula` shows the sum with its
    numbers; `assumptions` are sentences that it rests on.
    """

    evaluation: str
    purpose: str
    model: str
    records: int
    metrics: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    usd: Decimal | None
    formula: str
    assumptions: tuple[str, ...]
    low_usd: Decimal | None = None
    high_usd: Decimal | None = None

    @property
    def metric_usd(self) -> Decimal | None:
        """What one more metric would add; None if nothing judges, or the price is unknown."""
        return None if self.usd is None or not self.metrics else self.usd / self.metrics

    @property
    def hundred_records_usd(self) -> Decimal | None:
        """What 100 more records like these would add; None if that is unknown."""
        return None if self.usd is None or not self.records else self.usd * 100 / self.records

    def to_document(self) -> dict[str, Any]:
        """JSON-able, camelCase; USD as a decimal string, null if unknown."""
        return {
            "evaluation": self.evaluation,
            "purpose": self.purpose,
            "model": self.model,
            "records": self.records,
            "metrics": self.metrics,
            "inputTokens": self.input_tokens,
            "outputTokens": self.output_tokens,
            "usd": _text(self.usd),
            "lowUsd": _text(self.low_usd),
            "highUsd": _text(self.high_usd),
            "metricUsd": _text(self.metric_usd),
            "hundredRecordsUsd": _text(self.hundred_records_usd),
            "formula": self.formula,
            "assumptions": list(self.assumptions),
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> ModelEstimate:
        """The estimate again. Counts may be any integral type, as DynamoDB returns Decimals."""
        return cls(
            evaluation=document["evaluation"],
            purpose=document["purpose"],
            model=document["model"],
            records=int(document["records"]),
            metrics=int(document["metrics"]),
            input_tokens=int(document["inputTokens"]),
            output_tokens=int(document["outputTokens"]),
            usd=_number(document["usd"]),
            formula=document["formula"],
            assumptions=tuple(document["assumptions"]),
            low_usd=_number(document.get("lowUsd")),
            high_usd=_number(document.get("highUsd")),
        )


def _text(usd: Decimal | None) -> str | None:
    return None if usd is None else plain(usd)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@dataclass(frozen=True)
class RunEstimate:
    """The estimates of a run's evaluations together, and how many jobs it has."""

    evaluations: tuple[ModelEstimate, ...]
    jobs: int = 1

    @classmethod
    def from_document(cls, document: Mapping[str, Any] | None) -> RunEstimate:
        """The parts again; none of a run that was not planned. `jobs` is not kept."""
        parts = (document or {}).get("evaluations", ())
        return cls(tuple(ModelEstimate.from_document(part) for part in parts))

    @property
    def usd(self) -> Decimal | None:
        """The total of what has a price at all; None if one of those is unknown, since a part of a
        sum is not an estimate, and None if nothing has one, since that is not for nothing.
        """
        if self.unknown_prices or (self.evaluations and not self._priced):
            return None
        return sum((one.usd for one in self.evaluations if one.usd is not None), Decimal(0))

    def total(self, of: Callable[[ModelEstimate], Decimal | None]) -> Decimal | None:
        """The sum of a part of each estimate; None where `usd` is, or where a part is unknown."""
        found = [of(one) for one in self._priced]
        known = [one for one in found if one is not None]
        return None if self.usd is None or len(known) < len(found) else sum(known, Decimal(0))

    @property
    def unknown_prices(self) -> tuple[str, ...]:
        """Models without a known price, each once, sorted."""
        return tuple(sorted({one.model for one in self._priced if one.usd is None}))

    @property
    def without_price(self) -> tuple[str, ...]:
        """What costs something and is in no estimate, because AWS publishes no price for it."""
        return tuple(
            f"{one.evaluation}: {one.formula}"
            for one in self.evaluations
            if one.purpose == SERVERLESS
        )

    @property
    def _priced(self) -> tuple[ModelEstimate, ...]:
        return tuple(one for one in self.evaluations if one.purpose != SERVERLESS)

    def to_document(self) -> dict[str, Any]:
        """JSON-able, camelCase: the total, what is unknown, the date of the prices, the parts.

        `around`: what AWS's other services cost the run; it is in no total.
        """
        return {
            "usd": _text(self.usd),
            "lowUsd": _text(self.total(lambda one: one.low_usd)),
            "highUsd": _text(self.total(lambda one: one.high_usd)),
            "hundredRecordsUsd": _text(self.total(lambda one: one.hundred_records_usd)),
            "around": around(self.jobs),
            "unknownPrices": list(self.unknown_prices),
            "withoutPrice": list(self.without_price),
            "pricesAsOf": price_list().as_of,
            "evaluations": [one.to_document() for one in self.evaluations],
        }


def estimate_judge(
    *,
    evaluation: str,
    records: int,
    metrics: int,
    judge: str,
    overrides: Mapping[str, Priced] = _NONE,
    characters: int = 0,
    instructions: int = 0,
) -> ModelEstimate:
    """Records x metrics x (1,500 input + 200 output tokens) at the judge's price, more if longer.

    `characters`: of what is judged of a record, on average; 0 is unknown. `instructions`:
    characters of a custom metric's, the longest. `overrides` are the settings' prices. Raises
    ValueError for negative counts.
    """
    if min(records, metrics, characters, instructions) < 0:
        raise ValueError("records, metrics and characters are counts")
    each = judgement_tokens(characters, instructions)
    input_tokens = records * metrics * each
    output_tokens = records * metrics * OUTPUT_TOKENS
    found = find_price(judge, overrides)
    usd = dollars(input_tokens, output_tokens, found)
    return ModelEstimate(
        evaluation=evaluation,
        purpose=JUDGE,
        model=judge,
        records=records,
        metrics=metrics,
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        usd=usd,
        formula=formula(records, metrics, judge, found, usd, input_tokens=each),
        assumptions=assumptions(judge, found, each, characters),
        low_usd=dollars(input_tokens * LOW_INPUT, output_tokens * LOW_OUTPUT, found),
        high_usd=dollars(input_tokens * HIGH_INPUT, output_tokens * HIGH_OUTPUT, found),
    )


def judgement_tokens(characters: int, instructions: int = 0) -> int:
    """Input tokens of one judgement: those of the rule of thumb, or of the texts if they are more.

    `characters`, `instructions`: as `estimate_judge` has them.
    """
    instructed = max(INSTRUCTION_TOKENS, -(-instructions // CHARACTERS_PER_TOKEN))
    return max(INPUT_TOKENS, instructed + -(-characters // CHARACTERS_PER_TOKEN))


def estimate_generator(
    *,
    evaluation: str,
    records: int,
    prompt_characters: int,
    max_tokens: int | None,
    generator: str,
    perturbed: int = 0,
    overrides: Mapping[str, Priced] = _NONE,
) -> ModelEstimate:
    """The prompts' own length, and at most `max_tokens` of answer each, at the generator's price.

    `perturbed`: how many changed copies of each prompt are answered too. Raises ValueError for
    negative counts.
    """
    if min(records, prompt_characters, perturbed) < 0:
        raise ValueError("records and characters are counts")
    answers = 1 + perturbed
    input_tokens = answers * -(-prompt_characters // CHARACTERS_PER_TOKEN)
    output_tokens = answers * records * (max_tokens or ANSWER_TOKENS)
    found = find_price(generator, overrides)
    usd = dollars(input_tokens, output_tokens, found)
    return ModelEstimate(
        evaluation=evaluation,
        purpose=GENERATOR,
        model=generator,
        records=records,
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        usd=usd,
        formula=generator_formula(
            records=records,
            answers=answers,
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            generator=generator,
            found=found,
            usd=usd,
        ),
        assumptions=generator_assumptions(max_tokens, found, perturbed=perturbed),
        low_usd=dollars(input_tokens * LOW_INPUT, output_tokens * LOW_OUTPUT, found),
        # An answer cannot be longer than it may be.
        high_usd=dollars(
            input_tokens * HIGH_INPUT, output_tokens * (1 if max_tokens else HIGH_OUTPUT), found
        ),
    )


def estimate_serverless(*, evaluation: str, models: int, records: int) -> ModelEstimate:
    """What is known of a SageMaker evaluation's own price: nothing but how much there is to do."""
    models_said = "one model" if models == 1 else f"{models} models"
    return ModelEstimate(
        evaluation=evaluation,
        purpose=SERVERLESS,
        model=SERVERLESS,
        records=records,
        usd=None,
        formula=f"{models_said}, no price known",
        assumptions=(_NO_PRICE,),
    )


def estimate_people(*, evaluation: str, records: int, workers: int) -> ModelEstimate:
    """Records x people who answer each of them x Bedrock's price of a task.

    Raises ValueError for negative counts.
    """
    if min(records, workers) < 0:
        raise ValueError("records and workers are counts")
    usd = records * workers * HUMAN_TASK_USD
    people = "1 person" if workers == 1 else f"{workers} people"
    return ModelEstimate(
        evaluation=evaluation,
        purpose=PEOPLE,
        model="human task",
        records=records,
        usd=usd,
        formula=f"{records:,} records x {people} x {plain(HUMAN_TASK_USD)} USD = {plain(usd)} USD",
        assumptions=(
            "One task is one record answered by one person, on all metrics and responses.",
            "What the people themselves are paid is not in it.",
        ),
        low_usd=usd,
        high_usd=usd,
    )


def estimate_function(*, evaluation: str, records: int, batch_size: int) -> ModelEstimate:
    """A scorer function's invocations, each a second of a GB per record of its batch.

    Raises ValueError for negative counts.
    """
    if records < 0 or batch_size < 1:
        raise ValueError("records and batch size are counts")
    invocations = -(-records // batch_size)
    prices = service_prices()
    usd = invocations * prices.lambda_request + records * prices.lambda_gb_second
    return ModelEstimate(
        evaluation=evaluation,
        purpose=FUNCTION,
        model="AWS Lambda",
        records=records,
        usd=usd,
        formula=(
            f"{invocations:,} invocations and {records:,} GB-seconds of AWS Lambda = "
            f"{plain(usd)} USD"
        ),
        assumptions=(
            "The function takes a second of a GB for each record.",
            "What it calls, such as a model, is not in it.",
        ),
        low_usd=usd / 10,
        high_usd=usd * 10,
    )


def dollars(
    input_tokens: int | Fraction, output_tokens: int | Fraction, found: FoundPrice | None
) -> Decimal | None:
    if found is None:
        return None
    # Whole tokens: a Decimal takes no fractions.
    dollars = ceil(input_tokens) * found.price.input + ceil(output_tokens) * found.price.output
    return dollars / _MILLION
