"""What groups records: their category, and the cluster that they were drawn with."""

from __future__ import annotations

from modeleval.datasets.fields import Fields, kind_of, shown_name, text_field
from modeleval.datasets.findings import Place

# Labels name groups in summaries and keys; longer ones are text in the wrong field.
_MAX_LABEL = 256


def category_of(fields: Fields, place: Place) -> str | None:
    """The record's category, "" included; None if it has none, or a bad one (reported)."""
    category = text_field(fields, "category", place)
    if category is not None and len(category) > _MAX_LABEL:
        _too_long("category", category, place)
    return category


def cluster_of(fields: Fields, name: str, place: Place) -> str | None:
    """The record's cluster: the string, or the number as it was written."""
    value = fields.get(name)
    if value is None:
        action = "Give every record its cluster, or leave the cluster field out of the suite"
        place.problem(shown_name(name), "is missing, and is the cluster field", action)
        return None
    kind = kind_of(value)
    if kind == "a number":
        cluster: str | None = bytes(value).decode()
    elif kind == "a string":
        cluster = text_field(fields, name, place)
    else:
        what = f"is {kind}; a cluster is a string or a number"
        place.problem(shown_name(name), what, "Make it a string")
        return None
    if not cluster:
        place.problem(shown_name(name), "is empty, and is the cluster field", "Name its cluster")
    elif len(cluster) > _MAX_LABEL:
        _too_long(shown_name(name), cluster, place)
    return cluster


def _too_long(field: str, label: str, place: Place) -> None:
    what = f"has {len(label):,} characters, and a label has at most {_MAX_LABEL}"
    place.problem(field, what, "Write a short label")
