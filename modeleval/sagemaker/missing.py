"""Errors for models that are not there, with the closest that are."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from botocore.exceptions import ClientError

from modeleval.errors import ModelNotUsable, TransientServiceError
from modeleval.sagemaker.arns import group_arn
from modeleval.sagemaker.naming import Form, ModelName
from modeleval.sagemaker.registry import Denied, Group, ModelRegistry, NotThere

_LOOKED_AT = 2000
"""Groups, and models of the hub, that are compared with a near miss; a hint is not worth more than
twenty pages."""
_SUGGESTED = 3
_FIND = "modeleval find-model KEYWORD searches by part of a name, training job or S3 location."
_Listed = TypeVar("_Listed")


class Missing:
    """Looks around, so that an error can say what was meant; a hint that fails is left out."""

    def __init__(self, registry: ModelRegistry) -> None:
        self._registry = registry

    def package(self, named: ModelName, field: str) -> ModelNotUsable:
        """The version, or the package, is not there."""
        group = "" if named.arn is None else group_arn(named.arn, named.name)
        latest = self._latest(group) if named.version is not None else None
        if latest is not None:
            return ModelNotUsable(
                f"The model package group {named.name} has no version {named.version}",
                where=field,
                action=f"Its latest is {latest}.",
            )
        return ModelNotUsable(
            f"There is no model package {named.text}", where=field, action=self._hint(named)
        )

    def group(self, named: ModelName, field: str) -> ModelNotUsable:
        return ModelNotUsable(
            f"There is no model package group {named.text}", where=field, action=self._hint(named)
        )

    def name(self, named: ModelName, field: str) -> ModelNotUsable:
        """A plain name that is neither a group's nor a JumpStart model's."""
        return ModelNotUsable(
            f"There is no model package group and no JumpStart model called {named.name}",
            where=field,
            action=self._hint(named),
        )

    def _latest(self, group: str) -> int | None:
        try:
            latest = self._registry.latest(group)
        except (Denied, NotThere, ClientError, TransientServiceError):
            return None
        return latest.number if latest else None

    def _hint(self, named: ModelName) -> str:
        account = named.arn.account if named.arn else None
        known = _names(_listed(self._registry.groups), account)
        if named.form is Form.NAME:  # which may have meant a JumpStart model
            known += _listed(self._registry.hub_models)
        near = _nearest(named.name, known)
        return f"Did you mean {_either(near)}? {_FIND}" if near else _FIND


def closest_groups(name: str, groups: list[Group]) -> list[str]:
    """Up to three group names that a near miss may have meant, the closest first."""
    return _nearest(name, _names(groups))


def _names(groups: Iterable[Group], account: str | None = None) -> list[str]:
    """The groups' names; with an account, of those only that are its own by their ARNs."""
    return [one.name for one in groups if account is None or f":{account}:" in one.arn]


def _listed(ask: Callable[[], Iterator[_Listed]]) -> list[_Listed]:
    """What is listed, up to a limit; nothing if it may not be listed, or not now."""
    try:
        return list(islice(ask(), _LOOKED_AT))
    except (Denied, NotThere, ClientError, TransientServiceError):
        return []


def _nearest(name: str, names: Iterable[str]) -> list[str]:
    known = {one.lower(): one for one in names}
    matches = difflib.get_close_matches(name.lower(), known, n=_SUGGESTED, cutoff=0.6)
    return [known[match] for match in matches]


def _either(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
