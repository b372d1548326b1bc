"""How hubs and their contents are shown."""

from __future__ import annotations

from typing import Any

from embedded_aws.sagemaker.hub import Content, Hub


def hub(item: Hub) -> dict[str, Any]:
    """A hub, as ListHubs shows it."""
    shown = ("HubDisplayName", "HubDescription", "HubSearchKeywords")
    return {
        "HubName": item.name,
        "HubArn": item.arn,
        "HubStatus": "InService",
        "CreationTime": item.created,
        "LastModifiedTime": item.created,
        **{name: item.request[name] for name in shown if name in item.request},
    }


def content(item: Content) -> dict[str, Any]:
    """A version of a content, as ListHubContents shows it."""
    shown = (
        "DocumentSchemaVersion",
        "HubContentDisplayName",
        "HubContentDescription",
        "HubContentSearchKeywords",
    )
    return {
        "HubContentName": item.name,
        "HubContentArn": item.arn,
        "HubContentVersion": item.version,
        "HubContentType": item.kind,
        "HubContentStatus": "Available",
        "SupportStatus": item.request.get("SupportStatus", "Supported"),
        "CreationTime": item.created,
        **{name: item.request[name] for name in shown if name in item.request},
    }
