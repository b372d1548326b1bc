"""A score belongs to a model only if that model answered: placeholders tie responses to it."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from unit_documents import JUDGE, evaluation, suite

from modeleval.errors import SuiteInvalid
from modeleval.sagemaker.resolved import ModelSource, ResolvedModel
from modeleval.suite.document import parse_suite
from modeleval.suite.placeholders import (
    followed_groups,
    names_group,
    names_model,
    unknown_placeholders,
    untied_responses,
    with_example,
    with_model,
)

PACKAGE = "arn:aws:sagemaker:us-west-2:111122223333:model-package/support-llama/2"
MODEL = ResolvedModel(
    asked="support-llama",
    source=ModelSource.PACKAGE,
    identifier=PACKAGE,
    group="support-llama",
    version=2,
)
BEDROCK = ResolvedModel(asked=JUDGE, source=ModelSource.BEDROCK, identifier=JUDGE)
TRIGGER = {"modelPackageGroups": ["support"]}
NIGHTLY = {"expression": "cron(0 2 * * ? *)", "model": "support-llama"}
TIED = {"responses": {"precomputed": "bot-v{model.version}"}}


def triggered(*evaluations: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return suite(**{"trigger": TRIGGER, "evaluations": list(evaluations)} | changes)


def test_a_suite_means_the_runs_model() -> None:
    document = suite(
        evaluations=[
            evaluation(
                dataset="d/{model.group}/{model.version}.jsonl",
                responses={"precomputed": "{model.group}-{model.version}-{model.version}"},
            )
        ]
    )
    before = copy.deepcopy(document)
    [entry] = parse_suite(document, source="s", model=MODEL).evaluations
    found: Any = entry
    assert found.dataset == "d/support-llama/2.jsonl"
    assert found.responses.precomputed == "support-llama-2-2"
    assert document == before


def test_a_model_may_be_asked_for_its_responses_itself() -> None:
    document = suite(evaluations=[evaluation(responses={"model": "{model.id}"})])
    parsed = parse_suite(document, source="s", model=BEDROCK)
    found: Any = parsed.evaluations[0]
    assert found.responses.model == JUDGE
    assert parsed.of_model == [True]


def test_a_suite_can_be_checked_before_there_is_a_model() -> None:
    document = suite(evaluations=[evaluation(**TIED), evaluation(name="b")])
    assert parse_suite(document, source="s").of_model == [True, False]
    [first, second] = with_example(document)["evaluations"]
    assert first["responses"] == {"precomputed": "bot-v1"}
    assert second == document["evaluations"][1]


def test_of_a_run_without_a_model_nothing_is_changed() -> None:
    document = suite(evaluations=[evaluation(**TIED)])
    assert with_model(document, None) is document


def test_each_of_several_datasets_may_have_placeholders() -> None:
    datasets = ["Builtin.BoolQ", "d/{model.group}.jsonl", {"dataset": "d/{model.version}.jsonl"}]
    document = suite(evaluations=[evaluation(dataset=None, datasets=datasets)])
    assert with_model(document, MODEL)["evaluations"][0]["datasets"] == [
        "Builtin.BoolQ",
        "d/support-llama.jsonl",
        {"dataset": "d/2.jsonl"},
    ]
    wrong = suite(evaluations=[evaluation(datasets=["{model.verson}", {"dataset": "{x}"}, 3])])
    assert [one.partition(":")[0] for one in unknown_placeholders(wrong)] == [
        "evaluations[0].datasets[0]",
        "evaluations[0].datasets[1].dataset",
    ]


def test_only_datasets_and_responses_have_placeholders() -> None:
    document = suite(description="{model.version}", evaluations=[evaluation(judge="{model.id}")])
    filled = with_model(document, MODEL)
    assert filled["description"] == "{model.version}"
    assert filled["evaluations"][0]["judge"] == "{model.id}"


@pytest.mark.parametrize(
    ("field", "text", "near"),
    [
        ("dataset", "{model.verson}.jsonl", "{model.version}"),
        ("dataset", "{version}.jsonl", "{model.version}"),
        ("precomputed", "{Model.Group}", "{model.group}"),
        ("precomputed", "{ model.version }", "{model.version}"),
        ("precomputed", "{}", "{model.version}"),
    ],
)
def test_what_is_no_placeholder_is_answered_with_the_closest(
    field: str, text: str, near: str
) -> None:
    changes = {field: text} if field == "dataset" else {"responses": {field: text}}
    place = "dataset" if field == "dataset" else "responses.precomputed"
    document = suite(evaluations=[evaluation(), evaluation(name="b", **changes)])
    assert unknown_placeholders(document) == [
        f"evaluations[1].{place}: no such placeholder; did you mean {near}?"
    ]
    with pytest.raises(SuiteInvalid, match="no such placeholder"):
        parse_suite(document, source="s")


@pytest.mark.parametrize(
    ("changes", "tied"),
    [
        ({}, False),
        (TIED, True),
        ({"dataset": "d-{model.version}.jsonl"}, True),
        ({"dataset": "d-{model.group}.jsonl"}, False),
        ({"dataset": "d-{model.id}.jsonl"}, False),
        ({"responses": {"precomputed": "{model.group}"}}, False),
        ({"responses": {"model": "{model.id}"}}, True),
        ({"responses": {"model": JUDGE}}, False),
        ({"responses": {"model": JUDGE}, "dataset": "d-{model.version}.jsonl"}, False),
        ({"responses": "nonsense"}, False),
    ],
)
def test_what_ties_responses_to_the_model(changes: dict[str, Any], *, tied: bool) -> None:
    assert names_model(evaluation(**changes)) is tied


@pytest.mark.parametrize("start", [{"trigger": TRIGGER}, {"trigger": None, "schedule": NIGHTLY}])
def test_a_triggered_suite_is_refused_that_would_score_version_1_for_version_2(
    start: dict[str, Any],
) -> None:
    document = triggered(evaluation(), **start)
    with pytest.raises(SuiteInvalid, match=r"evaluations\[0\].responses.precomputed: .*version 2"):
        parse_suite(document, source="s")
    parse_suite(triggered(evaluation(**TIED), **start), source="s")


def test_a_suite_that_follows_no_model_may_judge_anything() -> None:
    hourly = {"expression": "rate(1 hour)"}
    for changes in ({"trigger": None}, {"trigger": None, "schedule": hourly}):
        parse_suite(triggered(evaluation(), **changes), source="s")


@pytest.mark.parametrize("model", [None, MODEL])
def test_the_version_that_is_filled_in_is_not_taken_for_a_written_one(model: Any) -> None:
    """A suite that was triggered is read again, for its model; and 2 may stand in any name."""
    document = triggered(evaluation(**TIED))
    [entry] = parse_suite(document, source="s", model=model).evaluations
    found: Any = entry
    assert found.responses.precomputed == f"bot-v{2 if model else 1}"
    with pytest.raises(SuiteInvalid, match="must tie"):
        parse_suite(
            triggered(evaluation(responses={"precomputed": "bot-v2"})), source="s", model=model
        )


def test_each_untied_evaluation_is_named() -> None:
    document = triggered(evaluation(**TIED), evaluation(name="b"), evaluation(name="c"))
    assert [line.split(":")[0] for line in untied_responses(document)] == [
        "evaluations[1].responses.precomputed",
        "evaluations[2].responses.precomputed",
    ]


def test_responses_that_two_evaluations_share_are_tied_by_each_for_itself() -> None:
    """YAML's anchors make one object of them."""
    document = yaml.safe_load(
        """
        trigger: {modelPackageGroups: [support]}
        evaluations:
          - {dataset: "d-{model.version}.jsonl", responses: &bot {precomputed: bot}}
          - {dataset: old.jsonl, responses: *bot}
        """
    )
    assert [line.split(":")[0] for line in untied_responses(document)] == [
        "evaluations[1].responses.precomputed"
    ]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "evaluations",
                        "trigger",
                        "schedule",
                        "dataset",
                        "responses",
                        "precomputed",
                        "kind",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
    )
)
def test_a_document_of_any_form_is_read(document: Any) -> None:
    """What is wrong with it, others say."""
    unknown_placeholders(document)
    untied_responses(document)
    assert with_model(document, MODEL) == with_model(with_model(document, MODEL), MODEL)
    if isinstance(document, dict):
        with pytest.raises(SuiteInvalid):
            parse_suite(document, source="s")


