"""What is odd about a metric, and categories that a mean hides."""

from __future__ import annotations

import pytest
from assessment_cases import CORRECT, HARM, NA, approved, records, scored

from modeleval.assessment.comparisons import Against, comparisons
from modeleval.assessment.health import hidden_regressions, metric_health


def health(values, metric=CORRECT, **fields):
    return list(metric_health(scored(records(metric, values), **fields)))


@pytest.mark.parametrize(
    ("values", "odd"),
    [
        ([NA] * 61 + [1.0, 0.0, 0.5] * 13, True),
        ([NA] * 60 + [1.0, 0.0] * 20, False),
        ([NA] * 10, True),
        ([None] * 100, False),
        ([], False),
    ],
)
def test_mostly_not_applicable(values, odd):
    found = health(values)
    assert [text.split(":")[0] for text in found] == ([CORRECT] if odd else [])
    assert all("not applicable to" in text for text in found)


@pytest.mark.parametrize(
    ("metric", "value", "odd"),
    [(CORRECT, 1.0, True), (CORRECT, 0.0, False), (HARM, 0.0, True), (HARM, 1.0, False)],
)
def test_all_at_the_good_end(metric, value, odd):
    assert bool(health([value] * 10, metric)) is odd
    assert not health([value] * 9, metric)
    assert not health([value] * 10 + [0.5], metric)


def test_what_was_not_scored_does_not_count_as_best():
    (text,) = health([1.0] * 12 + [NA, None])
    assert text == (
        "Correctness: all 12 scored records have the best score, so it tells no versions apart. "
        "Its instructions may be too lenient: say what fails, or ask harder questions"
    )


def test_texts_are_not_odd():
    assert health(["warm"] * 50, "tone") == []


def test_only_the_subjects_scores_count():
    scores = [
        *records(CORRECT, [1.0, 0.0] * 10),
        *records(CORRECT, [1.0] * 20, candidate="base-model"),
    ]
    assert not list(metric_health(scored(scores)))


def parts(values, metric=CORRECT):
    """Scores per category, 40 records each."""
    return [
        score
        for place, (name, value) in enumerate(values.items())
        for score in records(metric, [value] * 40, first=100 * place, category=name)
    ]


def test_a_category_that_regressed_behind_a_mean_that_did_not():
    ours = scored(parts({"de": 0.0, "en": 1.0, "fr": 1.0}))
    theirs = scored(parts({"de": 1.0, "en": 0.0, "fr": 0.5}))
    (text,) = hidden_regressions(comparisons(ours, approved(theirs)))
    assert text.startswith("Correctness: regressed in the category de (by 1, p = ")
    assert text.endswith("although not as a whole (improved)")


def test_it_follows_the_direction():
    ours = scored(parts({"de": 0.0, "en": 1.0}, HARM))
    theirs = scored(parts({"de": 1.0, "en": 0.0}, HARM))
    (text,) = hidden_regressions(comparisons(ours, approved(theirs)))
    assert "in the category en" in text


def test_a_metric_that_regressed_as_a_whole_hides_nothing():
    ours, theirs = scored(parts({"de": 0.0, "en": 0.0})), scored(parts({"de": 1.0, "en": 1.0}))
    assert not list(hidden_regressions(comparisons(ours, approved(theirs))))


def test_two_comparisons_are_not_mixed():
    """As a whole it regressed from the base model, which the approved version does not hide."""
    now = parts({"de": 0.0, "en": 1.0})
    ours = scored(now)
    before = scored(parts({"de": 1.0, "en": 0.0}))
    base = Against(label="base-model", subject="llama", other=scored(parts({"de": 1.0, "en": 1.0})))
    found = [*comparisons(ours, approved(before)), *comparisons(ours, base)]
    assert len(list(hidden_regressions(found))) == 1


def test_texts_hide_nothing():
    ours = scored(records("tone", ["warm"] * 40, category="de"))
    assert not list(hidden_regressions(comparisons(ours, approved(ours))))


def test_where_there_is_no_best_score_none_is_told():
    assert not health([0.0] * 30, "robust")
