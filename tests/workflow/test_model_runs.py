"""Runs for a model through the deployed state machines: each kind, beside the base model."""

from __future__ import annotations

import ast
import io
import zipfile
from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest
from deployed_names import SCORER_FUNCTION
from deployed_world import DeployedWorld
from model_world import (
    BASE,
    BASE_STEP,
    CONFIRMS,
    MODEL_STEP,
    benchmark,
    definition,
    entry_of,
    evaluate,
    executions,
    forget_base_results,
    hyperparameters,
    judge_outputs,
    judged,
    question,
    questions,
    register,
    sagemaker_settings,
    scorer,
    scores_of,
    step_statuses,
    succeeded,
    task_results,
)
from rich.console import Console

from modeleval.cli.show import show_run
from modeleval.cli.stack import Deployment
from modeleval.sagemaker.hub_content import dataset_content, scorer_content
from modeleval.sagemaker.registering import Registry

GROUP = "models"


@pytest.fixture(autouse=True)
def _no_results_to_use_again(world: DeployedWorld) -> None:
    forget_base_results(world)


# -- benchmarks ------------------------------------------------------------------------------------


def test_a_benchmark_of_a_model_package_beside_its_base_model(world: DeployedWorld) -> None:
    arn = register(world, GROUP)
    asked = benchmark(subtasks=["anatomy", "virology"], hyperparameters={"max_new_tokens": 1234})

    finished = evaluate(world, arn, asked)

    succeeded(world, finished)
    run = world.run(finished)
    assert run.resolved_model is not None
    assert run.resolved_model["baseModelName"] == BASE
    [execution] = executions(world, finished.run_id)
    statuses = step_statuses(execution)
    assert set(statuses) == {
        "CreateEvaluationAction",
        BASE_STEP,
        MODEL_STEP,
        "AssociateLineage",
    }
    assert set(statuses.values()) == {"Succeeded"}
    scores = scores_of(world, finished, "knowledge")
    written = {
        (candidate, "accuracy", category): task_results(world, execution, step)[task]
        for candidate, step in ((None, MODEL_STEP), ("base-model", BASE_STEP))
        for category, task in (
            (None, "all"),
            ("anatomy", "custom|mmlu_zs_cot:anatomy|0"),
            ("virology", "custom|mmlu_zs_cot:virology|0"),
        )
    }
    assert set(scores) == set(written)
    for key, numbers in written.items():
        assert scores[key].mean == pytest.approx(Decimal(str(numbers["accuracy"])))
        error = scores[key].standard_error
        assert error == pytest.approx(Decimal(str(numbers["accuracy_stderr"])))
        assert error > 0
        assert scores[key].n is None
    assert {score.subject for score in scores.values()} == {f"{GROUP}/1", BASE}
    assert {score.series for score in scores.values()} == {GROUP}
    entry = entry_of(world, finished, "knowledge")
    [overall] = [one for one in entry["comparisons"] if one["category"] is None]
    difference = scores[None, "accuracy", None].mean - scores["base-model", "accuracy", None].mean
    assert overall["difference"] == pytest.approx(float(difference))
    assert any("doubles time and cost" in text for text in entry["warnings"])
    shown = Console(record=True, width=250, file=io.StringIO())
    show_run(shown, world.run(finished), Deployment(world.stack.stack).services)
    made_up = "The results say of themselves: stand-in: no model answered"
    assert f"Warning (knowledge): {made_up}" in shown.export_text()
    assert hyperparameters(world, execution, MODEL_STEP)["max_new_tokens"] == "1234"
    assert hyperparameters(world, execution, BASE_STEP)["max_new_tokens"] == "1234"
    assert not definition(world, execution).get("MlflowConfig")
    assert "MlflowExperimentName" not in str(definition(world, execution))
    tags = world.aws.client("sagemaker").list_tags(
        ResourceArn=execution["arn"].split("/execution/")[0]
    )["Tags"]
    assert {"Key": "modeleval:stack", "Value": world.stack.stack} in tags


