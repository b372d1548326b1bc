"""What a registered scorer or dataset looks like in a hub: documents, keywords, names.

As `Evaluator.create` and `DataSet.create` of the SageMaker Python SDK write them
(`sagemaker.ai_registry`), so that Studio and the SDK find what modeleval registers.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import NamedTuple

from modeleval.errors import RegistrationFailed
from modeleval.sagemaker.hub_arns import CONTENT_NAME, DATASET, SCORER


class Content(NamedTuple):
    """What is to be registered: its type, name, document (JSON) and search keywords."""

    content_type: str
    name: str
    document: str
    keywords: tuple[str, ...]


def hub_name(region: str, account: str) -> str:
    """The private hub's name as the SDK derives it: base32hex of a SHA-256, without padding."""
    digest = hashlib.sha256(hub_display_name(region, account).encode()).digest()
    return base64.b32hexencode(digest).decode().rstrip("=")


def hub_display_name(region: str, account: str) -> str:
    return f"AiRegistry-{region}-{account}"


def scorer_content(
    name: str, function_arn: str, *, from_file: bool, domain: str | None = None
) -> Content:
    """A scorer's document: it refers to a Lambda function, made from a file or brought along."""
    inner = {"Reference": function_arn, "EvaluatorType": "RewardFunction"}
    document = {"SubType": "AWS/Evaluator", "JsonContent": json.dumps(inner)}
    keywords = (
        f"method:{'byoc' if from_file else 'lambda'}",
        "@subtype:aws/evaluator",
        "@evaluatortype:rewardfunction",
        f"@contenttype:{'byocode' if from_file else 'byolambda'}",
        *_domain(domain),
    )
    return Content(SCORER, name, json.dumps(document), keywords)


def dataset_content(
    name: str,
    bucket: str,
    key: str,
    *,
    uploaded: bool,
    role: str | None = None,
    domain: str | None = None,
) -> Content:
    """A dataset's document: where its JSON Lines file lies. `role` may read it, if one is named."""
    document = {
        "DatasetType": "CUSTOMER_PROVIDED",
        **({"DatasetRoleArn": role} if role else {}),
        "DatasetS3Bucket": bucket,
        "DatasetS3Prefix": key,
        "DatasetContextS3Uri": '""',
        "ConversationId": "default-conversation",
        "ConversationCheckpointId": "default-checkpoint",
        "Dependencies": [],
    }
    keywords = (f"method:{'uploaded' if uploaded else 'generated'}", *_domain(domain))
    return Content(DATASET, name, json.dumps(document), keywords)


def _domain(domain: str | None) -> tuple[str, ...]:
    return (f"@domain:{domain}",) if domain else ()


def checked_name(name: str) -> str:
    """A name that hub content may have; raises RegistrationFailed."""
    if CONTENT_NAME.fullmatch(name):
        return name
    raise RegistrationFailed(
        "Names of hub content are 1 to 63 letters, digits and hyphens, and begin and end with a "
        "letter or digit",
        where=name[:100],
        action="Choose another with --name.",
    )
