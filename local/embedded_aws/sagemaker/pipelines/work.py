"""What the work of a training job has at hand, and how it fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from embedded_aws.bedrock.service_role import ServiceRole
from embedded_aws.judging import Judge
from embedded_aws.sagemaker.pipelines import data
from embedded_aws.sagemaker.pipelines.place import Place
from embedded_aws.sagemaker.pipelines.records import TrainingJob
from embedded_aws.sagemaker.pipelines.skills import Subject, skill

if TYPE_CHECKING:
    from embedded_aws.sagemaker.service import SageMaker

NO_NAME = "None"  # the folder's name where no hyperparameter "name" is sent


class StepFailed(Exception):
    """The step fails; the text is its failure reason."""


class Stopped(Exception):
    """The execution was stopped meanwhile."""


@dataclass(frozen=True)
class Work:
    """One training job at work. ``runs`` tells whether the execution still runs."""

    service: SageMaker
    job: TrainingJob
    role: ServiceRole
    place: Place
    subject: Subject
    judge: Judge
    execution_id: str
    runs: Callable[[], bool]

    @property
    def parameters(self) -> dict[str, str]:
        """The hyperparameters."""
        found: dict[str, str] = self.job.request.get("HyperParameters", {})
        return found

    @property
    def output(self) -> str:
        """S3OutputPath, as it was given."""
        return str(self.job.request["OutputDataConfig"]["S3OutputPath"])

    @property
    def folder(self) -> str:
        """Where the job's results go, below the output path."""
        return f"{self.job.name}/output/output/{self.parameters.get('name', NO_NAME)}"

    def parameter(self, name: str) -> str:
        """A hyperparameter that must be there."""
        if name not in self.parameters:
            raise StepFailed(f"AlgorithmError: the hyperparameter '{name}' is missing")
        return self.parameters[name]

    def skill(self, task: str) -> float:
        """How good the model is at a task."""
        return skill(self.subject, task, self.service.settings.skills)

    def write(self, way: str, body: bytes | str | dict[str, Any]) -> str:
        """Put an object below the job's results; its URI."""
        if isinstance(body, dict):
            body = json.dumps(body, indent=2)
        return self.place.write(
            self.output, f"{self.folder}/{way}", body.encode() if isinstance(body, str) else body
        )

    def records(self, *, references: bool) -> list[data.Record]:
        """The records of the one input channel."""
        channels = self.job.request.get("InputDataConfig", [])
        if len(channels) != 1:
            raise StepFailed("ValidationException: InputDataConfig must have exactly one channel")
        source = channels[0]["DataSource"]
        try:
            return data.read(self.place.read_below(self._location(source)), references=references)
        except data.DatasetError as error:
            raise StepFailed(f"ClientError: Data validation failed. {error}") from None

    def _location(self, source: dict[str, Any]) -> str:
        if "DatasetSource" in source:
            return dataset_location(self.service, source["DatasetSource"]["DatasetArn"])
        if source.get("S3DataSource", {}).get("S3DataType") != "S3Prefix":
            raise StepFailed(
                "ValidationException: the data source must be an S3Prefix or a DataSet"
            )
        return str(source["S3DataSource"]["S3Uri"])


def dataset_location(service: SageMaker, arn: str) -> str:
    """The S3 URI that a hub's DataSet says; its document names a bucket and a prefix."""
    from embedded_aws.sagemaker.pipelines import models  # noqa: PLC0415 - it needs StepFailed

    document = models.document(service, arn)
    try:
        return f"s3://{document['DatasetS3Bucket']}/{document['DatasetS3Prefix']}"
    except KeyError as error:
        raise StepFailed(f"ValidationException: {arn} has no {error.args[0]}") from None
