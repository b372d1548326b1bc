"""One model package version, as an event or a list of the registry describes it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_pascal

from modeleval.errors import EventUnreadable
from modeleval.store.triggers import EnabledTrigger

RECENT = timedelta(hours=24)
"""A version that is older when an event tells of it starts nothing: it is not new."""
_COMPLETED = "Completed"


class ModelPackageVersion(NamedTuple):
    arn: str
    group: str | None
    status: str
    created: datetime


class _Detail(BaseModel):
    """The detail of a `SageMaker Model Package State Change` event."""

    model_config = ConfigDict(
        alias_generator=to_pascal, frozen=True, extra="ignore", hide_input_in_errors=True
    )

    model_package_arn: str = Field(pattern=r"^arn:[a-z0-9-]+:sagemaker:[^:]+:\d{12}:model-package/")
    model_package_group_name: str | None = None
    model_package_status: str
    model_approval_status: str | None = None
    creation_time: AwareDatetime


class ModelPackageEvent(BaseModel):
    """The EventBridge event around it."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    id: str = Field(min_length=1)
    time: AwareDatetime
    detail: _Detail

    @property
    def version(self) -> ModelPackageVersion:
        detail = self.detail
        return ModelPackageVersion(
            arn=detail.model_package_arn,
            group=detail.model_package_group_name,
            status=detail.model_package_status,
            created=detail.creation_time,
        )


def read_event(event: Any) -> ModelPackageEvent:
    """Raises EventUnreadable, which names fields and no values."""
    try:
        return ModelPackageEvent.model_validate(event)
    except ValidationError as error:
        fields = {
            ".".join(str(part) for part in found["loc"])
            for found in error.errors(include_input=False, include_url=False)
        }
        raise EventUnreadable(
            "The event is no model package state change as SageMaker writes it",
            where=", ".join(sorted(fields)) or "event",
            action="See docs/triggers.md; if SageMaker has changed its events, report it.",
        ) from None


def why_not(
    version: ModelPackageVersion, enabled: EnabledTrigger | None, *, at: datetime
) -> str | None:
    """Why a version starts nothing for a suite; None if it may. `at`: when it was told of.

    A creation time may lack its fraction of a second, so that whole seconds are compared.
    """
    if version.status != _COMPLETED:
        return "its status is not Completed"
    if enabled is None:
        return "the suite's trigger is not enabled"
    since = datetime.fromisoformat(enabled.enabled_at).astimezone(UTC).replace(microsecond=0)
    if version.created < since:
        return "it is older than the suite's trigger"
    if at - version.created > RECENT:
        return "it is not new"
    return None
