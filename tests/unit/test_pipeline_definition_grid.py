"""What holds for every definition: type x model x base x subtasks x parameters x settings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from botocore.model import Shape
from botocore.session import get_session
from botocore.validate import ParamValidator
from test_pipeline_definition_cases import (
    EVALUATOR,
    HUB_DATASET,
    KEY,
    MLFLOW,
    MODELS,
    benchmark,
    judge,
    model,
    scorer,
    settings,
    steps,
    texts,
)

from modeleval.sagemaker.definition import (
    Evaluation,
    PipelineSettings,
    evaluation_type,
    pipeline_definition,
    result_steps,
)

EXECUTION_ID = "abcdef123456"
PARAMETERS: tuple[dict[str, str], ...] = (
    {},
    {"max_new_tokens": "8192", "temperature": "0.5", "aggregation": "mean"},
    {"postprocessing": "False", "top_p": "1.0"},
)
BASES = (True, False)
EVALUATIONS: list[Evaluation] = [
    *(
        benchmark(subtasks=subtasks, parameters=parameters, compare_base=base)
        for subtasks, parameters, base in product(
            ((), ("anatomy",), ("anatomy", "virology")), PARAMETERS, BASES
        )
    ),
    *(
        scorer(parameters=parameters, compare_base=base)
        for parameters, base in product(PARAMETERS, BASES)
    ),
    *(
        scorer(
            preset=None,
            evaluator_arn=EVALUATOR,
            dataset=HUB_DATASET,
            parameters=parameters,
            compare_base=base,
        )
        for parameters, base in product(PARAMETERS, BASES)
    ),
    *(
        judge(metrics=metrics, custom_metrics_uri=custom, compare_base=base)
        for metrics, custom, base in product(
            ((), ("Correctness", "Builtin.Refusal")), (None, "s3://results/custom.json"), BASES
        )
    ),
]
VPC = {"subnet_ids": ("subnet-0a", "subnet-0b"), "security_group_ids": ("sg-0c",)}
MLFLOWS: tuple[dict[str, str], ...] = (
    {},
    {"mlflow_resource_arn": MLFLOW},
    {"mlflow_resource_arn": MLFLOW, "mlflow_experiment": "nightly"},
)
SETTINGS: list[PipelineSettings] = [
    settings(**vpc, **kms, **mlflow)
    for vpc, kms, mlflow in product(({}, VPC), ({}, {"kms_key_arn": KEY}), MLFLOWS)
]
JUDGING = {"EvaluateBaseModelMetrics", "EvaluateCustomModelMetrics", "EvaluateWithJudge"}
CUSTOM = {
    "EvaluateCustomModel",
    "EvaluateCustomInferenceModel",
    "EvaluateCustomModelMetrics",
}
BASE = {"EvaluateBaseModel", "EvaluateBaseInferenceModel", "EvaluateBaseModelMetrics"}


@pytest.fixture(scope="module")
def training_job() -> Any:
    service = get_session().get_service_model("sagemaker")
    return service.operation_model("CreateTrainingJob").input_shape


def identified(evaluation: Evaluation) -> str:
    return f"{evaluation_type(evaluation)}-{'base' if evaluation.compare_base else 'alone'}"


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("evaluation", EVALUATIONS, ids=identified)
def test_every_definition(evaluation: Evaluation, kind: str, training_job: Any) -> None:
    for each in SETTINGS:
        definition = pipeline_definition(evaluation, model(kind), each)
        assert json.loads(json.dumps(definition, allow_nan=False)) == definition
        assert "None" not in set(texts(definition))
        found = steps(definition)
        assert len(found) == len(definition["Steps"])
        _check_results(found, evaluation, kind)
        _check_order(definition["Steps"])
        for step in definition["Steps"]:
            resolved = resolve(step["Arguments"], found)
            if step["Type"] == "Training":
                _check_training(step["Name"], step["Arguments"], each, kind)
                job = {"TrainingJobName": "pipelines-x"} | resolved
                report = ParamValidator().validate(job, training_job)
                assert not report.has_errors(), report.generate_report()
                assert list(violations(job, training_job)) == []


def _check_results(found: dict[str, Any], evaluation: Evaluation, kind: str) -> None:
    """The steps with the results are the definition's own, and it has no others."""
    names = {name.value for name in result_steps(evaluation, model(kind)) if name}
    assert names == {name for name, step in found.items() if step["Type"] == "Training"}


