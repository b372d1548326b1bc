"""ARNs that the model registry and the hub use: taken apart, and put together.

Shapes: botocore's service model of `sagemaker` (EntityName, ModelPackageArn, ModelPackageGroupArn,
ServerlessJobBaseModelArn). Nothing here searches: an ARN is split at its first five colons, and a
name is one run of characters, so that wrong text of any length is refused as quickly as right one.
"""

from __future__ import annotations

import re
from typing import NamedTuple

PUBLIC_HUB = "SageMakerPublicHub"
"""The hub of AWS's own models, the only one that serverless evaluation takes base models from."""

PARTITIONS = ("aws", "aws-cn", "aws-us-gov")

_ACCOUNT = re.compile(r"[0-9]{12}", re.ASCII)
_ENTITY = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9-]{0,62}")
_PARTS = 6
_REGION = re.compile(r"[a-z]{2,4}(?:-[a-z]{1,12}){1,3}-[0-9]{1,2}")
_VERSION = re.compile(r"[1-9][0-9]{0,8}")


class Arn(NamedTuple):
    """`arn:partition:service:region:account:resource`; region and account may be empty."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    def __str__(self) -> str:
        return ":".join(("arn", *self))

    @property
    def kind(self) -> str:
        """What stands before the resource's first `/` or `:`, such as `training-job`."""
        return re.split("[/:]", self.resource, maxsplit=1)[0]

    @property
    def rest(self) -> str:
        """What stands after it; empty if nothing does."""
        return self.resource[len(self.kind) + 1 :]

    def sibling(self, resource: str) -> Arn:
        """Another resource of the same account and Region."""
        return self._replace(resource=resource)


def parse_arn(text: str) -> Arn | None:
    """The parts of an ARN; None if it is none."""
    parts = text.split(":", _PARTS - 1)
    if len(parts) != _PARTS or parts[0] != "arn" or not all((parts[1], parts[2], parts[5])):
        return None
    return Arn(*parts[1:])


def read_arn(text: str) -> Arn:
    """The parts of an ARN that AWS itself wrote; raises ValueError if it is none."""
    arn = parse_arn(text)
    if arn is None:
        raise ValueError("SageMaker answered with something else than an ARN")
    return arn


def is_entity_name(text: str) -> bool:
    """Whether SageMaker takes this as the name of a group, a package, a job or hub content."""
    return _ENTITY.fullmatch(text) is not None and not text.endswith("-")


def is_account(text: str) -> bool:
    return _ACCOUNT.fullmatch(text) is not None


def is_region(text: str) -> bool:
    return _REGION.fullmatch(text) is not None


def partition_of(region: str) -> str:
    """The partition that a Region belongs to, of those that are known here."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


def package_version(text: str) -> int | None:
    """The version number at the end of a package's ARN; None if it is no such number."""
    return int(text) if _VERSION.fullmatch(text) else None


def package_arn(group: Arn, version: int) -> str:
    """The ARN of a group's version: packages lie beside their group."""
    return str(group.sibling(f"model-package/{group.rest}/{version}"))


def group_arn(package: Arn, name: str) -> str:
    """The ARN of the group of that name, in a package's account and Region."""
    return str(package.sibling(f"model-package-group/{name}"))


def base_model_arn(partition: str, region: str, name: str, version: str | None) -> str:
    """The ARN of a model of the public hub; without a version it means the latest."""
    resource = f"hub-content/{PUBLIC_HUB}/Model/{name}"
    return str(
        Arn(partition, "sagemaker", region, "aws", f"{resource}/{version}" if version else resource)
    )
