"""Training steps: the arguments of the jobs that SageMaker starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from .expressions import Value, present
from .inputs import EvaluatedModel, PipelineSettings
from .steps import EvaluationType, StepName


class Serverless(NamedTuple):
    """A job on SageMaker's own capacity. evaluator_arn: of a registered scorer."""

    base_model_arn: str
    evaluation_type: EvaluationType
    evaluator_arn: str | None = None

    def to_dict(self, *, accept_eula: bool) -> dict[str, Any]:
        """`ServerlessJobConfig`."""
        return present(
            {
                "BaseModelArn": self.base_model_arn,
                "AcceptEula": accept_eula,
                "JobType": "Evaluation",
                "EvaluationType": self.evaluation_type.value,
                "EvaluatorArn": self.evaluator_arn,
            }
        )


class Container(NamedTuple):
    """A job in a container on one instance. volume_gb: its disk, in GB."""

    image_uri: str
    instance_type: str
    volume_gb: int

    def to_dict(self) -> dict[str, Any]:
        """`AlgorithmSpecification` and `ResourceConfig`."""
        return {
            "AlgorithmSpecification": {
                "TrainingImage": self.image_uri,
                "TrainingInputMode": "File",
            },
            "ResourceConfig": {
                "InstanceType": self.instance_type,
                "InstanceCount": 1,
                "VolumeSizeInGB": self.volume_gb,
            },
        }


class Channel(NamedTuple):
    """One input of a job. source: an S3 prefix, or the ARN of a DataSet in a hub."""

    name: str
    source: str

    def to_dict(self) -> dict[str, Any]:
        """An element of `InputDataConfig`."""
        source: dict[str, Any] = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": self.source}}
        if is_dataset_arn(self.source):
            source = {"DatasetSource": {"DatasetArn": self.source}}
        return {"ChannelName": self.name, "DataSource": source}


def is_dataset_arn(source: str) -> bool:
    """Whether a dataset is one that is registered in a hub, not an S3 URI."""
    return source.startswith("arn:") and "hub-content" in source and "/DataSet/" in source


@dataclass(frozen=True, kw_only=True)
class TrainingStep:
    """One training job of a pipeline.

    job_name: what the job's name begins with; without it SageMaker takes the step's. package: the
    model whose package is loaded; None for a job that runs the base model as it is. in_vpc: whether
    the settings' VPC applies. output_path: where it is not the settings' own.
    """

    name: StepName
    settings: PipelineSettings
    work: Serverless | Container
    job_name: Value | None = None
    hyperparameters: Mapping[str, Value] | None = None
    dataset: Channel | None = None
    package: EvaluatedModel | None = None
    in_vpc: bool = True
    output_path: str | None = None
    depends_on: tuple[StepName, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """A step of the pipeline definition."""
        return present(
            {
                "Name": self.name.value,
                "Type": "Training",
                "DependsOn": [step.value for step in self.depends_on] or None,
                "Arguments": self._arguments(),
            }
        )

    def _arguments(self) -> dict[str, Any]:
        return present(
            {
                "TrainingJobName": self.job_name,
                "RoleArn": self.settings.role_arn,
                "ModelPackageConfig": self._package(),
                **self._work(),
                "StoppingCondition": {"MaxRuntimeInSeconds": self.settings.max_runtime_seconds},
                "HyperParameters": self.hyperparameters and dict(self.hyperparameters),
                "OutputDataConfig": self._output(),
                "InputDataConfig": [self.dataset.to_dict()] if self.dataset else None,
                "VpcConfig": self._vpc(),
                "Tags": self._tags(),
            }
        )

    def _tags(self) -> list[dict[str, str]] | None:
        tags = self.settings.tags
        return [{"Key": name, "Value": value} for name, value in tags.items()] or None

    def _work(self) -> dict[str, Any]:
        if isinstance(self.work, Container):
            return self.work.to_dict()
        return {"ServerlessJobConfig": self.work.to_dict(accept_eula=self.settings.accept_eula)}

    def _package(self) -> dict[str, Any] | None:
        if not self.package or not self.package.package_arn:
            return None
        return {
            "ModelPackageGroupArn": self.package.package_group_arn,
            "SourceModelPackageArn": self.package.package_arn,
        }

    def _output(self) -> dict[str, Any]:
        return present(
            {
                "S3OutputPath": self.output_path or self.settings.output_path,
                "CompressionType": "NONE",
                "KmsKeyId": self.settings.kms_key_arn or None,
            }
        )

    def _vpc(self) -> dict[str, Any] | None:
        if not (self.in_vpc and self.settings.subnet_ids):
            return None
        return {
            "SecurityGroupIds": list(self.settings.security_group_ids),
            "Subnets": list(self.settings.subnet_ids),
        }
