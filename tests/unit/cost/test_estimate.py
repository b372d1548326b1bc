import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeleval.cost.budget import check_budget
from modeleval.cost.estimate import ModelEstimate, RunEstimate, estimate_judge
from modeleval.cost.prices import Price
from modeleval.errors import BudgetExceeded, PriceUnknown

_NOVA = "amazon.nova-pro-v1:0"
_UNKNOWN = "openai.gpt-5.4"


def _estimate(
    evaluation: str = "answers", records: int = 30, metrics: int = 10, judge: str = _NOVA
) -> ModelEstimate:
    return estimate_judge(evaluation=evaluation, records=records, metrics=metrics, judge=judge)


def test_thirty_records_and_ten_metrics_with_nova_pro() -> None:
    estimate = _estimate()
    assert estimate.usd == Decimal("0.552")
    assert (estimate.input_tokens, estimate.output_tokens) == (450_000, 60_000)
    assert estimate.formula == (
        "30 records x 10 metrics x (1,500 input tokens x 0.8 USD + 200 output tokens x 3.2 USD) "
        "/ 1,000,000 = 0.552 USD"
    )
    assert estimate.assumptions == (
        "One judgement takes 1,500 input and 200 output tokens.",
        "That is a rule of thumb; long prompts and responses cost more.",
        "Each record is judged once per metric; what Bedrock itself repeats is not counted.",
        "The price of amazon.nova-pro-v1:0 is of 2026-11-22, unofficial.",
    )


def test_an_unknown_price_gives_no_amount() -> None:
    estimate = _estimate(judge=_UNKNOWN)
    assert estimate.usd is None
    assert estimate.formula == (
        "30 records x 10 metrics x (1,500 input + 200 output tokens) "
        "= unknown: no price of openai.gpt-5.4"
    )
    assert estimate.input_tokens == 450_000


def test_a_price_of_the_settings_is_used_and_said() -> None:
    estimate = estimate_judge(
        evaluation="answers",
        records=1_000,
        metrics=1,
        judge=_UNKNOWN,
        overrides={_UNKNOWN: Price(Decimal("1.25"), Decimal(10))},
    )
    assert estimate.usd == Decimal("3.875")
    assert estimate.formula.startswith("1,000 records x 1 metric x (1,500 input tokens x 1.25 USD")
    assert estimate.assumptions[-1] == "The price of openai.gpt-5.4 is the settings' own."


def test_a_price_that_was_borrowed_from_the_model_is_said() -> None:
    judge = (
        "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-sonnet-4-6"
    )
    assert _estimate(judge=judge).assumptions[-2:] == (
        "The price of anthropic.claude-sonnet-4-6 is of 2026-11-22, unofficial.",
        (
            "eu.anthropic.claude-sonnet-4-6 has no price of its own, so that of its model stands "
            "for it; some Regions' profiles cost about a tenth more."
        ),
    )
    assert len(_estimate(judge="us.anthropic.claude-sonnet-4-6").assumptions) == 4


def test_nothing_to_judge_costs_nothing() -> None:
    assert _estimate(records=0).usd == 0


@pytest.mark.parametrize("counts", [(-1, 1), (1, -1)])
def test_counts_are_not_negative(counts: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="are counts"):
        _estimate(records=counts[0], metrics=counts[1])


def test_a_run_costs_what_its_evaluations_cost() -> None:
    run = RunEstimate((_estimate(), _estimate("more", records=60)))
    assert run.usd == Decimal("1.656")
    assert run.unknown_prices == ()
    assert RunEstimate(()).usd == 0


def test_a_run_with_one_unknown_price_has_no_total() -> None:
    run = RunEstimate((_estimate(), _estimate("a", judge=_UNKNOWN), _estimate("b", judge=_UNKNOWN)))
    assert run.usd is None
    assert run.unknown_prices == (_UNKNOWN,)


def test_an_estimate_as_a_document() -> None:
    document = RunEstimate((_estimate(), _estimate("other", judge=_UNKNOWN))).to_document()
    assert json.loads(json.dumps(document)) == document
    assert document["usd"] is None
    assert document["unknownPrices"] == [_UNKNOWN]
    assert document["pricesAsOf"] == "2026-11-22"
    known, unknown = document["evaluations"]
    assert (known["usd"], unknown["usd"]) == ("0.552", None)
    assert list(known) == [
        "evaluation",
        "purpose",
        "model",
        "records",
        "metrics",
        "inputTokens",
        "outputTokens",
        "usd",
        "lowUsd",
        "highUsd",
        "metricUsd",
        "hundredRecordsUsd",
        "formula",
        "assumptions",
    ]


