"""Errors for models that are not there, with the closest that are."""

from __future__ import annotations

import difflib
from itertools import islice

from botocore.exceptions import ClientError

from modeleval.errors import ModelNotUsable, TransientServiceError
from modeleval.sagemaker.arns import group_arn
from modeleval.sagemaker.naming import ModelName
from modeleval.sagemaker.registry import Denied, Group, ModelRegistry, NotThere

_LOOKED_AT = 2000
"""Groups that are compared with a near miss; a hint is not worth more than twenty pages."""
_SUGGESTED = 3
_FIND = "`modeleval find-model KEYWORD` searches by part of a name, training job or S3 location."


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
        try:
            groups = list(islice(self._registry.groups(), _LOOKED_AT))
        except (Denied, NotThere, ClientError, TransientServiceError):
            return _FIND
        account = named.arn.account if named.arn else None
        near = closest_groups(named.name, groups, account=account)
        return f"Did you mean {_either(near)}? {_FIND}" if near else _FIND


def closest_groups(name: str, groups: list[Group], *, account: str | None = None) -> list[str]:
    """Up to three group names that a near miss may have meant, the closest first.

    account: only groups of this account, as their ARNs say.
    """
    known = {
        group.name.lower(): group.name
        for group in groups
        if account is None or f":{account}:" in group.arn
    }
    matches = difflib.get_close_matches(name.lower(), known, n=_SUGGESTED, cutoff=0.6)
    return [known[match] for match in matches]


def _either(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
