"""Least privilege: what no role of the stack may, and what only one may."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from stack_synthesis import Synthesize
from template_reader import Statement, Template, rendered
from variants import EVERYTHING

XRAY_OF_FUNCTIONS = {"xray:PutTelemetryRecords", "xray:PutTraceSegments"}
XRAY_OF_MACHINES = {*XRAY_OF_FUNCTIONS, "xray:GetSamplingRules", "xray:GetSamplingTargets"}
LOG_DELIVERY = {
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
}
LISTING = {"bedrock:ListEvaluationJobs"}
LOOKING = {"bedrock:GetFoundationModelAvailability", "bedrock:ListInferenceProfiles"}
LISTING_MODELS = {"sagemaker:ListModelPackageGroups", "sagemaker:ListModelPackages"}
ANYTHING = {
    "WorkflowRunRole": XRAY_OF_MACHINES | LOG_DELIVERY,
    "WorkflowJobRole": XRAY_OF_MACHINES | LOG_DELIVERY,
    "WorkflowBatchRole": XRAY_OF_MACHINES | LOG_DELIVERY,
    "FunctionsStartJobRole": XRAY_OF_FUNCTIONS
    | LISTING
    | {"bedrock:CreateEvaluationJob", "sagemaker:ListArtifacts"},
    "FunctionsResolveModelRole": XRAY_OF_FUNCTIONS | LOOKING | LISTING_MODELS,
    "FunctionsResumeRunRole": XRAY_OF_FUNCTIONS | LISTING,
    "FunctionsPlanJobsRole": XRAY_OF_FUNCTIONS | LISTING | LOOKING,
    "FunctionsFailJobRole": XRAY_OF_FUNCTIONS | LISTING,
    "FunctionsReapRunRole": XRAY_OF_FUNCTIONS | LISTING,
    "FunctionsSweepRunsRole": XRAY_OF_FUNCTIONS | LISTING,
    "BedrockRole": set(),
    "SageMakerRole": {
        "bedrock:CreateEvaluationJob",
        "cloudwatch:PutMetricData",
        "ecr:GetAuthorizationToken",
        "sagemaker:ListArtifacts",
        "sagemaker:ListAssociations",
    },
}
"""Actions on `Resource: "*"`, because IAM knows no resource for them; other functions: X-Ray."""

READS = re.compile(r"sagemaker:(Describe|List)")
CHANGING = {
    "SageMakerRole": {
        "sagemaker:AddAssociation",
        "sagemaker:AddTags",
        "sagemaker:CreateAction",
        "sagemaker:CreateArtifact",
        "sagemaker:CreateContext",
        "sagemaker:CreateTrainingJob",
        "sagemaker:StopTrainingJob",
        "sagemaker:UpdateAction",
        "sagemaker:UpdateArtifact",
        "sagemaker:UpdateContext",
    },
    "others": {
        "sagemaker:AddTags",
        "sagemaker:CreateArtifact",
        "sagemaker:CreatePipeline",
        "sagemaker:DeleteHumanLoop",
        "sagemaker:InvokeEndpoint",
        "sagemaker:SendPipelineExecutionStepFailure",
        "sagemaker:SendPipelineExecutionStepSuccess",
        "sagemaker:StartHumanLoop",
        "sagemaker:StartPipelineExecution",
        "sagemaker:StopHumanLoop",
        "sagemaker:StopPipelineExecution",
        "sagemaker:UpdateModelPackage",
        "sagemaker:UpdatePipeline",
    },
}
"""Actions of SageMaker that are no reading."""


def holders(template: Template, action: str) -> dict[str, Statement]:
    """The roles that hold an action, with the statement that gives it; the last one of several."""
    return {role: said for role, said in template.policies() if action in said.actions}


def test_every_function_has_a_role_of_its_own(template: Template) -> None:
    roles = Counter(rendered(function["Role"]) for function in template.functions.values())
    assert roles == {f"${{Functions{name}Role.Arn}}": 1 for name in template.functions}


def test_every_machine_has_a_role_of_its_own(template: Template) -> None:
    roles = {name: rendered(machine["RoleArn"]) for name, machine in template.machines.items()}
    assert roles == {name: f"${{Workflow{name}Role.Arn}}" for name in ("Run", "Job", "Batch")}


def test_a_functions_role_is_for_functions_only(template: Template) -> None:
    for name in template.functions:
        (trust,) = template.trust(f"Functions{name}Role")
        assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}


def test_no_policy_is_shared_between_roles(template: Template) -> None:
    policies = template.of_type("AWS::IAM::Policy").values()
    assert {len(policy["Properties"]["Roles"]) for policy in policies} == {1}


def test_no_action_is_a_wildcard(template: Template) -> None:
    assert [
        (r, s.actions) for r, s in template.policies() if any("*" in a for a in s.actions)
    ] == []


def test_actions_on_any_resource_are_exactly_those_that_know_none(template: Template) -> None:
    found = {role: set[str]() for role in template.of_type("AWS::IAM::Role")}
    for role, statement in template.policies():
        if "*" in statement.resources:
            found[role] |= statement.actions
    functions = {role for role in found if role.startswith("Functions")}
    expected = {role: ANYTHING.get(role, XRAY_OF_FUNCTIONS) for role in functions}
    machines_and_services = {role: ANYTHING[role] for role in ANYTHING if role not in functions}
    triggers = {role: set[str]() for role in found if role.startswith("Triggers")}
    assert found == {**expected, **machines_and_services, **triggers}


def test_roles_are_passed_only_to_the_service_that_assumes_them(template: Template) -> None:
    """By StartJob, and by SageMaker's role itself: its jobs and its judges use the same one."""
    passing = {
        (role, statement.sid): (statement.resources, statement.conditions)
        for role, statement in template.policies()
        if "iam:PassRole" in statement.actions
    }

    def only(role: str, service: str) -> tuple[frozenset[str], dict[str, Any]]:
        to = {"StringEquals": {"iam:PassedToService": f"{service}.amazonaws.com"}}
        return frozenset({f"${{{role}.Arn}}"}), to

    assert passing == {
        ("FunctionsStartJobRole", "PassTheBedrockRole"): only("BedrockRole", "bedrock"),
        ("FunctionsStartJobRole", "PassTheSageMakerRole"): only("SageMakerRole", "sagemaker"),
        ("SageMakerRole", "PassItselfToJobs"): only("SageMakerRole", "sagemaker"),
        ("SageMakerRole", "PassItselfToBedrock"): only("SageMakerRole", "bedrock"),
    }


