"""What names records and groups of them: category, cluster, key, and why one has no response."""

from __future__ import annotations

import re

import msgspec

from modeleval.datasets.fields import Fields, described, kind_of, shown_name, text_field
from modeleval.datasets.findings import Place

# Labels name groups in summaries and keys; longer ones are text in the wrong field.
MAX_LABEL = 256
FAILED = "failed"
_REASON = re.compile(r"[A-Za-z][A-Za-z0-9]{0,63}")
_string = msgspec.json.Decoder(str)


def category_of(fields: Fields, place: Place) -> str | None:
    """The record's category, "" included; None if it has none, or a bad one (reported)."""
    category = text_field(fields, "category", place)
    if category is not None and len(category) > MAX_LABEL:
        _too_long("category", category, place)
    return category


def cluster_of(fields: Fields, name: str, place: Place) -> str | None:
    """The record's cluster: the string, or the number as it was written."""
    value = fields.get(name)
    if value is None:
        action = "Give every record its cluster, or leave the cluster field out of the suite"
        place.problem(shown_name(name), "is missing, and is the cluster field", action)
        return None
    cluster = cluster_text(value)
    if cluster is None:
        what = f"is {kind_of(value)}; a cluster is a string or a number"
        place.problem(shown_name(name), what, "Make it a string")
        return None
    if not cluster:
        place.problem(shown_name(name), "is empty, and is the cluster field", "Name its cluster")
    elif len(cluster) > MAX_LABEL:
        _too_long(shown_name(name), cluster, place)
    return cluster


def key_of(fields: Fields, name: str, place: Place) -> str | None:
    """The record's key: a text that is not empty; None if it is none (reported)."""
    action = "Give every record a key of its own, or leave keyField out of the suite"
    key = text_field(fields, name, place, missing=action)
    if key == "":
        place.problem(shown_name(name), "is empty, and is the key field", action)
    elif key is not None and len(key) > MAX_LABEL:
        _too_long(shown_name(name), key, place)
    return key or None


def failure_of(fields: Fields, place: Place) -> str | None:
    """Why the record has no response, in one word; None if it does not say (or badly: reported)."""
    reason = text_field(fields, FAILED, place)
    if reason is None or _REASON.fullmatch(reason):
        return reason
    what = f"has {described(reason)}, and is no word of at most 64 letters and digits"
    place.problem(FAILED, what, "Write a word such as timeout, or leave the field out")
    return None


def cluster_text(value: msgspec.Raw) -> str | None:
    """The string, or the number as it was written; None if the value is neither."""
    kind = kind_of(value)
    if kind == "a number":
        return bytes(value).decode()
    return _string.decode(value) if kind == "a string" else None


def _too_long(field: str, label: str, place: Place) -> None:
    what = f"has {len(label):,} characters, and a label has at most {MAX_LABEL}"
    place.problem(field, what, "Write a short label")
