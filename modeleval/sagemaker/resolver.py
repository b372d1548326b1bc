"""From a model's name to the model: found, described, and fit to be evaluated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, Protocol

from modeleval.bedrock.models import Purpose
from modeleval.errors import ModelNotUsable
from modeleval.sagemaker.arns import Arn, base_model_arn, group_arn, partition_of, read_arn
from modeleval.sagemaker.missing import Missing
from modeleval.sagemaker.naming import Form, ModelName, parse_model
from modeleval.sagemaker.packages import base_model, check_package
from modeleval.sagemaker.registry import Denied, Group, ModelRegistry, NotThere
from modeleval.sagemaker.resolved import ModelSource, ResolvedModel, artifact_uris, timestamp

Which = Literal["latest", "approved"]
"""Which version of a group is meant: the one with the highest number, of all or of the approved."""

RUN_MODEL = Purpose("model", "generatorModels", ModelNotUsable, ModelNotUsable, ModelNotUsable)
"""What a Bedrock model is looked up for: each refusal is ModelNotUsable."""


class BedrockModels(Protocol):
    """What is asked of `modeleval.bedrock.models.Models`."""

    def check(
        self, text: str, purpose: Purpose, *, allowed: tuple[str, ...], field: str
    ) -> object: ...


class Resolver:
    """Resolves what a person or an event names as the run's model.

    registry asks SageMaker; bedrock gives the checks of Bedrock's models, made when first needed.
    region: the stack's, in which evaluations run. bedrock_models: those that the settings allow.
    """

    def __init__(
        self,
        registry: ModelRegistry,
        bedrock: Callable[[], BedrockModels],
        *,
        region: str,
        bedrock_models: tuple[str, ...] = (),
    ) -> None:
        self._bedrock_models = bedrock_models
        self._registry = registry
        self._bedrock = bedrock
        self._region = region
        self._missing = Missing(registry)

    def resolve(
        self, text: str, *, field: str = "input.model", which: Which = "latest"
    ) -> ResolvedModel:
        """The model that a text names; raises ModelNotUsable, and TransientServiceError.

        `which` chooses among a group's versions, and means nothing for any other name.
        """
        named = parse_model(text, field=field)
        if named.arn is not None and named.arn.region not in ("", self._region):
            raise ModelNotUsable(
                f"The model lies in {named.arn.region}, and evaluations run in {self._region}, "
                "where modeleval is deployed",
                where=field,
                action=f"Deploy modeleval in {named.arn.region}, or register the model in "
                f"{self._region}.",
            )
        try:
            return self._resolve(named, field, which)
        except Denied as denied:
            if named.arn is None:
                raise denied.__cause__ or denied from None
            raise _denied(named.arn, field) from None

    def _resolve(self, named: ModelName, field: str, which: Which) -> ResolvedModel:
        if named.form is Form.BEDROCK:
            self._bedrock().check(named.text, RUN_MODEL, allowed=self._bedrock_models, field=field)
            return ResolvedModel(
                asked=named.text, source=ModelSource.BEDROCK, identifier=named.text
            )
        if named.form is Form.VERSION:
            return self._package(named, named.text, field)
        group = self._group(named)
        if group is not None:
            return self._package(named, self._version_arn(named, group, field, which), field)
        if named.form is Form.PACKAGE:
            return self._package(named, named.text, field)
        if named.form is Form.NAME:
            return self._jumpstart(named, field)
        raise self._missing.group(named, field)

    def _group(self, named: ModelName) -> Group | None:
        """The group that is named, also where an unversioned package's ARN means it."""
        asked = named.name if named.arn is None else group_arn(named.arn, named.name)
        try:
            return self._registry.group(asked)
        except NotThere:
            return None

    def _version_arn(self, named: ModelName, group: Group, field: str, which: Which) -> str:
        asked = group.name if named.arn is None else group.arn
        try:
            latest = self._registry.latest(asked, approved=which == "approved")
        except NotThere:
            raise self._missing.group(named, field) from None
        if latest is not None:
            return latest.arn
        approved = " that is approved" if which == "approved" else ""
        raise ModelNotUsable(
            f"The model package group {group.name} has no version{approved}",
            where=field,
            action="Approve one, or name a version's ARN." if approved else "Register one first.",
        )

    def _package(self, named: ModelName, arn: str, field: str) -> ResolvedModel:
        try:
            package = self._registry.package(arn)
        except NotThere:
            raise self._missing.package(named, field) from None
        place = read_arn(package["ModelPackageArn"])
        check_package(package, str(place), field)
        name, version = base_model(package, str(place), field)
        self._check_base(name, str(place), field)
        group = package.get("ModelPackageGroupName")
        uris = artifact_uris(package)
        return ResolvedModel(
            asked=named.text,
            source=ModelSource.PACKAGE,
            identifier=str(place),
            group=group,
            group_arn=group_arn(place, group) if group else None,
            version=package.get("ModelPackageVersion"),
            approval_status=package.get("ModelApprovalStatus"),
            created_at=timestamp(package.get("CreationTime")),
            base_model_name=name,
            base_model_version=version,
            base_model_arn=base_model_arn(place.partition, place.region, name, version),
            artifact_uri=uris[0] if uris else None,
        )

    def _check_base(self, name: str, package: str, field: str) -> None:
        try:
            self._registry.hub_model(name)
        except NotThere:
            raise ModelNotUsable(
                f"{package} was fine-tuned from {name}, which is not in SageMakerPublicHub: "
                "SageMaker evaluates models of that hub only",
                where=field,
                action="Name a package whose base model is in SageMakerPublicHub.",
            ) from None

    def _jumpstart(self, named: ModelName, field: str) -> ResolvedModel:
        try:
            content = self._registry.hub_model(named.name)
        except NotThere:
            raise self._missing.name(named, field) from None
        return _hub_model(named, content, self._region)


def _hub_model(named: ModelName, content: dict[str, Any], region: str) -> ResolvedModel:
    name, version = content["HubContentName"], content.get("HubContentVersion")
    made = base_model_arn(partition_of(region), region, name, version)
    return ResolvedModel(
        asked=named.text,
        source=ModelSource.JUMPSTART,
        identifier=name,
        created_at=timestamp(content.get("CreationTime")),
        base_model_name=name,
        base_model_version=version,
        base_model_arn=content.get("HubContentArn") or made,
    )


def _denied(arn: Arn, field: str) -> ModelNotUsable:
    return ModelNotUsable(
        f"AWS does not let this stack look at {arn}",
        where=field,
        action=f"If it belongs to another account, that account ({arn.account}) allows it in the "
        "group's resource policy (aws sagemaker put-model-package-group-policy): "
        "sagemaker:DescribeModelPackageGroup on the group, sagemaker:DescribeModelPackage and "
        "sagemaker:ListModelPackages on its versions, to this stack's account. If it is "
        "your own, a policy above the functions' roles denies it.",
    )
