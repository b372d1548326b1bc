"""Foundation models: is this one there, may it be called, how long will it be there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from modeleval.aws import error_code, transient_errors
from modeleval.documents import closest
from modeleval.errors import JudgeNotAllowed, JudgeNotFound, JudgeNotUsable

if TYPE_CHECKING:
    from mypy_boto3_bedrock import BedrockClient

_UNKNOWN = frozenset({"ResourceNotFoundException", "ValidationException"})


class FoundationModels:
    def __init__(self, client: BedrockClient) -> None:
        self._client = client

    def check_judge(
        self, judge: str, *, allowed: Sequence[str], field: str, now: datetime | None = None
    ) -> None:
        """Refuse a judge that the evaluation would fail with, before anything is paid for.

        Raises JudgeNotAllowed, JudgeNotFound or JudgeNotUsable; `field` is where the
        suite names it.
        """
        if judge not in allowed:
            near = closest(judge, list(allowed))
            raise JudgeNotAllowed(
                f"{judge} is not among the judges that the settings allow",
                where=field,
                action=f"Did you mean {near}?"
                if near
                else f"Use one of {', '.join(allowed)}, or add it to judgeModels in cdk.json and "
                "deploy.",
            )
        details = self._describe(judge, field)
        _check_lifecycle(judge, details.get("modelLifecycle", {}), field, now or datetime.now(UTC))
        if "ON_DEMAND" not in details.get("inferenceTypesSupported", ["ON_DEMAND"]):
            raise JudgeNotUsable(
                f"{judge} cannot be called on demand, only through an inference profile",
                where=field,
                action="Choose another judge; inference profiles are not built yet.",
            )

    def _describe(self, judge: str, field: str) -> dict[str, Any]:
        with transient_errors("Bedrock"):
            try:
                found = self._client.get_foundation_model(modelIdentifier=judge)
            except ClientError as error:
                if error_code(error) in _UNKNOWN:
                    raise JudgeNotFound(
                        f"Bedrock does not know {judge} in this Region: it was never there, or is "
                        "past its end of life",
                        where=field,
                        action="Choose another judge: aws bedrock list-foundation-models shows "
                        "those of the Region.",
                    ) from None
                raise
        return dict(found["modelDetails"])


def _check_lifecycle(judge: str, lifecycle: Any, field: str, now: datetime) -> None:
    end: datetime | None = lifecycle.get("endOfLifeTime")
    if end is not None and end <= now:
        raise JudgeNotUsable(
            f"{judge} reached its end of life on {end:%Y-%m-%d}",
            where=field,
            action="Choose a judge that is active.",
        )
    status = lifecycle.get("status", "ACTIVE")
    if status != "ACTIVE":
        until = f" and ends on {end:%Y-%m-%d}" if end else ""
        raise JudgeNotUsable(
            f"{judge} is not active: its lifecycle status is {status}{until}",
            where=field,
            action="Choose a judge that is active: scores of a judge that goes away cannot be "
            "compared with later ones.",
        )
