"""Account and Region: as the shell says them, and what to do where it does not."""

from __future__ import annotations

import os

from botocore.exceptions import (
    BotoCoreError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
)

_ADVICE: tuple[tuple[tuple[type[BotoCoreError], ...], str], ...] = (
    ((NoRegionError,), "Set AWS_REGION, or a Region in the profile that AWS_PROFILE names."),
    (
        (NoCredentialsError, PartialCredentialsError),
        "Name a profile with AWS_PROFILE, or sign in (aws sso login).",
    ),
    ((ProfileNotFound,), "Name another with AWS_PROFILE; `aws configure list-profiles` has them."),
)
_OTHERWISE = "Check AWS_PROFILE and AWS_REGION; `aws sts get-caller-identity` should answer."


def choose_region() -> None:
    """Let AWS_REGION choose the Region, as in AWS's own tools: boto3 knows the older name only."""
    region = os.environ.get("AWS_REGION")
    if region:
        os.environ["AWS_DEFAULT_REGION"] = region


def advice(error: BotoCoreError) -> str:
    """What to do where AWS could not be asked at all."""
    return next((what for errors, what in _ADVICE if isinstance(error, errors)), _OTHERWISE)
