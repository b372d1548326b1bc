"""What starts by itself: the reaper after an execution that ended badly, and the hourly sweep."""

from __future__ import annotations

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as scheduler_targets
from constructs import Construct

from stacks.functions import Functions
from stacks.stated_role import StatedRole
from stacks.statements import allow
from stacks.workflow import Workflow

ENDED_BADLY = ("FAILED", "ABORTED", "TIMED_OUT")


class Triggers(Construct):
    """Catch does not run on an abort, and events are delivered at best: hence both."""

    def __init__(
        self, scope: Construct, construct_id: str, *, functions: Functions, workflow: Workflow
    ) -> None:
        super().__init__(scope, construct_id)
        events.Rule(
            self,
            "Ended",
            description="modeleval: clean up after executions that ended badly",
            event_pattern=events.EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={
                    "status": list(ENDED_BADLY),
                    "stateMachineArn": [
                        workflow.run.state_machine_arn,
                        workflow.job.state_machine_arn,
                    ],
                },
            ),
            targets=[
                targets.LambdaFunction(
                    functions.reap_run, retry_attempts=10, max_event_age=Duration.hours(2)
                )
            ],
        )
        sweeper = self._sweeper(functions)
        sweep = scheduler.Schedule(
            self,
            "Sweep",
            description="modeleval: hourly, what a lost event did not do",
            schedule=scheduler.ScheduleExpression.rate(Duration.hours(1)),
            target=scheduler_targets.LambdaInvoke(functions.sweep_runs, role=sweeper.role),
        )
        sweeper.precede(sweep)

    def _sweeper(self, functions: Functions) -> StatedRole:
        stack = Stack.of(self)
        group = stack.format_arn(
            service="scheduler", resource="schedule-group", resource_name="default"
        )
        role = StatedRole(
            self,
            "SweepRole",
            description="modeleval: starts the hourly sweep",
            assumed_by=iam.ServicePrincipal(
                "scheduler.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": stack.account, "aws:SourceArn": group}
                },
            ),
        )
        role.allow(
            allow("InvokeSweep", ["lambda:InvokeFunction"], functions.sweep_runs.function_arn)
        )
        return role
