"""The three state machines, from their files in statemachine/."""

from __future__ import annotations

import json
from pathlib import Path

from aws_cdk import ArnFormat, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from modeleval.settings import Settings
from stacks.customer_key import CustomerKey
from stacks.functions import LOGS_KEPT, Functions
from stacks.stated_role import StatedRole
from stacks.statements import allow, send_traces

_FILES = Path(__file__).parent.parent / "statemachine"
_NESTED_RULE = "StepFunctionsGetEventsForStepFunctionsExecutionRule"
_DELIVER_LOGS = [
    f"logs:{operation}"
    for operation in (
        "CreateLogDelivery",
        "DeleteLogDelivery",
        "DescribeLogGroups",
        "DescribeResourcePolicies",
        "GetLogDelivery",
        "ListLogDeliveries",
        "PutResourcePolicy",
        "UpdateLogDelivery",
    )
]
"""IAM knows no resource for these (Step Functions developer guide, cw-logs)."""


class Workflow(Construct):
    """One execution of `run` per run, nested ones of `job` per job and `batch` per batch of
    scenarios."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        functions: Functions,
        key: CustomerKey,
        settings: Settings,
    ) -> None:
        super().__init__(scope, construct_id)
        self._key = key
        self._roles: dict[str, StatedRole] = {}
        self.job = self._machine(
            "Job",
            "evaluation_job.asl.json",
            {
                "StartJob": functions.start_job,
                "CheckJob": functions.check_job,
                "CollectJob": functions.collect_job,
                "FailJob": functions.fail_job,
            },
        )
        self.batch = self._machine(
            "Batch",
            "collecting_batch.asl.json",
            {"CollectBatch": functions.collect_batch},
        )
        self.run = self._machine(
            "Run",
            "evaluation_run.asl.json",
            {
                "PrepareRun": functions.prepare_run,
                "ResumeRun": functions.resume_run,
                "ResolveModel": functions.resolve_model,
                "PlanJobs": functions.plan_jobs,
                "CheckBudget": functions.check_budget,
                "ScoreRun": functions.score_run,
                "PublishRun": functions.publish_run,
                "PromoteRun": functions.promote_run,
                "ReportRun": functions.report_run,
                "FailRun": functions.fail_run,
                "TellRun": functions.tell_run,
            },
            {
                "JobStateMachine": self.job.state_machine_arn,
                "BatchStateMachine": self.batch.state_machine_arn,
                "FailOnFailedGate": str(settings.fail_on_failed_gate).lower(),
            },
        )
        self._allow_nested()
        self._allow_cleaning(functions)

    def _machine(
        self,
        name: str,
        file: str,
        functions: dict[str, lambda_.Function],
        substitutions: dict[str, str] | None = None,
    ) -> sfn.StateMachine:
        log_group = logs.LogGroup(
            self,
            f"{name}Logs",
            retention=LOGS_KEPT,
            encryption_key=self._key.key,
            removal_policy=RemovalPolicy.DESTROY,
        )
        role = self._role(name, list(functions.values()))
        machine = sfn.StateMachine(
            self,
            name,
            definition_body=sfn.DefinitionBody.from_string(self._definition(file)),
            definition_substitutions={
                **{key: function.function_arn for key, function in functions.items()},
                **(substitutions or {}),
            },
            role=role.role,
            # Execution data would be suites and errors: what a log does not need.
            logs=sfn.LogOptions(
                destination=log_group,
                level=sfn.LogLevel.ALL,
                include_execution_data=False,
            ),
            tracing_enabled=True,
            removal_policy=RemovalPolicy.DESTROY,
        )
        role.precede(machine)
        return machine

    def _role(self, name: str, functions: list[lambda_.Function]) -> StatedRole:
        role = StatedRole(
            self,
            f"{name}Role",
            assumed_by=iam.ServicePrincipal("states.amazonaws.com"),
            description=f"modeleval: the state machine {name}",
        )
        role.allow(
            allow(
                "InvokeSteps",
                ["lambda:InvokeFunction"],
                *(function.function_arn for function in functions),
            ),
            allow("DeliverLogs", _DELIVER_LOGS, "*"),
            send_traces(samples=True),
        )
        self._roles[name] = role
        return role

    def _definition(self, file: str) -> str:
        """The file as it stands, without its indentation, for this stack's partition."""
        text = json.dumps(json.loads((_FILES / file).read_text()), separators=(",", ":"))
        return text.replace("arn:aws:states", f"arn:{Stack.of(self).partition}:states")

    def _allow_nested(self) -> None:
        """What `states:startExecution.sync:2` needs beside StartExecution."""
        stack = Stack.of(self)
        self._roles["Run"].allow(
            allow(
                "StartJobs",
                ["states:StartExecution"],
                self.job.state_machine_arn,
                self.batch.state_machine_arn,
            ),
            allow(
                "FollowJobs",
                ["states:DescribeExecution", "states:StopExecution"],
                self._executions(self.job),
                self._executions(self.batch),
            ),
            allow(
                "HearFromJobs",
                ["events:PutTargets", "events:PutRule", "events:DescribeRule"],
                stack.format_arn(service="events", resource="rule", resource_name=_NESTED_RULE),
            ),
        )

    def _allow_cleaning(self, functions: Functions) -> None:
        """The reaper and the sweep end executions of these two machines.

        By the machines' own names: those that CloudFormation generates do not hold the stack's.
        """
        stop = allow("StopJobExecutions", ["states:StopExecution"], self._executions(self.job))
        look = allow(
            "LookAtExecutions",
            ["states:DescribeExecution"],
            self._executions(self.run),
            self._executions(self.job),
        )
        functions.roles["reap_run"].allow(stop)
        functions.roles["sweep_runs"].allow(stop, look)

    def _executions(self, machine: sfn.StateMachine) -> str:
        return Stack.of(self).format_arn(
            service="states",
            resource="execution",
            resource_name=f"{machine.state_machine_name}:*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
