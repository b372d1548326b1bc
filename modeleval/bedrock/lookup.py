"""Looking models up: one small question per kind of identifier, and one word for "not there"."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from modeleval.aws import error_code, transient_errors
from modeleval.bedrock.model_ids import ModelId

if TYPE_CHECKING:
    from mypy_boto3_bedrock import BedrockClient

_NOT_THERE = frozenset({"ResourceNotFoundException", "ValidationException"})


class NotThere(Exception):
    """The service knows nothing of that name here."""


class Lookup:
    """Read-only questions about models. Every method raises NotThere."""

    def __init__(self, bedrock: BedrockClient, sagemaker: Callable[[], Any]) -> None:
        self._bedrock = bedrock
        self._sagemaker = sagemaker

    def foundation_model(self, name: str) -> dict[str, Any]:
        """`modelDetails` of GetFoundationModel."""
        with not_there("Bedrock"):
            found = self._bedrock.get_foundation_model(modelIdentifier=name)
        return dict(found["modelDetails"])

    def profile(self, identifier: str) -> dict[str, Any]:
        with not_there("Bedrock"):
            return dict(self._bedrock.get_inference_profile(inferenceProfileIdentifier=identifier))

    def profiles_of(self, name: str) -> list[str]:
        """The ids of the profiles that AWS defines for a model, shortest first."""
        found = []
        with not_there("Bedrock"):
            pages = self._bedrock.get_paginator("list_inference_profiles").paginate(
                typeEquals="SYSTEM_DEFINED"
            )
            for page in pages:
                found += [
                    profile["inferenceProfileId"]
                    for profile in page["inferenceProfileSummaries"]
                    if any(model["modelArn"].endswith(f"/{name}") for model in profile["models"])
                ]
        return sorted(found, key=lambda identifier: (len(identifier), identifier))

    def availability(self, name: str) -> Any:
        """Agreement, authorization, entitlement and Region of a foundation model."""
        with not_there("Bedrock"):
            return self._bedrock.get_foundation_model_availability(modelId=name)

    def provisioned(self, model: ModelId) -> str:
        with not_there("Bedrock"):
            found = self._bedrock.get_provisioned_model_throughput(provisionedModelId=model.text)
        return str(found["status"])

    def imported(self, model: ModelId) -> str:
        """An imported model has no status: it is there or not."""
        with not_there("Bedrock"):
            self._bedrock.get_imported_model(modelIdentifier=model.text)
        return "InService"

    def router(self, model: ModelId) -> str:
        """A router of one's own cannot be asked for: the operation's pattern refuses its ARN."""
        try:
            with not_there("Bedrock"):
                return str(self._bedrock.get_prompt_router(promptRouterArn=model.text)["status"])
        except NotThere:
            if model.name.startswith("default-prompt-router/"):
                raise
            return "AVAILABLE"

    def endpoint(self, model: ModelId) -> str:
        with not_there("SageMaker"):
            found = self._sagemaker().describe_endpoint(EndpointName=model.name)
        return str(found["EndpointStatus"])


@contextmanager
def not_there(service: str) -> Iterator[None]:
    """The service's words for "not there" become NotThere."""
    with transient_errors(service):
        try:
            yield
        except ClientError as error:
            if error_code(error) in _NOT_THERE:
                raise NotThere from None
            raise
