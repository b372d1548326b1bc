"""The Lambda function behind a registered scorer: one that is there, or one made from a file."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from modeleval.aws import error_code, error_message, transient_errors
from modeleval.errors import RegistrationFailed, ScorerNotUsable
from modeleval.sagemaker.allowed import allowed, is_denied
from modeleval.sagemaker.hub_arns import LAMBDA_ARN
from modeleval.sagemaker.scorer_source import HANDLER

RUNTIME = "python3.13"
TIMEOUT_SECONDS = 60
"""Lambda's default of 3 seconds is soon over in a cold start."""

_LONGEST_NAME = 64
_DIGEST = 12
_PREFIX = "SageMaker-evaluator-"
_POLL_SECONDS = 2
_POLLS = 60


class Function(NamedTuple):
    """A scorer's function; `notes` are for the person who registers it."""

    arn: str
    notes: tuple[str, ...] = ()


def existing_function(client: Any, arn: str) -> Function:
    """A function by its ARN; raises ScorerNotUsable if it is elsewhere or not there."""
    match = LAMBDA_ARN.fullmatch(arn)
    if match is None:
        raise ScorerNotUsable(
            "This is no ARN of a Lambda function",
            where=arn[:300],
            action="Write it as arn:aws:lambda:<region>:<account>:function:<name>.",
        )
    if match["region"] != client.meta.region_name:
        raise ScorerNotUsable(
            f"The function is in {match['region']}, and the hub in {client.meta.region_name}",
            where=arn,
            action="Set AWS_REGION to the function's Region, where the evaluations must run too.",
        )
    notes = []
    with transient_errors("Lambda"):
        try:
            client.get_function(FunctionName=arn)
        except ClientError as error:
            if error_code(error) == "ResourceNotFoundException":
                raise ScorerNotUsable(
                    "There is no such Lambda function", where=arn, action="Correct the ARN."
                ) from None
            if not is_denied(error):
                raise
            notes.append("Not checked whether the function is there: lambda:GetFunction is denied.")
    if "sagemaker" not in match["name"].lower():
        notes.append(
            "AWS's managed policies let SageMaker invoke only functions with `sagemaker` in their "
            "name. Give the role that runs evaluations lambda:InvokeFunction on this one."
        )
    return Function(arn, tuple(notes))


def function_name(name: str, package: bytes, role: str) -> str:
    """The same name for the same scorer, code and role. AWS's policies want "sagemaker" in it."""
    parts = (name.encode(), role.encode(), RUNTIME.encode(), package)
    digest = hashlib.sha256(b"\0".join(parts)).hexdigest()[:_DIGEST]
    longest = _LONGEST_NAME - len(_PREFIX) - _DIGEST - 1
    return f"{_PREFIX}{name[:longest]}-{digest}"


def make_function(
    client: Any,
    name: str,
    package: bytes,
    role: str,
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> Function:
    """A function with that code, made if it is not there; raises RegistrationFailed."""
    function = function_name(name, package, role)
    try:
        with allowed("lambda:CreateFunction (with iam:PassRole)", function, "Lambda"):
            made = client.create_function(
                FunctionName=function,
                Runtime=RUNTIME,
                Role=role,
                Handler=HANDLER,
                Code={"ZipFile": package},
                Timeout=TIMEOUT_SECONDS,
                Description=f"modeleval scorer {name}",
            )
    except ClientError as error:
        code = error_code(error)
        if code == "InvalidParameterValueException":
            raise RegistrationFailed(
                f"Lambda refused the function: {error_message(error)}",
                where=function,
                action="The role must exist and be trusted by lambda.amazonaws.com. If it was "
                "just made, try again in a minute.",
            ) from None
        if code != "ResourceConflictException":
            raise
        made = _configuration(client, function)
        if made["CodeSha256"] != base64.b64encode(hashlib.sha256(package).digest()).decode():
            raise RegistrationFailed(
                "The function is there with other code: somebody changed it",
                where=function,
                action="Delete it, or register the scorer under another --name.",
            ) from None
    _wait(client, function, made, sleep)
    return Function(made["FunctionArn"])


def _configuration(client: Any, function: str) -> Any:
    with allowed("lambda:GetFunction", function, "Lambda"):
        return client.get_function(FunctionName=function)["Configuration"]


def _wait(client: Any, function: str, made: Any, sleep: Callable[[float], None]) -> None:
    """Until it can be invoked: Lambda answers before that."""
    for _ in range(_POLLS):
        state = made.get("State", "Active")
        if state in ("Active", "Inactive"):
            return
        if state == "Failed":
            break
        sleep(_POLL_SECONDS)
        made = _configuration(client, function)
    raise RegistrationFailed(
        f"The function is {made.get('State')}: {made.get('StateReason', 'no reason given')[:300]}",
        where=function,
        action="Look at it in the Lambda console, delete it and try again.",
    )