@pytest.mark.parametrize(
    "variants",
    [{"allKey": "missing", "subtaskKeys": "plain"}, {"allKey": "empty"}],
    ids=["no all, plain keys", "an empty all"],
)
def test_a_benchmark_without_its_base_model_in_other_spellings_of_the_results(
    world: DeployedWorld, variants: dict[str, str]
) -> None:
    sagemaker_settings(world, **variants)

    asked = benchmark(benchmark="MMLU", subtasks=["anatomy", "virology"], compareBaseModel=False)
    finished = evaluate(world, register(world, GROUP), asked)

    succeeded(world, finished)
    [execution] = executions(world, finished.run_id)
    assert BASE_STEP not in step_statuses(execution)
    scores = scores_of(world, finished, "knowledge")
    assert set(scores) == {(None, "accuracy", c) for c in (None, "anatomy", "virology")}
    results = task_results(world, execution, MODEL_STEP)
    [numbers] = [found for task, found in results.items() if ":_average|" in task]
    assert scores[None, "accuracy", None].mean == pytest.approx(Decimal(str(numbers["accuracy"])))
    entry = entry_of(world, finished, "knowledge")
    assert entry["comparisons"] == []
    assert not any("doubles" in text for text in entry["warnings"])


@pytest.mark.parametrize("all_key", ["full", "missing"])
def test_no_subtasks_score_stands_for_the_benchmark_where_keys_are_flat(
    world: DeployedWorld, all_key: str
) -> None:
    sagemaker_settings(world, subtaskKeys="flat", allKey=all_key)

    asked = benchmark(subtasks=["anatomy", "virology"], compareBaseModel=False)
    finished = evaluate(world, register(world, GROUP), asked)

    succeeded(world, finished)
    [execution] = executions(world, finished.run_id)
    wholes = {None} if all_key == "full" else set()
    scores = scores_of(world, finished, "knowledge")
    assert {category for _, _, category in scores} == {"anatomy", "virology"} | wholes
    results = task_results(world, execution, MODEL_STEP)
    for category in ("anatomy", "virology"):
        value = results[f"custom|mmlu_zs_cot_{category}|0"]["accuracy"]
        assert scores[None, "accuracy", category].mean == pytest.approx(Decimal(str(value)))
    if wholes:
        value = results["all"]["accuracy"]
        assert scores[None, "accuracy", None].mean == pytest.approx(Decimal(str(value)))


# -- judges ----------------------------------------------------------------------------------------


def test_a_judge_with_built_in_and_custom_metrics_joined_though_shuffled(
    world: DeployedWorld,
) -> None:
    """Independently of modeleval: each output record is told by its question's number."""
    lines = [question(n, category="odd" if n % 2 else "even") for n in range(20)]
    lines[3].pop("response")  # SageMaker's judge asks for no reference

    finished = evaluate(
        world,
        register(world, GROUP),
        judged(world.put_dataset(lines), customMetrics=[CONFIRMS]),
    )

    succeeded(world, finished)
    [execution] = executions(world, finished.run_id)
    assert set(step_statuses(execution).values()) == {"Succeeded"}
    outputs = judge_outputs(world, finished.run_id)
    assert set(outputs) == {None, "base-model"}
    orders = [[number_of(one) for one in output] for output in outputs.values()]
    assert all(sorted(order) == list(range(20)) != order for order in orders)  # shuffled
    values = {candidate: values_of(output) for candidate, output in outputs.items()}
    scores = scores_of(world, finished, "answers")
    assert set(scores) == {
        (candidate, metric, category)
        for candidate in values
        for metric in ("Correctness", "Helpfulness", "confirms")
        for category in (None, "even", "odd")
    }
    for (candidate, metric, category), score in scores.items():
        given = [
            value
            for number, value in values[candidate][metric].items()
            if category in (None, "odd" if number % 2 else "even")
        ]
        applicable = [value for value in given if value is not None]
        assert (score.n, score.not_applicable) == (len(applicable), given.count(None))
        assert score.unscored == 0
        mean = sum(applicable) / len(applicable)
        assert float(score.mean or 0) == pytest.approx(mean)
    assert any(score.not_applicable for score in scores.values())
    compared = entry_of(world, finished, "answers")["comparisons"]
    [one] = [c for c in compared if (c["metric"], c["category"]) == ("Correctness", None)]
    pairs = [
        (value, values["base-model"]["Correctness"][number])
        for number, value in values[None]["Correctness"].items()
    ]
    assert (one["wins"], one["ties"], one["losses"]) == (
        sum(ours > theirs for ours, theirs in pairs),
        sum(ours == theirs for ours, theirs in pairs),
        sum(ours < theirs for ours, theirs in pairs),
    )
    assert one["matched"] == 20


