"""What starts runs: new model package versions, the suites' schedules, the reconciler."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import CustomResource, Duration, Stack, TimeZone
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_destinations as destinations
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as scheduler_targets
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from modeleval.settings import Settings
from modeleval.suite.document import Suite
from modeleval.suite.triggers import Schedule
from modeleval.triggers.enable import PROPERTY, stated_triggers
from modeleval.triggers.handle import DETAIL_TYPE
from stacks.acknowledged import acknowledge
from stacks.functions import Functions
from stacks.stated_role import StatedRole
from stacks.statements import allow
from stacks.workflow import Workflow

_SCHEDULED_TIME = "<aws.scheduler.scheduled-time>"
_RETRIES = 10
_OLDEST = Duration.hours(6)


class ModelTriggers(Construct):
    """All that they start goes through one function, and what fails there into one queue."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        functions: Functions,
        workflow: Workflow,
        settings: Settings,
        suites: Sequence[Suite],
    ) -> None:
        super().__init__(scope, construct_id)
        self._function = functions.trigger_run
        self.queue = self._dead_letters()
        self._prepare_function(functions.roles["trigger_run"], workflow)
        rule = self._rule()
        self._let_keep(rule)
        self._enable(functions, rule, suites)
        self._schedules(settings, suites)
        self.alarm = self._alarm()

    def _dead_letters(self) -> sqs.Queue:
        """Names, ids and metadata of models only: never a prompt, so that AWS's own key will do."""
        queue = sqs.Queue(
            self,
            "DeadLetters",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            retention_period=Duration.days(14),
        )
        queue.add_to_resource_policy(
            iam.PolicyStatement(
                sid="DenyPlainHttp",
                effect=iam.Effect.DENY,
                principals=[iam.AnyPrincipal()],
                actions=["sqs:*"],
                resources=[queue.queue_arn],
                conditions={"Bool": {"aws:SecureTransport": "false"}},
            )
        )
        acknowledge(queue, "AwsSolutions-SQS3", "It is the dead-letter queue itself.")
        return queue

    def _prepare_function(self, role: StatedRole, workflow: Workflow) -> None:
        """Here and not in Functions: the machine is made after the functions."""
        machine = workflow.run.state_machine_arn
        self._function.add_environment("RUN_STATE_MACHINE_ARN", machine)
        role.allow(
            allow("StartRuns", ["states:StartExecution"], machine),
            allow("KeepFailedEvents", ["sqs:SendMessage"], self.queue.queue_arn),
        )
        self._function.configure_async_invoke(
            on_failure=destinations.SqsDestination(self.queue),
            retry_attempts=2,
            max_event_age=_OLDEST,
        )

    def _rule(self) -> events.Rule:
        """Every completed version of every group: the function knows the suites' patterns, and says
        which events it ignores."""
        return events.Rule(
            self,
            "NewVersion",
            description="modeleval: a model package changed, perhaps a new version",
            event_pattern=events.EventPattern(
                source=["aws.sagemaker"],
                detail_type=[DETAIL_TYPE],
                detail={"ModelPackageStatus": ["Completed"]},
            ),
            targets=[
                targets.LambdaFunction(
                    self._function,
                    retry_attempts=_RETRIES,
                    max_event_age=_OLDEST,
                    # An import of it: the rule's statement is ours, below.
                    dead_letter_queue=sqs.Queue.from_queue_arn(
                        self, "Stated", self.queue.queue_arn
                    ),
                )
            ],
        )

    def _let_keep(self, rule: events.Rule) -> None:
        self.queue.add_to_resource_policy(
            iam.PolicyStatement(
                sid="KeepFailedEvents",
                principals=[iam.ServicePrincipal("events.amazonaws.com")],
                actions=["sqs:SendMessage"],
                resources=[self.queue.queue_arn],
                conditions={"ArnEquals": {"aws:SourceArn": rule.rule_arn}},
            )
        )

    def _enable(self, functions: Functions, rule: events.Rule, suites: Sequence[Suite]) -> None:
        """After the rule, and so after the function's code: what counts is also heard."""
        enabled = CustomResource(
            self,
            "Enabled",
            resource_type="Custom::ModelevalTriggers",
            service_token=functions.enable_triggers.function_arn,
            service_timeout=Duration.minutes(10),
            properties={PROPERTY: stated_triggers(suites)},
        )
        enabled.node.add_dependency(rule)

    def _schedules(self, settings: Settings, suites: Sequence[Suite]) -> None:
        role: StatedRole | None = None
        for suite in suites:
            if suite.schedule is not None:
                role = role or self._schedules_role()
                self._schedule(
                    f"Schedule-{suite.name}",
                    f"modeleval: the suite {suite.name}",
                    _expression(suite.schedule),
                    {"suite": suite.name, "scheduledTime": _SCHEDULED_TIME},
                    role,
                )
        if settings.reconcile_triggers:
            role = role or self._schedules_role()
            hourly = scheduler.ScheduleExpression.rate(Duration.hours(1))
            self._schedule(
                "Reconcile",
                "modeleval: hourly, new versions that no event told of",
                hourly,
                {"reconcile": True, "scheduledTime": _SCHEDULED_TIME},
                role,
            )

    def _schedule(
        self,
        construct_id: str,
        description: str,
        expression: scheduler.ScheduleExpression,
        given: dict[str, object],
        role: StatedRole,
    ) -> None:
        schedule = scheduler.Schedule(
            self,
            construct_id,
            description=description,
            schedule=expression,
            target=scheduler_targets.LambdaInvoke(
                self._function,
                role=role.role,
                input=scheduler.ScheduleTargetInput.from_object(given),
                dead_letter_queue=self.queue,
                retry_attempts=_RETRIES,
                max_event_age=_OLDEST,
            ),
        )
        role.precede(schedule)

    def _schedules_role(self) -> StatedRole:
        stack = Stack.of(self)
        group = stack.format_arn(
            service="scheduler", resource="schedule-group", resource_name="default"
        )
        role = StatedRole(
            self,
            "ScheduleRole",
            description="modeleval: starts the suites' schedules",
            assumed_by=iam.ServicePrincipal(
                "scheduler.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": stack.account, "aws:SourceArn": group}
                },
            ),
        )
        role.allow(
            allow("InvokeTrigger", ["lambda:InvokeFunction"], self._function.function_arn),
            allow("KeepFailedEvents", ["sqs:SendMessage"], self.queue.queue_arn),
        )
        return role

    def _alarm(self) -> cloudwatch.Alarm:
        return cloudwatch.Alarm(
            self,
            "DeadLettersAlarm",
            alarm_description="modeleval: an event that should have started a run waits in the "
            "dead-letter queue (docs/triggers.md)",
            metric=self.queue.metric_approximate_number_of_messages_visible(
                statistic="Maximum", period=Duration.minutes(5)
            ),
            threshold=1,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )

    @property
    def function(self) -> lambda_.Function:
        return self._function


def _expression(schedule: Schedule) -> scheduler.ScheduleExpression:
    return scheduler.ScheduleExpression.expression(
        schedule.expression, TimeZone.of(schedule.timezone)
    )
