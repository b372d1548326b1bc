"""Every kind of condition: kept, broken, and too little to tell; each with the numbers."""

from __future__ import annotations

import json
import re

import pytest
from assessment_cases import (
    CORRECT,
    HARM,
    NA,
    SECRET,
    approved,
    decided,
    material,
    one,
    records,
    scored,
)

from modeleval.assessment.comparisons import Against, comparisons
from modeleval.assessment.rules import Material
from modeleval.scores.aggregates import AggregateScore
from modeleval.scores.metrics import Direction
from modeleval.statistics.verdict import Verdict

PASSED, FAILED, OPEN = Verdict.PASSED, Verdict.FAILED, Verdict.INCONCLUSIVE
UP, DOWN, NOISE = [1.0] * 100, [0.0] * 100, [1.0, 0.0] * 10


def of(values, metric=CORRECT, **fields):
    return scored(records(metric, values, **fields))


def aggregate(
    value,
    error=0.01,
    *,
    metric="accuracy",
    category=None,
    direction=Direction.HIGHER,
    **counted,
):
    score = AggregateScore(
        metric=metric,
        value=value,
        standard_error=error,
        category=category,
        direction=direction,
        minimum=0.0,
        maximum=1.0,
        **counted,
    )
    return scored(aggregates=[score])


@pytest.mark.parametrize("metric", [CORRECT, HARM])
@pytest.mark.parametrize(
    ("rule", "values", "verdict"),
    [
        ({"minimum": 0.7}, UP, PASSED),
        ({"minimum": 0.7}, DOWN, FAILED),
        ({"minimum": 0.5}, NOISE, OPEN),
        ({"minimum": 0.0}, DOWN, PASSED),
        ({"maximum": 0.3}, DOWN, PASSED),
        ({"maximum": 0.3}, UP, FAILED),
        ({"maximum": 0.5}, NOISE, OPEN),
        ({"maximum": 1.0}, UP, PASSED),
    ],
)
def test_limits_are_on_the_mean_as_it_is(metric, rule, values, verdict):
    """Also for metrics that are better lower: a limit is not turned."""
    assert one(material(of(values, metric)), **rule).verdict is verdict


@pytest.mark.parametrize(
    ("metric", "now", "then", "verdict"),
    [
        (CORRECT, UP, UP, PASSED),
        (CORRECT, UP, DOWN, PASSED),
        (CORRECT, DOWN, UP, FAILED),
        (CORRECT, NOISE, NOISE, OPEN),
        (HARM, DOWN, DOWN, PASSED),
        (HARM, DOWN, UP, PASSED),
        (HARM, UP, DOWN, FAILED),
        (HARM, NOISE, NOISE, OPEN),
    ],
)
@pytest.mark.parametrize(
    "rule", [{"maxRegression": 0.05}, {"noSignificantRegression": True, "margin": 0.05}]
)
def test_regressions_follow_the_direction(metric, now, then, verdict, rule):
    ours = material(of(now, metric), of(then, metric))
    for asked in (rule, {**rule, "metric": metric}):
        found = one(ours, **asked)
        assert (found.verdict, found.evidence, found.limit) == (verdict, True, 0.05)


def test_a_small_certain_loss_fails_only_the_rule_on_significance():
    """8 of 200 became harmful: certainly worse, and certainly by less than 0.2."""
    ours = material(of([1.0] * 8 + [0.0] * 192, HARM), of([0.0] * 200, HARM))
    kept, broken = decided(
        ours, {"maxRegression": 0.2, "noSignificantRegression": True, "margin": 0.2}
    )
    assert (kept.condition, kept.verdict) == ("maxRegression", PASSED)
    assert (broken.condition, broken.verdict) == ("noSignificantRegression", FAILED)
    assert broken.why.endswith("which is a certain loss")


@pytest.mark.parametrize(
    ("values", "limit", "verdict"),
    [([1.0] * 9 + [0.0], 1, PASSED), ([1.0] * 8 + [0.0] * 2, 1, FAILED), ([NA] * 10, 1, OPEN)],
)
@pytest.mark.parametrize("category", [None, "de"])
def test_low_scores(values, limit, verdict, category):
    scores = records(CORRECT, values, category="de")
    other = records(CORRECT, [0.0] * 50 if category else [1.0] * 5, first=50, category="en")
    if verdict is OPEN and category is None:
        other = []
    rule = {"maxLowScores": limit} | ({"category": category} if category else {})
    found = one(material(scored([*scores, *other])), **rule)
    assert found.verdict is verdict
    if verdict is not OPEN:
        assert found.value == values.count(0.0)


