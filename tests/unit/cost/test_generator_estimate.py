"""What live responses cost: the prompts' own length, and the answers' longest."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeleval.cost.budget import check_budget
from modeleval.cost.estimate import ModelEstimate, RunEstimate, estimate_generator, estimate_judge
from modeleval.cost.prices import Price
from modeleval.errors import BudgetExceeded, PriceUnknown

_NOVA = "amazon.nova-pro-v1:0"
_UNKNOWN = "openai.gpt-5.4"
_DEAR = {_NOVA: Price(Decimal(1000), Decimal(1000))}


def _estimate(**changes: Any) -> ModelEstimate:
    fields = {
        "evaluation": "answers",
        "records": 30,
        "prompt_characters": 12_000,
        "max_tokens": 512,
        "generator": _NOVA,
    }
    return estimate_generator(**fields | changes)


def test_thirty_prompts_of_four_hundred_characters_with_nova_pro() -> None:
    estimate = _estimate()
    assert (estimate.purpose, estimate.model, estimate.metrics) == ("generator", _NOVA, 0)
    assert (estimate.input_tokens, estimate.output_tokens) == (3_000, 15_360)
    assert estimate.usd == Decimal("0.051552")
    assert estimate.formula == (
        "30 records: 3,000 input + 15,360 output tokens, (3,000 x 0.8 USD + 15,360 x 3.2 USD) "
        "/ 1,000,000 = 0.051552 USD"
    )
    assert estimate.assumptions == (
        "A token is 4 characters of a prompt.",
        "An answer takes all of its 512 tokens.",
        "The price of amazon.nova-pro-v1:0 is of 2026-11-22, unofficial.",
    )


def test_where_no_limit_is_set_an_answer_is_assumed_and_that_is_said() -> None:
    estimate = _estimate(max_tokens=None)
    assert estimate.output_tokens == 15_000
    assert estimate.assumptions[1] == (
        "An answer takes 500 tokens; the inference parameters set no limit."
    )


def test_a_part_of_a_token_is_a_token() -> None:
    assert [_estimate(prompt_characters=n).input_tokens for n in (0, 1, 4, 5)] == [0, 1, 1, 2]


def test_an_unknown_price_gives_no_amount_and_is_never_zero() -> None:
    estimate = _estimate(generator=_UNKNOWN, records=1)
    assert estimate.usd is None
    assert estimate.formula == (
        "1 record: 3,000 input + 512 output tokens = unknown: no price of openai.gpt-5.4"
    )
    assert len(estimate.assumptions) == 2


def test_a_price_of_the_settings_is_used_and_said() -> None:
    price = {_UNKNOWN: Price(Decimal(2), Decimal(4))}
    estimate = _estimate(generator=_UNKNOWN, overrides=price)
    assert estimate.usd == Decimal("0.06744")
    assert estimate.assumptions[-1] == "The price of openai.gpt-5.4 is the settings' own."


def test_a_profile_costs_what_it_is_listed_for_and_says_under_which_name() -> None:
    profile = "eu.anthropic.claude-haiku-4-5-20251001-v1:0"
    estimate = _estimate(generator=profile)
    assert estimate.usd == Decimal("0.0798")
    assert "anthropic.claude-haiku-4-5-20251001-v1:0 is of" in estimate.assumptions[-1]


@pytest.mark.parametrize("changes", [{"records": -1}, {"prompt_characters": -1}])
def test_counts_are_not_negative(changes: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="are counts"):
        _estimate(**changes)


def test_an_estimate_comes_back_from_its_document() -> None:
    for estimate in (_estimate(), _estimate(generator=_UNKNOWN)):
        assert ModelEstimate.from_document(estimate.to_document()) == estimate


def _judge(judge: str = _NOVA) -> ModelEstimate:
    return estimate_judge(evaluation="answers", records=30, metrics=10, judge=judge)


def test_a_run_costs_what_its_judge_and_its_generator_cost() -> None:
    assert RunEstimate((_judge(), _estimate())).usd == Decimal("0.603552")


def test_one_model_that_is_not_priced_leaves_the_run_without_a_total() -> None:
    run = RunEstimate((_judge(), _estimate(generator=_UNKNOWN)))
    assert (run.usd, run.unknown_prices) == (None, (_UNKNOWN,))
    with pytest.raises(PriceUnknown, match=f"no price is known for {_UNKNOWN} "):
        check_budget(run, Decimal(1000))


def test_a_dear_generator_is_named_and_fewer_metrics_are_no_way_out() -> None:
    run = RunEstimate((_judge(), _estimate(overrides=_DEAR)))
    with pytest.raises(BudgetExceeded) as refused:
        check_budget(run, Decimal(10))
    assert "The dearest part is the generator of answers: 30 records: 3,000 input" in str(
        refused.value
    )
    assert "15 of its 30 records would fit. A budget of 18.92 USD" in str(refused.value)
    assert "of its 0 metrics" not in str(refused.value)


@given(
    st.integers(0, 1000),
    st.integers(0, 10**6),
    st.none() | st.integers(1, 10**5),
)
def test_more_of_anything_never_costs_less(
    records: int, characters: int, max_tokens: int | None
) -> None:
    asked = {"records": records, "prompt_characters": characters, "max_tokens": max_tokens}
    usd = _estimate(**asked).usd
    assert usd is not None
    for more in (
        {"records": records + 1},
        {"prompt_characters": characters + 4},
        {"max_tokens": (max_tokens or 500) + 1},
    ):
        other = _estimate(**asked | more).usd
        assert other is not None
        assert other >= usd


def test_changed_copies_of_each_prompt_are_answered_too() -> None:
    once, often = _estimate(), _estimate(perturbed=5)
    assert (often.input_tokens, often.output_tokens) == (18_000, 92_160)
    assert often.usd == 6 * (once.usd or 0)
    assert often.records == once.records
    assert often.formula.startswith("30 records x 6 answers: 18,000 input + 92,160 output tokens")
    assert often.assumptions[2] == ("Each prompt is answered, and about 5 changed copies of it.")
