"""Where Callback steps of SageMaker pipelines ask for runs: a queue, and what reads it."""

from __future__ import annotations

from aws_cdk import ArnFormat, Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.acknowledged import acknowledge
from stacks.functions import Functions
from stacks.statements import allow
from stacks.workflow import Workflow

_TRIES = 5
_AT_ONCE = 5
_KEPT = Duration.days(14)
# AWS asks for six times the function's timeout of two minutes.
_HIDDEN = Duration.minutes(12)


class PipelineSteps(Construct):
    """Both queues hold tokens, which are short-lived secrets: encrypted, and TLS only."""

    def __init__(
        self, scope: Construct, construct_id: str, *, functions: Functions, workflow: Workflow
    ) -> None:
        super().__init__(scope, construct_id)
        dead = self._queue("DeadLetters")
        acknowledge(dead, "AwsSolutions-SQS3", "It is the dead-letter queue itself.")
        self.queue = self._queue(
            "Queue",
            visibility_timeout=_HIDDEN,
            dead_letter_queue=sqs.DeadLetterQueue(max_receive_count=_TRIES, queue=dead),
        )
        self._let_start(functions, workflow)
        functions.pipeline_step.add_event_source(
            sources.SqsEventSource(self.queue, batch_size=_AT_ONCE, report_batch_item_failures=True)
        )
        self.alarm = self._alarm(dead)

    def _queue(
        self,
        construct_id: str,
        *,
        visibility_timeout: Duration | None = None,
        dead_letter_queue: sqs.DeadLetterQueue | None = None,
    ) -> sqs.Queue:
        queue = sqs.Queue(
            self,
            construct_id,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            retention_period=_KEPT,
            visibility_timeout=visibility_timeout,
            dead_letter_queue=dead_letter_queue,
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
        return queue

    def _let_start(self, functions: Functions, workflow: Workflow) -> None:
        """Here and not in Functions: the machine is made after the functions."""
        machine = workflow.run
        functions.pipeline_step.add_environment("RUN_STATE_MACHINE_ARN", machine.state_machine_arn)
        runs = Stack.of(self).format_arn(
            service="states",
            resource="execution",
            resource_name=f"{machine.state_machine_name}:*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        functions.roles["pipeline_step"].allow(
            allow(
                "TakeMessages",
                ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
                self.queue.queue_arn,
            ),
            allow("StartRuns", ["states:StartExecution"], machine.state_machine_arn),
            allow("StopRuns", ["states:StopExecution"], runs),
        )

    def _alarm(self, dead: sqs.Queue) -> cloudwatch.Alarm:
        return cloudwatch.Alarm(
            self,
            "DeadLettersAlarm",
            alarm_description="modeleval: a message that no Callback step should have sent, or "
            "that could not be handled (docs/sagemaker-pipelines.md)",
            metric=dead.metric_approximate_number_of_messages_visible(
                statistic="Maximum", period=Duration.minutes(5)
            ),
            threshold=1,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
