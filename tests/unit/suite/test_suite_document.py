from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit_documents import custom_metric, evaluation, suite

from modeleval.errors import SuiteInvalid
from modeleval.suite.document import parse_suite

CONTENT = "the prompt's own words"
NAMES = [
    *("name", "kind", "evaluations", "metrics", "judge", "dataset", "responses", "precomputed"),
    *("budget", "maxUsd", "tags", "bedrock-judge", "Correctness", "acceptBedrockEvaluationTerms"),
    *("customMetrics", "instructions", "ratingScale", "definition", "value", "floatValue"),
    *("stringValue", "model", "inferenceParams", "latency", "categories", "sample", "{{prompt}}"),
]
words = st.sampled_from(NAMES) | st.text(max_size=5)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=6),
    max_leaves=12,
)


def refusal(document: object) -> str:
    with pytest.raises(SuiteInvalid) as caught:
        parse_suite(document, source="suite.yaml")
    assert "(suite.yaml)" in str(caught.value)
    return str(caught.value)


def of_evaluation(**changes: Any) -> str:
    return refusal(suite(evaluations=[evaluation(**changes)]))


def test_a_valid_suite_is_understood() -> None:
    parsed = parse_suite(
        suite(description="d", tags={"team": "search"}, budget={"maxUsd": 2.5}), source="s"
    )
    assert (parsed.name, parsed.description) == ("support", "d")
    assert (parsed.tags, parsed.max_usd) == ({"team": "search"}, Decimal("2.5"))
    assert [one.name for one in parsed.evaluations] == ["answers"]
    assert parsed.terms_accepted


def test_a_suite_accepts_no_terms_and_has_no_budget_by_itself() -> None:
    parsed = parse_suite(suite(acceptBedrockEvaluationTerms=None), source="s")
    assert not parsed.terms_accepted
    assert parsed.needs_bedrock_terms
    assert parsed.max_usd is None


def test_an_empty_document_is_called_so() -> None:
    assert "The document is empty" in refusal(None)


@pytest.mark.parametrize("document", [[], "support", 3])
def test_what_is_no_object_is_refused_by_its_type(document: object) -> None:
    assert f"this is a {type(document).__name__}" in refusal(document)


def test_all_problems_are_listed_at_once_each_on_its_line() -> None:
    message = refusal(
        suite(
            name="Not A Name",
            budgit={},
            evaluations=[
                evaluation(judge=None),
                evaluation(name="b", metrics=["Corectness"]),
                {"kind": "no-such"},
            ],
        )
    )
    assert "5 problems" in message
    lines = [line.strip().split(":")[0] for line in message.splitlines()[1:6]]
    assert lines == [
        "name",
        "budgit",
        "evaluations[0].judge",
        "evaluations[1].metrics[0].name",
        "evaluations[2].kind",
    ]


def test_one_problem_is_one() -> None:
    message = refusal(suite(name=None))
    assert "The suite has 1 problem:" in message
    assert "name: missing" in message
    assert "docs/suites.md" in message


@pytest.mark.parametrize(
    "name", ["", "Support", "a_b", "-a", "a-", "a" * 41, "a/b", "a b", "ünder"]
)
def test_a_suites_name_is_short_lower_case_and_hyphens(name: str) -> None:
    assert "name: write 1 to 40 small letters, digits and hyphens" in refusal(suite(name=name))


@pytest.mark.parametrize("name", ["a", "a-b", "0", "a" * 40])
def test_a_suites_name_may_be_as_long_as_forty_characters(name: str) -> None:
    assert parse_suite(suite(name=name), source="s").name == name


def test_an_unknown_field_is_answered_with_the_nearest() -> None:
    assert "evaluation: unknown field; did you mean 'evaluations'?" in refusal(suite(evaluation=[]))


def test_pythons_spelling_is_an_unknown_field() -> None:
    message = refusal(suite(accept_bedrock_evaluation_terms=True))
    assert "did you mean 'acceptBedrockEvaluationTerms'?" in message


@pytest.mark.parametrize("field", ["candidates"])
def test_a_suites_field_that_is_not_built_yet_is_refused_as_such(field: str) -> None:
    assert f"{field}: not built yet; " in refusal(suite(**{field: {}}))


