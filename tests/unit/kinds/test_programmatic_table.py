"""What goes with what: the table itself, and the answer to everything that is not in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from programmatic_world import entry, fields
from unit_documents import suite

from modeleval.errors import SuiteInvalid
from modeleval.kinds.programmatic import table
from modeleval.kinds.programmatic.table import TaskType
from modeleval.scores.metrics import Direction
from modeleval.suite.document import parse_suite

# Facts, section 2: task type, its metrics, each with its built-in datasets.
DOCUMENTED = {
    ("Generation", "Accuracy"): {"T-Rex"},
    ("Generation", "Robustness"): {"Bold", "T-Rex", "Wikitext2"},
    ("Generation", "Toxicity"): {"RealToxicityPrompts", "Bold"},
    **{("Summarization", metric): {"Gigaword"} for metric in table.METRICS},
    **{
        ("QuestionAndAnswer", metric): {"BoolQ", "NaturalQuestions", "TriviaQA"}
        for metric in table.METRICS
    },
    ("Classification", "Accuracy"): {"WomensEcommerceClothingReviews"},
    ("Classification", "Robustness"): {"WomensEcommerceClothingReviews"},
}
REFUSALS = yaml.safe_load((Path(__file__).parent / "programmatic_refusals.yaml").read_text())
EVERY_SET = sorted(set().union(*DOCUMENTED.values()))


def refused(**changes: Any) -> str:
    with pytest.raises(SuiteInvalid) as caught:
        parse_suite(suite(evaluations=[fields(**changes)]), source="s")
    [_, problem, _] = str(caught.value).split("\n")
    return problem.strip()


@pytest.mark.parametrize("task", list(TaskType))
@pytest.mark.parametrize("metric", table.METRICS)
@pytest.mark.parametrize("built_in", EVERY_SET)
def test_exactly_what_is_documented_is_taken(task: str, metric: str, built_in: str) -> None:
    asked = {"taskType": task, "metrics": [metric], "dataset": f"Builtin.{built_in}"}
    if built_in in DOCUMENTED.get((task, metric), ()):
        [use] = entry(**asked).uses
        assert (use.api_name, use.source, use.metrics) == (f"Builtin.{built_in}", None, (metric,))
    else:
        assert refused(**asked).startswith("evaluations[0]: dataset: ")


@pytest.mark.parametrize("task", list(TaskType))
@pytest.mark.parametrize("metric", table.METRICS)
def test_ones_own_dataset_goes_with_every_metric_of_its_task(task: str, metric: str) -> None:
    if (task, metric) in DOCUMENTED:
        assert entry(taskType=task, metrics=[metric]).all_metrics().keys() == {metric}
    else:
        assert f"{metric} is not offered for {task}" in refused(taskType=task, metrics=[metric])


@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: case["says"][:60])
def test_each_wrong_combination_is_answered_with_the_right_one(case: dict[str, Any]) -> None:
    assert refused(**case["changes"]) == case["says"]


def test_names_are_taken_in_any_spelling() -> None:
    found = entry(taskType="question and answer", metrics=["toxicity"], dataset="builtin.boolq")
    assert found.task_type is TaskType.QUESTION_AND_ANSWER
    assert found.uses[0].api_name == "Builtin.BoolQ"
    assert list(found.all_metrics()) == ["Toxicity"]


def test_each_dataset_may_have_metrics_and_a_name_of_its_own() -> None:
    found = entry(
        taskType="Generation",
        dataset=None,
        datasets=[
            {"dataset": "Builtin.RealToxicityPrompts", "metrics": ["Toxicity"]},
            "d/facts.jsonl",
            {"dataset": "e/facts.jsonl", "name": "more"},
        ],
        metrics=["Accuracy", "Robustness"],
    )
    assert [use.api_name for use in found.uses] == ["Builtin.RealToxicityPrompts", "facts", "more"]
    assert list(found.all_metrics()) == [
        "RealToxicityPrompts.Toxicity",
        "facts.Accuracy",
        "facts.Robustness",
        "more.Accuracy",
        "more.Robustness",
    ]


def test_directions_and_scales() -> None:
    """Robustness and Toxicity are better lower; where no end is documented none is claimed."""
    found = {(row.task, row.metric): row for row in table.TABLE}
    assert found.keys() == DOCUMENTED.keys()
    for (_, metric), row in found.items():
        higher = metric == "Accuracy"
        assert row.direction is (Direction.HIGHER if higher else Direction.LOWER)
    bounded = {key for key, row in found.items() if row.ends.bounded}
    assert bounded == {
        ("QuestionAndAnswer", "Accuracy"),
        ("Classification", "Accuracy"),
        *((task, "Toxicity") for task in TaskType if task != "Classification"),
    }
    metric = table.metric_of(TaskType.CLASSIFICATION, "Accuracy", name="x.Accuracy")
    assert (metric.name, metric.binary, metric.uses_reference) == ("x.Accuracy", True, True)


@pytest.mark.parametrize("metric", table.METRICS)
def test_which_need_references(metric: str) -> None:
    needing = {task for task in TaskType if table.needs_reference(task, metric)}
    wanted = {*TaskType} if metric != "Toxicity" else {TaskType.QUESTION_AND_ANSWER}
    assert needing == wanted


def test_a_rule_names_a_metric_of_one_dataset() -> None:
    asked = fields(dataset=None, datasets=["Builtin.BoolQ", "Builtin.TriviaQA"])
    rule = {"evaluation": "knowledge", "metric": "BoolQ.Acuracy", "minimum": 0.5}
    with pytest.raises(SuiteInvalid) as caught:
        parse_suite(suite(evaluations=[asked], gate={"rules": [rule]}), source="s")
    assert "knowledge has no such metric; did you mean BoolQ.Accuracy?" in str(caught.value)