def number_of(record: dict[str, Any]) -> int:
    """Which question a record is about; its prompt is the repr of a list of messages."""
    prompt = ast.literal_eval(record["inputRecord"]["prompt"])[-1]["content"]
    return int(prompt.split("question ")[1].split(":")[0])


def values_of(output: list[dict[str, Any]]) -> dict[str, dict[int, Any]]:
    """By metric and question: the score, None where the metric does not apply."""
    values: dict[str, dict[int, Any]] = defaultdict(dict)
    for one in output:
        for score in one["automatedEvaluationResult"]["scores"]:
            metric = score["metricName"].removeprefix("Builtin.")
            result = score.get("result")
            without = metric == "confirms" and result == -1
            values[metric][number_of(one)] = None if without else result
    return values


# -- scorers ---------------------------------------------------------------------------------------

HANDLER = """
def lambda_handler(event, context):
    (sample,) = event
    length = len(sample["messages"][-1]["content"].split())
    metrics = [{"name": "length", "value": length, "type": "Metric"}]
    return [{"id": sample["id"], "aggregate_reward_score": 0.25, "metrics_list": metrics}]
"""


def make_function(world: DeployedWorld) -> None:
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as package:
        package.writestr("lambda_function.py", HANDLER)
    name = SCORER_FUNCTION.rsplit(":", 1)[-1]
    client = world.lambda_
    try:
        client.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=client.list_functions()["Functions"][0]["Role"],  # any; it does nothing
            Handler="lambda_function.lambda_handler",
            Code={"ZipFile": code.getvalue()},
        )
    except client.exceptions.ResourceConflictException:
        return  # another test made it


def test_scorers_by_preset_and_by_a_registered_function_over_a_registered_dataset(
    world: DeployedWorld,
) -> None:
    make_function(world)
    hub = Registry(world.aws.client("sagemaker"), account=world.aws.account)
    evaluator = hub.register(scorer_content("length", SCORER_FUNCTION, from_file=False)).arn
    key = questions(world)
    dataset = hub.register(dataset_content("questions", world.stack.bucket, key, uploaded=True)).arn
    unversioned = dataset.rsplit("/", 1)[0]

    finished = evaluate(
        world,
        register(world, GROUP),
        scorer(unversioned, lowerIsBetter=["em"]),
        scorer(key, name="length", scorer=evaluator, compareBaseModel=False),
    )

    succeeded(world, finished)
    by_preset, by_function = executions(world, finished.run_id)
    marks = scores_of(world, finished, "marks")
    for candidate, step in ((None, MODEL_STEP), ("base-model", BASE_STEP)):
        [numbers] = [
            found
            for task, found in task_results(world, by_preset, step).items()
            if task.startswith("custom|gen_qa")
        ]
        for metric in ("em", "rouge1", "bleu", "reward_score"):
            score = marks[candidate, metric, None]
            assert score.mean == pytest.approx(Decimal(str(numbers[metric])))
    assert marks[None, "bleu", None].mean > 1  # of 100
    assert marks[None, "em", None].direction == "lowerIsBetter"
    length = scores_of(world, finished, "length")
    assert length[None, "aggregate_reward_score", None].mean == Decimal("0.25")
    assert length[None, "length", None].mean > 3
    assert not [key for key in length if key[1].startswith("byoc")]
    sent = definition(world, by_function)
    [step] = [one for one in sent["Steps"] if one["Name"] == MODEL_STEP]
    assert step["Arguments"]["ServerlessJobConfig"]["EvaluatorArn"] == evaluator
