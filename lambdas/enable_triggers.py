"""At deployment: since when each suite's trigger counts."""

from __future__ import annotations

from typing import Any

from lambdas.runtime import services, step
from modeleval.triggers.enable import ResourceRequest, enable_triggers


@step(ResourceRequest)
def handler(event: ResourceRequest) -> dict[str, Any]:
    return enable_triggers(event, services)
