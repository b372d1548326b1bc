"""A model as it is named on the command line: a group, one of its versions, or an id."""

from __future__ import annotations

import re
from typing import NamedTuple

from modeleval.sagemaker.arns import package_version, parse_arn
from modeleval.store.items import Run

_VERSION = re.compile(r"(?P<group>[^/]+)/(?P<version>[1-9][0-9]*)")


class AskedModel(NamedTuple):
    """What runs are listed under (`ResolvedModel.name`), and which of them are meant.

    `version` is None for all of a group's, or where a model has no versions.
    """

    series: str
    version: int | None = None
    arn: str | None = None

    def is_of(self, run: Run) -> bool:
        resolved = run.resolved_model
        if resolved is None:
            return False
        names = (resolved.get("group"), resolved["identifier"], _last(str(resolved["identifier"])))
        if self.series not in names:
            return False
        if self.arn is not None:
            return bool(resolved["identifier"] == self.arn)
        return self.version is None or resolved.get("version") == self.version


def asked_model(text: str) -> AskedModel:
    """Read a group's name or ARN, a version (its ARN, or `group/3`), or any other model's id."""
    arn = parse_arn(text)
    if arn is not None and arn.service == "sagemaker":
        if arn.kind == "model-package-group":
            return AskedModel(arn.rest)
        if arn.kind == "model-package":
            name, _, version = arn.rest.partition("/")
            number = package_version(version)
            return AskedModel(name) if number is None else AskedModel(name, number, text)
    found = _VERSION.fullmatch(text)
    if arn is None and found:
        return AskedModel(found["group"], int(found["version"]))
    return AskedModel(text)


def _last(identifier: str) -> str:
    return identifier.rsplit("/", 1)[-1]
