"""The dataset of a scorer or a SageMaker judge: validated, written to the run's prefix, indexed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from modeleval.artifacts import records_key, s3_uri, validation_key
from modeleval.datasets.prompts import PromptOptions, read_prompt_index, validate_prompts
from modeleval.digests import text_digest
from modeleval.kinds.parts import PromptLine, write_parts
from modeleval.kinds.protocol import PlanContext
from modeleval.kinds.sources import dataset_field, kept_records, open_pinned, place_of, spool

_HUB = ":hub-content/"


class PreparedPrompts(NamedTuple):
    """What is asked: where it lies, how many records, its digest, and what validation found."""

    uri: str
    records: int
    digest: str
    document: Mapping[str, Any]
    warnings: tuple[str, ...]


def prepare_prompts(
    dataset: str,
    context: PlanContext,
    *,
    reference_wanted: bool,
    max_records: int,
    cluster_field: str | None = None,
) -> PreparedPrompts:
    """Validate every line before anything is paid for; `dataset` may be the ARN of a hub's DataSet.

    What is evaluated is the copy that was validated, below the run's own prefix. Raises
    DatasetNotFound or DatasetInvalid.
    """
    services, run_id, number = context.services, context.run_id, context.evaluation
    if _HUB in dataset:
        found = services.hub.dataset_document(dataset, field=dataset_field(context))
        dataset = f"s3://{found.bucket}/{found.key}"
    place = place_of(dataset, context)
    source = open_pinned(place, context)
    options = PromptOptions(
        source=place.uri,
        max_records=max_records,
        reference_wanted=reference_wanted,
        cluster_field=cluster_field,
    )
    with spool() as records, spool() as index:
        report = validate_prompts(source.chunks, options, records=records, index=index)
        document = {**report.to_document(), "versionId": source.version_id}
        services.objects.write_json(validation_key(run_id, number), document)
        report.raise_if_invalid()
        kept = kept_records(records, index, context.sample, read=read_prompt_index)
        lines = (PromptLine([record.entry], record.line) for record in kept)
        [part] = write_parts(lines, len(kept), size=max_records, first=0, context=context)
    return PreparedPrompts(
        uri=s3_uri(services.objects.bucket, records_key(run_id, number, 0)),
        records=part.prompts,
        digest=text_digest(report.sha256, str(context.sample)),
        document=document,
        warnings=tuple(str(warning) for warning in report.warnings),
    )
