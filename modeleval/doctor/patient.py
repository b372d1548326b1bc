"""Who is examined: a stack, the account and Region that it is looked for in, and who looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from modeleval.aws import CONFIG, error_code, error_message
from modeleval.cli.stack import Deployment
from modeleval.cli.surroundings import advice
from modeleval.errors import StackNotFound
from modeleval.sagemaker.arns import partition_of
from modeleval.services import Services


class Missing(NamedTuple):
    """What is not there: why, and what to do."""

    why: str
    fix: str


class Identity(NamedTuple):
    """Who calls: the account's number, and the caller's ARN."""

    account: str
    arn: str


@dataclass(frozen=True, kw_only=True)
class Patient:
    """A stack (Missing if it is not deployed) in a Region, and who asks for it."""

    stack: str
    region: str
    identity: Identity
    deployment: Deployment | Missing
    client: Callable[[str], Any]

    @property
    def account(self) -> str:
        return self.identity.account

    @property
    def partition(self) -> str:
        return partition_of(self.region)

    @property
    def deployed(self) -> Deployment:
        """The stack; raises StackNotFound where there is none."""
        if isinstance(self.deployment, Missing):
            raise StackNotFound(self.deployment.why, action=self.deployment.fix)
        return self.deployment

    @property
    def services(self) -> Services:
        """What the stack's steps use; raises StackNotFound where there is none."""
        return self.deployed.services


def meet(stack: str) -> Patient | Missing:
    """Look who is there; Missing where AWS cannot be asked at all."""
    client = partial(boto3.client, config=CONFIG)
    region = boto3.session.Session().region_name
    if not region:
        return Missing("no Region is set", _REGION)
    identity = _identity(client)
    if isinstance(identity, Missing):
        return identity
    return Patient(
        stack=stack,
        region=region,
        identity=identity,
        deployment=_deployment(stack),
        client=client,
    )


_REGION = "Set AWS_REGION, or a Region in the profile that AWS_PROFILE names."


def _identity(client: Callable[[str], Any]) -> Identity | Missing:
    try:
        found = client("sts").get_caller_identity()
    except ClientError as error:
        why = f"AWS does not take the credentials: {error_code(error)}: {error_message(error)}"
        return Missing(why, "Sign in again (aws sso login), or name a profile with AWS_PROFILE.")
    except BotoCoreError as error:
        return Missing(str(error).rstrip("."), advice(error))
    return Identity(found["Account"], found["Arn"])


def _deployment(stack: str) -> Deployment | Missing:
    try:
        return Deployment(stack)
    except StackNotFound as error:
        return Missing(error.what.rstrip("."), error.action)
