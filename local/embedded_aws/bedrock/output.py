"""What a finished job leaves in S3.

The layout is that of the user guide (model-evaluation-report-s3), under the output URI:
``<job name>/<uuid>/models/<model>/taskTypes/<task>/datasets/<dataset>/<uuid>_output.jsonl``.
"""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from embedded_aws.bedrock.jobs import Job
from embedded_aws.bedrock.requested import dataset_configs
from embedded_aws.faults import Faults
from embedded_aws.judging.scales import PREFIX

PERMISSION_CHECK = "amazon-bedrock-evaluations-permission-check"


def split_uri(uri: str) -> tuple[str, str]:
    """Bucket and key of an S3 URI, the key without a slash at its end."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key.rstrip("/")


def sources(request: dict[str, Any]) -> list[tuple[str, str]]:
    """Bucket and key of each dataset in S3 that a request names; built-in ones are not there."""
    places = [config["dataset"].get("datasetLocation") for config in dataset_configs(request)]
    return [split_uri(place["s3Uri"]) for place in places if place]


@dataclass(frozen=True)
class Destination:
    """Where one job writes."""

    bucket: str
    prefix: str

    @classmethod
    def of(cls, request: dict[str, Any]) -> Destination:
        """The destination that a CreateEvaluationJob request names."""
        bucket, key = split_uri(request["outputDataConfig"]["s3Uri"])
        return cls(bucket, f"{key}/{request['jobName']}" if key else request["jobName"])

    @property
    def permission_check(self) -> str:
        """The key of the empty object that the service writes first."""
        return f"{self.prefix}/{PERMISSION_CHECK}"

    def results(self, folder: str, model: str, task: str, dataset: str) -> str:
        """A new key for the results of one dataset; ``folder`` is the job's UUID."""
        where = f"{self.prefix}/{folder}/models/{model}/taskTypes/{task}/datasets/{dataset}"
        return f"{where}/{uuid.uuid4()}_output.jsonl"

    def rag_results(self, folder: str, dataset: str, *, plain: bool) -> str:
        """The same of a RAG job, whose layout AWS does not document: files are found either way."""
        name = "output.jsonl" if plain else f"{uuid.uuid4()}_output.jsonl"
        return f"{self.prefix}/{folder}/inference_configs/0/datasets/{dataset}/{name}"

    def definition(self, folder: str, metric: str) -> str:
        """The key of a custom metric's definition."""
        return f"{self.prefix}/{folder}/custom_metrics/{metric}.json"


def lines(
    job: Job,
    dataset: str,
    records: list[dict[str, Any]],
    faults: Faults,
    spoil: Callable[[str, list[dict[str, Any]]], list[dict[str, Any]]] | None = None,
) -> bytes:
    """The output file: the records in an order of its own, with the defects that were asked for.

    ``spoil`` puts a defect into records of another form than ``with_defect`` knows.
    """
    spoil = spoil or with_defect
    shuffled = list(records)
    random.Random(f"{job.arn}/{dataset}").shuffle(shuffled)
    while fault := faults.take("output", job_name=job.name):
        shuffled = spoil(fault.defect, shuffled)
    return "".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in shuffled).encode()


def with_defect(defect: str, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if defect == "drop-record":
        return records[1:]
    if defect == "bare-names":
        for record in records:
            for score in record["automatedEvaluationResult"]["scores"]:
                score["metricName"] = score["metricName"].removeprefix(PREFIX)
        return records
    first = records[0]["automatedEvaluationResult"]["scores"][0]
    if defect == "missing-result":
        first.pop("result", None)
    else:
        first["result"] = None if defect == "null-result" else float("nan")
    return records
