"""Who calls, and whether that caller may: authentication and identity policies.

Uses MiniStack's own evaluation of policies on MiniStack's own IAM, which is where the project's
roles are deployed. With ``--no-auth`` everyone is the account's root.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ministack import app as ministack
from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id, set_request_account_id, set_request_region

from embedded_aws.errors import ServiceError
from embedded_aws.http import Request, Signature


@dataclass(frozen=True)
class Caller:
    """An authenticated caller, in one account and Region."""

    access_key: str
    arn: str
    account: str
    region: str
    service: str

    def arn_of(self, resource: str) -> str:
        """The ARN of a resource of the called service, in this caller's account and Region."""
        return f"arn:aws:{self.service}:{self.region}:{self.account}:{resource}"

    def require(self, action: str, resource: str, context: dict[str, Any] | None = None) -> None:
        """Raise AccessDeniedException unless the caller's policies allow the action.

        A Region in the context (``aws:RequestedRegion``) stands for the caller's own.
        """
        if not ministack.AUTH:
            return
        service = action.split(":", 1)[0]
        region = (context or {}).get("aws:RequestedRegion", self.region)
        denied = iam_evaluator.enforce(self.access_key, action, service, region, resource, context)
        if isinstance(denied, iam_evaluator.AuthError):
            raise ServiceError(denied.code, denied.message)
        if denied:
            explicit = denied.decision == "Deny"
            reason = (
                "with an explicit deny in an identity-based policy"
                if explicit
                else f"because no identity-based policy allows the {action} action"
            )
            raise ServiceError(
                "AccessDeniedException",
                f"User: {self.arn} is not authorized to perform: {action} "
                f"on resource: {resource} {reason}",
            )


def authenticate(request: Request, signed: Signature) -> Caller:
    """The caller, its signature checked; pins what the policy evaluation needs to know.

    MiniStack keeps these facts in context variables, so this and every ``require`` must run in the
    same context (one thread per request).
    """
    iam_evaluator.pin_request_origin(request.client, request.secure)
    scope = ministack._request_account_scope(signed.access_key) if ministack.AUTH else None
    set_request_account_id(scope or signed.access_key)
    set_request_region(signed.region)
    account = get_account_id()
    if not ministack.AUTH:
        root = f"arn:aws:iam::{account}:root"
        return Caller(signed.access_key, root, account, signed.region, signed.service)
    iam_evaluator.pin_signed_request(
        request.method, request.raw_path, request.query, request.raw_headers
    )
    iam_evaluator.pin_signed_body(request.body)
    failure = iam_evaluator.check_credentials(signed.access_key, signed.service)
    if failure:
        raise ServiceError(failure.code, failure.message)
    principal = iam_evaluator.resolve_principal(signed.access_key, account)
    if isinstance(principal, iam_evaluator.AuthError):
        raise ServiceError(principal.code, principal.message)
    return Caller(signed.access_key, principal.arn, account, signed.region, signed.service)
