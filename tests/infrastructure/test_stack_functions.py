"""The functions, and their log groups."""

from __future__ import annotations

import json
from typing import Any

import pytest
from policy_rows import ACCOUNT, REGION
from stack_synthesis import STEPS, Synthesize
from template_reader import Template, rendered
from variants import EVERYTHING

from modeleval.errors import SettingsInvalid

MOST_VARIABLES = 4096


def every(template: Template, *path: str) -> set[str]:
    """The values of one property, over all functions."""

    def at(properties: Any) -> str:
        for name in path:
            properties = properties[name]
        return json.dumps(rendered(properties))

    return {at(function) for function in template.functions.values()}


def test_there_is_one_function_per_handler(template: Template) -> None:
    handlers = sorted(function["Handler"] for function in template.functions.values())
    assert handlers == [f"lambdas.{step}.handler" for step in STEPS]


def test_functions_run_on_python_3_13(template: Template) -> None:
    assert every(template, "Runtime") == {'"python3.13"'}


@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
def test_functions_and_layer_have_the_architecture_of_the_settings(
    synthesize: Synthesize, architecture: str
) -> None:
    template = synthesize(architecture=architecture)
    assert every(template, "Architectures") == {f'["{architecture}"]'}
    layers = template.of_type("AWS::Lambda::LayerVersion")
    assert set(layers) == {
        "FunctionsDependencies",
        "FunctionsReference",
        "FunctionsReport",
        "FunctionsStatistics",
    }
    for layer in layers.values():
        assert layer["Properties"]["CompatibleArchitectures"] == [architecture]


def test_functions_share_one_code_and_one_layer(template: Template) -> None:
    assert len(every(template, "Code")) == 1
    layers = {name: rendered(f["Layers"]) for name, f in template.functions.items()}
    assert {layer[0] for layer in layers.values()} == {"${FunctionsDependencies}"}


def test_only_what_needs_further_libraries_carries_their_layer(template: Template) -> None:
    more = {name: rendered(f["Layers"])[1:] for name, f in template.functions.items()}
    assert {name: layers for name, layers in more.items() if layers} == {
        "CheckBudget": ["${FunctionsStatistics}"],
        "CollectJob": ["${FunctionsReference}"],
        "ReportRun": ["${FunctionsReport}"],
        "ScoreRun": ["${FunctionsStatistics}"],
    }


def test_functions_are_traced(template: Template) -> None:
    assert every(template, "TracingConfig") == {'{"Mode": "Active"}'}


@pytest.mark.parametrize(
    ("minutes", "names"),
    [
        (
            2,
            {
                "PrepareRun",
                "ResolveModel",
                "CheckBudget",
                "FailJob",
                "FailRun",
                "TriggerRun",
                "EnableTriggers",
                "DecideRun",
                "TellRun",
                "PipelineStep",
            },
        ),
        (5, {"StartJob", "PublishRun", "PromoteRun", "ReportRun"}),
        (
            15,
            {
                "ResumeRun",
                "PlanJobs",
                "CheckJob",
                "CollectBatch",
                "CollectJob",
                "ScoreRun",
                "ReapRun",
                "SweepRuns",
            },
        ),
    ],
)
def test_every_function_has_a_timeout(template: Template, minutes: int, names: set[str]) -> None:
    limits = {name: function["Timeout"] for name, function in template.functions.items()}
    assert {name for name, limit in limits.items() if limit == minutes * 60} == names


def test_only_functions_that_hold_much_have_more_memory(template: Template) -> None:
    sizes = {name: function["MemorySize"] for name, function in template.functions.items()}
    assert {name: size for name, size in sizes.items() if size != 512} == {
        "CollectBatch": 1024,
        "CollectJob": 1024,
        "PlanJobs": 1024,
        "ReportRun": 1024,
        "ScoreRun": 3008,
    }


def test_every_function_logs_to_a_group_of_its_own(template: Template) -> None:
    for name, function in template.functions.items():
        assert rendered(function["LoggingConfig"]) == {"LogGroup": f"${{Functions{name}Logs}}"}


def test_every_log_group_forgets(template: Template) -> None:
    groups = template.of_type("AWS::Logs::LogGroup")
    assert {group["Properties"]["RetentionInDays"] for group in groups.values()} == {90}
    assert len(groups) == len(template.functions) + len(template.machines)


def test_log_groups_go_with_the_stack(template: Template) -> None:
    groups = template.of_type("AWS::Logs::LogGroup").values()
    assert {group["DeletionPolicy"] for group in groups} == {"Delete"}


def test_functions_know_the_stacks_own_names(template: Template) -> None:
    own = rendered(template.functions["TriggerRun"]["Environment"]["Variables"])
    found = [json.loads(text) for text in every(template, "Environment", "Variables")]
    (variables,) = (one for one in found if one != own)
    assert own == variables | {"RUN_STATE_MACHINE_ARN": "${WorkflowRun}"}
    settings = json.loads(variables.pop("SETTINGS"))
    assert settings["judgeModels"] == ["amazon.nova-pro-v1:0", "amazon.nova-micro-v1:0"]
    assert variables == {
        "BUCKET_NAME": "${StorageBucket}",
        "TABLE_NAME": "${StorageTable}",
        "BEDROCK_ROLE_ARN": "${BedrockRole.Arn}",
        "SAGEMAKER_ROLE_ARN": "${SageMakerRole.Arn}",
        "KMS_KEY_ARN": "",
        "NOTIFICATION_TOPIC_ARN": "",
        "STACK_NAME": "modeleval",
    }


def test_functions_get_the_settings_as_overridden(synthesize: Synthesize) -> None:
    template = synthesize(retentionDays="30")
    (settings,) = every(template, "Environment", "Variables", "SETTINGS")
    assert json.loads(json.loads(settings))["retentionDays"] == 30


def test_all_settings_at_once_fit_into_the_variables(synthesize: Synthesize) -> None:
    functions = synthesize(**EVERYTHING).functions
    sizes = [
        sum(
            len(name) + len(value)
            for name, value in rendered(one["Environment"])["Variables"].items()
        )
        for one in functions.values()
    ]
    assert max(sizes) < MOST_VARIABLES


def test_more_targets_than_the_variables_hold_are_refused(synthesize: Synthesize) -> None:
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{'a' * 60}"
    arns = [f"{arn}{number}" for number in range(20)]
    with pytest.raises(SettingsInvalid, match="at most 3,000 reach the functions"):
        synthesize(targetFunctionArns=arns, toolFunctionArns=arns)
