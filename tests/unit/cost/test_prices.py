import json
import re
from datetime import date
from decimal import Decimal
from importlib.resources import files

import pytest

from modeleval.cost.prices import FoundPrice, Price, Priced, find_price, price_list, price_of
from modeleval.settings import ModelPrice

_HAIKU = "anthropic.claude-haiku-4-5-20251001-v1:0"

# Judges (AWS user guide, evaluation-judge) that a price is known for.
_JUDGES = [
    "amazon.nova-pro-v1:0",
    "amazon.nova-2-lite-v1:0",
    "amazon.nova-micro-v1:0",
    "amazon.nova-premier-v1:0",
    "anthropic.claude-3-5-sonnet-20240620-v1:0",
    "anthropic.claude-3-5-sonnet-20241022-v2:0",
    "anthropic.claude-3-7-sonnet-20250219-v1:0",
    "anthropic.claude-sonnet-4-20250514-v1:0",
    "anthropic.claude-3-haiku-20240307-v1:0",
    "anthropic.claude-3-5-haiku-20241022-v1:0",
    "anthropic.claude-haiku-4-5-20251001-v1:0",
    "anthropic.claude-opus-4-5-20251101-v1:0",
    "anthropic.claude-sonnet-4-6",
    "anthropic.claude-opus-4-6-v1",
    "anthropic.claude-opus-4-7",
    "anthropic.claude-opus-4-8",
    "anthropic.claude-sonnet-4-5-20250929-v1:0",
    "meta.llama3-1-70b-instruct-v1:0",
    "mistral.mistral-large-2402-v1:0",
    "mistral.mistral-large-2407-v1:0",
    "meta.llama3-3-70b-instruct-v1:0",
]


@pytest.mark.parametrize("judge", _JUDGES)
def test_the_judges_have_prices(judge: str) -> None:
    assert price_of(judge) is not None


@pytest.mark.parametrize(
    ("model", "usd"),
    [
        ("amazon.nova-lite-v1:0", ("0.06", "0.24")),
        ("amazon.nova-pro-v1:0", ("0.80", "3.20")),
        ("amazon.nova-micro-v1:0", ("0.035", "0.14")),
        ("anthropic.claude-3-haiku-20240307-v1:0", ("0.25", "1.25")),
        ("anthropic.claude-3-sonnet-20240229-v1:0", ("3.00", "15.00")),
        ("us.anthropic.claude-haiku-4-5-20251001-v1:0", ("1.10", "5.50")),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", ("3.30", "16.50")),
        ("us.anthropic.claude-sonnet-4-6", ("3.30", "16.50")),
    ],
)
def test_listed_prices_are_exact(model: str, usd: tuple[str, str]) -> None:
    assert price_of(model) == Price(Decimal(usd[0]), Decimal(usd[1]))


def test_the_file_says_when_and_where_from_and_its_prices_are_plausible() -> None:
    listed = price_list()
    assert date.fromisoformat(listed.as_of)
    assert "unofficial" in listed.source
    for name, price in listed.models.items():
        assert re.fullmatch(r"(us\.)?(amazon|anthropic|meta|mistral)\.[a-z0-9.:-]+", name)
        assert Decimal("0.01") <= price.input <= price.output <= 100
    document = json.loads(files("modeleval.cost").joinpath("prices.json").read_text())
    assert (document["currency"], document["unit"]) == ("USD", "per million tokens")


@pytest.mark.parametrize("region", ["eu", "apac", "global"])
def test_a_profile_without_a_price_costs_what_its_model_costs(region: str) -> None:
    found = find_price(f"{region}.{_HAIKU}")
    assert found == FoundPrice(Price(Decimal(1), Decimal(5)), _HAIKU, from_settings=False)


@pytest.mark.parametrize(
    "model",
    [
        "openai.gpt-5.4",
        "us.openai.gpt-5.5",
        "us-gov.amazon.nova-pro-v1:0",
        "amazon.nova-pro-v2:0",
        "us.us.amazon.nova-pro-v1:0",
        "",
        "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abcdefghijkl",
        "arn:aws:sagemaker:us-east-1:123456789012:endpoint/amazon.nova-pro-v1:0",
    ],
)
def test_an_unknown_price_is_none_and_never_zero(model: str) -> None:
    assert price_of(model) is None


@pytest.mark.parametrize(
    ("arn", "listed_as"),
    [
        (f"arn:aws:bedrock:us-east-1::foundation-model/{_HAIKU}", _HAIKU),
        (
            f"arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.{_HAIKU}",
            f"us.{_HAIKU}",
        ),
        (f"arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.{_HAIKU}", _HAIKU),
    ],
)
def test_an_arn_costs_what_its_model_or_profile_costs(arn: str, listed_as: str) -> None:
    found = find_price(arn)
    assert found is not None
    assert found.listed_as == listed_as


def test_the_settings_stand_above_the_file_and_add_to_it() -> None:
    own: dict[str, Priced] = {
        _HAIKU: Price(Decimal("0.5"), Decimal("2.5")),
        "openai.gpt-5.4": ModelPrice(input=Decimal("1.25"), output=Decimal(10)),
    }
    assert price_of(_HAIKU, own) == own[_HAIKU]
    assert price_of(f"eu.{_HAIKU}", own) == own[_HAIKU]
    assert price_of("openai.gpt-5.4", own) == Price(Decimal("1.25"), Decimal(10))
    # A listed profile keeps its own price: the settings named the model, not the profile.
    assert price_of(f"us.{_HAIKU}", own) == Price(Decimal("1.10"), Decimal("5.50"))


def test_an_arn_can_have_a_price_of_its_own() -> None:
    arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abcdefghijkl"
    own = {arn: Price(Decimal(1), Decimal(2))}
    assert price_of(arn, own) == own[arn]
