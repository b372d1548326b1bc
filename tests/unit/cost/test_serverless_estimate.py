"""SageMaker's own price is not published: it is in no budget, and it is never nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from modeleval.cost.budget import check_budget
from modeleval.cost.estimate import (
    SERVERLESS,
    ModelEstimate,
    RunEstimate,
    estimate_judge,
    estimate_serverless,
)
from modeleval.errors import BudgetExceeded, PriceUnknown

PRICED = "amazon.nova-pro-v1:0"
UNPRICED = "openai.gpt-5.4"
NOTHING_KNOWN = estimate_serverless(evaluation="know", models=2, records=0)


def judging(judge: str = PRICED) -> ModelEstimate:
    return estimate_judge(evaluation="tone", records=30, metrics=10, judge=judge)


def test_without_any_price_there_is_no_total_and_not_zero() -> None:
    run = RunEstimate((NOTHING_KNOWN,))
    assert run.usd is None
    assert run.to_document()["usd"] is None
    assert run.unknown_prices == ()
    assert run.without_price == ("know: 2 models, no price known",)


def test_of_what_has_a_price_the_total_is_told() -> None:
    run = RunEstimate((NOTHING_KNOWN, judging()))
    assert run.usd == Decimal("0.552")
    assert run.to_document()["withoutPrice"] == ["know: 2 models, no price known"]


@pytest.mark.parametrize("budget", ["0.01", "25"])
def test_no_budget_holds_or_refuses_it(budget: str) -> None:
    check_budget(RunEstimate((NOTHING_KNOWN,)), Decimal(budget))


def test_a_budget_still_holds_what_has_a_price() -> None:
    with pytest.raises(BudgetExceeded, match=r"estimated at 0\.552 USD.*judge of tone"):
        check_budget(RunEstimate((NOTHING_KNOWN, judging())), Decimal("0.5"))
    with pytest.raises(PriceUnknown) as refused:
        check_budget(RunEstimate((NOTHING_KNOWN, judging(UNPRICED))), Decimal(1000))
    assert SERVERLESS not in str(refused.value)


@pytest.mark.parametrize(("models", "said"), [(1, "one model"), (2, "2 models")])
def test_it_says_what_there_is_to_do(models: int, said: str) -> None:
    found = estimate_serverless(evaluation="know", models=models, records=3)
    assert (found.purpose, found.usd, found.records) == (SERVERLESS, None, 3)
    assert found.formula == f"{said}, no price known"
    assert "AWS publishes no price" in found.assumptions[0]
    assert ModelEstimate.from_document(found.to_document()) == found
