"""Pipelines with their versions, and executions with their steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from embedded_aws.fresh import now
from embedded_aws.sagemaker.pipelines.definition import Definition, Step

RUNNING = ("Executing", "Stopping")
ENDED = ("Succeeded", "Failed", "Stopped", "CompletedWithFailures")
STEP_ENDED = ("Succeeded", "Failed", "Stopped")


@dataclass(frozen=True)
class Version:
    """One version of a pipeline's definition; the ids count from 1."""

    id: int
    text: str
    definition: Definition


@dataclass
class Pipeline:
    """A pipeline; ``versions`` are kept, the last one is the latest."""

    arn: str
    name: str
    role: str
    versions: list[Version]
    display_name: str = ""
    description: str = ""
    parallelism: int = 50
    created: datetime = field(default_factory=now)
    modified: datetime = field(default_factory=now)
    last_run: datetime | None = None

    @property
    def latest(self) -> Version:
        """The version that runs where none is named."""
        return self.versions[-1]


@dataclass
class TrainingJob:
    """The training job of a step. ``request`` is a CreateTrainingJob request, resolved."""

    arn: str
    name: str
    request: dict[str, Any]
    status: str = "InProgress"
    failure: str = ""
    created: datetime = field(default_factory=now)
    modified: datetime = field(default_factory=now)
    ended: datetime | None = None


@dataclass(frozen=True)
class Answer:
    """How a Callback step was answered, by which request; without a failure it succeeded."""

    request_token: str
    outputs: dict[str, str]
    failure: str | None = None


@dataclass
class StepRun:
    """A step that was started; ``metadata`` is that of ListPipelineExecutionSteps."""

    step: Step
    status: str = "Starting"
    failure: str = ""
    job: TrainingJob | None = None
    token: str = ""
    """Of a Callback step that was sent: who has it ends the step."""
    sent: dict[str, Any] = field(default_factory=dict)
    """The arguments that were sent with it."""
    answer: Answer | None = None
    outputs: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    started: datetime = field(default_factory=now)
    ended: datetime | None = None


@dataclass
class Execution:
    """One execution of one version of a pipeline."""

    arn: str
    pipeline: Pipeline
    version: Version
    role: str
    parameters: dict[str, Any]
    mlflow: dict[str, str]
    seconds: float
    display_name: str = ""
    description: str = ""
    token: str = ""
    request: dict[str, Any] = field(default_factory=dict)
    status: str = "Executing"
    failure: str = ""
    runs: dict[str, StepRun] = field(default_factory=dict)
    created: datetime = field(default_factory=now)
    modified: datetime = field(default_factory=now)

    @property
    def name(self) -> str:
        """What it is listed by."""
        return self.display_name

    @property
    def id(self) -> str:
        """The 12 characters at the end of the ARN."""
        return self.arn.rsplit("/", 1)[-1]

    @property
    def region(self) -> str:
        """Where it runs."""
        return self.arn.split(":")[3]

    @property
    def account(self) -> str:
        """Whose it is."""
        return self.arn.split(":")[4]
