"""Pipeline definitions, against expectations that were written by hand."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_pipeline_definition_cases import (
    ARTIFACT,
    DATASET,
    EVALUATOR,
    EXECUTION,
    GROUP,
    HUB,
    HUB_DATASET,
    KEY,
    MLFLOW,
    OWNER,
    PACKAGE,
    ROLE,
    benchmark,
    judge,
    model,
    scorer,
    settings,
    steps,
)

from modeleval.errors import ModelNotUsable
from modeleval.sagemaker.definition import (
    EvaluatedModel,
    Evaluation,
    EvaluationType,
    NovaInference,
    ResultSteps,
    StepName,
    evaluation_type,
    pipeline_definition,
    result_steps,
)

ACTION = {"Std:Join": {"On": "/", "Values": [f"{OWNER}:action", EXECUTION]}}
PACKAGE_CONFIG = {"ModelPackageGroupArn": GROUP, "SourceModelPackageArn": PACKAGE}


def define(evaluation: Evaluation, of: EvaluatedModel, **changes: Any) -> dict[str, Any]:
    return pipeline_definition(evaluation, of, settings(**changes))


def named(suffix: str) -> dict[str, Any]:
    return {"Std:Join": {"On": "-", "Values": [EXECUTION, suffix]}}


def test_a_jumpstart_model_s_benchmark_is_one_step() -> None:
    assert define(benchmark(parameters={"top_k": "-1"}), model("jumpstart")) == {
        "Version": "2020-12-01",
        "Metadata": {},
        "Parameters": [],
        "Steps": [
            {
                "Name": "EvaluateBaseModel",
                "Type": "Training",
                "Arguments": {
                    "RoleArn": ROLE,
                    "ServerlessJobConfig": {
                        "BaseModelArn": f"{HUB}/open-7b/2.0.0",
                        "AcceptEula": True,
                        "JobType": "Evaluation",
                        "EvaluationType": "BenchmarkEvaluation",
                    },
                    "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
                    "HyperParameters": {
                        "task": "mmlu",
                        "strategy": "zs_cot",
                        "evaluation_metric": "accuracy",
                        "top_k": "-1",
                    },
                    "OutputDataConfig": {
                        "S3OutputPath": "s3://results/runs/r1/",
                        "CompressionType": "NONE",
                    },
                },
            }
        ],
    }


LINEAGE = ("CreateEvaluationAction", "AssociateLineage")
BASE_SCORED = ("EvaluateBaseModel",)
BASE_JUDGED = ("EvaluateBaseInferenceModel", "EvaluateBaseModelMetrics")
NOVA_JUDGED = ("InspectAIInference", "EvaluateWithJudge")


@pytest.mark.parametrize(
    ("evaluation", "kind", "expected"),
    [
        (benchmark(compare_base=False), "package", (LINEAGE[0], "EvaluateCustomModel", LINEAGE[1])),
        (scorer(), "package", (LINEAGE[0], *BASE_SCORED, "EvaluateCustomModel", LINEAGE[1])),
        (scorer(), "nova-package", (LINEAGE[0], *BASE_SCORED, "EvaluateCustomModel", LINEAGE[1])),
        (scorer(), "nova-jumpstart", BASE_SCORED),
        (benchmark(compare_base=False), "jumpstart", BASE_SCORED),
        (
            judge(),
            "package",
            (
                LINEAGE[0],
                "EvaluateBaseInferenceModel",
                "EvaluateCustomInferenceModel",
                "EvaluateBaseModelMetrics",
                "EvaluateCustomModelMetrics",
                LINEAGE[1],
            ),
        ),
        (
            judge(compare_base=False),
            "package",
            (
                LINEAGE[0],
                "EvaluateCustomInferenceModel",
                "EvaluateCustomModelMetrics",
                LINEAGE[1],
            ),
        ),
        (judge(compare_base=False), "jumpstart", BASE_JUDGED),
        (judge(), "nova-package", NOVA_JUDGED),
        (judge(), "nova-jumpstart", NOVA_JUDGED),
    ],
)
def test_the_steps(evaluation: Evaluation, kind: str, expected: tuple[str, ...]) -> None:
    assert tuple(steps(define(evaluation, model(kind)))) == expected


def test_what_the_evaluation_s_action_says() -> None:
    arguments = steps(define(benchmark(), model()))["CreateEvaluationAction"]["Arguments"]
    execution_arn = {"Get": "Execution.PipelineExecutionArn"}
    assert arguments == {
        "Actions": [
            {
                "ActionName": EXECUTION,
                "ActionType": "Evaluation",
                "Source": {"SourceUri": PACKAGE, "SourceType": "ModelPackage"},
                "Properties": {"PipelineExecutionArn": execution_arn, "PipelineName": "me-judge"},
            }
        ],
        "Contexts": [
            {
                "ContextName": EXECUTION,
                "ContextType": "PipelineExecution",
                "Source": {"SourceUri": execution_arn},
            }
        ],
        "Associations": [
            {
                "Source": {"Name": EXECUTION, "Type": "Action"},
                "Destination": {"Name": EXECUTION, "Type": "Context"},
                "AssociationType": "ContributedTo",
            },
            {
                "Source": {"Arn": ARTIFACT},
                "Destination": {"Arn": ACTION},
                "AssociationType": "ContributedTo",
            },
        ],
    }


def test_results_are_associated_with_the_action() -> None:
    step = steps(define(benchmark(compare_base=False), model()))["AssociateLineage"]
    report = {"Get": "Steps.EvaluateCustomModel.OutputDataConfig.S3OutputPath"}
    assert step["DependsOn"] == ["CreateEvaluationAction"]
    assert step["Arguments"] == {
        "Artifacts": [
            {
                "ArtifactName": named("custom-eval-report"),
                "ArtifactType": "EvaluationReport",
                "Source": {"SourceUri": report},
            }
        ],
        "Associations": [
            {
                "Source": {"Name": named("custom-eval-report"), "Type": "Artifact"},
                "Destination": {"Arn": ACTION},
                "AssociationType": "ContributedTo",
            }
        ],
    }


def test_a_judge_leaves_responses_and_reports_of_both_models() -> None:
    artifacts = steps(define(judge(), model()))["AssociateLineage"]["Arguments"]["Artifacts"]
    assert [
        (item["ArtifactName"]["Std:Join"]["Values"][1], item["ArtifactType"], _step_of(item))
        for item in artifacts
    ] == [
        ("base-inference-results", "InferenceResults", "EvaluateBaseInferenceModel"),
        ("base-eval-report", "EvaluationReport", "EvaluateBaseModelMetrics"),
        ("custom-inference-results", "InferenceResults", "EvaluateCustomInferenceModel"),
        ("custom-eval-report", "EvaluationReport", "EvaluateCustomModelMetrics"),
    ]


def _step_of(artifact: dict[str, Any]) -> str:
    reference: str = artifact["Source"]["SourceUri"]["Get"]
    return reference.split(".")[1]


def test_only_the_custom_model_s_step_names_the_package() -> None:
    found = steps(define(benchmark(), model()))
    assert found["EvaluateCustomModel"]["Arguments"]["ModelPackageConfig"] == PACKAGE_CONFIG
    assert "ModelPackageConfig" not in found["EvaluateBaseModel"]["Arguments"]


ALL = {
    "postprocessing": "False",
    "aggregation": "mean",
    "max_model_len": "12000",
    "top_p": "1.0",
    "top_k": "-1",
    "temperature": "0",
    "max_new_tokens": "8192",
    "not_of_the_recipe": "1",
}
IN_ORDER = {name: ALL[name] for name in reversed(list(ALL)) if name != "not_of_the_recipe"}
OPEN = {"task": "gen_qa", "strategy": "gen_qa", "evaluation_metric": "all"}
NOVA = {"task": "gen_qa", "strategy": "gen_qa", "metric": "all", "lambda_type": "rft"}


@pytest.mark.parametrize(
    ("evaluation", "kind", "expected"),
    [
        (scorer(), "jumpstart", OPEN | {"preset_reward_function": "prime_math"}),
        (
            scorer(parameters=ALL),
            "jumpstart",
            OPEN | IN_ORDER | {"preset_reward_function": "prime_math"},
        ),
        (
            scorer(preset=None, evaluator_arn=EVALUATOR),
            "jumpstart",
            OPEN | {"aggregation": "mean", "postprocessing": "True"},
        ),
        (
            scorer(
                preset=None,
                evaluator_arn=EVALUATOR,
                parameters={"aggregation": "sum", "postprocessing": "False"},
            ),
            "nova-jumpstart",
            NOVA | {"aggregation": "sum", "postprocessing": "True"},
        ),
        (
            scorer(preset=None, evaluator_arn=EVALUATOR, parameters={"aggregation": ""}),
            "nova-jumpstart",
            NOVA | {"aggregation": "mean", "postprocessing": "True"},
        ),
        (scorer(), "nova-jumpstart", NOVA | {"preset_reward_function": "prime_math"}),
        (
            benchmark(task="mmmu", parameters=ALL),
            "nova-jumpstart",
            {"task": "mmmu", "strategy": "zs_cot", "metric": "accuracy"} | IN_ORDER,
        ),
    ],
)
def test_hyperparameters(evaluation: Evaluation, kind: str, expected: dict[str, str]) -> None:
    step = steps(define(evaluation, model(kind)))["EvaluateBaseModel"]
    found = step["Arguments"]["HyperParameters"]
    assert found == expected
    assert [name for name in found if name in IN_ORDER] == [
        name for name in IN_ORDER if name in expected
    ]


@pytest.mark.parametrize(
    ("subtasks", "sent"),
    [((), None), (("ALL",), None), (("all",), None), (("a",), "a"), (("b", "a"), "b,a")],
)
def test_subtasks(subtasks: tuple[str, ...], sent: str | None) -> None:
    step = steps(define(benchmark(subtasks=subtasks), model("jumpstart")))["EvaluateBaseModel"]
    assert step["Arguments"]["HyperParameters"].get("subtask") == sent


def test_a_registered_evaluator_is_named_in_both_jobs() -> None:
    found = steps(define(scorer(preset=None, evaluator_arn=EVALUATOR), model()))
    for name in ("EvaluateBaseModel", "EvaluateCustomModel"):
        job = found[name]["Arguments"]["ServerlessJobConfig"]
        assert job["EvaluationType"] == "CustomScorerEvaluation"
        assert job["EvaluatorArn"] == EVALUATOR
    preset = steps(define(scorer(), model()))["EvaluateCustomModel"]["Arguments"]
    assert "EvaluatorArn" not in preset["ServerlessJobConfig"]


@pytest.mark.parametrize(
    ("dataset", "source"),
    [
        (DATASET, {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": DATASET}}),
        (HUB_DATASET, {"DatasetSource": {"DatasetArn": HUB_DATASET}}),
        (
            "s3://b/hub-content/DataSet/x",
            {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/hub-content/DataSet/x"}},
        ),
    ],
)
def test_a_dataset_is_in_s3_or_in_a_hub(dataset: str, source: dict[str, Any]) -> None:
    channel = {"ChannelName": "train", "DataSource": source}
    scored = steps(define(scorer(dataset=dataset), model()))
    judged = steps(define(judge(dataset=dataset), model()))
    for step in (
        scored["EvaluateBaseModel"],
        scored["EvaluateCustomModel"],
        judged["EvaluateBaseInferenceModel"],
        judged["EvaluateCustomInferenceModel"],
    ):
        assert step["Arguments"]["InputDataConfig"] == [channel]


def test_a_judged_model_is_asked_first() -> None:
    step = steps(define(judge(), model()))["EvaluateCustomInferenceModel"]
    arguments = step["Arguments"]
    assert step["DependsOn"] == ["CreateEvaluationAction"]
    assert arguments["TrainingJobName"] == "CustomInference"
    assert arguments["HyperParameters"] == {"name": "CustomInference", "task": "inference_only"}
    assert arguments["ServerlessJobConfig"]["EvaluationType"] == "BenchmarkEvaluation"
    assert arguments["ModelPackageConfig"] == PACKAGE_CONFIG
    assert arguments["OutputDataConfig"]["S3OutputPath"] == "s3://results/runs/r1"


def test_the_judge_reads_what_the_model_answered() -> None:
    evaluation = judge(
        metrics=("Builtin.Correctness", "builtin.Refusal", "Helpfulness"),
        custom_metrics_uri="s3://results/custom.json",
    )
    name = {"Std:Join": {"On": "-", "Values": ["base-llmaj-eval", EXECUTION]}}
    step = steps(define(evaluation, model("jumpstart")))["EvaluateBaseModelMetrics"]
    assert step == {
        "Name": "EvaluateBaseModelMetrics",
        "Type": "Training",
        "DependsOn": ["EvaluateBaseInferenceModel"],
        "Arguments": {
            "TrainingJobName": name,
            "RoleArn": ROLE,
            "ServerlessJobConfig": {
                "BaseModelArn": f"{HUB}/open-7b/2.0.0",
                "AcceptEula": True,
                "JobType": "Evaluation",
                "EvaluationType": "LLMAJEvaluation",
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
            "HyperParameters": {
                "name": name,
                "judge_model_id": "amazon.nova-pro-v1:0",
                "inference_data_s3_path": {
                    "Std:Join": {
                        "On": "",
                        "Values": [
                            {
                                "Get": "Steps.EvaluateBaseInferenceModel"
                                ".OutputDataConfig.S3OutputPath"
                            },
                            "/",
                            {"Get": "Steps.EvaluateBaseInferenceModel.TrainingJobName"},
                            "/output/output/",
                            "BaseInference",
                            "/eval_results/inference_output.jsonl",
                        ],
                    }
                },
                "output_path": "s3://results/runs/r1",
                "llmaj_metrics": '["Correctness", "Refusal", "Helpfulness"]',
                "custom_metrics": "s3://results/custom.json",
                "max_new_tokens": "8192",
                "temperature": "0",
                "top_k": "-1",
                "top_p": "1.0",
            },
            "OutputDataConfig": {
                "S3OutputPath": "s3://results/runs/r1",
                "CompressionType": "NONE",
            },
        },
    }


def test_a_judge_without_metrics_of_its_own() -> None:
    found = steps(define(judge(), model()))["EvaluateCustomModelMetrics"]["Arguments"]
    assert found["HyperParameters"]["llmaj_metrics"] == "[]"
    assert "custom_metrics" not in found["HyperParameters"]
    assert found["ModelPackageConfig"] == PACKAGE_CONFIG


def test_a_nova_model_answers_in_a_container() -> None:
    nova = NovaInference(inference_id="i1", judge_base_model_arn=f"{HUB}/small/3.0.0")
    found = steps(define(judge(), model("nova-package"), nova=nova))
    assert found["InspectAIInference"]["Arguments"] == {
        "TrainingJobName": {"Std:Join": {"On": "-", "Values": ["inspectai-infer", EXECUTION]}},
        "AlgorithmSpecification": {
            "TrainingImage": "763104351884.dkr.ecr.eu-west-2.amazonaws.com/sagemaker-inspect-ai",
            "TrainingInputMode": "File",
        },
        "RoleArn": ROLE,
        "ResourceConfig": {
            "InstanceType": "ml.m5.large",
            "InstanceCount": 1,
            "VolumeSizeInGB": 30,
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
        "InputDataConfig": [
            {
                "ChannelName": "config",
                "DataSource": {
                    "S3DataSource": {
                        "S3DataType": "S3Prefix",
                        "S3Uri": "s3://results/runs/r1/inspectai-config/i1",
                    }
                },
            }
        ],
        "OutputDataConfig": {"S3OutputPath": "s3://results/runs/r1", "CompressionType": "NONE"},
    }
    judging = found["EvaluateWithJudge"]
    arguments = judging["Arguments"]
    assert judging["DependsOn"] == ["InspectAIInference"]
    assert arguments["ServerlessJobConfig"]["BaseModelArn"] == f"{HUB}/small/3.0.0"
    assert arguments["ModelPackageConfig"] == PACKAGE_CONFIG
    assert arguments["HyperParameters"]["name"] == {
        "Std:Join": {"On": "-", "Values": ["llmaj-eval", EXECUTION]}
    }
    assert (
        arguments["HyperParameters"]["inference_data_s3_path"]
        == "s3://results/runs/r1/inference/i1/inference_output.jsonl"
    )


def test_the_judging_of_nova_names_a_model_that_serverless_judging_takes() -> None:
    found = steps(define(judge(), model("nova-jumpstart")))["EvaluateWithJudge"]["Arguments"]
    arn = f"{HUB}/meta-textgeneration-llama-3-2-1b-instruct"
    assert found["ServerlessJobConfig"]["BaseModelArn"] == arn
    assert "ModelPackageConfig" not in found


def test_nova_is_judged_in_some_regions_or_in_an_image_of_one_s_own() -> None:
    with pytest.raises(ModelNotUsable, match="eu-north-1"):
        define(judge(), model("nova-jumpstart"), region="eu-north-1")
    own = NovaInference(image_uri="registry/image")
    found = define(judge(), model("nova-jumpstart"), region="eu-north-1", nova=own)
    specification = steps(found)["InspectAIInference"]["Arguments"]["AlgorithmSpecification"]
    assert specification["TrainingImage"] == "registry/image"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"mlflow_resource_arn": ""}, None),
        ({"mlflow_experiment": "e"}, None),
        (
            {"mlflow_resource_arn": MLFLOW},
            {"MlflowResourceArn": MLFLOW, "MlflowExperimentName": "me-judge"},
        ),
        (
            {"mlflow_resource_arn": MLFLOW, "mlflow_experiment": "e"},
            {"MlflowResourceArn": MLFLOW, "MlflowExperimentName": "e"},
        ),
    ],
)
def test_mlflow_is_there_only_if_there_is_something_to_track_with(
    changes: dict[str, str], expected: dict[str, str] | None
) -> None:
    assert define(benchmark(), model(), **changes).get("MlflowConfig") == expected


def test_terms_key_and_runtime_are_those_of_the_settings() -> None:
    changes = {"accept_eula": False, "kms_key_arn": KEY, "max_runtime_seconds": 60}
    for evaluation in (benchmark(), scorer(), judge()):
        for step in define(evaluation, model(), **changes)["Steps"][1:-1]:
            arguments = step["Arguments"]
            assert arguments["ServerlessJobConfig"]["AcceptEula"] is False
            assert arguments["OutputDataConfig"]["KmsKeyId"] == KEY
            assert arguments["StoppingCondition"] == {"MaxRuntimeInSeconds": 60}


def test_the_answer_is_the_caller_s_own() -> None:
    first = define(judge(), model())
    before = json.dumps(first)
    first["Steps"][0]["Arguments"]["Actions"][0]["ActionName"]["Get"] = "changed"
    first["Steps"][1]["Arguments"]["HyperParameters"]["name"] = "changed"
    assert json.dumps(define(judge(), model())) == before


@pytest.mark.parametrize(
    ("evaluation", "expected"),
    [
        (benchmark(), EvaluationType.BENCHMARK),
        (scorer(), EvaluationType.CUSTOM_SCORER),
        (judge(), EvaluationType.LLM_JUDGE),
    ],
)
def test_the_type_does_not_depend_on_the_model(
    evaluation: Evaluation, expected: EvaluationType
) -> None:
    assert evaluation_type(evaluation) is expected
    assert evaluation_type(evaluation, model("nova-jumpstart")) is expected


BOTH_JUDGED = ResultSteps(
    StepName.CUSTOM_METRICS,
    StepName.BASE_METRICS,
    StepName.CUSTOM_INFERENCE,
    StepName.BASE_INFERENCE,
)


@pytest.mark.parametrize(
    ("evaluation", "kind", "expected"),
    [
        (benchmark(), "package", ResultSteps(StepName.CUSTOM_MODEL, StepName.BASE_MODEL)),
        (scorer(compare_base=False), "nova-package", ResultSteps(StepName.CUSTOM_MODEL)),
        (scorer(), "jumpstart", ResultSteps(StepName.BASE_MODEL)),
        (judge(), "package", BOTH_JUDGED),
        (
            judge(compare_base=False),
            "package",
            ResultSteps(StepName.CUSTOM_METRICS, None, StepName.CUSTOM_INFERENCE),
        ),
        (judge(), "jumpstart", ResultSteps(StepName.BASE_METRICS, None, StepName.BASE_INFERENCE)),
        (
            judge(),
            "nova-package",
            ResultSteps(StepName.NOVA_METRICS, None, StepName.NOVA_INFERENCE),
        ),
    ],
)
def test_where_the_results_are(evaluation: Evaluation, kind: str, expected: ResultSteps) -> None:
    assert result_steps(evaluation, model(kind)) == expected


MARK = "s3://MARK"
HOSTILE = ['"quotes"', "{{ pipeline_name }}", "{% raw %}", "line\nbreak", "\\", "None", "\u2028é\0"]


@given(hostile=st.sampled_from(HOSTILE) | st.text(min_size=1))
@pytest.mark.parametrize("kind", ["package", "jumpstart", "nova-package"])
def test_texts_are_data(kind: str, hostile: str) -> None:
    """What a definition says of a plain text, it says of any other, wherever that stands."""

    def made(text: str) -> Any:
        value = f"s3://{text}."  # no slash at the end, which would be taken off
        changes = {
            "pipeline_name": value,
            "output_path": value,
            "mlflow_resource_arn": value,
            "mlflow_experiment": value,
            "kms_key_arn": value,
            "subnet_ids": (value,),
            "security_group_ids": (value,),
            "model_artifact_arn": value,
            "nova": NovaInference(inference_id=value, image_uri=value),
        }
        of = model(kind, base_model_arn=value, group_arn=value)
        evaluations = (
            benchmark(task=value, strategy=value, metric=value, parameters={"top_k": value}),
            scorer(preset=None, evaluator_arn=value, dataset=value),
            scorer(preset=value, parameters={"aggregation": value}),
            judge(judge=value, dataset=value, custom_metrics_uri=value),
        )
        return json.loads(json.dumps([define(each, of, **changes) for each in evaluations]))

    assert made(hostile) == _replaced(made("MARK"), hostile)


def _replaced(value: Any, text: str) -> Any:
    if isinstance(value, str):
        return value.replace("MARK", text)
    if isinstance(value, list):
        return [_replaced(item, text) for item in value]
    if isinstance(value, dict):
        return {name: _replaced(item, text) for name, item in value.items()}
    return value


@given(metrics=st.lists(st.text().filter(lambda name: not name.lower().startswith("builtin."))))
def test_metric_names_survive(metrics: list[str]) -> None:
    found = steps(define(judge(metrics=tuple(metrics)), model("jumpstart")))
    sent = found["EvaluateBaseModelMetrics"]["Arguments"]["HyperParameters"]["llmaj_metrics"]
    assert json.loads(sent) == metrics


def test_the_documentation_s_example_prints_what_it_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = Path(__file__).parents[2] / "docs" / "pipeline-definitions.md"
    code, printed = re.findall(r"```(?:python)?\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    example = tmp_path / "example.py"
    example.write_text(code, "utf-8")
    runpy.run_path(str(example))
    assert capsys.readouterr().out == printed
