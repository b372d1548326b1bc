"""Addresses of AWS's console, where people look at what is told of."""

from __future__ import annotations

from urllib.parse import quote

_CONSOLES = {
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}


def execution_page(arn: str) -> str:
    """The console's page of a Step Functions execution."""
    _, partition, _, region, *_ = arn.split(":")
    host = _CONSOLES.get(partition, "console.aws.amazon.com")
    return f"https://{region}.{host}/states/home?region={region}#/v2/executions/details/{arn}"


def folder_page(arn: str, bucket: str, prefix: str) -> str:
    """The console's page of a bucket's folder, in the partition and Region of an ARN."""
    _, partition, _, region, *_ = arn.split(":")
    host = _CONSOLES.get(partition, "console.aws.amazon.com")
    return f"https://{region}.{host}/s3/buckets/{bucket}?region={region}&prefix={quote(prefix)}"