def test_a_trial_is_the_suites_own_matter_and_not_one_evaluations() -> None:
    assert parse_suite(suite(sample=5), source="s").sample == 5
    assert parse_suite(suite(), source="s").sample is None
    assert "evaluations[0].sample: unknown field" in of_evaluation(sample=3)


@pytest.mark.parametrize("sample", [0, -1, 1001, 1.5, "many", [5]])
def test_a_trial_is_of_one_to_a_thousand_records(sample: object) -> None:
    message = refusal(suite(sample=sample))
    assert "sample: must be at " in message or "sample: write a whole number" in message


def test_responses_that_a_model_gives_are_understood() -> None:
    responses = {"model": "amazon.nova-lite-v1:0", "inferenceParams": {"maxTokens": 5}}
    [one] = parse_suite(
        suite(evaluations=[evaluation(responses=responses)]), source="s"
    ).evaluations
    assert one.to_document()["responses"] == responses


def test_an_unknown_field_of_a_metric_is_answered_with_the_nearest() -> None:
    message = of_evaluation(metrics=[{"name": "Refusal", "categorie": ["a"]}])
    assert "evaluations[0].metrics[0].categorie: unknown field" in message
    assert "did you mean 'categories'?" in message


def test_a_nested_unknown_field_is_answered_at_its_path() -> None:
    assert "budget.maxUSD: unknown field; did you mean 'maxUsd'?" in refusal(
        suite(budget={"maxUSD": 3})
    )


def test_an_unknown_kind_is_answered_with_the_nearest() -> None:
    assert "no such kind; did you mean bedrock-judge?" in of_evaluation(kind="bedrock-jugde")


def test_an_unknown_kind_unlike_any_other_is_answered_with_all() -> None:
    assert "no such kind; one of bedrock-judge" in of_evaluation(kind="zzz")


def test_a_missing_kind_is_answered_with_all() -> None:
    assert "evaluations[0].kind: missing; one of bedrock-judge" in of_evaluation(kind=None)


def test_two_evaluations_of_one_name_are_refused() -> None:
    message = refusal(suite(evaluations=[evaluation(), evaluation(judge="other.model")]))
    assert "evaluations: two are named 'answers'; names must differ" in message


def test_names_that_differ_in_case_only_differ() -> None:
    parsed = parse_suite(suite(evaluations=[evaluation(), evaluation(name="Answers")]), source="s")
    assert len(parsed.evaluations) == 2


@pytest.mark.parametrize("count", [0, 51])
def test_a_suite_has_one_to_fifty_evaluations(count: int) -> None:
    entries = [evaluation(name=f"e{number}") for number in range(count)]
    said = "at most 50 entries" if count else "1 or more entries"
    assert f"evaluations: must have {said}" in refusal(suite(evaluations=entries))


@pytest.mark.parametrize("entry", ["answers", None, 3, []])
def test_an_evaluation_that_is_no_object_is_refused(entry: object) -> None:
    assert "evaluations[0]: " in refusal(suite(evaluations=[entry]))


@pytest.mark.parametrize(
    ("metric", "hint"),
    [
        ("Corectness", "Did you mean Correctness?"),
        ("LogicalCoherence", "Write Coherence"),
        ("Accuracy", "Correctness"),
        ("zzz", "Choose from"),
    ],
)
def test_a_wrong_metric_is_answered_with_the_right_one(metric: str, hint: str) -> None:
    message = of_evaluation(metrics=["Refusal", metric])
    assert "evaluations[0].metrics[1].name: " in message
    assert hint in message


def test_a_metric_named_twice_is_refused_however_it_is_spelt() -> None:
    message = of_evaluation(metrics=["Correctness", "builtin.correctness"])
    assert "Correctness is named more than once; name it once" in message


def test_metrics_are_known_by_one_spelling() -> None:
    [one] = parse_suite(
        suite(evaluations=[evaluation(metrics=["Builtin.Harmfulness", "following instructions"])]),
        source="s",
    ).evaluations
    names = [metric["name"] for metric in one.to_document()["metrics"]]
    assert names == ["Harmfulness", "FollowingInstructions"]