@pytest.mark.parametrize("judge", [_NOVA, _UNKNOWN])
def test_an_estimate_comes_back_from_its_document(judge: str) -> None:
    estimate = _estimate(judge=judge)
    assert ModelEstimate.from_document(estimate.to_document()) == estimate


def test_without_a_budget_everything_may_start() -> None:
    check_budget(RunEstimate((_estimate(judge=_UNKNOWN),)), None)


def test_an_estimate_equal_to_the_budget_fits() -> None:
    check_budget(RunEstimate((_estimate(),)), Decimal("0.552"))


def test_a_budget_needs_every_price() -> None:
    run = RunEstimate((_estimate(judge="us.openai.gpt-5.5"), _estimate(judge=_UNKNOWN)))
    with pytest.raises(PriceUnknown) as refused:
        check_budget(run, Decimal(1000), where="defaultBudgetUsd")
    assert str(refused.value) == (
        "A budget is set, and no price is known for openai.gpt-5.4, us.openai.gpt-5.5 "
        "(defaultBudgetUsd). Add to the settings, in USD per million tokens: "
        '"prices": {"openai.gpt-5.4": {"input": ..., "output": ...}}; '
        "or choose models whose price is known."
    )


def test_a_run_above_the_budget_is_refused_with_what_would_fit() -> None:
    with pytest.raises(BudgetExceeded) as refused:
        check_budget(RunEstimate((_estimate(),)), Decimal("0.25"))
    assert str(refused.value) == (
        "The run is estimated at 0.552 USD, above the budget of 0.25 USD (budget.maxUsd). "
        "The dearest part is the judge of answers: 30 records x 10 metrics x (1,500 input tokens x "
        "0.8 USD + 200 output tokens x 3.2 USD) / 1,000,000 = 0.552 USD. "
        "13 of its 30 records would fit, or 4 of its 10 metrics. "
        "A budget of 0.56 USD would be enough."
    )


def test_what_fits_leaves_the_other_evaluations_as_they_are() -> None:
    run = RunEstimate((_estimate(), _estimate("big", records=300)))
    with pytest.raises(BudgetExceeded, match="dearest part is the judge of big: ") as refused:
        check_budget(run, Decimal(3))
    assert "133 of its 300 records would fit, or 4 of its 10 metrics." in str(refused.value)


def test_fewer_metrics_are_no_way_out_when_not_one_fits() -> None:
    with pytest.raises(BudgetExceeded) as refused:
        check_budget(RunEstimate((_estimate(metrics=1),)), Decimal("0.01"))
    assert " 5 of its 30 records would fit. A budget of 0.06 USD" in str(refused.value)


def test_nothing_fits_when_the_others_alone_are_too_dear() -> None:
    run = RunEstimate((_estimate(), _estimate("big", records=60)))
    with pytest.raises(BudgetExceeded, match="Not one of its records would fit"):
        check_budget(run, Decimal("0.5"))


@given(
    st.lists(st.tuples(st.integers(1, 5_000), st.integers(1, 25)), min_size=1, max_size=4),
    st.decimals(Decimal("0.01"), Decimal(2000), places=2),
)
def test_the_records_that_are_said_to_fit_do_fit_and_one_more_does_not(
    sizes: list[tuple[int, int]], budget: Decimal
) -> None:
    estimates = [_estimate(f"e{n}", *size) for n, size in enumerate(sizes)]
    try:
        check_budget(RunEstimate(tuple(estimates)), budget)
    except BudgetExceeded as refused:
        dearest = max(estimates, key=lambda one: one.usd or 0)
        others = [one for one in estimates if one is not dearest]
        words = str(refused).replace(",", "").split(" of its ")[0].split()
        fits = int(words[-1]) if words[-1].isdigit() else 0

        def again(records: int) -> RunEstimate:
            smaller = _estimate(dearest.evaluation, records, dearest.metrics)
            return RunEstimate((*others, smaller))

        if fits:
            check_budget(again(fits), budget)
        with pytest.raises(BudgetExceeded):
            check_budget(again(fits + 1), budget)
