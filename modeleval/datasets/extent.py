"""How much there is to judge: records, and what they weigh where some belong together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
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


def extents(metrics: Iterable[str], entries: Iterable[IndexEntry]) -> list[Extent]:
    """What these metrics are judged on; `entries` are the records that they apply to.

    Reads one record at a time; how large each cluster is stays in memory.
    """
    sizes: dict[str | None, Counter[str | None]] = {None: Counter()}
    for entry in entries:
        if entry.unscored is None:
            sizes[None][entry.cluster] += 1
            if entry.category is not None:
                sizes.setdefault(entry.category, Counter())[entry.cluster] += 1
    found = [(category, own.total(), _clusters(own)) for category, own in sizes.items()]
    return [Extent(metric, *one) for metric in metrics for one in found]


def _clusters(sizes: Counter[str | None]) -> float | None:
    alone = sizes.get(None, 0)
    if len(sizes) == (None in sizes):
        return None
    squares = sum(size**2 for cluster, size in sizes.items() if cluster is not None)
    return float(sizes.total() ** 2 / (alone + squares))