@pytest.mark.parametrize(
    ("action", "steps"),
    [
        ("CreatePipeline", {"StartJob"}),
        ("UpdatePipeline", {"StartJob"}),
        ("StartPipelineExecution", {"StartJob"}),
        ("StopPipelineExecution", {"StartJob", "FailJob", "ReapRun", "SweepRuns"}),
        ("DescribePipelineExecution", {"StartJob", "CheckJob", "FailJob", "ReapRun", "SweepRuns"}),
        ("ListPipelineExecutionSteps", {"CheckJob", "CollectJob"}),
        ("DescribeModelPackage", {"ResolveModel"}),
        ("CreateArtifact", {"StartJob"}),
    ],
)
def test_only_these_functions_hold(template: Template, action: str, steps: set[str]) -> None:
    found = set(holders(template, f"sagemaker:{action}")) - {"SageMakerRole"}
    assert found == {f"Functions{step}Role" for step in steps}


@pytest.mark.parametrize("role", ["SageMakerRole", "others"])
def test_nothing_changes_models_or_hubs(synthesize: Synthesize, role: str) -> None:
    """Nobody registers or deletes a model, nor trains one but SageMaker's own role; who approves
    is in test_stack_promotion.py."""
    changing = {
        action
        for holder, statement in synthesize(**EVERYTHING).policies()
        if (holder == "SageMakerRole") == (role == "SageMakerRole")
        for action in statement.actions
        if action.startswith("sagemaker:") and not READS.match(action)
    }
    assert changing == CHANGING[role]


@pytest.mark.parametrize("verb", ["Create", "Update", "Delete"])
def test_no_model_package_is_changed(template: Template, verb: str) -> None:
    assert holders(template, f"sagemaker:{verb}ModelPackage") == {}


def test_pipelines_are_reached_by_their_names(template: Template) -> None:
    """With no wildcard in the pipeline's name: it would mean other stacks' too."""
    here = "arn:${AWS::Partition}:sagemaker:${AWS::Region}:${AWS::AccountId}:pipeline/"
    names = {
        resource.removeprefix(here).partition("/execution/*")[0]
        for _, statement in template.policies()
        for resource in statement.resources
        if ":pipeline/" in resource
    }
    assert names == {
        "modeleval-modeleval-benchmarkevaluation",
        "modeleval-modeleval-customscorerevaluation",
        "modeleval-modeleval-llmajevaluation",
    }


def test_no_function_calls_a_model_but_the_one_that_collects(
    template: Template, synthesize: Synthesize
) -> None:
    """And that one generators of the settings alone; SageMaker's role calls judges only."""
    services = {"BedrockRole", "SageMakerRole"}
    assert set(holders(template, "bedrock:InvokeModel")) == services
    generating = synthesize(generatorModels=["amazon.nova-lite-v1:0"])
    found = holders(generating, "bedrock:InvokeModel")
    assert set(found) == services | {"FunctionsCollectBatchRole"}
    [resource] = found["FunctionsCollectBatchRole"].resources
    assert resource.endswith("foundation-model/amazon.nova-lite-v1:0")


def test_only_judges_of_the_settings_are_looked_at(template: Template) -> None:
    found = holders(template, "bedrock:GetFoundationModel")
    assert set(found) == {"FunctionsPlanJobsRole", "FunctionsResolveModelRole"}
    for statement in found.values():
        assert {resource.rpartition("/")[2] for resource in statement.resources} == {
            "amazon.nova-pro-v1:0",
            "amazon.nova-micro-v1:0",
        }


