"""Which kind of model an identifier names, and which ARNs stand behind it.

Patterns: botocore's service model of `bedrock`, shapes EvaluatorModelIdentifier and
EvaluationBedrockModelIdentifier. They differ: a judge is a foundation model or an inference profile
that AWS defines; a generator may also be a profile of one's own, a provisioned or imported model, a
prompt router, or a SageMaker endpoint (a Marketplace model).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

# Separators are not optional, as they are in the API's own pattern: repeated, that would search a
# wrong identifier of forty characters for hours.
_MODEL = r"[a-z0-9-]{1,63}\.[a-z0-9-]{1,126}(?:[.:][a-z0-9-]{1,63})*"
_GEOGRAPHY = r"(?:us|us-gov|eu|apac|au|jp|ca|sa|me|af|il|mx|global)"
_PARTITION = r"aws(?:-[^:]+)?"
_AWS_OWN = rf"arn:{_PARTITION}:bedrock:(?P<region>[a-z0-9-]{{1,20}})::"
_HERE = rf"arn:{_PARTITION}:bedrock:(?P<region>[a-z0-9-]{{1,20}}):[0-9]{{12}}:"


class ModelKind(StrEnum):
    """What an identifier names."""

    FOUNDATION = "foundation model"
    PROFILE = "inference profile"
    APPLICATION_PROFILE = "application inference profile"
    PROVISIONED = "provisioned model"
    IMPORTED = "imported model"
    PROMPT_ROUTER = "prompt router"
    ENDPOINT = "SageMaker endpoint"


@dataclass(frozen=True, kw_only=True)
class ModelId:
    """An identifier, understood.

    text: as it was written. name: what follows the resource's type, such as
    `us.amazon.nova-pro-v1:0`. model: the foundation model of a plain id, or of a profile that AWS
    defines; else None. region: of an ARN, else None.
    """

    text: str
    kind: ModelKind
    name: str
    model: str | None = None
    region: str | None = None

    @property
    def is_arn(self) -> bool:
        return self.text.startswith("arn:")

    @property
    def is_global(self) -> bool:
        """Whether a profile may send its requests to any commercial Region."""
        return self.kind is ModelKind.PROFILE and self.name.startswith("global.")

    @property
    def may_judge(self) -> bool:
        return self.kind in (ModelKind.FOUNDATION, ModelKind.PROFILE)


_ARN_FORMS = (
    (ModelKind.FOUNDATION, rf"{_AWS_OWN}foundation-model/(?P<name>{_MODEL})"),
    (ModelKind.PROFILE, rf"{_HERE}inference-profile/(?P<name>{_GEOGRAPHY}\.{_MODEL})"),
    (
        ModelKind.APPLICATION_PROFILE,
        rf"{_HERE}application-inference-profile/(?P<name>[a-z0-9]{{12}})",
    ),
    (ModelKind.PROVISIONED, rf"{_HERE}provisioned-model/(?P<name>[a-z0-9]{{12}})"),
    (ModelKind.IMPORTED, rf"{_HERE}imported-model/(?P<name>[a-z0-9]{{12}})"),
    (
        ModelKind.PROMPT_ROUTER,
        rf"{_HERE}(?P<name>(?:default-prompt-router|prompt-router)/[a-zA-Z0-9-:.]+)",
    ),
    (
        ModelKind.ENDPOINT,
        rf"{_HERE.replace('bedrock', 'sagemaker')}endpoint/(?P<name>[a-z0-9-]{{1,63}})",
    ),
)
_PLAIN_PROFILE = re.compile(rf"(?P<geography>{_GEOGRAPHY})\.(?P<model>{_MODEL})")
_PLAIN_MODEL = re.compile(_MODEL)
_LONGEST = 2048


def parse_model_id(text: str) -> ModelId | None:
    """What an identifier names; None if it is none that an evaluation job takes."""
    if len(text) > _LONGEST:
        return None
    for kind, pattern in _ARN_FORMS:
        match = re.fullmatch(pattern, text)
        if match:
            name = match["name"]
            return ModelId(
                text=text,
                kind=kind,
                name=name,
                model=_model_of(kind, name),
                region=match["region"],
            )
    profile = _PLAIN_PROFILE.fullmatch(text)
    if profile:
        return ModelId(text=text, kind=ModelKind.PROFILE, name=text, model=profile["model"])
    if _PLAIN_MODEL.fullmatch(text):
        return ModelId(text=text, kind=ModelKind.FOUNDATION, name=text, model=text)
    return None


def _model_of(kind: ModelKind, name: str) -> str | None:
    if kind is ModelKind.FOUNDATION:
        return name
    return name.split(".", 1)[1] if kind is ModelKind.PROFILE else None


# What the API's own pattern for generators accepts of plain ids: `global.` ids with a date fit the
# judge's pattern and not this one, so a profile is sent to the generator's field as its ARN.
def model_arn(identifier: ModelId, *, partition: str, region: str, account: str) -> str:
    """The ARN of a foundation model or profile; what is one already stays as it is."""
    if identifier.is_arn:
        return identifier.text
    if identifier.kind is ModelKind.PROFILE:
        return profile_arn(identifier, partition=partition, region=region, account=account)
    return f"arn:{partition}:bedrock:{region}::foundation-model/{identifier.name}"


def profile_arn(identifier: ModelId, *, partition: str, region: str, account: str) -> str:
    """The ARN of a profile that AWS defines: it belongs to the account that calls."""
    if identifier.is_arn:
        return identifier.text
    return f"arn:{partition}:bedrock:{region}:{account}:inference-profile/{identifier.name}"
