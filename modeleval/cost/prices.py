"""Prices of on-demand inference: the dated file beside this module, and what the settings add."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import NamedTuple, Protocol

# us-gov. is not among them: prices of that partition are its own, so they stay unknown.
_PROFILE = re.compile(r"^(us|eu|apac|global)\.(?P<base>.+)$")
_ARN = re.compile(r"^arn:[^/]*:bedrock:[^/]*:(foundation-model|inference-profile)/(?P<id>[^/]+)$")


class Priced(Protocol):
    """Anything with two prices, such as an entry of the settings."""

    @property
    def input(self) -> Decimal: ...
    @property
    def output(self) -> Decimal: ...


@dataclass(frozen=True)
class Price:
    """USD per million input tokens and per million output tokens."""

    input: Decimal
    output: Decimal


class PriceList(NamedTuple):
    """The price file: prices by model id, their date (ISO 8601) and where they are from."""

    as_of: str
    source: str
    models: Mapping[str, Price]
    services: ServicePrices


class ServicePrices(NamedTuple):
    """USD, each: of what a run asks of the services around its jobs."""

    state_transition: Decimal
    lambda_request: Decimal
    lambda_gb_second: Decimal
    table_write: Decimal
    object_put: Decimal


class FoundPrice(NamedTuple):
    """A price, the id that it is listed under, and whether the settings gave it."""

    price: Price
    listed_as: str
    from_settings: bool


_NONE: Mapping[str, Priced] = MappingProxyType({})


@cache
def price_list() -> PriceList:
    text = files("modeleval.cost").joinpath("prices.json").read_text(encoding="utf-8")
    # Decimal straight from the text: a price that has been a float is not exact any more.
    document = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    models = {
        name: Price(entry["input"], entry["output"]) for name, entry in document["models"].items()
    }
    around = document["services"]
    services = ServicePrices(
        around["stateTransition"],
        around["lambdaRequest"],
        around["lambdaGbSecond"],
        around["tableWrite"],
        around["objectPut"],
    )
    return PriceList(document["asOf"], document["source"], MappingProxyType(models), services)


def service_prices() -> ServicePrices:
    return price_list().services


def find_price(model_id: str, overrides: Mapping[str, Priced] = _NONE) -> FoundPrice | None:
    """The price of a model id, inference profile id, or ARN of either; None if it is not known.

    A profile (us., eu., apac., global.) costs what is listed for it, else what its model costs.
    For each id the settings' price stands above the file's.
    """
    for name in _names(model_id):
        if name in overrides:
            given = overrides[name]
            return FoundPrice(Price(given.input, given.output), name, from_settings=True)
        if name in price_list().models:
            return FoundPrice(price_list().models[name], name, from_settings=False)
    return None


def price_of(model_id: str, overrides: Mapping[str, Priced] = _NONE) -> Price | None:
    """The price of a model as `find_price` finds it. None is unknown, which is never free."""
    found = find_price(model_id, overrides)
    return found.price if found else None


def short_id(model_id: str) -> str:
    """The id at the end of a foundation model's or inference profile's ARN; other text as it is."""
    arn = _ARN.match(model_id)
    return arn["id"] if arn else model_id


def _names(model_id: str) -> list[str]:
    """Where to look, nearest first: as given, the id in an ARN, the profile's model."""
    name = short_id(model_id)
    profile = _PROFILE.match(name)
    names = [model_id, name, *([profile["base"]] if profile else [])]
    return list(dict.fromkeys(names))