def test_a_sagemaker_evaluation_is_of_the_model_by_its_kind() -> None:
    mmlu = {"name": "k", "kind": "sagemaker-benchmark", "benchmark": "mmlu"}
    parsed = parse_suite(triggered(mmlu), source="s")
    assert parsed.of_model == [True]
    assert parsed.needs_eula
    assert not parsed.needs_bedrock_terms


@pytest.mark.parametrize("patterns", [["one", "two"], ["one-*"]])
def test_a_trigger_for_several_groups_needs_the_group_too(patterns: list[str]) -> None:
    document = {
        "trigger": {"modelPackageGroups": patterns},
        "evaluations": [
            {"dataset": "a-{model.version}.jsonl", "responses": {"precomputed": "bot"}},
            {
                "dataset": "{model.group}-{model.version}.jsonl",
                "responses": {"precomputed": "bot"},
            },
        ],
    }
    [problem] = untied_responses(document)
    assert problem.startswith("evaluations[0].responses.precomputed: ")
    assert "write {model.group} into" in problem


@pytest.mark.parametrize(
    ("document", "groups"),
    [
        ({}, set()),
        ({"trigger": {"modelPackageGroups": ["a", "b-*"]}}, {"a", "b-*"}),
        ({"schedule": {"expression": "rate(1 day)", "model": "c"}}, {"c"}),
        ({"schedule": {"expression": "rate(1 day)"}}, set()),
        ({"trigger": {"modelPackageGroups": ["a"]}, "schedule": {"model": "a"}}, {"a"}),
        ({"trigger": {"modelPackageGroups": ["a"]}, "schedule": {"model": "c"}}, {"a", "c"}),
        ({"trigger": {"modelPackageGroups": "a"}, "schedule": "nightly"}, set()),
    ],
)
def test_the_groups_that_a_suite_follows(document: dict[str, Any], groups: set[str]) -> None:
    assert followed_groups(document) == groups


