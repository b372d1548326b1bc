"""Estimates: what a run's models will cost, and whether the budget allows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from types import MappingProxyType
from typing import Any

from modeleval.cost.explain import (
    ANSWER_TOKENS,
    CHARACTERS_PER_TOKEN,
    INPUT_TOKENS,
    OUTPUT_TOKENS,
    assumptions,
    formula,
    generator_assumptions,
    generator_formula,
    plain,
)
from modeleval.cost.prices import FoundPrice, Priced, find_price, price_list, short_id
from modeleval.errors import BudgetExceeded, PriceUnknown

JUDGE = "judge"
GENERATOR = "generator"
SERVERLESS = "SageMaker serverless evaluation"
PEOPLE = "people"

HUMAN_TASK_USD = Decimal("0.21")
"""Bedrock's price of one completed human task, whatever the metrics; the work team's own is extra.
As several repositories quote AWS's pricing page."""

_MILLION = 1_000_000
_NO_PRICE = (
    "AWS publishes no price for SageMaker's serverless evaluation: it is not in the estimate, and "
    "no budget holds it"
)
_CENT = Decimal("0.01")
_NONE: Mapping[str, Priced] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class ModelEstimate:
    """What one model is estimated to cost in one job of an evaluation.

    `purpose` is JUDGE, GENERATOR, SERVERLESS or PEOPLE; `metrics` is 0 for all but judges.
    `input_tokens` and `output_tokens` are totals. `usd` is None if the model's price is unknown;
    SageMaker's serverless evaluation has none that AWS publishes, so no budget can hold it.
    `formula` shows the sum with its numbers; `assumptions` are sentences that it rests on.
    """

    evaluation: str
    purpose: str
    model: str
    records: int
    metrics: int
    input_tokens: int
    output_tokens: int
    usd: Decimal | None
    formula: str
    assumptions: tuple[str, ...]

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
            "usd": None if self.usd is None else plain(self.usd),
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
            usd=None if document["usd"] is None else Decimal(document["usd"]),
            formula=document["formula"],
            assumptions=tuple(document["assumptions"]),
        )


@dataclass(frozen=True)
class RunEstimate:
    """The estimates of a run's evaluations together."""

    evaluations: tuple[ModelEstimate, ...]

    @property
    def usd(self) -> Decimal | None:
        """The total of what has a price at all; None if one of those is unknown, since a part of a
        sum is not an estimate, and None if nothing has one, since that is not for nothing.
        """
        if self.unknown_prices or (self.evaluations and not self._priced):
            return None
        return sum((one.usd for one in self.evaluations if one.usd is not None), Decimal(0))

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
        """JSON-able, camelCase: the total, what is unknown, the date of the prices, the parts."""
        return {
            "usd": None if self.usd is None else plain(self.usd),
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
) -> ModelEstimate:
    """Records x metrics x (1,500 input + 200 output tokens) at the judge's price.

    `overrides` are the settings' prices. Raises ValueError for negative counts.
    """
    if records < 0 or metrics < 0:
        raise ValueError("records and metrics are counts")
    input_tokens = records * metrics * INPUT_TOKENS
    output_tokens = records * metrics * OUTPUT_TOKENS
    found = find_price(judge, overrides)
    usd = _dollars(input_tokens, output_tokens, found)
    return ModelEstimate(
        evaluation=evaluation,
        purpose=JUDGE,
        model=judge,
        records=records,
        metrics=metrics,
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        usd=usd,
        formula=formula(records, metrics, judge, found, usd),
        assumptions=assumptions(judge, found),
    )


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
    usd = _dollars(input_tokens, output_tokens, found)
    return ModelEstimate(
        evaluation=evaluation,
        purpose=GENERATOR,
        model=generator,
        records=records,
        metrics=0,
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
    )


def estimate_serverless(*, evaluation: str, models: int, records: int) -> ModelEstimate:
    """What is known of a SageMaker evaluation's own price: nothing but how much there is to do."""
    models_said = "one model" if models == 1 else f"{models} models"
    return ModelEstimate(
        evaluation=evaluation,
        purpose=SERVERLESS,
        model=SERVERLESS,
        records=records,
        metrics=0,
        input_tokens=0,
        output_tokens=0,
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
        metrics=0,
        input_tokens=0,
        output_tokens=0,
        usd=usd,
        formula=f"{records:,} records x {people} x {plain(HUMAN_TASK_USD)} USD = {plain(usd)} USD",
        assumptions=(
            "One task is one record answered by one person, on all metrics and responses.",
            "What the people themselves are paid is not in it.",
        ),
    )


def _dollars(input_tokens: int, output_tokens: int, found: FoundPrice | None) -> Decimal | None:
    if found is None:
        return None
    dollars = input_tokens * found.price.input + output_tokens * found.price.output
    return dollars / _MILLION


def check_budget(
    estimate: RunEstimate, max_usd: Decimal | None, *, where: str = "budget.maxUsd"
) -> None:
    """Return if the run may start; `max_usd` None is no budget, and an estimate equal to it fits.

    `where` names the field that set the budget. Raises PriceUnknown with the models whose price is
    missing, and BudgetExceeded with what would fit.
    """
    if max_usd is None:
        return
    if estimate.unknown_prices:
        raise price_unknown(estimate.unknown_prices, where)
    total = estimate.usd
    if total is not None and total > max_usd:
        raise BudgetExceeded(
            f"The run is estimated at {plain(total)} USD, above the budget of {plain(max_usd)} USD",
            where=where,
            action=_advice(estimate, total, max_usd),
        )


def price_unknown(models: tuple[str, ...], where: str) -> PriceUnknown:
    """The error for a budget, set by the field `where`, that needs these models' prices."""
    return PriceUnknown(
        f"A budget is set, and no price is known for {', '.join(models)}",
        where=where,
        action=(
            "Add to the settings, in USD per million tokens: "
            f'"prices": {{"{short_id(models[0])}": {{"input": ..., "output": ...}}}}; '
            "or choose models whose price is known."
        ),
    )


def _advice(estimate: RunEstimate, total: Decimal, max_usd: Decimal) -> str:
    dearest = max(estimate.evaluations, key=lambda one: one.usd or 0)
    enough = total.quantize(_CENT, rounding=ROUND_CEILING)
    return (
        f"The dearest part is the {dearest.purpose} of {dearest.evaluation}: {dearest.formula}. "
        f"{_what_fits(dearest, total, max_usd)} A budget of {plain(enough)} USD would be enough."
    )


def _what_fits(dearest: ModelEstimate, total: Decimal, max_usd: Decimal) -> str:
    """How many of its records, or of its metrics, the other evaluations leave room for."""
    cost = dearest.usd or Decimal(0)
    left = max(max_usd - (total - cost), Decimal(0))
    records = int(left * dearest.records // cost)
    metrics = int(left * dearest.metrics // cost)
    if records == 0 and metrics == 0:
        return "Not one of its records would fit."
    room = f"{records:,} of its {dearest.records:,} records would fit"
    if metrics:
        room += f", or {metrics:,} of its {dearest.metrics:,} metrics"
    return room + "."
