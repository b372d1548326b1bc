"""Whether a judge looks weaker than the model that it judges: a hint, and never a refusal."""

from __future__ import annotations

import re
from collections.abc import Mapping

from modeleval.cost.prices import Priced, find_price
from modeleval.kinds.durations import billions

_SIZES = (
    ("nano", "micro"),
    ("lite", "haiku", "mini", "small"),
    ("pro", "sonnet", "medium"),
    ("premier", "opus", "large"),
)
"""Words that vendors put into the names of their models, smallest first."""


def looks_weaker(judge: str, judged: str, prices: Mapping[str, Priced]) -> str | None:
    """Why the judge looks weaker than `judged`, a model's id or name; None if it does not.

    Told by what both have, in this order: the price of a million output tokens (what a vendor asks
    is the nearest thing to a common measure; below half of it is weaker), the number of parameters
    in the names (`70b`), the size words in them (lite, pro, ...). Where only one of the two has
    any of these, nothing is said: a hint that is a guess would be none.
    """
    one, other = find_price(judge, prices), find_price(judged, prices)
    if one is not None and other is not None:
        cheap = one.price.output * 2 < other.price.output
        said = f"${one.price.output} beside ${other.price.output} per million output tokens"
        return said if cheap else None
    for read, what in ((billions, "billion parameters"), (_size, "")):
        mine, theirs = read(judge), read(judged)
        if mine is not None and theirs is not None:
            if mine >= theirs:
                return None
            return f"{mine:g} beside {theirs:g} {what}" if what else "by the sizes in their names"
    return None


def _size(name: str) -> float | None:
    words = re.split(r"[^a-z]+", name.lower())
    return next((float(n) for n, size in enumerate(_SIZES) if set(size) & set(words)), None)