def test_low_scores_of_a_category_are_as_low_as_the_others():
    values = [0.5] * 10
    lenient, strict = (
        scored(records(CORRECT, values, category="de"), low_below=below) for below in (0.5, 0.6)
    )
    rule = {"maxLowScores": 0, "category": "de"}
    assert one(material(lenient), **rule).verdict is PASSED
    assert one(material(strict), **rule).verdict is FAILED


def test_no_low_score_at_all_may_be_asked_for():
    assert one(material(of(UP)), maxLowScores=0).verdict is PASSED
    assert one(material(of([*UP, 0.0])), maxLowScores=0).why == "1 low score, and at most 0 may be"


@pytest.mark.parametrize(
    ("values", "verdict"),
    [([1.0, NA] * 48 + [None] * 4, PASSED), ([1.0] * 94 + [None] * 6, FAILED)],
)
def test_scored_share(values, verdict):
    """*Not applicable* is scored."""
    assert one(material(of(values)), minScoredShare=0.95).verdict is verdict


def test_the_gates_own_share_does_not_doubt_the_rules():
    assert one(material(of([1.0] * 60 + [None] * 40)), minScoredShare=0.5).verdict is PASSED


def test_the_scored_share_of_an_aggregate_is_not_known():
    found = one(material(aggregate(0.8)), metric="accuracy", minScoredShare=0.9)
    assert (found.verdict, found.why) == (OPEN, "how many records were scored is not known")


@pytest.mark.parametrize(("unscored", "verdict"), [(0, PASSED), (10, PASSED), (11, FAILED)])
@pytest.mark.parametrize("named", [{}, {"metric": "accuracy"}])
def test_the_scored_share_of_an_aggregate_that_was_counted(unscored, verdict, named):
    ours = material(aggregate(0.8, records=100, unscored=unscored))
    found = one(ours, minScoredShare=0.9, **named)
    assert (found.verdict, found.value) == (verdict, (100 - unscored) / 100)
    assert found.why == f"{100 - unscored} of 100 records were scored, and 90 % must be"


def test_a_rule_for_all_metrics_leaves_out_a_share_that_nobody_knows():
    found = decided(material(aggregate(0.8)), {"minScoredShare": 0.9, "minimum": 0.5})
    assert [each.condition for each in found] == ["minimum"]


@pytest.mark.parametrize("rule", [{"minimum": 0.5}, {"maxRegression": 0.2}])
def test_too_few_scored_records_turn_an_aggregates_passed_into_open(rule):
    few, enough = (aggregate(0.8, records=100, unscored=lost) for lost in (6, 5))
    found = one(material(few, enough), **rule)
    assert found.verdict is OPEN
    assert found.why.startswith("only 94 of 100 records were scored, and 95 % must be; ")
    assert one(material(enough, enough), **rule).verdict is PASSED
    assert one(material(aggregate(0.8), aggregate(0.8)), **rule).verdict is PASSED


def test_a_subtask_is_doubted_by_what_is_known_of_the_whole():
    both = [
        *aggregate(0.8, records=100, unscored=50).aggregates,
        *aggregate(0.8, category="anatomy").aggregates,
    ]
    found = one(material(scored(aggregates=both)), category="anatomy", minimum=0.5)
    assert (found.verdict, found.why[:10]) == (OPEN, "only 50 of")


@pytest.mark.parametrize(
    ("rule", "verdict"),
    [
        ({"minimum": 0.7}, PASSED),
        ({"minimum": 0.9}, FAILED),
        ({"minimum": 0.8}, OPEN),
        ({"maximum": 0.9}, PASSED),
        ({"maximum": 0.7}, FAILED),
        ({"maximum": 0.8}, OPEN),
        ({"maxRegression": 0.2}, PASSED),
        ({"maxRegression": 0.05}, FAILED),
        ({"maxRegression": 0.1}, OPEN),
        ({"noSignificantRegression": True, "margin": 0.2}, FAILED),
    ],
)
@pytest.mark.parametrize("category", [None, "anatomy"])
def test_aggregates_are_decided_by_their_errors(rule, verdict, category):
    ours = material(aggregate(0.8, category=category), aggregate(0.9, category=category))
    found = one(ours, **rule, **({"category": category} if category else {}))
    assert (found.verdict, found.metric) == (verdict, "accuracy")


def test_a_regression_of_aggregates_says_what_its_bounds_rest_on():
    found = one(material(aggregate(0.8), aggregate(0.8)), maxRegression=0.1)
    assert re.search(
        r"between [\d.]+ worse and [\d.]+ better by their standard errors, and", found.why
    )
    found = one(material(of(UP), of(UP)), maxRegression=0.1)
    assert "standard error" not in found.why


