"""The small forms that RAG datasets are made of: lists, contents, passages."""

from __future__ import annotations

from typing import Any

from embedded_aws.bedrock.dataset import DatasetError


def listed(value: dict[str, Any], name: str) -> list[Any]:
    """A member that is a list."""
    found = value.get(name)
    if not isinstance(found, list):
        raise DatasetError(f"{name} is not a list")
    return found


def object_in(value: Any, name: str) -> dict[str, Any]:
    """A member that is an object."""
    found = value.get(name) if isinstance(value, dict) else None
    if not isinstance(found, dict):
        raise DatasetError(f"{name} is not an object")
    return found


def texts(entries: Any, what: str) -> list[str]:
    """The texts of a list of ``{"content": [{"text": …}]}``, each with exactly one."""
    if not isinstance(entries, list):
        raise DatasetError(f"{what} is not a list")
    found = []
    for entry in entries:
        match entry:
            case {"content": [{"text": str(text)}]}:
                found.append(text)
            case _:
                raise DatasetError(f"dataset entry {what} is not in the expected format")
    return found


def passages(entries: list[Any]) -> list[dict[str, Any]]:
    """Passages that were retrieved or cited."""
    for entry in entries:
        text = object_in(entry, "content").get("text")
        if not isinstance(text, str) or not text:
            raise DatasetError("a passage has no text")
        if not set(entry) <= {"name", "content", "metadata"}:
            raise DatasetError("a passage has an unknown member")
        if not isinstance(entry.get("metadata", {}), dict):
            raise DatasetError("metadata is not an object")
    return entries