def test_a_schedules_model_is_a_group_beside_the_triggers() -> None:
    """Version 2 of either would be scored with the same responses."""
    for model, refused in (("support", False), ("billing", True)):
        document = triggered(evaluation(**TIED), schedule=NIGHTLY | {"model": model})
        assert bool(untied_responses(document)) is refused
    both = evaluation(responses={"precomputed": "{model.group}-{model.version}"})
    assert untied_responses(triggered(both, schedule=NIGHTLY | {"model": "billing"})) == []


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({}, False),
        (TIED, False),
        ({"dataset": "{model.group}.jsonl"}, True),
        ({"responses": {"precomputed": "{model.group}-bot"}}, True),
        ({"judge": "{model.group}"}, False),
    ],
)
def test_what_names_the_models_group(changes: dict[str, Any], *, named: bool) -> None:
    assert names_group(evaluation(**changes)) is named


def test_a_suite_knows_whose_responses_may_be_any_groups() -> None:
    mmlu = {"name": "k", "kind": "sagemaker-benchmark", "benchmark": "mmlu"}
    both = {"responses": {"precomputed": "{model.group}-{model.version}"}}
    entries = [evaluation(**TIED), evaluation(name="b"), evaluation(name="c", **both), mmlu]
    for model in (None, MODEL):
        parsed = parse_suite(suite(evaluations=entries, acceptEula=True), source="s", model=model)
        assert list(parsed.of_any_group) == ["answers"]


def collected(**target: Any) -> dict[str, Any]:
    return evaluation(dataset={"scenarios": "s.yaml", "target": target}, responses=None)


FUNCTION = "arn:aws:lambda:us-west-2:111122223333:function:bot"


@pytest.mark.parametrize(
    ("target", "tied"),
    [
        ({"model": "{model.id}"}, True),
        ({"model": "{model.id}", "name": "bot"}, True),
        ({"model": JUDGE}, False),
        ({"model": JUDGE, "name": "{model.group}-v{model.version}"}, False),
        ({"function": FUNCTION, "name": "bot"}, False),
        ({"function": FUNCTION, "name": "{model.group}-v{model.version}"}, True),
    ],
)
def test_a_name_does_not_make_another_models_answers_the_models_own(
    target: dict[str, str], *, tied: bool
) -> None:
    entry = collected(**target)
    assert (names_model(entry), names_group(entry)) == (tied, tied)
    told = untied_responses(triggered(entry))
    assert bool(told) is not tied
    if "model" in target and told:
        assert "dataset.target.model" in told[0]
        assert "{model.id}" in told[0]
