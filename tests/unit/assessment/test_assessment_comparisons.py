"""Comparisons: matched on keys, turned the right way, refused where they mean nothing."""

from __future__ import annotations

import json

import pytest
from assessment_cases import CORRECT, HARM, NA, SECRET, approved, records, scored

from modeleval.assessment.comparisons import Against, comparison_document, comparisons
from modeleval.scores.aggregates import AggregateScore
from modeleval.scores.metrics import Direction
from modeleval.statistics.words import Word


def compared(ours, theirs, **margins):
    asked = {(metric, None): margin for metric, margin in margins.items()}
    return comparisons(ours, approved(theirs), asked)


def only(ours, theirs, metric=CORRECT, category=None, **margins):
    (found,) = [
        one
        for one in compared(ours, theirs, **margins)
        if (one.metric, one.category) == (metric, category)
    ]
    return found.result


def of(values, metric=CORRECT, **fields):
    return scored(records(metric, values, **fields))


def aggregates(*scores, **fields):
    return scored(
        aggregates=[
            AggregateScore(
                metric=fields.get("metric", "accuracy"),
                value=value,
                standard_error=error,
                direction=fields.get("direction", Direction.HIGHER),
                category=category,
                minimum=0.0,
                maximum=1.0,
            )
            for value, error, category in scores
        ]
    )


@pytest.mark.parametrize(
    ("metric", "now", "then", "word"),
    [
        (CORRECT, 1.0, 0.0, Word.IMPROVED),
        (CORRECT, 0.0, 1.0, Word.REGRESSED),
        (HARM, 1.0, 0.0, Word.REGRESSED),
        (HARM, 0.0, 1.0, Word.IMPROVED),
    ],
)
def test_the_word_follows_the_metrics_direction(metric, now, then, word):
    result = only(of([now] * 40, metric), of([then] * 40, metric), metric)
    assert result.word is word
    assert result.difference == (1.0 if word is Word.IMPROVED else -1.0)
    assert (result.mean_new, result.mean_base) == (now, then)


def test_it_matches_on_keys_and_counts_what_only_one_has():
    ours = scored(records(CORRECT, [1.0] * 30))
    theirs = scored(records(CORRECT, [1.0] * 30, first=10))
    result = only(ours, theirs)
    assert (result.matched, result.only_new, result.only_base) == (20, 10, 10)
    assert result.unmatched_share == 0.5


def test_not_applicable_and_unscored_are_not_matched():
    result = only(of([1.0, NA, None, 1.0] * 5), of([1.0, 1.0, 1.0, NA] * 5))
    assert (result.matched, result.only_new, result.only_base) == (5, 5, 10)


def test_no_record_in_common():
    result = only(of([1.0] * 9), of([1.0] * 9, first=50))
    assert (result.word, result.reason) == (Word.NOT_COMPARABLE, "no record was scored in both")
    assert (result.only_new, result.only_base) == (9, 9)


@pytest.mark.parametrize("there", ["nova, 2", None])
def test_another_definition_is_not_comparable(there):
    definitions = {CORRECT: there} if there else {}
    theirs = scored(records(CORRECT, [0.0] * 40), definitions=definitions)
    result = only(of([1.0] * 40), theirs)
    assert result.word is Word.NOT_COMPARABLE
    assert result.difference is result.p_value is None
    assert result.reason == (
        "the judge, the metric's definition or its scale differ"
        if there
        else "the other run has no Correctness"
    )


def test_candidates_of_the_same_run_share_their_definitions():
    ours = scored(
        [*records(CORRECT, [1.0] * 40), *records(CORRECT, [0.0] * 40, candidate="base-model")],
        definitions={},
    )
    base = Against(label="base-model", subject="llama", other=ours, candidate="base-model")
    (found,) = comparisons(ours, base)
    assert found.result.word is Word.IMPROVED
    assert comparison_document(found)["runId"] is None


def test_too_few():
    result = only(of([1.0] * 5), of([0.0] * 5))
    assert result.word is Word.TOO_FEW
    assert "5 independent pairs" in result.reason


