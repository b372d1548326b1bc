"""Hubs and their contents: the account's own, and AWS's SageMakerPublicHub."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from embedded_aws.fresh import now
from embedded_aws.sagemaker.errors import in_use, missing

PUBLIC = "SageMakerPublicHub"


@dataclass
class Hub:
    """A hub and the request that made it."""

    arn: str
    request: dict[str, Any]
    created: datetime = field(default_factory=now)

    @property
    def name(self) -> str:
        """Its name, unique in its account and Region."""
        return self.arn.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Content:
    """One version of a hub's content. ``hub`` is its hub's ARN, and ``kind`` its HubContentType."""

    hub: str
    kind: str
    name: str
    version: str
    request: dict[str, Any]
    created: datetime = field(default_factory=now)

    @property
    def resource(self) -> str:
        """The ARN of all its versions, as policies name it."""
        return f"{self.hub.replace(':hub/', ':hub-content/')}/{self.kind}/{self.name}"

    @property
    def arn(self) -> str:
        """The ARN of this version."""
        return f"{self.resource}/{self.version}"

    @property
    def order(self) -> tuple[int, ...]:
        """What versions are ordered by. The service model's pattern allows any separator."""
        return tuple(int(part) for part in re.findall(r"\d+", self.version))


class Hubs:
    """All hubs by ARN, and the contents of each."""

    def __init__(self, public: Iterable[Content]) -> None:
        """``public`` are the public hub's contents, with ``{region}`` where a Region belongs."""
        self._public = tuple(public)
        self._lock = threading.Lock()
        self._hubs: dict[str, Hub] = {}
        self._contents: dict[str, Content] = {}

    def add(self, hub: Hub) -> None:
        """Keep a new hub; a taken name is a ResourceInUse."""
        with self._lock:
            if hub.arn in self._hubs:
                raise in_use(f"Hub already exists: {hub.arn}")
            self._hubs[hub.arn] = hub

    def all(self) -> list[Hub]:
        """The accounts' own hubs."""
        with self._lock:
            return list(self._hubs.values())

    def get(self, arn: str) -> Hub:
        """The hub with this ARN, the public one included; raises ResourceNotFound."""
        if is_public(arn):
            return Hub(arn, {"HubDescription": "SageMaker Public Hub"}, _LONG_AGO)
        with self._lock:
            if arn not in self._hubs:
                raise missing(f"Hub {arn} does not exist.")
            return self._hubs[arn]

    def put(self, content: Content) -> None:
        """Keep a new version; one that exists is a ResourceInUse."""
        with self._lock:
            if content.arn in self._contents:
                raise in_use(f"Hub content already exists: {content.arn}")
            self._contents[content.arn] = content

    def remove(self, content: Content) -> None:
        """Forget a version."""
        with self._lock:
            self._contents.pop(content.arn, None)

    def contents(self, hub: str, kind: str) -> list[Content]:
        """Every version of every content of a kind in a hub."""
        with self._lock:
            known = [_placed(each, hub) for each in self._public] if is_public(hub) else []
            known += self._contents.values()
        return [each for each in known if (each.hub, each.kind) == (hub, kind)]

    def versions(self, hub: str, kind: str, name: str) -> list[Content]:
        """The versions of one content, the latest last."""
        found = [each for each in self.contents(hub, kind) if each.name == name]
        return sorted(found, key=lambda each: each.order)

    def find(self, hub: str, kind: str, name: str, version: str | None) -> Content:
        """One version, or the latest; raises ResourceNotFound."""
        found = self.versions(hub, kind, name)
        chosen = [each for each in found if version in (None, each.version)]
        if not chosen:
            wanted = f"{kind} {name}" + (f" version {version}" if version else "")
            raise missing(f"Hub content {wanted} does not exist in hub {hub}.")
        return chosen[-1]

    def clear(self) -> None:
        """Forget everything but the public hub."""
        with self._lock:
            self._hubs.clear()
            self._contents.clear()


_LONG_AGO = datetime.fromisoformat("2025-01-15T00:00:00+00:00")


def public_arn(region: str) -> str:
    """The ARN of the public hub in a Region."""
    return f"arn:aws:sagemaker:{region}:aws:hub/{PUBLIC}"


def is_public(arn: str) -> bool:
    """Whether a hub's ARN is the public one's."""
    return arn.endswith(f":aws:hub/{PUBLIC}")


def _placed(content: Content, hub: str) -> Content:
    region = hub.split(":")[3]
    document = content.request["HubContentDocument"].replace("{region}", region)
    request = {**content.request, "HubContentDocument": document}
    return replace(content, hub=hub, request=request, created=_LONG_AGO)