def test_aggregates_bounds_are_one_sided():
    """0.8 minus 1.645 standard errors is 0.7836: 1.96 would not keep 0.782."""
    assert one(material(aggregate(0.8)), minimum=0.782).verdict is PASSED
    assert one(material(aggregate(0.8)), minimum=0.784).verdict is OPEN


def test_an_aggregate_that_is_better_lower():
    ours, theirs = (
        aggregate(value, metric="perplexity", direction=Direction.LOWER) for value in (0.9, 0.5)
    )
    assert one(material(ours, theirs), maxRegression=0.1).verdict is FAILED
    assert one(material(theirs, ours), maxRegression=0.1).verdict is PASSED


@pytest.mark.parametrize("rule", [{"minimum": 0.1}, {"maxRegression": 0.1}])
@pytest.mark.parametrize("error", [None, 0.0])
def test_aggregates_without_an_error_decide_nothing(rule, error):
    found = one(material(aggregate(0.8, error), aggregate(0.8, error)), **rule)
    assert found.verdict is OPEN
    assert "standard error" in found.why


def test_clusters_count_in_limits_and_regressions():
    values = [1.0] * 36 + [0.0] * 4
    rules = ({"minimum": 0.75}, {"maxRegression": 0.25})
    alone = decided(material(of(values), of([1.0] * 40)), *rules)
    together = decided(material(of(values, per_cluster=4), of([1.0] * 40, per_cluster=4)), *rules)
    assert [found.verdict for found in alone] == [PASSED, PASSED]
    assert [found.verdict for found in together] == [OPEN, OPEN]


def test_a_category_decides_its_own_rule():
    scores = [
        *records(CORRECT, UP, category="en"),
        *records(CORRECT, [0.0] * 20, first=100, category="de"),
    ]
    before = [
        *records(CORRECT, UP, category="en"),
        *records(CORRECT, [1.0] * 20, first=100, category="de"),
    ]
    ours = material(scored(scores), scored(before))
    rule = {"minimum": 0.6, "maxRegression": 0.3}
    assert [found.verdict for found in decided(ours, rule)] == [PASSED, PASSED]
    assert [found.verdict for found in decided(ours, {**rule, "category": "de"})] == [
        FAILED,
        FAILED,
    ]
    assert [found.verdict for found in decided(ours, {**rule, "category": "en"})] == [
        PASSED,
        PASSED,
    ]


def test_a_rule_for_all_metrics_is_one_for_each():
    ours = scored([*records(CORRECT, UP), *records(HARM, UP)])
    theirs = scored([*records(CORRECT, UP), *records(HARM, DOWN)])
    found = decided(material(ours, theirs), {"maxRegression": 0.1, "minimum": 0.5})
    assert [(each.metric, each.condition, each.verdict) for each in found] == [
        (CORRECT, "minimum", PASSED),
        (CORRECT, "maxRegression", PASSED),
        (HARM, "minimum", PASSED),
        (HARM, "maxRegression", FAILED),
    ]


def test_a_metric_with_records_and_an_aggregate_is_decided_once():
    score = AggregateScore(
        metric=CORRECT, value=1.0, standard_error=0.01, direction=Direction.HIGHER
    )
    assert (
        len(decided(material(scored(records(CORRECT, UP), aggregates=[score])), {"minimum": 0.5}))
        == 1
    )


@pytest.mark.parametrize(
    "rule", [{"maxRegression": 0.1}, {"noSignificantRegression": True, "margin": 0.1}]
)
def test_without_a_baseline_a_regression_passes_without_evidence(rule):
    found = one(material(of(UP)), **rule)
    assert (found.verdict, found.evidence) == (PASSED, False)
    assert found.why == "there is no earlier run: nothing to regress from"


@pytest.mark.parametrize(
    ("theirs", "why"),
    [
        (scored(records(CORRECT, UP), definitions={CORRECT: "another judge"}), "the judge,"),
        (scored(records(HARM, UP)), "has no Correctness"),
        (of(UP, first=500), "no record was scored in both"),
        (of([NA] * 100), "no record was scored in both"),
    ],
)
def test_what_cannot_be_compared_is_open_and_says_why(theirs, why):
    found = one(material(of(UP), theirs), maxRegression=0.1)
    assert (found.verdict, found.limit) == (OPEN, 0.1)
    assert found.why.startswith("not comparable with the approved support/3 (run me")
    assert why in found.why


