"""A model package's artifact is found, or made once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pipelines_fake import PLACE, FakePipelines, refusal

from modeleval.errors import TransientServiceError
from modeleval.sagemaker.lineage import Lineage

PACKAGE = f"{PLACE}:model-package/support-llama/3"


def lineage(client: FakePipelines) -> Lineage:
    fake: Any = client
    return Lineage(fake)


def test_an_artifact_is_made_once() -> None:
    client = FakePipelines()
    made = lineage(client).model_artifact(PACKAGE)
    assert lineage(client).model_artifact(PACKAGE) == made
    [request] = client.asked("create_artifact")
    assert request["ArtifactType"] == "Model"
    assert request["Properties"] == {"ModelPackageArn": PACKAGE}
    [source_type] = request["Source"]["SourceTypes"]
    assert source_type["SourceIdType"] == "Custom"
    assert re.fullmatch(
        r"[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d UTC 20\d\d", source_type["Value"]
    )


def test_each_package_has_its_own() -> None:
    client = FakePipelines()
    packages = [PACKAGE, f"{PLACE}:model-package/support-llama/33"]
    assert len({lineage(client).model_artifact(one) for one in packages}) == 2


@pytest.mark.parametrize("operation", ["list_artifacts", "create_artifact"])
def test_throttling_is_worth_another_try(operation: str) -> None:
    client = FakePipelines()
    client.fail(operation, refusal("ThrottlingException"))
    with pytest.raises(TransientServiceError):
        lineage(client).model_artifact(PACKAGE)
    assert lineage(client).model_artifact(PACKAGE)
