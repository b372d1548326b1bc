"""How a person names a model: told apart by its form alone, without asking AWS."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from modeleval.bedrock.model_ids import ModelKind, parse_model_id
from modeleval.errors import ModelNotUsable
from modeleval.sagemaker.arns import (
    PARTITIONS,
    Arn,
    is_account,
    is_entity_name,
    is_region,
    package_version,
    parse_arn,
    partition_of,
)
from modeleval.sagemaker.refusals import (
    WANTED,
    Look,
    bedrock_look,
    refuse,
    sagemaker_look,
    service_look,
    text_look,
)

LONGEST = 2048
"""Characters of the longest ARN that SageMaker knows."""


class Form(StrEnum):
    """What a text is, by its form."""

    VERSION = "versioned model package ARN"
    PACKAGE = "unversioned model package ARN"
    GROUP = "model package group ARN"
    NAME = "group name or JumpStart model id"
    BEDROCK = "Bedrock model"


@dataclass(frozen=True, kw_only=True)
class ModelName:
    """A text that may name a model.

    text: without surrounding space. name: the group's or package's name, or the whole text.
    version: of a versioned package. arn: of everything that was named by one.
    """

    text: str
    form: Form
    name: str
    version: int | None = None
    arn: Arn | None = None


def parse_model(text: str, *, field: str) -> ModelName:
    """What a text names; raises ModelNotUsable, saying what it looks like and what is wanted."""
    asked = text.strip()
    if not asked:
        raise ModelNotUsable("No model is named", where=field, action=WANTED)
    if len(asked) > LONGEST:
        look = Look(f"a text of {len(asked):,} characters", WANTED)
        raise refuse(look, field)
    if asked[:4].lower() == "arn:":
        return _from_arn(asked, field)
    if is_entity_name(asked):
        return ModelName(text=asked, form=Form.NAME, name=asked)
    if parse_model_id(asked) is not None:
        return ModelName(text=asked, form=Form.BEDROCK, name=asked)
    raise refuse(text_look(asked), field)


def group_problem(text: str) -> str | None:
    """Why a text names no model package group, and what to write; None if it may be one's name."""
    arn = parse_arn(text)
    if arn is None:
        return None if is_entity_name(text) else "write a model package group's name or ARN"
    if (arn.service, arn.kind) == ("sagemaker", "model-package-group"):
        return None
    look = sagemaker_look(arn) if arn.service == "sagemaker" else service_look(arn)
    return f"that is {look.what}; write a model package group's name or ARN"


def _from_arn(asked: str, field: str) -> ModelName:
    arn = parse_arn(asked)
    if arn is None:
        look = Look("the beginning of an ARN, but not a whole one", f"Copy it again. {WANTED}")
        raise refuse(look, field)
    if arn.service == "sagemaker":
        return _sagemaker(arn, field)
    if arn.service == "bedrock":
        model = parse_model_id(asked)
        if model is None or model.kind is ModelKind.ENDPOINT:
            raise refuse(bedrock_look(arn), field)
        return ModelName(text=asked, form=Form.BEDROCK, name=asked, arn=arn)
    raise refuse(service_look(arn), field)


def _sagemaker(arn: Arn, field: str) -> ModelName:
    if arn.kind not in ("model-package", "model-package-group"):
        raise refuse(sagemaker_look(arn), field)
    _check_place(arn, field)
    if arn.kind == "model-package-group":
        name, version, whole = arn.rest, "", Form.GROUP
    else:
        name, slash, version = arn.rest.partition("/")
        whole = Form.VERSION if slash else Form.PACKAGE
    number = package_version(version)
    if not is_entity_name(name) or (whole is Form.VERSION and number is None):
        raise refuse(
            Look(
                f"a {arn.kind} ARN with a malformed name or version",
                "It ends in model-package/<name>/<version>, model-package/<name> or "
                "model-package-group/<name>; names are of letters, digits and hyphens.",
            ),
            field,
        )
    return ModelName(text=str(arn), form=whole, name=name, version=number, arn=arn)


def _check_place(arn: Arn, field: str) -> None:
    """Raise ModelNotUsable unless partition, Region and account fit together."""
    where = f"arn:<partition>:sagemaker:<region>:<12 digits>:{arn.kind}/..."
    if arn.partition not in PARTITIONS:
        what = f"a {arn.kind} ARN of a partition other than {', '.join(PARTITIONS)}"
    elif not is_region(arn.region) or not is_account(arn.account):
        what = f"a {arn.kind} ARN with a malformed Region or account"
    elif partition_of(arn.region) != arn.partition:
        what = (
            f"a {arn.kind} ARN whose partition {arn.partition} does not hold the Region "
            f"{arn.region}"
        )
    else:
        return
    raise refuse(Look(what, f"Copy it again: {where}"), field)
