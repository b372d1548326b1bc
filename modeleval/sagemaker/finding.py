"""Finding a model package by what a person remembers of it.

That is part of its group's name, the training job that made it, where its weights lie, or what it
was trained on. Costs one call per version that is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pydantic import ConfigDict

from modeleval.documents import Document
from modeleval.errors import ModelNotUsable
from modeleval.sagemaker.arns import Arn, group_arn, parse_arn
from modeleval.sagemaker.clues import Clue, dataset_clues, job_clues, match
from modeleval.sagemaker.missing import closest_groups
from modeleval.sagemaker.refusals import refuse, sagemaker_look, service_look
from modeleval.sagemaker.registry import Denied, Group, ModelRegistry, NotThere, Version
from modeleval.sagemaker.resolved import artifact_uris, timestamp

_KEYWORD = re.compile(r"[a-zA-Z0-9-]{1,63}")
_FIELD = "KEYWORD"


class FoundPackage(Document):
    """One version. match: why it is the one that was looked for; None if that is not known."""

    arn: str
    version: int
    status: str
    approval_status: str | None
    created_at: str | None
    base_model_name: str | None
    base_model_version: str | None
    artifact_uris: tuple[str, ...]
    match: str | None

    model_config = ConfigDict(validate_by_name=True)


class FoundGroup(Document):
    """A group with its versions, the newest first."""

    name: str
    arn: str
    packages: tuple[FoundPackage, ...]


def find(keyword: str, client: Any) -> list[FoundGroup]:
    """The groups that a keyword leads to, by name; packages that fit it are marked.

    keyword: part of a group's name, a training job (name or ARN), a group's or package's ARN, a
    hub DataSet ARN, or an S3 URI (weights, a job's output, a dataset). client: boto3's for
    `sagemaker`. Raises ModelNotUsable for ARNs that lead nowhere.
    """
    registry = ModelRegistry(lambda: client)
    text = keyword.strip()
    try:
        if text.startswith("s3://"):
            found = _by_location(text, registry)
        elif text.startswith("arn:"):
            found = _by_arn(text, registry)
        else:
            found = _by_word(text, registry)
    except Denied as denied:
        raise denied.__cause__ or denied from None
    return sorted(found, key=lambda group: group.name)


def closest_names(keyword: str, client: Any) -> list[str]:
    """Up to three names of groups that a keyword without results is most like."""
    registry = ModelRegistry(lambda: client)
    try:
        return closest_groups(keyword.rstrip("/").rpartition("/")[2], list(registry.groups()))
    except Denied as denied:
        raise denied.__cause__ or denied from None


def _by_word(word: str, registry: ModelRegistry) -> list[FoundGroup]:
    if not _KEYWORD.fullmatch(word):
        return []  # no name of a group or job could hold it
    try:
        clues = job_clues(word, registry)
    except Denied:  # may list models and not look at jobs
        clues = []
    named = [_described(group, clues, registry) for group in registry.groups(word)]
    if not clues or any(package.match for group in named for package in group.packages):
        return named
    names = {group.name for group in named}
    return named + [group for group in _matching(clues, registry) if group.name not in names]


def _by_location(location: str, registry: ModelRegistry) -> list[FoundGroup]:
    """Weights first, which is certain; else the dataset of a job that made a package."""
    found = _matching([Clue(why=f"lies at {location}", location=location)], registry)
    return found or _matching(dataset_clues(location, registry), registry)


def _by_arn(text: str, registry: ModelRegistry) -> list[FoundGroup]:
    arn = parse_arn(text)
    if arn is None:
        return []
    if arn.service != "sagemaker":
        raise refuse(service_look(arn), _FIELD)
    if arn.kind == "training-job":
        return _matching(job_clues(arn.rest, registry), registry)
    if arn.kind == "model-package-group":
        return _named([text], [], registry)
    if arn.kind == "model-package":
        clue = Clue(why="the package that was named", packages=frozenset([text]))
        return _matching([clue], registry)
    if arn.kind == "hub-content" and "/DataSet/" in arn.resource:
        return _matching(dataset_clues(text, registry), registry)
    raise refuse(sagemaker_look(arn), _FIELD)


def _matching(clues: Sequence[Clue], registry: ModelRegistry) -> list[FoundGroup]:
    """The groups that hold a package which the clues mean, with all their versions."""
    if not clues:
        return []
    places = [_groups_of(clue) for clue in clues]
    known = set().union(*places)
    if all(places):
        groups = _named(sorted(known), clues, registry)
    else:  # a place in S3 says nothing of the group: look through all
        groups = [_described(group, clues, registry) for group in registry.groups()]
    return [group for group in groups if any(package.match for package in group.packages)]


def _groups_of(clue: Clue) -> frozenset[str]:
    """The ARNs of the groups that a clue names."""
    packages = (parse_arn(package) for package in clue.packages)
    return clue.groups | {group_arn(arn, _name_in(arn)) for arn in packages if arn}


def _name_in(package: Arn) -> str:
    return package.rest.partition("/")[0]


def _named(arns: Iterable[str], clues: Sequence[Clue], registry: ModelRegistry) -> list[FoundGroup]:
    found = []
    for arn in arns:
        try:
            found.append(_described(registry.group(arn), clues, registry))
        except NotThere:  # deleted since
            continue
    return found


def _described(group: Group, clues: Sequence[Clue], registry: ModelRegistry) -> FoundGroup:
    versions = sorted(registry.versions(group.arn), key=lambda one: one.number, reverse=True)
    packages = tuple(_packages(versions, clues, registry))
    return FoundGroup(name=group.name, arn=group.arn, packages=packages)


def _packages(
    versions: Iterable[Version], clues: Sequence[Clue], registry: ModelRegistry
) -> Iterator[FoundPackage]:
    for version in versions:
        try:
            package = registry.package(version.arn)
        except NotThere:  # deleted since
            continue
        containers = (package.get("InferenceSpecification") or {}).get("Containers") or [{}]
        base = containers[0].get("BaseModel") or {}
        yield FoundPackage(
            arn=version.arn,
            version=version.number,
            status=version.status,
            approval_status=version.approval or None,
            created_at=timestamp(package.get("CreationTime")),
            base_model_name=base.get("HubContentName"),
            base_model_version=base.get("HubContentVersion"),
            artifact_uris=tuple(artifact_uris(package)),
            match=match(package, clues),
        )


def nothing_found(keyword: str, client: Any) -> ModelNotUsable:
    """The error for a search without results, with the names that are closest."""
    near = closest_names(keyword, client)
    hint = f"Groups with a similar name: {', '.join(near)}." if near else ""
    return ModelNotUsable(
        "No model package group, training job or model location fits that keyword",
        where=keyword[:200],
        action=f"{hint} Account and Region come from AWS_PROFILE and AWS_REGION.".strip(),
    )
