"""Fields that a format does not have: warned of, and not passed on."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from modeleval.datasets.fields import Fields, is_plain_name
from modeleval.datasets.findings import Place

_NAMES_KEPT = 20
_OTHERS = "other fields"
_CLOSE_ENOUGH = 0.8


def plain(name: str) -> str:
    """A name without case, underscores and hyphens: reference_response is referenceResponse."""
    return name.replace("_", "").replace("-", "").lower()


class UnknownFields:
    """Warns of each unknown name, with the known one that was probably meant.

    known: the format's names. aliases: what people write instead, as `plain` spells it, to the
    name that it stands for. ignored: names that are neither.
    """

    def __init__(
        self, known: tuple[str, ...], *, aliases: Mapping[str, str], ignored: Iterable[str] = ()
    ) -> None:
        self._known = frozenset(known)
        self._expected = self._known.union(ignored)
        self._aliases = {plain(name): name for name in known} | dict(aliases)
        self._texts: dict[str, tuple[str, str]] = {}

    def alias_of(self, known: str, names: Iterable[str]) -> str | None:
        """The one of the names that was probably meant to be `known`."""
        return next((name for name in names if self._meant(name) == known), None)

    def warn(self, names: Fields, place: Place, *, inside: str = "") -> None:
        """Warn once per name and line; of more than 20 different names, together."""
        if self._expected.issuperset(names):
            return
        unknown = (self._text(inside, name) for name in names if name not in self._expected)
        for what, action in dict.fromkeys(unknown):
            place.warn("unknownField", what, action)

    def _text(self, inside: str, name: str) -> tuple[str, str]:
        if name not in self._texts:
            if len(self._texts) >= _NAMES_KEPT or not is_plain_name(name):
                return f"{inside}{_OTHERS}: unknown, and not passed on", "Remove them"
            meant = self._meant(name) or self._closest(name)
            action = f"Did you mean {inside}{meant}?" if meant else "Remove it"
            self._texts[name] = (f"{inside}{name}: unknown, and not passed on", action)
        return self._texts[name]

    def _meant(self, name: str) -> str | None:
        return None if name in self._expected else self._aliases.get(plain(name))

    def _closest(self, name: str) -> str | None:
        close = difflib.get_close_matches(name, sorted(self._known), n=1, cutoff=_CLOSE_ENOUGH)
        return close[0] if close else None
