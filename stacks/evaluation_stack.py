"""The stack: it only composes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from modeleval.settings import Settings
from modeleval.suite.document import Suite
from stacks.bedrock_role import BedrockRole
from stacks.customer_key import CustomerKey
from stacks.functions import Functions
from stacks.model_triggers import ModelTriggers
from stacks.notifications import Notifications
from stacks.observability import Observability
from stacks.pipeline_steps import PipelineSteps
from stacks.sagemaker_role import SageMakerRole
from stacks.storage import Storage
from stacks.triggers import Triggers
from stacks.workflow import Workflow


class EvaluationStack(Stack):
    """One deployment of modeleval. Two may live in one account and Region."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        suites: Sequence[Suite] = (),
        suites_folder: Path | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            scope, construct_id, description="modeleval: evaluates generative models", **kwargs
        )
        key = CustomerKey(self, "Encryption", settings=settings)
        storage = Storage(self, "Storage", key=key, settings=settings)
        bedrock = BedrockRole(self, "Bedrock", bucket=storage.bucket, key=key, settings=settings)
        sagemaker = SageMakerRole(
            self, "SageMaker", bucket=storage.bucket, key=key, settings=settings
        )
        notifications = Notifications(self, "Notifications", key=key, settings=settings)
        functions = Functions(
            self,
            "Functions",
            storage=storage,
            bedrock_role=bedrock.role_arn,
            sagemaker_role=sagemaker.role_arn,
            topic=notifications.topic_arn,
            suites_folder=suites_folder,
            settings=settings,
        )
        workflow = Workflow(self, "Workflow", functions=functions, key=key, settings=settings)
        Triggers(self, "Triggers", functions=functions, workflow=workflow)
        triggers = ModelTriggers(
            self,
            "ModelTriggers",
            functions=functions,
            workflow=workflow,
            settings=settings,
            suites=suites,
        )
        self._output("BucketName", storage.bucket.bucket_name, "Datasets go here, results too")
        self._output("TableName", storage.table.table_name, "Runs, jobs and scores")
        self._output(
            "RunStateMachineArn",
            workflow.run.state_machine_arn,
            'Start an execution with {"suite": "<name>"}',
        )
        self._output("BedrockRoleArn", bedrock.role_arn, "What Bedrock assumes")
        self._output("SageMakerRoleArn", sagemaker.role_arn, "What SageMaker assumes")
        self._output(
            "TriggerFunctionName", triggers.function.function_name, "Takes events, also again"
        )
        self._output(
            "DeadLetterQueueUrl", triggers.queue.queue_url, "Events that could not start a run"
        )
        self._output(
            "DecideFunctionName",
            functions.decide_run.function_name,
            "Takes people's decisions: modeleval approve, modeleval reject",
        )
        alarms = [triggers.alarm]
        if settings.pipeline_callbacks:
            steps = PipelineSteps(self, "PipelineSteps", functions=functions, workflow=workflow)
            alarms.append(steps.alarm)
            self._output(
                "PipelineQueueUrl", steps.queue.queue_url, "For Callback steps of pipelines"
            )
        Observability(
            self,
            "Observability",
            functions=functions.all,
            machines=[workflow.run, workflow.job, workflow.batch],
            alarms=alarms,
        )
        if notifications.topic_arn:
            self._output("TopicArn", notifications.topic_arn, "Tells people how runs ended")
        self._output("Settings", settings.to_json(), "What the stack was deployed with")

    def _output(self, name: str, value: str, description: str) -> None:
        CfnOutput(self, name, value=value, description=description)
