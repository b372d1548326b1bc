"""The models of the account itself, which tests register, and what the account may use.

Application inference profiles, provisioned and imported models, prompt routers, SageMaker endpoints
and flow definitions come from ``POST /_standin/models``; so do a foundation model's availabilities.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from embedded_aws.bedrock import catalog, profiles
from embedded_aws.bedrock.knowledge_bases import KnowledgeBases
from embedded_aws.fresh import new_identifier, now
from embedded_aws.options import ACCOUNT, REGION

_ID = r"[a-z0-9]{12}"
_BEDROCK = r"arn:aws:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:"
# Kind: the pattern of its ARN, its possible states with the usable one first.
_KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "application-inference-profile": (
        rf"{_BEDROCK}application-inference-profile/{_ID}",
        ("ACTIVE",),
    ),
    "provisioned-model": (
        rf"{_BEDROCK}provisioned-model/{_ID}",
        ("InService", "Creating", "Updating", "Failed"),
    ),
    "imported-model": (rf"{_BEDROCK}imported-model/{_ID}", ("ACTIVE",)),
    "prompt-router": (
        rf"{_BEDROCK}(default-prompt-router|prompt-router)/[a-zA-Z0-9-:.]+",
        ("AVAILABLE",),
    ),
    "endpoint": (
        r"arn:aws:sagemaker:[a-z0-9-]{1,20}:[0-9]{12}:endpoint/[a-z0-9-]{1,63}",
        ("InService", "Creating", "Updating", "SystemUpdating", "Failed", "OutOfService"),
    ),
    "flow-definition": (
        r"arn:aws:sagemaker:[a-z0-9-]{1,20}:[0-9]{12}:flow-definition/[a-z0-9](-*[a-z0-9]){0,62}",
        ("Active", "Initializing", "Failed", "Deleting"),
    ),
}
_MOST_WORKERS = 3  # TaskCount
AVAILABILITY: dict[str, tuple[str, ...]] = {  # the usual value first
    "agreement": ("AVAILABLE", "PENDING", "NOT_AVAILABLE", "ERROR"),
    "authorization": ("AUTHORIZED", "NOT_AUTHORIZED"),
    "entitlement": ("AVAILABLE", "NOT_AVAILABLE"),
    "region": ("AVAILABLE", "NOT_AVAILABLE"),
}
_BEHIND = ("application-inference-profile", "provisioned-model", "prompt-router")  # need models


@dataclass(frozen=True)
class Registered:
    """A model of the account. ``models`` are the ids or ARNs of what is behind it."""

    kind: str
    arn: str
    name: str
    models: tuple[str, ...] = ()
    status: str = ""
    skill: float | None = None
    custom_model: str = ""
    workers: int = 1  # of a flow definition: how many people answer each task
    created: datetime = field(default_factory=now)

    @property
    def usable(self) -> bool:
        """Whether it can be called now."""
        return self.status in _KINDS[self.kind][1][:1] or self.status == "Updating"

    def to_json(self) -> dict[str, Any]:
        """As the control API shows it."""
        return {
            "kind": self.kind,
            "arn": self.arn,
            "name": self.name,
            "models": list(self.models),
            "status": self.status,
        }


class Registry:
    """What is registered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._models: dict[str, Registered] = {}
        self._availability: dict[str, dict[str, str]] = {}
        self.knowledge_bases = KnowledgeBases()

    def register(self, value: dict[str, Any]) -> dict[str, Any]:
        """One model or availability from the control API; raises ValueError with what is wrong."""
        if value.get("kind") == "foundation-model":
            return self._set_availability(value)
        model = _parsed(value)
        with self._lock:
            self._models[model.arn] = model
        return model.to_json()

    def _set_availability(self, value: dict[str, Any]) -> dict[str, Any]:
        model = value.get("model")
        if model not in catalog.entries():
            raise ValueError("model must be the id of a foundation model of the catalogue")
        chosen = {name: item for name, item in value.items() if name not in ("kind", "model")}
        for name, item in chosen.items():
            if item not in AVAILABILITY.get(name, ()):
                raise ValueError(f"{name} must be one of {AVAILABILITY.get(name, 'nothing')}")
        with self._lock:
            self._availability[model] = chosen
        return {"model": model, **chosen}

    def availability(self, model_id: str) -> dict[str, str]:
        """What the account may do with a foundation model, each under its name here."""
        usual = {name: values[0] for name, values in AVAILABILITY.items()}
        with self._lock:
            return usual | self._availability.get(model_id, {})

    def find(self, kind: str, identifier: str) -> Registered | None:
        """The model of a kind with this ARN, id (the end of its ARN) or name."""
        with self._lock:
            for model in self._models.values():
                short = model.arn.rsplit("/", 1)[-1]
                if model.kind == kind and identifier in (model.arn, short, model.name):
                    return model
        return None

    def all(self) -> list[Registered]:
        """Every registered model, the oldest first."""
        with self._lock:
            return list(self._models.values())

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._models.clear()
            self._availability.clear()
        self.knowledge_bases.clear()


_FIELDS = {"kind", "arn", "name", "model", "models", "status", "skill", "customModel", "workers"}


def _parsed(value: dict[str, Any]) -> Registered:
    kind = value.get("kind", "")
    if kind not in _KINDS:
        raise ValueError(f"kind must be one of {[*_KINDS, 'foundation-model']}")
    if set(value) - _FIELDS:
        raise ValueError(f"a model has no {sorted(set(value) - _FIELDS)}; it has {sorted(_FIELDS)}")
    pattern, states = _KINDS[kind]
    arn = value.get("arn") or _new_arn(kind)
    if not re.fullmatch(pattern, arn):
        raise ValueError(f"arn must match {pattern}")
    status = value.get("status", states[0])
    if status not in states:
        raise ValueError(f"status must be one of {states}")
    models = tuple(value.get("models") or ([value["model"]] if "model" in value else []))
    if kind in _BEHIND and not models:
        raise ValueError(f"{kind} needs model, or models")
    for model in models:
        name = str(model).rsplit("/", 1)[-1]
        if name not in catalog.entries() and not profiles.is_profile(name):
            raise ValueError("a model behind another is a foundation model or a system profile")
    name = value.get("name") or arn.rsplit("/", 1)[-1].replace(".", "-").replace(":", "-")
    skill = value.get("skill")
    workers = value.get("workers", 1)
    if workers not in range(1, _MOST_WORKERS + 1):
        raise ValueError(f"workers must be 1 to {_MOST_WORKERS}")
    custom_model = value.get("customModel", "")
    return Registered(kind, arn, name, models, status, skill, custom_model, workers)


def _new_arn(kind: str) -> str:
    if kind in ("endpoint", "flow-definition"):
        return f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:{kind}/{kind}-{new_identifier()}"
    return f"arn:aws:bedrock:{REGION}:{ACCOUNT}:{kind}/{new_identifier()}"