def test_only_the_sweep_deletes_jobs(template: Template) -> None:
    assert set(holders(template, "bedrock:BatchDeleteEvaluationJob")) == {"FunctionsSweepRunsRole"}


@pytest.mark.parametrize("action", ["s3:DeleteObject", "dynamodb:DeleteItem", "dynamodb:Scan"])
def test_nothing_that_runs_by_itself_holds(template: Template, action: str) -> None:
    assert holders(template, action) == {}


def test_every_function_writes_to_its_own_log_group_only(template: Template) -> None:
    for name in template.functions:
        logs = [
            (set(statement.actions), set(statement.resources))
            for statement in template.statements(f"Functions{name}Role")
            if any(action.startswith("logs:") for action in statement.actions)
        ]
        actions = {"logs:CreateLogStream", "logs:PutLogEvents"}
        assert logs == [(actions, {f"${{Functions{name}Logs.Arn}}"})]


def test_functions_write_only_below_the_runs(template: Template) -> None:
    written = {
        resource
        for _, statement in template.policies()
        if "s3:PutObject" in statement.actions
        for resource in statement.resources
    }
    places = tuple(f"${{StorageBucket.Arn}}/{place}/*/" for place in ("runs", "kept"))
    assert {r for r in written if not r.startswith(places)} == set()


def test_executions_are_stopped_by_the_machines_own_names(template: Template) -> None:
    """CloudFormation's generated names begin with the logical id, not with the stack's name; a
    stack's name as a prefix would also reach the stack `<name>-two`."""
    jobs = executions("Job")
    stopped = holders(template, "states:StopExecution")
    assert {role: set(statement.resources) for role, statement in stopped.items()} == {
        "FunctionsReapRunRole": {jobs},
        "FunctionsSweepRunsRole": {jobs},
        "WorkflowRunRole": {jobs, executions("Batch")},
    }


def test_executions_are_described_by_the_machines_own_names(template: Template) -> None:
    described = holders(template, "states:DescribeExecution")
    assert {role: set(statement.resources) for role, statement in described.items()} == {
        "FunctionsSweepRunsRole": {executions("Run"), executions("Job")},
        "WorkflowRunRole": {executions("Job"), executions("Batch")},
    }


def executions(machine: str) -> str:
    return (
        "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:"
        f"execution:${{Workflow{machine}.Name}}:*"
    )


DATASET_BUCKETS = [
    {
        "name": "team-datasets",
        "account": "111122223333",
        "kmsKeyArn": "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab",
    },
    {"name": "open-datasets"},
]


@pytest.mark.parametrize(
    ("role", "what"),
    [("FunctionsPrepareRunRole", "Suites"), ("FunctionsPlanJobsRole", "Datasets")],
)
def test_dataset_buckets_of_the_settings_may_be_read(
    synthesize: Synthesize, role: str, what: str
) -> None:
    others = [f"arn:${{AWS::Partition}}:s3:::{bucket['name']}" for bucket in DATASET_BUCKETS]
    statements = synthesize(datasetBuckets=DATASET_BUCKETS).statements(role)
    own = "${StorageBucket.Arn}"
    objects = frozenset({f"{own}/*", *(f"{other}/*" for other in others)})
    via = {"kms:ViaService": "s3.${AWS::Region}.${AWS::URLSuffix}"}
    key = frozenset({str(DATASET_BUCKETS[0]["kmsKeyArn"])})
    for expected in (
        Statement(f"Read{what}", "Allow", frozenset({"s3:GetObject"}), objects, {}),
        Statement(
            f"Find{what}", "Allow", frozenset({"s3:ListBucket"}), frozenset({own, *others}), {}
        ),
        Statement(
            f"Decrypt{what}", "Allow", frozenset({"kms:Decrypt"}), key, {"StringEquals": via}
        ),
    ):
        assert expected in statements


def test_dataset_buckets_change_nothing_else(template: Template, synthesize: Synthesize) -> None:
    def changed(action: str) -> set[str]:
        return {
            role
            for role, statement in synthesize(datasetBuckets=DATASET_BUCKETS).policies()
            if action in statement.actions and (role, statement) not in list(template.policies())
        }

    readers = {"FunctionsPrepareRunRole", "FunctionsPlanJobsRole"}
    actions = {action for _, statement in template.policies() for action in statement.actions}
    found = {action: changed(action) for action in actions | {"kms:Decrypt"}}
    assert {action: roles for action, roles in found.items() if roles} == {
        "s3:GetObject": readers,
        "s3:ListBucket": readers,
        "kms:Decrypt": readers,
    }


def test_without_dataset_buckets_nothing_holds_a_key(template: Template) -> None:
    assert [s.actions for _, s in template.policies() if any("kms:" in a for a in s.actions)] == []
