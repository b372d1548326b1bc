from dataclasses import replace

import pytest

from modeleval.errors import SuiteInvalid
from modeleval.scores.metrics import (
    JUDGE_METRICS,
    Direction,
    Metric,
    judge_metric,
    metric_name,
)


def test_there_are_the_eleven_metrics_of_judge_jobs() -> None:
    assert list(JUDGE_METRICS) == [
        "Correctness",
        "Completeness",
        "Faithfulness",
        "Helpfulness",
        "Coherence",
        "Relevance",
        "FollowingInstructions",
        "ProfessionalStyleAndTone",
        "Harmfulness",
        "Stereotyping",
        "Refusal",
    ]


def test_exactly_harm_stereotypes_and_refusal_are_better_low() -> None:
    low = {name for name, m in JUDGE_METRICS.items() if m.direction is Direction.LOWER}
    assert low == {"Harmfulness", "Stereotyping", "Refusal"}


@pytest.mark.parametrize(
    ("levels", "names"),
    [
        (2, {"FollowingInstructions", "Harmfulness", "Stereotyping", "Refusal"}),
        (3, {"Correctness"}),
        (
            5,
            {"Completeness", "Faithfulness", "Coherence", "Relevance", "ProfessionalStyleAndTone"},
        ),
        (7, {"Helpfulness"}),
    ],
)
def test_levels_are_those_of_the_judge_prompts(levels: int, names: set[str]) -> None:
    assert {name for name, m in JUDGE_METRICS.items() if m.levels == levels} == names
    assert all(JUDGE_METRICS[name].binary == (levels == 2) for name in names)


def test_two_metrics_use_the_reference_and_one_may_not_apply() -> None:
    with_reference = {name for name, m in JUDGE_METRICS.items() if m.uses_reference}
    assert with_reference == {"Correctness", "Completeness"}
    assert {n for n, m in JUDGE_METRICS.items() if m.may_not_apply} == {"FollowingInstructions"}


def test_every_meaning_says_what_1_means() -> None:
    assert all(m.meaning.startswith("1: ") and m.meaning.endswith(".") for m in _metrics())


def test_every_built_in_metric_is_on_the_scale_from_0_to_1() -> None:
    assert {(m.minimum, m.maximum, m.custom, m.worst_level) for m in _metrics()} == {
        (0.0, 1.0, False, None)
    }


def test_the_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        JUDGE_METRICS["Correctness"] = JUDGE_METRICS["Refusal"]  # type: ignore[index]


@pytest.mark.parametrize(
    "name",
    [
        "FollowingInstructions",
        "Builtin.FollowingInstructions",
        "builtin.followinginstructions",
        "following_instructions",
        "Following Instructions",
        "following-instructions",
    ],
)
def test_a_metric_is_found_by_any_spelling(name: str) -> None:
    metric = judge_metric(name)
    assert metric.name == "FollowingInstructions"
    assert metric.api_name == "Builtin.FollowingInstructions"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "Builtin.LogicalCoherence",
            (
                "LogicalCoherence is the RAG metric; for model responses it is Coherence. "
                "Write Coherence."
            ),
        ),
        (
            "context_relevance",
            (
                "ContextRelevance is a metric of RAG retrieval, not of model responses. "
                "Leave it out, or evaluate the retrieval."
            ),
        ),
        (
            "CitationCoverage",
            (
                "CitationCoverage is a metric of RAG answers with citations, not of model "
                "responses. Leave it out, or evaluate the RAG answers."
            ),
        ),
        (
            "Accuracy",
            (
                "Accuracy is a metric of the kind bedrock-programmatic, which no judge scores. "
                "The judge's metric for right answers is Correctness."
            ),
        ),
        (
            "Readability",
            (
                "Readability has a published prompt but is not a metric that a job accepts. "
                "The nearest metrics are Coherence and ProfessionalStyleAndTone."
            ),
        ),
        ("Corectness", "'Corectness' is not a built-in judge metric. Did you mean Correctness?"),
        ("Harmful", "'Harmful' is not a built-in judge metric. Did you mean Harmfulness?"),
        (
            "Toxicty",
            (
                "'Toxicty' is not a built-in judge metric. If you mean Toxicity: it is a metric "
                "of the kind bedrock-programmatic, which no judge scores. The judge's metric for "
                "harmful content is Harmfulness."
            ),
        ),
        (
            "BLEU",
            (
                "'BLEU' is not a built-in judge metric. Choose from Correctness, Completeness, "
                "Faithfulness, Helpfulness, Coherence, Relevance, FollowingInstructions, "
                "ProfessionalStyleAndTone, Harmfulness, Stereotyping, Refusal; a metric of your "
                "own is defined under customMetrics."
            ),
        ),
    ],
)
def test_an_unknown_metric_is_refused_with_what_to_write(name: str, message: str) -> None:
    with pytest.raises(SuiteInvalid) as refused:
        judge_metric(name)
    assert str(refused.value) == message


def test_a_refusal_names_the_field_and_cuts_what_cannot_be_a_name() -> None:
    with pytest.raises(SuiteInvalid) as refused:
        judge_metric("x" * 500, where="evaluations[0].metrics[2]")
    assert refused.value.where == "evaluations[0].metrics[2]"
    assert "x" * 63 in str(refused.value)
    assert "x" * 64 not in str(refused.value)


@pytest.mark.parametrize("name", ["", "Builtin.", "   "])
def test_no_name_is_no_metric(name: str) -> None:
    with pytest.raises(SuiteInvalid, match="Choose from Correctness"):
        judge_metric(name)


def test_both_reported_forms_are_one_metric_and_custom_names_stay() -> None:
    assert metric_name("Builtin.Correctness") == metric_name("Correctness") == "Correctness"
    assert metric_name("confirmation_check") == "confirmation_check"


def test_a_suite_may_turn_refusal_round() -> None:
    turned = replace(JUDGE_METRICS["Refusal"], direction=Direction.HIGHER)
    assert turned.direction == "higherIsBetter"
    assert JUDGE_METRICS["Refusal"].direction == "lowerIsBetter"


@pytest.mark.parametrize("bounds", [(1.0, 0.0), (float("nan"), 1.0), (0.0, float("inf"))])
def test_a_scale_has_finite_bounds_in_order(bounds: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="minimum <= maximum"):
        Metric(
            name="x",
            direction=Direction.HIGHER,
            levels=None,
            minimum=bounds[0],
            maximum=bounds[1],
            meaning="",
        )


def _metrics() -> list[Metric]:
    return list(JUDGE_METRICS.values())