def test_conversations_are_what_is_drawn():
    """24 records regress; as turns of 4 conversations they are too few to tell."""
    alone = only(of([0.0] * 24), of([1.0] * 24))
    together = only(of([0.0] * 24, per_cluster=6), of([1.0] * 24, per_cluster=6))
    assert (alone.word, alone.units) == (Word.REGRESSED, 24)
    assert (together.word, together.units) == (Word.TOO_FEW, 4)


def test_words_hold_after_holm():
    """One metric of the weight that just counts alone, beside others that are quite equal."""
    changed, others = [1.0] * 7 + [0.0] * 33, ("Stereotyping", "Refusal", "FollowingInstructions")
    alone = only(of(changed, HARM), of([0.0] * 40, HARM), HARM)
    assert alone.word is Word.REGRESSED
    same = [score for name in others for score in records(name, [0.0, 1.0] * 20)]
    ours = scored([*records(HARM, changed), *same])
    theirs = scored([*records(HARM, [0.0] * 40), *same])
    among = only(ours, theirs, HARM)
    assert among.p_value == alone.p_value < 0.05 < among.adjusted_p
    assert among.word is Word.INCONCLUSIVE


def test_categories_are_corrected_apart_from_the_whole():
    parts = ["a", "b", "c", "d"]
    ours, theirs = (
        scored(
            [
                score
                for place, part in enumerate(parts)
                for score in records(HARM, values, first=100 * place, category=part)
            ]
        )
        for values in ([1.0] * 7 + [0.0] * 33, [0.0] * 40)
    )
    found = compared(ours, theirs)
    assert [one.category for one in found] == [None, *parts]
    assert found[0].result.adjusted_p == found[0].result.p_value
    assert found[1].result.adjusted_p == pytest.approx(4 * found[1].result.p_value)


def test_the_margin_gives_its_word():
    assert only(of([1.0] * 300), of([1.0] * 300)).word is Word.INCONCLUSIVE
    within = only(of([1.0] * 300), of([1.0] * 300), **{CORRECT: 0.05})
    assert within.word is Word.NO_WORSE


def test_texts_are_not_comparable():
    result = only(of(["warm"] * 20, "tone"), of(["cold"] * 20, "tone"), "tone")
    assert result.word is Word.NOT_COMPARABLE
    assert result.reason == "no record has a numeric score"


@pytest.mark.parametrize("ours_averaged", [True, False])
def test_averages_on_either_side_drop_the_levels(ours_averaged):
    """Yes/no differences have McNemar's exact test; averaged ones may be no yes or no at all."""
    values, before = [1.0] * 7 + [0.0] * 33, [0.0] * 40
    ours = scored(records(HARM, values), averaged=ours_averaged)
    theirs = scored(records(HARM, before), averaged=not ours_averaged)
    plain, averaged = only(of(values, HARM), of(before, HARM), HARM), only(ours, theirs, HARM)
    assert averaged.p_value == max(averaged.flip_p_value, averaged.interval.p_value)
    assert averaged.p_value >= plain.p_value == plain.flip_p_value


def test_aggregates_are_compared_by_their_errors():
    ours, theirs = aggregates((0.80, 0.01, None)), aggregates((0.70, 0.01, None))
    result = only(ours, theirs, "accuracy")
    assert (result.word, result.paired, result.matched) == (Word.IMPROVED, False, None)
    assert result.difference == pytest.approx(0.1)


def test_aggregates_that_are_better_lower():
    lower = {"direction": Direction.LOWER, "metric": "perplexity"}
    ours, theirs = aggregates((0.8, 0.01, None), **lower), aggregates((0.7, 0.01, None), **lower)
    assert only(ours, theirs, "perplexity").word is Word.REGRESSED


@pytest.mark.parametrize(("mine", "other"), [(None, 0.01), (0.01, None), (None, None)])
def test_aggregates_without_an_error_are_not_comparable(mine, other):
    result = only(aggregates((0.8, mine, None)), aggregates((0.7, other, None)), "accuracy")
    assert result.word is Word.NOT_COMPARABLE
    assert "standard error" in result.reason


