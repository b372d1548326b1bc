"""The EventBridge events of the registry, in the documented form.

SageMaker developer guide, "Events that SageMaker AI sends to EventBridge": the detail is what
DescribeModelPackage shows, without the approval's description and the customer's metadata. The
sample there carries ``source`` twice, the second time as an array; the real events have a string.
"""

from __future__ import annotations

import json
import logging
import queue
import threading
from datetime import datetime
from typing import Any

from ministack.core.responses import set_request_account_id, set_request_region
from ministack.services import eventbridge

from embedded_aws.sagemaker.packages import Package
from embedded_aws.sagemaker.settings import Settings

log = logging.getLogger("embedded_aws.sagemaker")
PACKAGE_CHANGE = "SageMaker Model Package State Change"
_SHOWN = ("ModelPackageDescription", "InferenceSpecification", "MetadataProperties", "ModelMetrics")


class Events:
    """Sends events, one after the other and in a thread of its own, as the calls go on."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._waiting: queue.SimpleQueue[tuple[str, str, dict[str, Any]]] = queue.SimpleQueue()
        threading.Thread(name="sagemaker-events", target=self._run, daemon=True).start()

    def package_changed(self, package: Package) -> None:
        """Send a package's event, as the settings say: more than once, or not at all."""
        if not self._settings.loseEvents:
            for _ in range(self._settings.duplicateEvents):
                self.send(PACKAGE_CHANGE, [package.arn], detail(package))

    def send(self, detail_type: str, resources: list[str], content: dict[str, Any]) -> None:
        """Send one event of ``aws.sagemaker`` to the default bus of the first resource's account.

        ``content`` is the detail: JSON values only.
        """
        entry = {
            "Source": "aws.sagemaker",
            "DetailType": detail_type,
            "Detail": json.dumps(content),
            "Resources": resources,
        }
        _, _, _, region, account, *_ = resources[0].split(":")
        self._waiting.put((account, region, entry))

    def _run(self) -> None:
        while True:
            account, region, entry = self._waiting.get()
            set_request_account_id(account)
            set_request_region(region)
            try:
                eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)
            except Exception:
                log.exception("the event of %s was not delivered", entry["Resources"])


def detail(package: Package) -> dict[str, Any]:
    """The detail of a package's event."""
    shown = package.shown
    approval = {"ModelApprovalStatus": shown.get("ModelApprovalStatus")}
    return {
        **package.naming,
        "ModelPackageArn": package.arn,
        "CreationTime": iso(package.created),
        "ModelPackageStatus": package.status,
        "ModelPackageStatusDetails": {"ValidationStatuses": [], "ImageScanStatuses": []},
        "CertifyForMarketplace": shown.get("CertifyForMarketplace", False),
        **(approval if package.version is not None else {}),
        **{name: shown[name] for name in _SHOWN if name in shown},
        "LastModifiedTime": iso(package.modified or package.created),
    }


def iso(moment: datetime) -> str:
    """An instant as events carry it: in whole seconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
