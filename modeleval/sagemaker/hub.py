"""Reading SageMaker's hubs: evaluation recipes of base models, registered scorers and datasets.

IAM: sagemaker:DescribeHubContent on the hub and its content, and s3:GetObject on
`jumpstart-cache-prod-<region>`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from modeleval.aws import error_code, transient_errors
from modeleval.errors import DatasetNotFound, ModelNotUsable, Refused, ScorerNotUsable
from modeleval.sagemaker.arns import PUBLIC_HUB
from modeleval.sagemaker.hub_arns import HubArn, parse_dataset_arn, parse_evaluator, parse_hub_arn
from modeleval.sagemaker.recipes import (
    EvaluationRecipe,
    FilePlace,
    ParameterSpec,
    parameter_specs,
    parameters_file,
)

_MISSING = frozenset({"ResourceNotFound"})
_DENIED = frozenset({"AccessDenied", "AccessDeniedException"})
# A role that may not list a bucket is told of a missing object that it is forbidden.
_NO_OBJECT = frozenset({"NoSuchKey", "NoSuchBucket", "404", "AccessDenied", "403"})


class HubDataset(NamedTuple):
    """A registered dataset: where its data lies. `key` is one object, or a prefix."""

    bucket: str
    key: str
    content_arn: str
    version: str

    @property
    def uri(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


class HubScorer(NamedTuple):
    """A registered scorer and the Lambda function that it stands for."""

    content_arn: str
    function_arn: str


class Hub:
    """Looks hub content up. The factories make a SageMaker and an S3 client when first needed."""

    def __init__(self, client_factory: Callable[[], Any], s3_factory: Callable[[], Any]) -> None:
        self._client_factory = client_factory
        self._s3_factory = s3_factory
        self._documents: dict[str, str] = {}

    def evaluation_parameters(
        self, base_model_name: str, recipe: EvaluationRecipe
    ) -> Mapping[str, ParameterSpec]:
        """The hyperparameters of a base model's evaluation recipe, in the order they are sent.

        Raises ModelNotUsable if the hub does not have the model, or the model no such recipe.
        """
        document = self._documents.get(base_model_name) or self._model_document(base_model_name)
        self._documents[base_model_name] = document
        place = parameters_file(document, recipe, base_model_name=base_model_name)
        data = self._read(place, base_model_name)
        return parameter_specs(data, base_model_name=base_model_name)

    def _model_document(self, name: str) -> str:
        found = self._describe(HubName=PUBLIC_HUB, HubContentType="Model", HubContentName=name)
        if found is None:
            raise ModelNotUsable(
                f"{PUBLIC_HUB} has no model {name[:100]} in this Region",
                action="Choose a model whose base model is in the hub of this Region.",
            )
        return str(found["HubContentDocument"])

    def _read(self, place: FilePlace, base_model_name: str) -> bytes:
        with transient_errors("S3"):
            try:
                answer = self._s3_factory().get_object(Bucket=place.bucket, Key=place.key)
                return bytes(answer["Body"].read())
            except ClientError as error:
                if error_code(error) not in _NO_OBJECT:
                    raise
        raise ModelNotUsable(
            f"The hyperparameters of the base model {base_model_name} are not where its hub "
            f"content says, s3://{place.bucket}/{place.key}",
            action="Try later, or choose another model. If it is there, the function's role may "
            "not read it (s3:GetObject).",
        )

    def dataset_document(self, arn: str, *, field: str = "dataset") -> HubDataset:
        """Where a registered dataset's data lies; raises DatasetNotFound.

        Without a version in the ARN it is the latest; the answer's `content_arn` names it.
        """
        wanted = parse_dataset_arn(arn, field=field)
        found = self._available(wanted, DatasetNotFound, field)
        document = _object(found["HubContentDocument"])
        bucket, key = document.get("DatasetS3Bucket"), document.get("DatasetS3Prefix")
        if not (isinstance(bucket, str) and bucket and isinstance(key, str) and key):
            raise DatasetNotFound(
                f"{wanted.text} does not say where its data lies (DatasetS3Bucket and "
                "DatasetS3Prefix of its document)",
                where=field,
                action="Register it again: modeleval register dataset <file or s3:// URI>",
            )
        return HubDataset(bucket, key, found["HubContentArn"], found["HubContentVersion"])

    def scorer(self, arn: str, *, field: str = "evaluator") -> HubScorer:
        """A registered scorer, found and fit for scoring; raises ScorerNotUsable."""
        wanted = parse_hub_arn(parse_evaluator(arn, field=field))
        if wanted is None:
            raise ScorerNotUsable(f"{arn} is built in", where=field, action="Use it as it is.")
        found = self._available(wanted, ScorerNotUsable, field)
        content = _object(_object(found["HubContentDocument"]).get("JsonContent"))
        kind, reference = content.get("EvaluatorType"), content.get("Reference")
        if kind != "RewardFunction" or not isinstance(reference, str):
            raise ScorerNotUsable(
                f"{wanted.text} is not a scorer: its EvaluatorType is {str(kind)[:100]}, not "
                "RewardFunction",
                where=field,
                action="Name the ARN that `modeleval register scorer` printed.",
            )
        return HubScorer(found["HubContentArn"], reference)

    def _available(self, arn: HubArn, error: type[Refused], field: str) -> Mapping[str, Any]:
        found = self._find(arn)
        if found is None:
            raise error(
                f"There is no such hub content: {arn.text}",
                where=field,
                action="Check Region, account, hub, name and version; `modeleval register` prints "
                "the ARN of what it registers.",
            )
        status = found["HubContentStatus"]
        if status != "Available":
            raise error(
                f"{arn.text} is {status}",
                where=field,
                action="Wait until it is Available, or register it again.",
            )
        return found

    def _find(self, arn: HubArn) -> Mapping[str, Any] | None:
        """By the hub's name, which means the caller's own hub; else by its ARN, if it is shared."""
        version = {"HubContentVersion": arn.version} if arn.version else {}
        for hub, missing in ((arn.hub, _MISSING), (arn.hub_arn, _MISSING | _DENIED)):
            found = self._describe(
                missing,
                HubName=hub,
                HubContentType=arn.content_type,
                HubContentName=arn.name,
                **version,
            )
            answered = parse_hub_arn(found["HubContentArn"]) if found else None
            if answered and (answered.account, answered.region) == (arn.account, arn.region):
                return found
        return None

    def _describe(
        self, missing: frozenset[str] = _MISSING, **request: Any
    ) -> Mapping[str, Any] | None:
        with transient_errors("SageMaker"):
            try:
                answer: Mapping[str, Any] = self._client_factory().describe_hub_content(**request)
            except ClientError as error:
                if error_code(error) in missing:
                    return None
                raise
        return answer


def _object(text: object) -> Mapping[str, Any]:
    """A JSON object; an empty one for whatever else it is."""
    try:
        found = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return {}
    return found if isinstance(found, Mapping) else {}