@pytest.mark.parametrize("metrics", [None, []])
@pytest.mark.parametrize("custom", [None, []])
def test_no_metric_at_all_is_refused(metrics: object, custom: object) -> None:
    message = of_evaluation(metrics=metrics, customMetrics=custom)
    assert "no metric: name at least one in metrics or customMetrics" in message


def test_custom_metrics_alone_will_do() -> None:
    [one] = parse_suite(
        suite(evaluations=[evaluation(metrics=None, customMetrics=custom_metric())]), source="s"
    ).evaluations
    assert one.to_document()["metrics"] == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "a b"),
        ("name", "a" * 64),
        ("name", "-a"),
        ("dataset", ""),
        ("judge", ""),
        ("lowScoreBelow", 0),
        ("lowScoreBelow", 1.01),
        ("lowScoreBelow", float("nan")),
        ("deadlineHours", 0),
        ("deadlineHours", 169),
        ("refusalWanted", "perhaps"),
    ],
)
def test_a_value_out_of_bounds_is_refused_at_its_path(field: str, value: object) -> None:
    assert f"evaluations[0].{field}: " in of_evaluation(**{field: value})


@pytest.mark.parametrize("identifier", ["", "-a", "a b", "a/b", "a" * 257, "a\n"])
def test_an_identifier_is_one_that_bedrock_takes(identifier: str) -> None:
    message = of_evaluation(responses={"precomputed": identifier})
    assert "evaluations[0].responses.precomputed: " in message


@pytest.mark.parametrize(
    "tags",
    [
        {"": "a"},
        {"a": "b*"},
        {"a,b": "c"},
        {"a": "ü"},
        {"a": "b\n"},
        {"a": "b" * 257},
        {"a" * 129: "b"},
        {f"k{number}": "" for number in range(41)},
        {"a": 3},
    ],
)
def test_tags_are_such_as_bedrock_takes_with_room_for_our_own(tags: object) -> None:
    assert "tags" in refusal(suite(tags=tags))


@pytest.mark.parametrize("amount", [0, -1, "much", float("nan"), float("inf")])
def test_a_budget_is_an_amount(amount: object) -> None:
    assert "budget.maxUsd: " in refusal(suite(budget={"maxUsd": amount}))


@pytest.mark.parametrize(
    "document",
    [
        suite(name=CONTENT),
        suite(description=[CONTENT]),
        suite(tags={"a": CONTENT + "*"}),
        suite(budget=CONTENT),
        suite(evaluations=CONTENT),
        suite(evaluations=[CONTENT]),
        suite(evaluations=[evaluation(kind=CONTENT)]),
        suite(evaluations=[evaluation(dataset=[CONTENT])]),
        suite(evaluations=[evaluation(responses={"precomputed": CONTENT})]),
        suite(evaluations=[evaluation(lowScoreBelow=CONTENT)]),
        suite(evaluations=[evaluation(metrics=CONTENT)]),
        suite(evaluations=[evaluation(metrics=[{"name": "Refusal", "categories": CONTENT}])]),
        suite(evaluations=[evaluation(responses={"model": CONTENT})]),
        suite(evaluations=[evaluation(customMetrics=CONTENT)]),
        suite(sample=CONTENT),
    ],
)
def test_values_that_were_given_are_never_repeated(document: object) -> None:
    assert CONTENT not in refusal(document)


@given(anything)
def test_no_document_raises_anything_but_suite_invalid(document: object) -> None:
    _refused_or_understood(document)


@settings(max_examples=60)
@given(st.dictionaries(words, anything), st.dictionaries(words, anything))
def test_no_change_to_a_valid_suite_raises_anything_but_suite_invalid(
    changes: dict[str, object], inner: dict[str, object]
) -> None:
    _refused_or_understood(suite() | changes)
    _refused_or_understood(suite(evaluations=[evaluation() | inner]))


@given(st.dictionaries(st.integers() | st.floats() | st.booleans() | st.none() | st.dates(), words))
def test_keys_that_are_no_text_raise_nothing_but_suite_invalid(document: dict[Any, Any]) -> None:
    _refused_or_understood(document)
    _refused_or_understood(suite(evaluations=[evaluation() | document]))
    _refused_or_understood(suite(tags=document))


def _refused_or_understood(document: object) -> None:
    with suppress(SuiteInvalid):
        parse_suite(document, source="s")
