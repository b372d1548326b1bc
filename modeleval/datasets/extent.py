"""How much there is to judge: records, and what they weigh where some belong together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from typing import NamedTuple

from modeleval.datasets.index import IndexEntry


class Extent(NamedTuple):
    """The records of a metric, over all categories (None) or in one.

    clusters: as how many clusters of equal size theirs weigh, (sum s)^2 / sum s^2; None where no
    record names its cluster.
    """

    metric: str
    category: str | None
    records: int
    clusters: float | None


def extents(metrics: Iterable[str], entries: Collection[IndexEntry]) -> list[Extent]:
    """What these metrics are judged on; `entries` are the records that they apply to."""
    judged = [entry for entry in entries if entry.unscored is None]
    found: list[tuple[str | None, list[IndexEntry]]] = [(None, judged)]
    by_category: dict[str, list[IndexEntry]] = {}
    for entry in judged:
        if entry.category is not None:
            by_category.setdefault(entry.category, []).append(entry)
    found += by_category.items()
    sizes = [(category, len(own), _clusters(own)) for category, own in found]
    return [Extent(metric, *one) for metric in metrics for one in sizes]


def _clusters(entries: Iterable[IndexEntry]) -> float | None:
    sizes = Counter(entry.cluster for entry in entries)
    alone = sizes.pop(None, 0)
    if not sizes:
        return None
    records = alone + sizes.total()
    return float(records**2 / (alone + sum(size**2 for size in sizes.values())))