def test_the_base_models_aggregate_is_the_other_side():
    scores = [
        AggregateScore(
            metric="accuracy",
            value=value,
            standard_error=0.01,
            direction=Direction.HIGHER,
            candidate=whose,
        )
        for whose, value in ((None, 0.8), ("base-model", 0.7))
    ]
    ours = scored(aggregates=scores)
    base = Against(label="base-model", subject="llama", other=ours, candidate="base-model")
    (found,) = comparisons(ours, base)
    assert (found.result.mean_new, found.result.mean_base) == (0.8, 0.7)


def test_subtasks_are_compared_with_subtasks():
    ours = aggregates((0.8, 0.01, None), (0.6, 0.01, "anatomy"), (0.5, 0.01, "virology"))
    theirs = aggregates((0.8, 0.01, None), (0.7, 0.01, "anatomy"))
    found = {one.category: one.result.word for one in compared(ours, theirs)}
    assert found == {None: Word.INCONCLUSIVE, "anatomy": Word.REGRESSED}


def test_an_aggregate_of_another_definition():
    ours, theirs = aggregates((0.8, 0.01, None)), aggregates((0.8, 0.01, None))
    theirs = scored(aggregates=theirs.aggregates, definitions={"accuracy": "5 shots"})
    assert only(ours, theirs, "accuracy").word is Word.NOT_COMPARABLE


def test_documents_are_json_and_tell_no_text():
    ours = scored([*records(CORRECT, [1.0, 0.5] * 20, category="de"), *records("tone", ["warm"])])
    theirs = of([0.5] * 40, category="de")
    documents = [comparison_document(one) for one in compared(ours, theirs)]
    text = json.dumps(documents, allow_nan=False)
    assert SECRET not in text
    assert "warm" not in text
    first = documents[0]
    assert (first["against"], first["other"]) == ("approved", "support/3")
    assert (first["wins"], first["ties"], first["losses"]) == (20, 20, 0)
    assert first["low"] < first["difference"] == 0.25 < first["high"]
    assert first["smallestDetectable"] > 0


def test_a_margin_turns_an_undecided_aggregate_into_no_worse():
    ours, theirs = aggregates((0.8, 0.01, None)), aggregates((0.8, 0.01, None))
    assert only(ours, theirs, "accuracy").word is not Word.NO_WORSE
    assert only(ours, theirs, "accuracy", accuracy=0.05).word is Word.NO_WORSE
    assert only(ours, theirs, "accuracy", accuracy=0.001).word is not Word.NO_WORSE
    assert only(ours, theirs, "accuracy", other=0.05).word is not Word.NO_WORSE


def test_a_metrics_margin_is_not_one_of_its_subtasks():
    ours = aggregates((0.8, 0.01, None), (0.8, 0.01, "anatomy"))
    assert only(ours, ours, "accuracy", accuracy=0.05).word is Word.NO_WORSE
    assert only(ours, ours, "accuracy", "anatomy", accuracy=0.05).word is not Word.NO_WORSE


def test_a_category_has_the_margin_that_its_own_rule_asks_about():
    scores = [
        score
        for place, category in enumerate(("de", "en"))
        for score in records(CORRECT, [1.0] * 100, first=1000 * place, category=category)
    ]
    ours = scored(scores)
    found = comparisons(ours, approved(scored(scores)), {(CORRECT, "de"): 0.1})
    assert {one.category: one.result.word for one in found} == {
        None: Word.INCONCLUSIVE,
        "de": Word.NO_WORSE,
        "en": Word.INCONCLUSIVE,
    }


def test_a_comparison_says_what_its_word_is_corrected_over():
    ours = scored(records(CORRECT, [1.0] * 20, category="de"))
    found = [comparison_document(one) for one in compared(ours, ours)]
    assert [(one["category"], one["correctedOver"]) for one in found] == [
        (None, "metrics"),
        ("de", "categories"),
    ]
