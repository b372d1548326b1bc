"""Monthly budgets: what the runs of a suite have reserved, in one item per suite and month."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from boto3.dynamodb.conditions import Attr

from modeleval.errors import TransientServiceError
from modeleval.store.rows import ABSENT, Rows

_TOTAL = "total"
_NOTHING = Decimal(0)
_TRIES = 10


class Budgets(Rows):
    """Reservations by name, which is letters and digits: a run and its attempt."""

    def reserve(
        self,
        key: dict[str, str],
        name: str,
        usd: Decimal,
        limit: Decimal,
        *,
        anew: bool = False,
    ) -> Decimal | None:
        """Reserve `usd`, if all that is reserved then is at most `limit`; None if it is.

        Reserved again under the same name, it is what it was; `anew`, `usd` takes its place, and
        less than before always has room. Otherwise what others reserved.
        """
        self._update(key, {_TOTAL: _NOTHING, **self._expiry()}, ABSENT)
        refused: list[Decimal] = []

        def room(total: Decimal, held: Decimal | None) -> Decimal | None:
            if held is not None and not anew:
                refused.clear()
                return None
            others, more = total - (held or _NOTHING), held is None or usd > held
            refused[:] = [others] if more and others + usd > limit else []
            return None if refused or held == usd else usd

        self._change(key, name, room)
        return refused[0] if refused else None

    def reserved(self, key: dict[str, str]) -> Decimal:
        """What all runs of a suite have reserved in a month."""
        return Decimal((self._get(key) or {_TOTAL: _NOTHING})[_TOTAL])

    def settle(self, key: dict[str, str], name: str, usd: Decimal) -> None:
        """What a run came to takes the place of what it reserved, if it reserved anything."""
        self._change(key, name, lambda _, held: None if held in (None, usd) else usd)

    def _change(
        self,
        key: dict[str, str],
        name: str,
        decide: Callable[[Decimal, Decimal | None], Decimal | None],
    ) -> None:
        """Write what is decided by the total and what the name holds; None leaves all as it is.

        The total is a condition of the write: whoever comes between makes it decide again.
        """
        for _ in range(_TRIES):
            found = self._get(key)
            if found is None:
                return
            total, held = Decimal(found[_TOTAL]), found.get(name)
            usd = decide(total, held)
            if usd is None:
                return
            changed = {name: usd, _TOTAL: total - (held or _NOTHING) + usd}
            if self._update(key, changed, Attr(_TOTAL).eq(total)):
                return
        raise TransientServiceError(
            "Many runs of the suite reserve of its budget at once", action="Try again in a minute."
        )