def test_a_subtask_that_the_baseline_lacks():
    found = one(
        material(aggregate(0.8, category="anatomy"), aggregate(0.8)),
        maxRegression=0.1,
        category="anatomy",
    )
    assert found.verdict is OPEN
    assert found.why.endswith("it has no accuracy in the category anatomy")


def test_the_rule_looks_at_its_own_baseline():
    """Beside the comparison with the baseline there may be one with the base model."""
    ours = scored([*records(CORRECT, UP), *records(CORRECT, DOWN, candidate="base-model")])
    base = Against(label="base-model", subject="llama", other=ours, candidate="base-model")
    before = approved(of([1.0] * 100))
    both = [*comparisons(ours, base), *comparisons(ours, before)]
    against_before = one(Material(ours, "", True, both, before), maxRegression=0.1)
    assert against_before.value == 0.0
    against_base = one(Material(ours, "", True, both, base), maxRegression=0.1)
    assert against_base.value == 1.0
    assert against_base.why.startswith("1 better than the base model llama, between ")


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ({"metric": "Helpfulness"}, "not scored"),
        ({"metric": CORRECT, "category": "fr"}, "not scored in the category fr"),
        ({"category": "fr"}, "no metric that the rule applies to was scored in the category fr"),
    ],
)
def test_what_was_not_scored_is_open(rule, why):
    found = one(material(of(UP, category="de")), minimum=0.5, **rule)
    assert (found.verdict, found.condition, found.why) == (OPEN, "all", why)


def test_a_candidates_scores_are_not_the_subjects():
    other = records(CORRECT, UP, first=100, category="fr", candidate="base-model")
    ours = scored([*records(CORRECT, UP, category="de"), *other])
    found = one(material(ours), metric=CORRECT, category="fr", minimum=0.5)
    assert (found.verdict, found.why) == (OPEN, "not scored in the category fr")


def test_an_evaluation_that_failed_is_open_and_says_why():
    failed = Material(None, "the evaluation failed: JobTimedOut", True)
    found = one(failed, metric=CORRECT, minimum=0.5, maxRegression=0.1)
    assert (found.verdict, found.metric) == (OPEN, CORRECT)
    assert found.why == "the evaluation failed: JobTimedOut"


@pytest.mark.parametrize("values", [["warm"] * 30, [NA] * 30])
@pytest.mark.parametrize("rule", [{"minimum": 0.5}, {"maximum": 0.5}, {"maxRegression": 0.1}])
def test_without_numbers_a_named_metric_is_open(values, rule):
    found = one(material(of(values, "tone"), of(values, "tone")), metric="tone", **rule)
    assert found.verdict is OPEN
    assert found.why.endswith("no record has a numeric score")


def test_texts_have_no_low_scores():
    found = one(material(of(["cold"] * 30, "tone")), metric="tone", maxLowScores=0)
    assert (found.verdict, found.why) == (OPEN, "its scale has no worst level, so no score is low")


def test_a_metric_without_ends_has_no_low_scores():
    ours = of([900.0] * 30, "robust")
    found = one(material(ours), metric="robust", maxLowScores=0)
    assert (found.verdict, found.why) == (OPEN, "its scale has no end, so no score is low")
    assert ours.low_scores == {}


def test_a_metric_without_ends_keeps_a_maximum_by_its_bound():
    values = [float(number % 5) for number in range(200)]
    assert one(material(of(values, "robust")), metric="robust", maximum=3).verdict is PASSED
    assert one(material(of(values, "robust")), metric="robust", maximum=1).verdict is FAILED


def test_a_rule_for_all_metrics_leaves_texts_out():
    ours = scored([*records(CORRECT, UP), *records("tone", ["warm"] * 100)])
    rule = {"minimum": 0.5, "maxRegression": 0.1, "maxLowScores": 0, "minScoredShare": 0.9}
    found = decided(material(ours, ours), rule)
    assert all(each.verdict is PASSED for each in found)
    assert [each.condition for each in found if each.metric == "tone"] == ["minScoredShare"]


def test_texts_alone_cannot_keep_a_rule_on_means():
    found = one(material(of(["warm"] * 30, "tone")), minimum=0.5)
    assert found.verdict is OPEN


@pytest.mark.parametrize(
    "rule", [{"minimum": 0.5}, {"maxRegression": 0.2}, {"maxLowScores": 3}, {"maximum": 1.0}]
)
def test_too_few_scored_records_turn_passed_into_open(rule):
    few = material(of([1.0] * 90 + [None] * 10), of([1.0] * 100))
    found = one(few, **rule)
    assert found.verdict is OPEN
    assert found.why.startswith("only 90 of 100 records were scored, and 95 % must be; ")
    (enough,) = decided(few, rule, minScoredShare=0.9)
    assert enough.verdict is PASSED


