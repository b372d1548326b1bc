"""The profiles that AWS defines: one per model and geography (``inference_profiles.json``)."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from typing import Any

from embedded_aws.bedrock import catalog

CREATED = datetime(2025, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Profile:
    """A system-defined profile, as seen from one Region."""

    geography: str
    model: str
    region: str

    @property
    def identifier(self) -> str:
        """Its id, such as ``us.amazon.nova-pro-v1:0``."""
        return f"{self.geography}.{self.model}"

    def arn(self, account: str) -> str:
        """Its ARN in an account."""
        return f"arn:aws:bedrock:{self.region}:{account}:inference-profile/{self.identifier}"

    @property
    def regions(self) -> tuple[str, ...]:
        """Where its model is called: here, and in every destination ("" is the Region-less one)."""
        destinations = _data()["geographies"][self.geography]["destinations"]
        return tuple(dict.fromkeys((self.region, *destinations)))

    def shown(self, account: str) -> dict[str, Any]:
        """As GetInferenceProfile shows it."""
        entry = catalog.entries()[self.model]
        words = f"{_data()['geographies'][self.geography]['name']} {entry['modelName']}"
        name = re.sub(r"[^0-9a-zA-Z ]+", "-", words).strip("-")
        return {
            "inferenceProfileName": name,
            "description": f"Routes requests to {name}",
            "createdAt": CREATED,
            "updatedAt": CREATED,
            "inferenceProfileArn": self.arn(account),
            "models": [{"modelArn": catalog.arn(self.model, region)} for region in self.regions],
            "inferenceProfileId": self.identifier,
            "status": "ACTIVE",
            "type": "SYSTEM_DEFINED",
        }


@functools.cache
def _data() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("inference_profiles.json").read_text("utf-8")
    result: dict[str, Any] = json.loads(text)
    return result


def find(identifier: str, region: str) -> Profile | None:
    """The profile with this id that can be called from a Region, if there is one."""
    geography, _, model = identifier.partition(".")
    offered = geography in _data()["models"].get(model, ())
    if offered and region in _data()["geographies"][geography]["sources"]:
        return Profile(geography, model, region)
    return None


def is_profile(identifier: str) -> bool:
    """Whether an id has the form of a system-defined profile's."""
    return identifier.partition(".")[0] in _data()["geographies"]


def listed(region: str) -> Iterator[Profile]:
    """Every profile that can be called from a Region, those of models that are gone left out."""
    for model, geographies in _data()["models"].items():
        for geography in geographies:
            profile = find(f"{geography}.{model}", region)
            if profile is not None and not catalog.entries()[model].get("gone"):
                yield profile
