"""The operations on hubs and their contents."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from embedded_aws import paging
from embedded_aws.callers import Caller
from embedded_aws.sagemaker import hub_documents, hub_showing, listing
from embedded_aws.sagemaker.errors import ServiceError, in_use
from embedded_aws.sagemaker.hub import PUBLIC, Content, Hub, is_public, public_arn
from embedded_aws.sagemaker.naming import own, resolve, tagged

if TYPE_CHECKING:
    from embedded_aws.sagemaker.service import SageMaker


def operations(service: SageMaker) -> dict[str, Callable[[Caller, dict[str, Any]], dict[str, Any]]]:
    """The operations, by name."""
    hubs = _Hubs(service)
    return {
        "CreateHub": hubs.create,
        "DescribeHub": hubs.describe,
        "ListHubs": hubs.listed,
        "ImportHubContent": hubs.import_content,
        "DescribeHubContent": hubs.describe_content,
        "ListHubContents": hubs.list_contents,
        "DeleteHubContent": hubs.delete_content,
    }


class _Hubs:
    def __init__(self, service: SageMaker) -> None:
        self._service = service

    def create(self, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        arn = caller.arn_of(f"hub/{request['HubName']}")
        self._service.require(caller, "sagemaker:CreateHub", arn)
        if request["HubName"] == PUBLIC:
            raise in_use(f"The name {PUBLIC} is AWS's own.")
        tags = tagged(self._service, caller, arn, request)
        self._service.hub.add(Hub(arn, request))
        self._service.tags.add(arn, tags)
        return {"HubArn": arn}

    def describe(self, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        hub = self._hub(caller, "DescribeHub", request)
        storage = hub.request.get("S3StorageConfig")
        return {**hub_showing.hub(hub), "S3StorageConfig": storage}

    def listed(self, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        self._service.require(caller, "sagemaker:ListHubs", "*")
        here = caller.arn_of("hub/")
        known = [hub for hub in self._service.hub.all() if hub.arn.startswith(here)]
        chosen = listing.chosen(known, request, {"HubName": lambda hub: hub.name})
        size = self._service.settings.pageSize
        found, token = paging.page(chosen, request, size, paging.SAGEMAKER)
        return {"HubSummaries": [hub_showing.hub(hub) for hub in found], "NextToken": token}

    def import_content(self, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        kind, name = request["HubContentType"], request["HubContentName"]
        hub = self._content_hub(caller, "ImportHubContent", request)
        _refuse_public(caller, "ImportHubContent", hub)
        hub_documents.check(kind, request["DocumentSchemaVersion"], request["HubContentDocument"])
        with self._service.lock:
            versions = self._service.hub.versions(hub.arn, kind, name)
            version = request.get("HubContentVersion") or _following(versions)
            content = Content(hub.arn, kind, name, version, request)
            tags = tagged(self._service, caller, content.arn, request)
            self._service.hub.put(content)
            self._service.tags.add(content.arn, tags)
        return {"HubArn": hub.arn, "HubContentArn": content.arn}

    def describe_content(self, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        hub = self._content_hub(caller, "DescribeHubContent", request)
        content = self._find(hub, request)
        shown = ("HubContentDocument", "HubContentMarkdown")
        return {
            **hub_showing.content(content),
            "HubName": hub.name,
            "HubArn": hub.arn,
            "LastModifiedTime": content.created,
            **{name: content.request[name] for name in shown if name in content.request},
        }

    def list_contents(self, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        hub = self._hub(caller, "ListHubContents", request)
        latest: dict[str, Content] = {}
        every = self._service.hub.contents(hub.arn, request["HubContentType"])
        for content in sorted(every, key=lambda each: each.order):
            latest[content.name] = content
        orders: dict[str, Callable[[Any], Any]] = {"HubContentName": lambda each: each.name}
        chosen = listing.chosen(latest.values(), request, orders)
        size = self._service.settings.pageSize
        found, token = paging.page(chosen, request, size, paging.SAGEMAKER)
        return {
            "HubContentSummaries": [hub_showing.content(content) for content in found],
            "NextToken": token,
        }

    def delete_content(self, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        hub = self._content_hub(caller, "DeleteHubContent", request)
        _refuse_public(caller, "DeleteHubContent", hub)
        content = self._find(hub, request)
        self._service.hub.remove(content)
        self._service.tags.forget(content.arn)
        return {}

    def _find(self, hub: Hub, request: dict[str, Any]) -> Content:
        return self._service.hub.find(
            hub.arn,
            request["HubContentType"],
            request["HubContentName"],
            request.get("HubContentVersion"),
        )

    def _hub(self, caller: Caller, action: str, request: dict[str, Any]) -> Hub:
        """The request's hub, after the caller's permission on it."""
        arn = _hub_arn(caller, request["HubName"])
        self._service.require(caller, f"sagemaker:{action}", arn)
        own(caller, f"sagemaker:{action}", arn, {public_arn(caller.region)})
        return self._service.hub.get(arn)

    def _content_hub(self, caller: Caller, action: str, request: dict[str, Any]) -> Hub:
        """The hub, after the permissions on it and on the content.

        The service authorisation reference names the content without a version, and its ARN has
        one: which of the two IAM sees is not documented, so both must be allowed.
        """
        hub = _hub_arn(caller, request["HubName"])
        kind, name = request["HubContentType"], request["HubContentName"]
        known = self._service.hub.versions(hub, kind, name)
        latest = known[-1].version if known else "1.0.0"
        version = request.get("HubContentVersion") or latest
        content = Content(hub, kind, name, version, {})
        resources = (hub, content.resource, content.arn)
        self._service.require(caller, f"sagemaker:{action}", *resources)
        own(caller, f"sagemaker:{action}", hub, {public_arn(caller.region)})
        return self._service.hub.get(hub)


def _hub_arn(caller: Caller, name: str) -> str:
    return public_arn(caller.region) if name == PUBLIC else resolve(caller, "hub", name)


def _refuse_public(caller: Caller, action: str, hub: Hub) -> None:
    if is_public(hub.arn):
        raise ServiceError(
            "AccessDeniedException",
            f"User: {caller.arn} is not authorized to perform: sagemaker:{action} "
            f"on resource: {hub.arn}",
            400,
        )


def _following(versions: list[Content]) -> str:
    """The version of an import that names none."""
    if not versions:
        return "1.0.0"
    *start, last = versions[-1].order
    return ".".join(str(part) for part in (*start, last + 1))