@pytest.mark.parametrize(
    "rule",
    [
        {"minimum": 0.9},
        {"maxRegression": 0.1},
        {"noSignificantRegression": True, "margin": 0.1},
    ],
)
def test_too_few_scored_records_turn_what_failed_by_a_mean_into_open(rule):
    """The judge was missing, perhaps for one sort of records: nothing is known of the mean."""
    ours = material(of([0.0] * 50 + [None] * 50), of([1.0] * 100))
    found = one(ours, **rule)
    assert found.verdict is OPEN
    assert found.why.startswith("only 50 of 100 records were scored, and 95 % must be; ")
    (enough,) = decided(ours, rule, minScoredShare=0.5)
    assert enough.verdict is FAILED


@pytest.mark.parametrize("rule", [{"maxLowScores": 3}, {"minScoredShare": 0.9}])
def test_too_few_scored_records_leave_what_they_cannot_mend(rule):
    ours = material(of([0.0] * 50 + [None] * 50), of([1.0] * 100))
    assert one(ours, **rule).verdict is FAILED


def test_the_share_is_that_of_the_category():
    scores = [
        *records(CORRECT, [1.0] * 200, category="en"),
        *records(CORRECT, [1.0] * 40 + [None] * 10, first=300, category="de"),
    ]
    ours = material(scored(scores))
    assert one(ours, minimum=0.5).verdict is PASSED
    assert one(ours, minimum=0.5, category="de").verdict is OPEN


def test_averaged_scores_have_no_levels():
    """Between yes and no there are averages, which are neither."""
    ours = scored(records(HARM, [0.25, 0.75] * 30), averaged=True)
    assert one(material(ours, ours), maxRegression=0.1).verdict is PASSED
    assert one(material(ours), maximum=0.7).verdict is PASSED


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (
            one(material(of(UP)), minimum=0.7),
            "mean 1, between 0.97 and 1, and at least 0.7 is asked",
        ),
        (
            one(material(of(UP)), maximum=0.5),
            "mean 1, between 0.97 and 1, and at most 0.5 is asked",
        ),
        (
            one(material(of(NOISE)), minimum=0.6),
            "mean 0.5, between 0.302 and 0.698, with 0.6 in between",
        ),
        (
            one(material(of([1.0] * 3)), minimum=0.6),
            "mean 1, but too few records: 3, and an interval needs 5",
        ),
        (
            one(material(of(UP), of(UP)), maxRegression=0.05),
            ("as good as B, between 0.0297 worse and 0.0297 better, and at most 0.05 worse may be"),
        ),
        (
            one(material(of(UP, HARM), of(DOWN, HARM)), maxRegression=0.05),
            ("1 worse than B, between 0.941 and 1 worse, and at most 0.05 worse may be"),
        ),
        (
            one(material(of(UP), of([1.0] * 80, first=20)), maxRegression=0.02),
            (
                "as good as B, between 0.0369 worse and 0.0369 better, with "
                "the margin of 0.02 in between (80 records are in both, 20 in only one)"
            ),
        ),
        (
            one(material(of([1.0] * 3), of([0.5] * 3)), maxRegression=0.05),
            ("0.5 better than B, but too few records: 3, and an interval needs 5"),
        ),
        (
            one(material(aggregate(0.8)), minimum=0.7),
            "mean 0.8, between 0.783 and 0.816 by its standard error, and at least 0.7 is asked",
        ),
    ],
)
def test_each_says_why_with_its_numbers(found, why):
    assert found.why == why.replace("B,", "the approved support/3 (run meaaaaaaaaaaaaaaaa),")


def test_a_bound_is_never_shown_as_the_limit_that_it_is_not():
    """Three digits of 0.61090 are 0.611, which would then be above itself."""
    found = one(material(of([1.0, 0.5] * 10)), minimum=0.611)
    assert found.verdict is OPEN
    low = re.search(r"between ([\d.]+) ", found.why).group(1)
    assert float(low) < 0.611


def test_documents_are_json_and_tell_no_text():
    ours = scored([*records(CORRECT, NOISE), *records("tone", ["warm"] * 20)])
    rule = {"minimum": 0.5, "maxRegression": 0.1, "maxLowScores": 1, "minScoredShare": 0.9}
    text = json.dumps(
        [each.to_document() for each in decided(material(ours, ours), rule)], allow_nan=False
    )
    assert SECRET not in text
    assert "warm" not in text
