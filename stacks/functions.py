"""The functions: one per workflow step, each with a role of its own that allows only its step."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from aws_cdk import Duration, RemovalPolicy, Size, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from modeleval.errors import SettingsInvalid
from modeleval.settings import CONTEXT_KEY, Settings
from stacks import packaging
from stacks.access import Access
from stacks.acknowledged import acknowledge
from stacks.stated_role import StatedRole
from stacks.statements import allow, send_traces
from stacks.storage import Storage

LOGS_KEPT = logs.RetentionDays.THREE_MONTHS
_SETTINGS_LIMIT = 3000
"""Lambda takes 4 KB of environment variables; the others are names and ARNs."""

_ARCHITECTURES = {
    "arm64": lambda_.Architecture.ARM_64,
    "x86_64": lambda_.Architecture.X86_64,
}


class Functions(Construct):
    """Every function of the stack, by the name of its step; `roles` by the same name."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        storage: Storage,
        bedrock_role: str,
        sagemaker_role: str,
        topic: str,
        suites_folder: Path | None,
        settings: Settings,
    ) -> None:
        super().__init__(scope, construct_id)
        self._topic = topic
        self._settings = settings
        self._storage = storage
        self._bedrock_role = bedrock_role
        self._sagemaker_role = sagemaker_role
        self.roles: dict[str, StatedRole] = {}
        architecture = settings.architecture
        self._code = lambda_.Code.from_asset(
            str(packaging.function_code(suites_folder, architecture=architecture))
        )
        self._architecture = _ARCHITECTURES[
            packaging.host_architecture() if architecture == "host" else architecture
        ]
        self._layer = self._layer_of(
            "Dependencies",
            packaging.dependency_layer(architecture),
            "modeleval's dependencies, with only the service models that it uses",
        )
        statistics = self._layer_of(
            "Statistics",
            packaging.statistics_layer(architecture),
            "scipy and numpy, for the two functions that do statistics",
        )
        reference = self._layer_of(
            "Reference",
            packaging.reference_layer(architecture),
            "sacrebleu and rouge-score, for the function that collects scores",
        )
        report = self._layer_of(
            "Report",
            packaging.report_layer(architecture),
            "Jinja2, for the function that writes reports",
        )
        access = Access(
            self,
            storage=storage,
            bedrock_role=bedrock_role,
            sagemaker_role=sagemaker_role,
            topic=topic,
            settings=settings,
        )
        self.prepare_run = self._function("prepare_run", access.prepare_run())
        self.resume_run = self._function("resume_run", access.resume_run(), minutes=15)
        self.resolve_model = self._function("resolve_model", access.resolve_model())
        self.plan_jobs = self._function(
            "plan_jobs", access.plan_jobs(), minutes=15, memory=1024, disk=3072
        )
        self.collect_batch = self._function(
            "collect_batch", access.collect_batch(), minutes=15, memory=1024
        )
        self.check_budget = self._function(
            "check_budget", access.check_budget(), layers=[statistics]
        )
        self.start_job = self._function("start_job", access.start_job(), minutes=5)
        # It may have to wait for a team's scorer, which may take ten minutes.
        self.check_job = self._function("check_job", access.check_job(), minutes=15)
        self.collect_job = self._function(
            "collect_job",
            access.collect_job(),
            minutes=15,
            memory=1024,
            disk=2048,
            layers=[reference],
        )
        self.fail_job = self._function("fail_job", access.fail_job())
        self.score_run = self._function(
            "score_run", access.score_run(), minutes=15, memory=3008, layers=[statistics]
        )
        self.publish_run = self._function("publish_run", access.publish_run(), minutes=5)
        self.promote_run = self._function("promote_run", access.promote_run(), minutes=5)
        self.report_run = self._function(
            "report_run", access.report_run(), minutes=5, memory=1024, layers=[report]
        )
        self.decide_run = self._function("decide_run", access.decide_run())
        self.fail_run = self._function("fail_run", access.fail_run())
        self.tell_run = self._function("tell_run", access.tell_run())
        self.reap_run = self._function("reap_run", access.reap_run(), minutes=15)
        self.sweep_runs = self._function("sweep_runs", access.sweep_runs(), minutes=15)
        self.trigger_run = self._function("trigger_run", access.trigger_run())
        self.enable_triggers = self._function("enable_triggers", access.enable_triggers())
        self.pipeline_step = self._function("pipeline_step", access.pipeline_step())

    @property
    def all(self) -> list[lambda_.Function]:
        return [child for child in self.node.children if isinstance(child, lambda_.Function)]

    def _layer_of(self, name: str, folder: Path, description: str) -> lambda_.LayerVersion:
        return lambda_.LayerVersion(
            self,
            name,
            code=lambda_.Code.from_asset(str(folder)),
            compatible_architectures=[self._architecture],
            compatible_runtimes=[lambda_.Runtime.PYTHON_3_13],
            description=description,
        )

    def _function(
        self,
        step: str,
        statements: Sequence[iam.PolicyStatement],
        *,
        minutes: int = 2,
        memory: int = 512,
        disk: int = 512,
        layers: Sequence[lambda_.ILayerVersion] = (),
    ) -> lambda_.Function:
        name = "".join(word.capitalize() for word in step.split("_"))
        log_group = self._logs(name)
        role = self._role(step, name, log_group, statements)
        function = lambda_.Function(
            self,
            name,
            description=f"modeleval: the step {step}",
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=self._architecture,
            code=self._code,
            layers=[self._layer, *layers],
            handler=f"lambdas.{step}.handler",
            role=role.role,
            timeout=Duration.minutes(minutes),
            memory_size=memory,
            ephemeral_storage_size=Size.mebibytes(disk),
            tracing=lambda_.Tracing.ACTIVE,
            log_group=log_group,
            environment=self._environment(),
        )
        role.precede(function)
        acknowledge(
            function,
            "AwsSolutions-L1",
            "The layer's compiled dependencies and the tests are for Python 3.13.",
        )
        return function

    def _logs(self, name: str) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            f"{name}Logs",
            retention=LOGS_KEPT,
            encryption_key=self._storage.key.key,
            removal_policy=RemovalPolicy.DESTROY,
        )

    def _role(
        self,
        step: str,
        name: str,
        log_group: logs.LogGroup,
        statements: Sequence[iam.PolicyStatement],
    ) -> StatedRole:
        role = StatedRole(
            self,
            f"{name}Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description=f"modeleval: the step {step}",
        )
        role.allow(
            allow(
                "WriteLogs",
                ["logs:CreateLogStream", "logs:PutLogEvents"],
                log_group.log_group_arn,
            ),
            send_traces(),
            *statements,
            *self._storage.key.for_step(statements),
        )
        self.roles[step] = role
        return role

    def _environment(self) -> dict[str, str]:
        return {
            "BUCKET_NAME": self._storage.bucket.bucket_name,
            "TABLE_NAME": self._storage.table.table_name,
            "BEDROCK_ROLE_ARN": self._bedrock_role,
            "SAGEMAKER_ROLE_ARN": self._sagemaker_role,
            "KMS_KEY_ARN": self._storage.key.arn,
            "NOTIFICATION_TOPIC_ARN": self._topic,
            "STACK_NAME": Stack.of(self).stack_name,
            "SETTINGS": _as_variable(self._settings),
        }


def _as_variable(settings: Settings) -> str:
    text = settings.to_json()
    if len(text) > _SETTINGS_LIMIT:
        raise SettingsInvalid(
            f"The settings are {len(text):,} characters long, at most {_SETTINGS_LIMIT:,} reach "
            "the functions",
            where=f"cdk.json, context.{CONTEXT_KEY}",
            action="Leave out judgeModels, datasetBuckets, targets or prices that no suite needs.",
        )
    return text
