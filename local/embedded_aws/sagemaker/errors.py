"""SageMaker's errors: JSON 1.1, whose status is 400 for everything that the caller can mend."""

from __future__ import annotations

from embedded_aws.errors import ServiceError, invalid

__all__ = ["ServiceError", "conflict", "in_use", "internal", "invalid", "missing", "status_of"]

_STATUS = {"InternalFailure": 500, "ServiceUnavailable": 503}


def status_of(error: ServiceError) -> int:
    """The HTTP status of an error, as SageMaker answers it."""
    return _STATUS.get(error.code, 400)


def conflict(message: str) -> ServiceError:
    """A ConflictException."""
    return ServiceError("ConflictException", message, 400)


def missing(message: str) -> ServiceError:
    """A ResourceNotFound: hubs, artifacts and pipelines have it, the registry has not."""
    return ServiceError("ResourceNotFound", message, 400)


def in_use(message: str) -> ServiceError:
    """A ResourceInUse: the name is taken."""
    return ServiceError("ResourceInUse", message, 400)


def internal(message: str) -> ServiceError:
    """An InternalFailure."""
    return ServiceError("InternalFailure", message, 500)
