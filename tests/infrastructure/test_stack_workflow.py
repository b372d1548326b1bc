"""The three state machines, what starts by itself, and what the stack tells."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from stack_synthesis import ROOT
from template_reader import Template, definition, rendered

FILES = {
    "Run": "evaluation_run",
    "Job": "evaluation_job",
    "Batch": "collecting_batch",
}
MACHINES = list(FILES)
NESTED = {"JobStateMachine": "${WorkflowJob}", "BatchStateMachine": "${WorkflowBatch}"}
PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
NESTED_RULE = "StepFunctionsGetEventsForStepFunctionsExecutionRule"


@pytest.fixture(params=MACHINES)
def machine(template: Template, request: pytest.FixtureRequest) -> dict[str, Any]:
    return dict(template.machines[request.param])


def test_there_are_three_machines(template: Template) -> None:
    assert set(template.machines) == set(MACHINES)


def test_machines_log_without_execution_data(machine: dict[str, Any]) -> None:
    assert machine["LoggingConfiguration"]["IncludeExecutionData"] is False
    assert machine["LoggingConfiguration"]["Level"] == "ALL"


@pytest.mark.parametrize("name", MACHINES)
def test_machines_log_to_a_group_of_their_own(template: Template, name: str) -> None:
    (destination,) = rendered(template.machines[name])["LoggingConfiguration"]["Destinations"]
    group = f"${{Workflow{name}Logs.Arn}}"
    assert destination == {"CloudWatchLogsLogGroup": {"LogGroupArn": group}}


def test_machines_are_traced(machine: dict[str, Any]) -> None:
    assert machine["TracingConfiguration"] == {"Enabled": True}


def test_every_placeholder_is_substituted_and_every_substitution_used(
    machine: dict[str, Any],
) -> None:
    text = json.dumps(definition(machine)).replace("${AWS::Partition}", "aws")
    assert set(PLACEHOLDER.findall(text)) == set(machine["DefinitionSubstitutions"])
    assert "${" not in PLACEHOLDER.sub("", text)


@pytest.mark.parametrize("name", MACHINES)
def test_placeholders_are_the_functions_that_they_name(template: Template, name: str) -> None:
    for key, value in rendered(template.machines[name]["DefinitionSubstitutions"]).items():
        if key == "FailOnFailedGate":
            assert value == "false"
            continue
        assert value == NESTED.get(key, f"${{Functions{key}.Arn}}")


@pytest.mark.parametrize("name", MACHINES)
def test_definitions_are_the_files(template: Template, name: str) -> None:
    file = ROOT / "statemachine" / f"{FILES[name]}.asl.json"
    text = json.dumps(definition(template.machines[name]))
    assert json.loads(text.replace("${AWS::Partition}", "aws")) == json.loads(file.read_text())


def test_definitions_hold_in_every_partition(machine: dict[str, Any]) -> None:
    assert "arn:aws:" not in rendered(machine["DefinitionString"])


@pytest.mark.parametrize("name", MACHINES)
def test_machines_invoke_exactly_the_functions_that_they_name(
    template: Template, name: str
) -> None:
    named = {
        value
        for value in rendered(template.machines[name]["DefinitionSubstitutions"]).values()
        if value.startswith("${Functions")
    }
    invoked = {
        resource
        for statement in template.statements(f"Workflow{name}Role")
        if statement.actions == {"lambda:InvokeFunction"}
        for resource in statement.resources
    }
    assert invoked == named


def test_the_run_starts_jobs_and_batches_and_the_trigger_runs(template: Template) -> None:
    starts = {
        role: set(statement.resources)
        for role, statement in template.policies()
        if "states:StartExecution" in statement.actions
    }
    assert starts == {
        "WorkflowRunRole": set(NESTED.values()),
        "FunctionsTriggerRunRole": {"${WorkflowRun}"},
    }


def test_the_run_may_hear_when_a_nested_execution_ends(template: Template) -> None:
    (statement,) = [
        statement
        for statement in template.statements("WorkflowRunRole")
        if "events:PutRule" in statement.actions
    ]
    assert statement.actions == {"events:PutTargets", "events:PutRule", "events:DescribeRule"}
    (rule,) = statement.resources
    assert rule.endswith(f":rule/{NESTED_RULE}")


def test_a_run_outlasts_its_batches_and_its_jobs_and_a_job_thirty_days(template: Template) -> None:
    limits = {name: definition(template.machines[name])["TimeoutSeconds"] for name in MACHINES}
    assert limits["Job"] > 30 * 86_400
    assert limits["Batch"] + limits["Job"] < limits["Run"] <= 365 * 86_400


def test_the_reaper_hears_of_every_bad_end_of_runs_and_jobs(template: Template) -> None:
    rule = rendered(template.of_type("AWS::Events::Rule")["TriggersEnded"]["Properties"])
    assert rule["State"] == "ENABLED"
    assert rule["EventPattern"] == {
        "source": ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        "detail": {
            "status": ["FAILED", "ABORTED", "TIMED_OUT"],
            "stateMachineArn": ["${WorkflowRun}", "${WorkflowJob}"],
        },
    }


def test_the_reaper_is_the_rules_only_target(template: Template) -> None:
    (target,) = rendered(template.of_type("AWS::Events::Rule")["TriggersEnded"]["Properties"])[
        "Targets"
    ]
    assert target["Arn"] == "${FunctionsReapRun.Arn}"
    assert target["RetryPolicy"]["MaximumRetryAttempts"] > 0


def test_only_that_rule_may_invoke_the_reaper(template: Template) -> None:
    found = [
        rendered(p["Properties"]) for p in template.of_type("AWS::Lambda::Permission").values()
    ]
    assert [one for one in found if one["FunctionName"] == "${FunctionsReapRun.Arn}"] == [
        {
            "Action": "lambda:InvokeFunction",
            "FunctionName": "${FunctionsReapRun.Arn}",
            "Principal": "events.amazonaws.com",
            "SourceArn": "${TriggersEnded.Arn}",
        }
    ]


def test_the_sweep_runs_hourly(template: Template) -> None:
    schedule = rendered(template.of_type("AWS::Scheduler::Schedule")["TriggersSweep"]["Properties"])
    assert (schedule["ScheduleExpression"], schedule["State"]) == ("rate(1 hour)", "ENABLED")
    assert schedule["Target"]["Arn"] == "${FunctionsSweepRuns.Arn}"


def test_the_schedules_role_may_only_invoke_the_sweep(template: Template) -> None:
    schedule = rendered(template.of_type("AWS::Scheduler::Schedule")["TriggersSweep"]["Properties"])
    role = schedule["Target"]["RoleArn"].removeprefix("${").removesuffix(".Arn}")
    (statement,) = template.statements(role)
    assert statement.actions == {"lambda:InvokeFunction"}
    assert statement.resources == {"${FunctionsSweepRuns.Arn}"}
    (trust,) = template.trust(role)
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust["Condition"]["StringEquals"]["aws:SourceAccount"] == "${AWS::AccountId}"


def test_every_function_is_started_by_something(template: Template) -> None:
    used = {
        key
        for machine in template.machines.values()
        for key in machine["DefinitionSubstitutions"]
        if key not in (*NESTED, "FailOnFailedGate")
    }
    by_events = {"EnableTriggers", "PipelineStep", "ReapRun", "SweepRuns", "TriggerRun"}
    by_people = {"DecideRun"}
    assert used | by_events | by_people == set(template.functions)


def test_the_stack_tells_what_a_person_needs(template: Template) -> None:
    outputs = rendered(template.document["Outputs"])
    settings = json.loads(outputs.pop("Settings")["Value"])
    assert settings["judgeModels"] == ["amazon.nova-pro-v1:0", "amazon.nova-micro-v1:0"]
    assert {name: output["Value"] for name, output in outputs.items()} == {
        "BucketName": "${StorageBucket}",
        "TableName": "${StorageTable}",
        "RunStateMachineArn": "${WorkflowRun}",
        "BedrockRoleArn": "${BedrockRole.Arn}",
        "SageMakerRoleArn": "${SageMakerRole.Arn}",
        "TriggerFunctionName": "${FunctionsTriggerRun}",
        "DeadLetterQueueUrl": "${ModelTriggersDeadLetters}",
        "DecideFunctionName": "${FunctionsDecideRun}",
    }
    assert all(output["Description"] for output in outputs.values())
