"""The stand-in's part of the control API, below ``/_standin/sagemaker/``."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from embedded_aws.sagemaker.events import PACKAGE_CHANGE, detail
from embedded_aws.sagemaker.packages import Package

if TYPE_CHECKING:
    from embedded_aws.sagemaker.service import SageMaker

_ARN = re.compile(
    r"arn:aws:sagemaker:[a-z0-9-]+:(\d{12}):model-package/[a-zA-Z0-9-]{1,63}(?:/(\d{1,9}))?"
)
_STATES = ("Pending", "InProgress", "Completed", "Failed", "Deleting")


def routes(service: SageMaker) -> dict[tuple[str, str], Callable[[Any], Any]]:
    """The routes, each a function of the request's JSON."""
    return {
        ("GET", "calls"): lambda _: {"calls": [call.to_json() for call in service.calls.all()]},
        ("GET", "settings"): lambda _: service.settings.to_json(),
        ("POST", "settings"): service.settings.change,
        ("GET", "packages"): lambda _: {"packages": [_shown(p) for p in service.packages.all()]},
        ("POST", "packages"): lambda value: _put(service, value),
        ("POST", "events"): lambda value: _send(service, value),
    }


def _shown(package: Package) -> dict[str, Any]:
    return {
        "arn": package.arn,
        "status": package.status,
        "approval": package.shown.get("ModelApprovalStatus"),
        "shared": package.shared,
    }


def _put(service: SageMaker, value: dict[str, Any]) -> dict[str, Any]:
    """Keep a package of any account and Region, with no event; it is shared with this account.

    ``{"arn", "status"?, and members of CreateModelPackage's request}``.
    """
    arn, status = str(value["arn"]), value.get("status", "Completed")
    found = _ARN.fullmatch(arn)
    if found is None:
        raise ValueError(f"arn must match {_ARN.pattern}")
    if status not in _STATES:
        raise ValueError(f"status must be one of {_STATES}")
    shown = {name: item for name, item in value.items() if name not in ("arn", "status")}
    if found[2]:
        shown = {"ModelApprovalStatus": "PendingManualApproval", **shown}
    owner = {"IamIdentity": {"Arn": f"arn:aws:iam::{found[1]}:root"}}
    version = int(found[2]) if found[2] else None
    package = Package(arn, shown, owner, version, shared=True, status=status)
    if status == "Failed":
        package.error = "The stand-in was told so."
    service.packages.put(package)
    return _shown(package)


def _send(service: SageMaker, value: dict[str, Any]) -> dict[str, Any]:
    """Send the state-change event of a package again.

    ``{"arn", "detail"?: members that replace the detail's, "times"?}``. Whether there is such a
    package does not matter if the detail is given whole.
    """
    arn = str(value["arn"])
    if _ARN.fullmatch(arn) is None:
        raise ValueError(f"arn must match {_ARN.pattern}")
    package = service.packages.find(arn)
    content = {**(detail(package) if package else {}), **value.get("detail", {})}
    if not content:
        raise ValueError(f"there is no package {arn}, so the event needs a detail")
    for _ in range(int(value.get("times", 1))):
        service.events.send(PACKAGE_CHANGE, [arn], content)
    return {"detail": content}
