"""Reading and writing one model package version, with a sentence for each refusal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from modeleval.aws import error_code, error_message
from modeleval.sagemaker.registry import Denied, NotThere
from modeleval.services import Services


class Unwritten(Exception):
    """The package was not read or written; the text says why, for people."""


class PackageState(NamedTuple):
    """How a version stands; `because` is what stands beside its approval."""

    approval: str | None
    metadata: dict[str, str]
    because: str = ""


def package_state(arn: str, services: Services) -> PackageState:
    """Its approval status and metadata; raises Unwritten, and TransientServiceError."""
    with _said(arn):
        found = services.model_registry.package(arn)
    return PackageState(
        found.get("ModelApprovalStatus"),
        dict(found.get("CustomerMetadataProperties", {})),
        found.get("ApprovalDescription", ""),
    )


def write_package(arn: str, changes: Mapping[str, Any], services: Services) -> None:
    """Change it, if there are changes; raises Unwritten, and TransientServiceError."""
    if changes:
        with _said(arn):
            services.model_registry.update_package(arn, changes)


@contextmanager
def _said(arn: str) -> Iterator[None]:
    try:
        yield
    except Denied:
        raise Unwritten(
            f"AWS does not let modeleval read or write {arn}; see docs/promotion.md."
        ) from None
    except NotThere as error:
        raise Unwritten(f"{arn} is gone, or SageMaker refused:{_words(error.__cause__)}") from None
    except ClientError as error:
        raise Unwritten(f"SageMaker refused to write {arn}:{_words(error)}") from None


def _words(error: BaseException | None) -> str:
    if not isinstance(error, ClientError):
        return " no reason is known."
    return f" {error_code(error)}: {error_message(error)}"
