"""`modeleval judges`: which judges can be used, as a plain list. It recommends none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import typer
from rich.console import Console

from modeleval.bedrock.judges import JudgeState, survey
from modeleval.cli.console import make_console, plain
from modeleval.cli.exit_codes import EXIT_CODES
from modeleval.cli.options import DEFAULT_STACK, JsonOption, StackOption, print_json
from modeleval.cli.stack import Deployment
from modeleval.cost.prices import FoundPrice, find_price, price_list


def judges(stack: StackOption = DEFAULT_STACK, as_json: JsonOption = False) -> None:
    """List the judges that the stack's settings allow and this account can use in this Region."""
    services = Deployment(stack).services
    settings = services.settings
    found = list(survey(services.models, settings.judge_models))
    prices = {one.model: find_price(one.model, settings.prices) for one in found}
    if as_json:
        document = {
            "region": services.region,
            "pricesAsOf": price_list().as_of,
            "judges": [_document(one, prices[one.model]) for one in found],
        }
        print_json(document)
        return
    _show(make_console(), found, prices, region=services.region)


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(epilog=EXIT_CODES)(judges)


def _show(
    console: Console,
    found: Sequence[JudgeState],
    prices: Mapping[str, FoundPrice | None],
    *,
    region: str,
) -> None:
    def tell(text: str) -> None:
        console.print(text, soft_wrap=True, highlight=False)

    usable = [one for one in found if one.usable]
    tell(f"Judges that can be used in {region}:" if usable else f"None can be used in {region}.")
    for number, one in enumerate(usable, start=1):
        end = f", ends on {one.end_of_life:%Y-%m-%d}" if one.end_of_life else ", no end announced"
        tell(f"  {number}. {plain(one.model)}: {price_text(prices[one.model])}{end}")
    for title, state in (("Not to be used:", False), ("Could not be looked at:", None)):
        others = [one for one in found if one.usable is state]
        if others:
            tell(title)
        for one in others:
            tell(f"  - {plain(one.why.rstrip('.'))}. {plain(one.action)}")
    tell(f"Prices of {price_list().as_of}, or the settings' (prices in cdk.json).")


def price_text(price: FoundPrice | None) -> str:
    """USD per million tokens, or that nobody knows."""
    if price is None:
        return "no price known"
    return f"{price.price.input:f} USD in, {price.price.output:f} USD out per million tokens"


def _document(one: JudgeState, price: FoundPrice | None) -> dict[str, Any]:
    return {
        "model": one.model,
        "usable": one.usable,
        "why": one.why or None,
        "action": one.action or None,
        "endOfLife": f"{one.end_of_life:%Y-%m-%d}" if one.end_of_life else None,
        "usdPerMillionInputTokens": price.price.input if price else None,
        "usdPerMillionOutputTokens": price.price.output if price else None,
        "priceOf": price.listed_as if price else None,
        "priceFromSettings": price.from_settings if price else None,
    }
