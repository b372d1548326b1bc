"""What is in SageMakerPublicHub, and the files in S3 that its recipes point to.

The models, their versions and recipes are made up after the real ones' form (``public_hub.json``);
so are the files: the ranges of a recipe's parameters, and the list of judges.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import botocore.session
from botocore.config import Config

from embedded_aws.environment import Home
from embedded_aws.options import REGION
from embedded_aws.sagemaker.hub import Content, public_arn

_SCHEMA = "2.3.0"
BUCKET = f"jumpstart-cache-prod-{REGION}"


@functools.cache
def _catalogue() -> dict[str, Any]:
    text = Path(__file__).with_name("public_hub.json").read_text(encoding="utf-8")
    catalogue: dict[str, Any] = json.loads(text)
    return catalogue


def contents() -> list[Content]:
    """Every version of every model of the public hub."""
    return [
        Content(public_arn(REGION), "Model", model["name"], version, _request(model))
        for model in _catalogue()["models"]
        for version in model["versions"]
    ]


def _request(model: dict[str, Any]) -> dict[str, Any]:
    """What an import of the model would have said."""
    return {
        "DocumentSchemaVersion": _SCHEMA,
        "HubContentDisplayName": model["displayName"],
        "HubContentDescription": f"{model['displayName']}, as a stand-in",
        "HubContentDocument": json.dumps(model["document"]),
        "HubContentSearchKeywords": model["keywords"],
        "SupportStatus": "Supported",
    }


def publish(home: Home) -> None:
    """Put the files into the bucket that AWS has them in.

    The bucket is one of the emulated account without a policy: who reads it needs s3:GetObject in
    its own policies. Raises botocore's errors.
    """
    session = botocore.session.Session()
    client = session.create_client(
        "s3",
        region_name=REGION,
        endpoint_url=home.endpoint,
        verify=str(home.certificate),
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - the emulated account's root
        config=Config(s3={"addressing_style": "path"}),
    )
    client.create_bucket(Bucket=BUCKET)
    for key, value in _catalogue()["files"].items():
        client.put_object(Bucket=BUCKET, Key=key, Body=json.dumps(value).encode())
