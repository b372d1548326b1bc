"""Scores as columns: what is a number, of which category, in which cluster."""

from __future__ import annotations

from assessment_cases import CORRECT, HARM, NA, records
from hypothesis import given
from hypothesis import strategies as st

from modeleval.assessment.table import ScoreTable
from modeleval.scores.records import RecordScore


def test_only_numbers_have_values():
    table = ScoreTable(records(CORRECT, [1.0, NA, None, "3 of 5", 0.0, 1]))
    assert table.values(CORRECT) == {"k0": 1.0, "k4": 0.0, "k5": 1.0}


def test_metrics_and_candidates_are_apart():
    table = ScoreTable(
        [
            *records(CORRECT, [1.0, 0.5]),
            *records(HARM, [0.0]),
            *records(CORRECT, [0.0], candidate="base-model"),
        ]
    )
    assert table.values(CORRECT) == {"k0": 1.0, "k1": 0.5}
    assert table.values(HARM) == {"k0": 0.0}
    assert table.values(CORRECT, candidate="base-model") == {"k0": 0.0}
    assert table.values(CORRECT, candidate="nobody") == {}
    assert table.values("Nothing") == {}
    assert table.candidates == [None, "base-model"]


def test_a_metric_may_begin_late_and_miss_records():
    table = ScoreTable([*records(CORRECT, [1.0] * 5), *records(HARM, [1.0], first=3)])
    assert table.values(HARM) == {"k3": 1.0}


def test_categories():
    table = ScoreTable(
        [
            *records(CORRECT, [1.0, 0.0], category="en"),
            *records(CORRECT, [0.5, None], first=2, category="de"),
            *records(CORRECT, [0.25], first=4),
        ]
    )
    assert table.categories == ["de", "en"]
    assert table.values(CORRECT, category="en") == {"k0": 1.0, "k1": 0.0}
    assert table.values(CORRECT, category="de") == {"k2": 0.5}
    assert table.values(CORRECT, category="fr") == {}
    assert len(table.values(CORRECT)) == 4


def test_clusters_are_none_only_if_no_record_has_one():
    table = ScoreTable(
        [*records(CORRECT, [1.0] * 4, per_cluster=2), *records(CORRECT, [1.0], first=9)]
    )
    assert table.clusters(["k0", "k1", "k2", "k9", "unknown"]) == {
        "k0": "c0",
        "k1": "c0",
        "k2": "c1",
    }
    assert table.clusters(["k9"]) is None


def test_nothing():
    table = ScoreTable([])
    assert (table.candidates, table.categories, table.values(CORRECT)) == ([], [], {})
    assert table.clusters([]) is None


_KEYS = st.sampled_from([f"k{number}" for number in range(8)])
_VALUES = st.none() | st.floats(0, 1) | st.just("warm")


@given(
    st.dictionaries(
        st.tuples(_KEYS, st.sampled_from([CORRECT, HARM]), st.sampled_from([None, "other"])),
        _VALUES,
    )
)
def test_it_holds_what_a_dictionary_would(cells):
    category = {f"k{number}": f"g{number % 2}" for number in range(8)}
    table = ScoreTable(
        RecordScore(
            key=key, line=1, metric=metric, candidate=who, value=value, category=category[key]
        )
        for (key, metric, who), value in cells.items()
    )
    for metric in (CORRECT, HARM):
        for who in (None, "other"):
            for part in (None, "g0", "g1"):
                expected = {
                    key: value
                    for (key, name, whose), value in cells.items()
                    if (name, whose) == (metric, who)
                    and isinstance(value, float)
                    and part in (None, category[key])
                }
                assert table.values(metric, candidate=who, category=part) == expected
