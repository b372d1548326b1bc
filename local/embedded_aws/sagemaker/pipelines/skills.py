"""How good the stand-in's models are, and which questions they get right.

No model runs here. ``skills.json`` declares a skill per model and task; the setting ``skills`` (a
base model's name, or "group/version", to a number or to numbers by task) goes before it. What a
model does with one record follows from its name, the task and the record alone.
"""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import dataclass
from importlib import resources
from typing import Any

_OTHER = "other"


@dataclass(frozen=True)
class Subject:
    """The model that a step evaluates: a base model, or a version of a group made from it."""

    base: str
    group: str = ""
    version: int = 0

    @property
    def key(self) -> str:
        """Its name in skills."""
        return f"{self.group}/{self.version}" if self.group else self.base

    @property
    def shown(self) -> str:
        """Its name in outputs, which says what it is."""
        return f"stand-in model {self.key}"


@functools.cache
def _declared() -> dict[str, Any]:
    text = resources.files("embedded_aws.sagemaker").joinpath("skills.json").read_text("utf-8")
    value: dict[str, Any] = json.loads(text)
    return value


def skill(subject: Subject, task: str, changed: dict[str, Any]) -> float:
    """The share of the task that the model does well; ``changed`` is the setting."""
    told = _told(changed.get(subject.key), task)
    if told is not None:
        return told
    declared = _declared()
    if not subject.group:
        found = _told(declared["models"].get(subject.base), task)
        return found if found is not None else float(declared["default"][_OTHER])
    found = _told(declared["packages"].get(subject.key), task)
    if found is not None:
        return found
    base = skill(Subject(subject.base), task, changed)
    gain = declared["gain"] + declared["perVersion"] * (max(1, subject.version) - 1)
    return float(min(declared["most"], base + gain))


def _told(entry: Any, task: str) -> float | None:
    if isinstance(entry, dict):
        entry = entry.get(task, entry.get(_OTHER))
    return None if entry is None else float(entry)


def fraction(*parts: str) -> float:
    """A number from 0 to 1 that depends on nothing but the parts."""
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:4]) / 2**32
