"""What a search for a model goes by: words, a training job, a dataset, a place in S3."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from modeleval.sagemaker.arns import is_entity_name
from modeleval.sagemaker.registry import ModelRegistry, NotThere
from modeleval.sagemaker.resolved import artifact_uris

_S3_CHANNEL = "S3DataSource.S3Uri"
_DATASET_CHANNEL = "DatasetSource.DatasetArn"


@dataclass(frozen=True, kw_only=True)
class Clue:
    """Where a wanted package's weights lie, which package it is, or which group it went to.

    why: the sentence that a match is explained with. location: an S3 URI; packages and groups:
    ARNs. Any may be empty.
    """

    why: str
    location: str = ""
    packages: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()


def job_clues(name: str, registry: ModelRegistry) -> list[Clue]:
    """What a training job tells about the package that it made; none if there is no such job."""
    if not is_entity_name(name):
        return []
    try:
        return _clues_of(registry.training_job(name))
    except NotThere:
        return []


def dataset_clues(location: str, registry: ModelRegistry) -> list[Clue]:
    """What the training jobs tell that read a dataset: an S3 URI or a hub DataSet ARN."""
    channel = _S3_CHANNEL if location.startswith("s3://") else _DATASET_CHANNEL
    try:
        jobs = list(registry.jobs_reading(location, channel))
    except NotThere:
        return []
    return [clue for job in jobs for clue in _clues_of(job)]


def _clues_of(job: dict[str, Any]) -> list[Clue]:
    """The model package that it says it made is enough; else its places in S3 are."""
    why = f"made by the training job {job['TrainingJobName']}"
    group = (job.get("ModelPackageConfig") or {}).get("ModelPackageGroupArn")
    made = job.get("OutputModelPackageArn")
    groups = frozenset([group] if group else [])
    if made:
        return [Clue(why=why, packages=frozenset([made]), groups=groups)]
    weights = (job.get("ModelArtifacts") or {}).get("S3ModelArtifacts")
    output = (job.get("OutputDataConfig") or {}).get("S3OutputPath", "")
    place = weights or (f"{output.rstrip('/')}/{job['TrainingJobName']}" if output else "")
    return [Clue(why=why, location=place, groups=groups)] if place else []


def match(package: dict[str, Any], clues: Iterable[Clue]) -> str | None:
    """Why a described package is the one that is looked for; None if it is not."""
    places = artifact_uris(package)
    for clue in clues:
        if package["ModelPackageArn"] in clue.packages:
            return clue.why
        near = [place for place in places if clue.location and related(place, clue.location)]
        if near:
            return clue.why
    return None


def related(one: str, other: str) -> bool:
    """Whether one S3 URI is the other, or lies below or above it; whole path parts count."""
    first, second = one.rstrip("/") + "/", other.rstrip("/") + "/"
    return first.startswith(second) or second.startswith(first)
