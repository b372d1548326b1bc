"""ARNs of SageMaker hub content: what a suite may name as its scorer or dataset.

    arn:aws:sagemaker:<region>:<account>:hub-content/<hub>/JsonDoc/<name>/<x.y.z>       a scorer
    arn:aws:sagemaker:<region>:<account>:hub-content/<hub>/DataSet/<name>[/<x.y.z>]     a dataset

Patterns: those of botocore's service model (HubName, HubContentName, HubContentVersion,
HubDataSetArn).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from modeleval.documents import closest
from modeleval.errors import DatasetNotFound, Refused, ScorerNotUsable

BUILT_IN_SCORERS = ("prime_math", "prime_code")
SCORER = "JsonDoc"
DATASET = "DataSet"

CONTENT_NAME = re.compile(r"[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62}")
LAMBDA_ARN = re.compile(
    r"arn:aws[a-z-]*:lambda:(?P<region>[a-z0-9-]+):[0-9]{12}:function:"
    r"(?P<name>[a-zA-Z0-9_-]+)(?::(?P<qualifier>\$LATEST|[a-zA-Z0-9_-]+))?"
)
_HUB_ARN = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):sagemaker:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12}|aws)"
    rf":hub-content/(?P<hub>{CONTENT_NAME.pattern})/(?P<content_type>[A-Za-z]+)"
    rf"/(?P<name>{CONTENT_NAME.pattern})"
    r"(?:/(?P<version>[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}))?"
)
_ARN_PARTS = 6
_SHOWN = 300


class HubArn(NamedTuple):
    """A hub content ARN, taken apart. `version` is None where the ARN has none: the latest."""

    text: str
    partition: str
    region: str
    account: str
    hub: str
    content_type: str
    name: str
    version: str | None

    @property
    def hub_arn(self) -> str:
        return f"arn:{self.partition}:sagemaker:{self.region}:{self.account}:hub/{self.hub}"


def parse_hub_arn(text: str) -> HubArn | None:
    """The ARN, taken apart; None if it is no ARN of hub content."""
    match = _HUB_ARN.fullmatch(text)
    return HubArn(text, **match.groupdict()) if match else None


def parse_evaluator(text: str, *, field: str) -> str:
    """A scorer as SageMaker takes it: "prime_math", "prime_code", or a registered scorer's ARN.

    `field` is where the suite names it. Raises ScorerNotUsable, which says what the text looks
    like and what to do.
    """
    if text.lower() in BUILT_IN_SCORERS:
        return text.lower()
    arn = parse_hub_arn(text)
    if arn is None:
        raise _no_scorer(text, field)
    if arn.content_type != SCORER:
        raise ScorerNotUsable(
            f"{text[:_SHOWN]} is hub content of type {arn.content_type}; a scorer is a {SCORER}",
            where=field,
            action="Name the ARN that `modeleval register scorer` printed.",
        )
    if arn.version is None:
        raise ScorerNotUsable(
            f"{text} names no version, and SageMaker takes a scorer only with one",
            where=field,
            action=f"Append the version, such as {text}/1.0.0.",
        )
    return text


def _no_scorer(text: str, field: str) -> Refused:
    shown = text[:_SHOWN]
    if LAMBDA_ARN.fullmatch(text):
        what = f"{shown} is a Lambda function, and SageMaker takes a scorer only from its hub"
        action = f"Register it first: modeleval register scorer {shown}"
    elif text.endswith(".py"):
        what = f"{shown} is a file, and SageMaker takes a scorer only from its hub"
        action = f"Register it first: modeleval register scorer {shown} --role <Lambda role's ARN>"
    elif text.startswith("arn:"):
        what = f"{shown} is {looks_like(text)}, not a registered scorer"
        action = "Name the ARN that `modeleval register scorer` printed."
    else:
        near = closest(text, list(BUILT_IN_SCORERS))
        what = f"{shown!r} is not a scorer"
        action = (
            f"Did you mean {near}?"
            if near
            else f"Use {' or '.join(BUILT_IN_SCORERS)}, or the ARN of a registered scorer "
            "(modeleval register scorer)."
        )
    return ScorerNotUsable(what, where=field, action=action)


def parse_dataset_arn(text: str, *, field: str) -> HubArn:
    """A registered dataset; raises DatasetNotFound, which says what the text looks like."""
    arn = parse_hub_arn(text)
    if arn is not None and arn.content_type == DATASET:
        return arn
    kind = f"hub content of type {arn.content_type}" if arn else looks_like(text)
    raise DatasetNotFound(
        f"{text[:_SHOWN]} is {kind}, not a registered dataset",
        where=field,
        action="Name an s3:// URI, a key in the deployed bucket, or the ARN that "
        "`modeleval register dataset` printed (.../hub-content/<hub>/DataSet/<name>/<version>).",
    )


def looks_like(text: str) -> str:
    """What kind of thing a text names, for a refusal: "a Lambda ARN", "an S3 URI"."""
    if text.startswith("s3://"):
        return "an S3 URI"
    parts = text.split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS or parts[0] != "arn":
        return "no ARN"
    if ":hub-content/" in text:
        return "a malformed hub content ARN"
    resource = re.split("[:/]", parts[5])[0]
    return f"an ARN of {parts[2] or 'an unnamed service'} ({resource[:_SHOWN]})"
