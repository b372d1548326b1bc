"""How much there is to judge, and what it weighs."""

from __future__ import annotations

import pytest

from modeleval.datasets.extent import Extent, extents
from modeleval.datasets.index import IndexEntry


def entry(number: int, **fields: str | None) -> IndexEntry:
    known = {"category": None, "cluster": None, "unscored": None}
    return IndexEntry(
        key=f"k{number}", line=number, input_digest="", response_digest="", **known | fields
    )


def test_records_are_counted_per_metric_and_category() -> None:
    entries = [entry(1, category="a"), entry(2, category="a"), entry(3), entry(4, category="b")]
    found = extents(["X", "Y"], [*entries, entry(5, category="b", unscored="emptyResponse")])
    assert found == [
        Extent(metric, category, records, None)
        for metric in ("X", "Y")
        for category, records in ((None, 4), ("a", 2), ("b", 1))
    ]


@pytest.mark.parametrize(
    ("clusters", "weigh"),
    [
        ([None, None, None], None),
        (["c", "c", "d", "d"], 2.0),
        (["c", "c", "c", None], 16 / 10),
        (["c", None, None, None], 4.0),
    ],
)
def test_clusters_weigh_as_many_equal_ones(clusters: list[str | None], weigh: float | None) -> None:
    [found] = extents(["X"], [entry(n, cluster=one) for n, one in enumerate(clusters)])
    assert found.clusters == weigh
