"""Everything outside that a workflow step may touch, made when first used.

A function's role allows only what its step uses. What is never asked for is neither made nor
imported: cold starts stay short.
"""

from __future__ import annotations

import os
import time
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Self

import boto3
from botocore.config import Config
from pydantic import BaseModel, ConfigDict, StringConstraints
from pydantic.alias_generators import to_snake

from modeleval.aws import CONFIG

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

    from modeleval.bedrock.evaluation_jobs import EvaluationJobs
    from modeleval.bedrock.knowledge_bases import KnowledgeBases
    from modeleval.bedrock.models import Models
    from modeleval.collecting.targets import Clients
    from modeleval.executions import Executions
    from modeleval.objects import Objects
    from modeleval.sagemaker.flow_definitions import FlowDefinitions
    from modeleval.sagemaker.hub import Hub
    from modeleval.sagemaker.lineage import Lineage
    from modeleval.sagemaker.pipelines import PipelineExecutions
    from modeleval.sagemaker.registry import ModelRegistry
    from modeleval.sagemaker.resolver import Resolver
    from modeleval.scorer_functions import ScorerFunctions
    from modeleval.settings import Settings
    from modeleval.store.promotions import PromotionStore
    from modeleval.store.resumes import ResumeStore
    from modeleval.store.table import RunStore
    from modeleval.store.telling import TellingStore
    from modeleval.store.triggers import TriggerStore
    from modeleval.telling.clients import EventBus, Topic, WaitingSteps
    from modeleval.triggers.registry import Registry

NonEmpty = Annotated[str, StringConstraints(min_length=1)]


class Environment(BaseModel):
    """The environment variables that the stack gives to every function."""

    model_config = ConfigDict(alias_generator=lambda name: to_snake(name).upper(), frozen=True)

    bucket_name: NonEmpty
    table_name: NonEmpty
    settings: NonEmpty
    bedrock_role_arn: str = ""
    sagemaker_role_arn: str = ""
    kms_key_arn: str = ""
    run_state_machine_arn: str = ""
    notification_topic_arn: str = ""
    stack_name: NonEmpty

    @classmethod
    def read(cls) -> Self:
        return cls.model_validate(dict(os.environ))


class Services:
    """The services of one stack."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment

    @cached_property
    def settings(self) -> Settings:
        from modeleval.settings import settings_from_json

        return settings_from_json(self.environment.settings)

    @cached_property
    def store(self) -> RunStore:
        from modeleval.store.table import RunStore

        table = boto3.resource("dynamodb", config=CONFIG).Table(self.environment.table_name)
        return RunStore(table, retention_days=self.settings.retention_days)

    @cached_property
    def promotions(self) -> PromotionStore:
        from modeleval.store.promotions import PromotionStore

        table = boto3.resource("dynamodb", config=CONFIG).Table(self.environment.table_name)
        return PromotionStore(table)

    @cached_property
    def resumes(self) -> ResumeStore:
        from modeleval.store.resumes import ResumeStore

        table = boto3.resource("dynamodb", config=CONFIG).Table(self.environment.table_name)
        return ResumeStore(table, retention_days=self.settings.retention_days)

    @cached_property
    def triggers(self) -> TriggerStore:
        from modeleval.store.triggers import TriggerStore

        table = boto3.resource("dynamodb", config=CONFIG).Table(self.environment.table_name)
        return TriggerStore(table)

    @cached_property
    def telling(self) -> TellingStore:
        from modeleval.store.telling import TellingStore

        table = boto3.resource("dynamodb", config=CONFIG).Table(self.environment.table_name)
        return TellingStore(table, retention_days=self.settings.retention_days)

    @cached_property
    def event_bus(self) -> EventBus:
        from modeleval.telling.clients import EventBus

        return EventBus(boto3.client("events", config=CONFIG))

    @cached_property
    def topic(self) -> Topic:
        from modeleval.telling.clients import Topic

        client: Any = boto3.client("sns", config=CONFIG)
        return Topic(client, self.environment.notification_topic_arn)

    @cached_property
    def waiting_steps(self) -> WaitingSteps:
        from modeleval.telling.clients import WaitingSteps

        return WaitingSteps(self._sagemaker)

    @cached_property
    def registry(self) -> Registry:
        from modeleval.triggers.registry import Registry

        return Registry(boto3.client("sagemaker", config=CONFIG))

    @cached_property
    def objects(self) -> Objects:
        from modeleval.objects import Objects

        return Objects(boto3.client("s3", config=CONFIG), self.environment.bucket_name)

    @cached_property
    def evaluation_jobs(self) -> EvaluationJobs:
        from modeleval.bedrock.evaluation_jobs import EvaluationJobs

        return EvaluationJobs(boto3.client("bedrock", config=CONFIG))

    @cached_property
    def models(self) -> Models:
        from modeleval.bedrock.models import Models

        return Models(
            boto3.client("bedrock", config=CONFIG),
            lambda: self._sagemaker,
        )

    @cached_property
    def knowledge_bases(self) -> KnowledgeBases:
        from modeleval.bedrock.knowledge_bases import KnowledgeBases

        return KnowledgeBases(lambda: boto3.client("bedrock-agent", config=CONFIG))

    @cached_property
    def pipelines(self) -> PipelineExecutions:
        from modeleval.sagemaker.pipelines import PipelineExecutions

        return PipelineExecutions(self._sagemaker, self.environment.stack_name)

    @cached_property
    def lineage(self) -> Lineage:
        from modeleval.sagemaker.lineage import Lineage

        return Lineage(self._sagemaker)

    @cached_property
    def flow_definitions(self) -> FlowDefinitions:
        from modeleval.sagemaker.flow_definitions import FlowDefinitions

        return FlowDefinitions(self._sagemaker)

    @cached_property
    def hub(self) -> Hub:
        from modeleval.sagemaker.hub import Hub

        return Hub(lambda: self._sagemaker, lambda: boto3.client("s3", config=CONFIG))

    @cached_property
    def model_registry(self) -> ModelRegistry:
        from modeleval.sagemaker.registry import ModelRegistry

        return ModelRegistry(lambda: self._sagemaker)

    @cached_property
    def resolver(self) -> Resolver:
        from modeleval.sagemaker.resolver import Resolver

        return Resolver(
            self.model_registry,
            lambda: self.models,
            region=self.region,
            bedrock_models=self.settings.generator_models,
        )

    @cached_property
    def _sagemaker(self) -> SageMakerClient:
        return boto3.client("sagemaker", config=CONFIG)

    @cached_property
    def scorer_functions(self) -> ScorerFunctions:
        """A function is invoked once, and waited for: what it does costs money."""
        from modeleval.scorer_functions import LONGEST_ANSWER_SECONDS, ScorerFunctions

        patient = Config(
            read_timeout=LONGEST_ANSWER_SECONDS + 5,
            retries={"mode": "standard", "total_max_attempts": 1},
        )
        client: Any = boto3.client("lambda", config=CONFIG.merge(patient))
        return ScorerFunctions(client)

    @cached_property
    def target_clients(self) -> Clients:
        from modeleval.collecting.targets import Clients

        return Clients()

    @cached_property
    def executions(self) -> Executions:
        from modeleval.executions import Executions

        return Executions(boto3.client("stepfunctions", config=CONFIG))

    @property
    def region(self) -> str:
        return str(boto3.session.Session().region_name)

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()
