"""Fetch and validate a judge dataset; write what is judged, and the index, to the run's prefix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from modeleval.artifacts import index_key, records_key, validation_key
from modeleval.datasets import DatasetOptions, DatasetReport, validate
from modeleval.errors import DatasetNotFound
from modeleval.kinds.protocol import PlanContext
from modeleval.locations import locate, open_location
from modeleval.scores.metrics import Metric

if TYPE_CHECKING:
    from modeleval.kinds.bedrock_judge import JudgeEvaluation


class PreparedDataset(NamedTuple):
    """The report of validation, and which version of which object it is about."""

    report: DatasetReport
    uri: str
    version_id: str | None

    def to_document(self) -> dict[str, Any]:
        return {**self.report.to_document(), "versionId": self.version_id}


def prepare(
    evaluation: JudgeEvaluation, metrics: Mapping[str, Metric], context: PlanContext
) -> PreparedDataset:
    """Validate every line before anything is paid for.

    Raises DatasetNotFound or DatasetInvalid; what was found is kept in the run either way.
    """
    services, run_id, number = context.services, context.run_id, context.evaluation
    field = f"evaluations[{number}].dataset"
    if "{" in evaluation.dataset:
        raise DatasetNotFound(
            "Placeholders such as {model.version} are not built yet",
            where=field,
            action="Name the dataset in full.",
        )
    objects = services.objects
    place = locate(
        evaluation.dataset, own_bucket=objects.bucket, settings=services.settings, field=field
    )
    source = open_location(objects, place, field=field)
    options = DatasetOptions(
        source=place.uri,
        identifier=evaluation.responses.precomputed,
        reference_wanted_by=tuple(m.name for m in metrics.values() if m.uses_reference),
        keep_thinking=evaluation.keep_thinking,
        allow_long_prompts=evaluation.allow_long_prompts,
        cluster_field=evaluation.cluster_field,
    )
    with (
        objects.writer(records_key(run_id, number)) as records,
        objects.writer(index_key(run_id, number)) as index,
    ):
        report = validate(source.chunks, options, records=records, index=index)
        prepared = PreparedDataset(report, place.uri, source.version_id)
        objects.write_json(validation_key(run_id, number), prepared.to_document())
        report.raise_if_invalid()
    return prepared
