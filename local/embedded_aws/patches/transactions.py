"""A transaction that is sent again is the same transaction.

boto3 gives TransactWriteItems a token, so that a try whose answer was lost may be repeated.
MiniStack keeps the request to compare it with, but stores the items in it, and changes them there;
so it takes the repetition for another request (IdempotentParameterMismatchException).
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from ministack.services import dynamodb

from embedded_aws.patches.check import require_parameters, require_source

_NAME = "transactions"


def apply() -> None:
    """Compare by a digest of what came, and let MiniStack see the same request if it is."""
    original = dynamodb._transact_write_items
    require_parameters(original, _NAME, "data")
    require_source(original, _NAME, 'prior.get("signature") == signature', "_txn_token_lookup(crt)")

    def transact(data: dict[str, Any]) -> Any:
        token = data.get("ClientRequestToken")
        if not token:
            return original(data)
        digest = hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()
        prior = dynamodb._txn_token_lookup(token)
        if prior is not None and prior.get(_NAME) == digest:
            prior["signature"] = {k: v for k, v in data.items() if k != "ClientRequestToken"}
        answer = original(data)
        if kept := dynamodb._txn_token_lookup(token):
            kept.setdefault(_NAME, digest)
        return answer

    dynamodb._transact_write_items = transact
