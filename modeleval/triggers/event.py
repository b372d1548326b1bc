"""Whatever starts the trigger's function, kept whole: which of its events it is comes later."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict

from modeleval.workflow.events import Event


class TriggerEvent(Event):
    model_config = ConfigDict(extra="allow")

    @property
    def document(self) -> dict[str, Any]:
        return dict(self.model_extra or {})

    @property
    def log_keys(self) -> dict[str, Any]:
        """The ids that the event names, of those that it has."""
        detail = self.document.get("detail")
        told = {
            "event": self.document.get("id"),
            "suite": self.document.get("suite"),
            "model_package": detail.get("ModelPackageArn") if isinstance(detail, dict) else None,
        }
        return {name: value for name, value in told.items() if isinstance(value, str)}
