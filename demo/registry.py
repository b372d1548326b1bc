"""The demonstration's second way: a version is registered, and what follows is followed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from demo.embedded import EmbeddedAws
from modeleval.cli.start import Started
from modeleval.services import Services

GROUP = "support-assistant"
SUITE = "support-assistant"
QUESTIONS = Path(__file__).parent / "datasets" / "support-questions.jsonl"
VERSIONS = ("a first version", "a second version, which got worse,")
_BASE = ("meta-textgeneration-llama-3-2-1b-instruct", "1.33.0")
_PATIENCE = 60.0
_WEIGHTS = "fine-tuned-models"
SETTINGS = {"approvalGroups": [GROUP], "modelBuckets": [_WEIGHTS]}
"""What a team sets so that a verdict may approve and reject versions of the group."""


def make_group(aws: EmbeddedAws) -> None:
    aws.client("sagemaker").create_model_package_group(ModelPackageGroupName=GROUP)


def register_version(aws: EmbeddedAws) -> str:
    """Register the next version, as SageMaker's fine-tuning does at its end; its ARN."""
    name, version = _BASE
    weights = {
        "S3Uri": f"s3://{_WEIGHTS}/{GROUP}/",
        "S3DataType": "S3Prefix",
        "CompressionType": "None",
    }
    container: dict[str, Any] = {
        "BaseModel": {"HubContentName": name, "HubContentVersion": version},
        "ModelDataSource": {"S3DataSource": weights},
    }
    answer = aws.client("sagemaker").create_model_package(
        ModelPackageGroupName=GROUP,
        InferenceSpecification={
            "Containers": [container],
            "SupportedContentTypes": ["application/json"],
            "SupportedResponseMIMETypes": ["application/json"],
        },
    )
    return str(answer["ModelPackageArn"])


def started_run(services: Services, package: str) -> Started:
    """The run that the registration started. Raises TimeoutError if none does."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        for run in services.store.latest_runs(SUITE, 10):
            if run.model == package:
                return Started(run.run_id, run.execution_arn)
        time.sleep(0.2)
    raise TimeoutError(f"no run was started for {package}")