def _check_order(in_order: list[dict[str, Any]]) -> None:
    """A step depends only on steps before it, so that there is no cycle."""
    seen: set[str] = set()
    for step in in_order:
        assert seen.issuperset(step.get("DependsOn", ()))
        seen.add(step["Name"])
        assert seen.issuperset(
            text.split(".")[1] for text in texts(step) if text.startswith("Steps.")
        )


def _check_training(
    name: str, arguments: dict[str, Any], with_settings: PipelineSettings, kind: str
) -> None:
    custom = name in CUSTOM or (name == "EvaluateWithJudge" and "package" in kind)
    assert ("ModelPackageConfig" in arguments) is custom
    assert name not in BASE or "ModelPackageConfig" not in arguments
    in_vpc = bool(with_settings.subnet_ids) and name not in JUDGING
    assert ("VpcConfig" in arguments) is in_vpc
    key = arguments["OutputDataConfig"].get("KmsKeyId")
    assert key == with_settings.kms_key_arn
    assert arguments["RoleArn"] == with_settings.role_arn
    benchmark_without_data = arguments.get("HyperParameters", {}).get("task") == "mmlu"
    assert ("InputDataConfig" in arguments) is not (name in JUDGING or benchmark_without_data)


def resolve(value: Any, by_name: dict[str, Any]) -> Any:
    """The value as the pipeline would fill it in. Raises KeyError for what does not exist."""
    if isinstance(value, list):
        return [resolve(item, by_name) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Get"}:
        return _referred(value["Get"], by_name)
    if set(value) == {"Std:Join"}:
        joined = value["Std:Join"]
        return joined["On"].join(resolve(joined["Values"], by_name))
    return {name: resolve(item, by_name) for name, item in value.items()}


def _referred(reference: str, by_name: dict[str, Any]) -> Any:
    execution = {
        "Execution.PipelineExecutionId": EXECUTION_ID,
        "Execution.PipelineExecutionArn": f"arn:pipeline/p/execution/{EXECUTION_ID}",
    }
    if reference in execution:
        return execution[reference]
    steps_word, name, *path = reference.split(".")
    assert steps_word == "Steps"
    found = by_name[name]["Arguments"]
    for member in path:
        found = found[member]
    return resolve(found, by_name)


def violations(value: Any, shape: Shape, path: str = "") -> Iterator[str]:
    """What botocore knows of the shape and does not check: patterns, enums, greatest lengths."""
    if shape.type_name == "structure":
        for name, item in value.items():
            yield from violations(item, shape.members[name], f"{path}.{name}")
    elif shape.type_name == "list":
        for item in value:
            yield from violations(item, shape.member, f"{path}[]")
    elif shape.type_name == "map":
        for name, item in value.items():
            yield from violations(name, shape.key, f"{path}.{name}")
            yield from violations(item, shape.value, f"{path}.{name}")
    elif shape.type_name == "string":
        yield from _wrong_text(value, shape, path)


def _wrong_text(value: str, shape: Any, path: str) -> Iterator[str]:
    pattern = shape.metadata.get("pattern")
    if pattern and not re.fullmatch(pattern, value):
        yield f"{path}: {value} does not match {pattern}"
    if shape.enum and value not in shape.enum:
        yield f"{path}: {value} is not one of {shape.enum}"
    if len(value) > shape.metadata.get("max", len(value)):
        yield f"{path}: {len(value)} characters"


def test_the_checks_can_fail(training_job: Any) -> None:
    wrong = {
        "TrainingJobName": "a_b",
        "HyperParameters": {"task": "x" * 2501},
        "ServerlessJobConfig": {"EvaluationType": "Other"},
    }
    assert len(list(violations(wrong, training_job))) == 3
    with pytest.raises(KeyError):
        resolve({"Get": "Steps.Gone.TrainingJobName"}, {})
