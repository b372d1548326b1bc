"""What the table holds: runs, jobs and published scores."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from modeleval.ids import JobRef

UNKNOWN_SUITE = "-"
"""What a run is listed under whose suite nobody could name."""


PHASES = (
    "prepare",
    "resolve",
    "plan",
    "budget",
    "collect",
    "collected",
    "jobs",
    "score",
    "publish",
)
"""A run goes through them in this order, and never back."""


class RunStatus(StrEnum):
    RUNNING = "running"
    PENDING = "pending"
    """What was scored so far is published; long jobs, such as people's answers, still run."""
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    """Some evaluations, or some jobs of one, were scored, and others failed."""
    FAILED = "failed"
    STOPPED = "stopped"

    @property
    def ended(self) -> bool:
        return self not in (RunStatus.RUNNING, RunStatus.PENDING)


class JobStatus(StrEnum):
    PLANNED = "planned"
    QUEUED = "queued"
    """The service was asked and has no room yet."""
    STARTING = "starting"
    RUNNING = "running"
    COLLECTING = "collecting"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    STOPPED = "stopped"

    @property
    def ended(self) -> bool:
        return self in (JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.STOPPED)


class StoredItem(BaseModel):
    """An item's attributes; keys and index keys are the store's business."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        frozen=True,
        hide_input_in_errors=True,
        defer_build=True,
    )

    @classmethod
    def from_item(cls, item: Mapping[str, Any]) -> Self:
        return cls.model_validate(item)

    def to_item(self) -> dict[str, Any]:
        return dict(to_dynamodb(self.model_dump(by_alias=True, exclude_none=True)))


class Failure(StoredItem):
    """Why a run or a job ended badly: the error's name and its message."""

    name: str
    message: str


class JudgedRecords(StoredItem):
    """How many records a metric has, overall or in a category, and what their clusters weigh."""

    metric: str
    category: str | None = None
    records: int
    clusters: float | None = None


class EvaluationFacts(StoredItem):
    """One evaluation of a run, as far as lists and pages need it; the rest is in S3.

    `of_model`: the responses are the run's model's own. `candidates`: what the subject is compared
    with in the same evaluation, by label.
    """

    name: str
    kind: str
    subject: str
    of_model: bool = False
    candidates: dict[str, str] = Field(default_factory=dict)
    judge: str | None = None
    records: int = 0
    categories: dict[str, int] = Field(default_factory=dict)
    """Records of the categories that the gate asks about."""
    judged: tuple[JudgedRecords, ...] = ()
    """Of the metrics that the gate has a margin for, where the kind knows."""
    dataset_sha256: str | None = None
    prompt_set_digest: str | None = None
    warnings: tuple[str, ...] = ()
    jobs: tuple[int, ...] = ()
    error: Failure | None = None
    """Why it has no jobs: its responses could not be collected."""


class Run(StoredItem):
    """One execution of a suite."""

    run_id: str
    suite: str
    execution_arn: str
    started_at: str
    status: RunStatus = RunStatus.RUNNING
    phase: str = PHASES[0]
    origin: str | None = None
    suite_digest: str | None = None
    model: str | None = None
    """As it was asked for."""
    resolved_model: dict[str, Any] | None = None
    """What that came to, as ResolvedModel writes it."""
    which: str | None = None
    baseline: dict[str, Any] | None = None
    """What it is compared with: label, run and model, or why there is nothing yet."""
    margins: tuple[dict[str, Any], ...] = ()
    """Which margins of the gate the planned records can decide, and how many others need."""
    verdict: str | None = None
    verdict_why: str | None = None
    triggered_by: str | None = None
    tags: dict[str, str] = Field(default_factory=dict)
    terms_accepted_at: str | None = None
    terms_digest: str | None = None
    evaluations: tuple[EvaluationFacts, ...] = ()
    sample: int | None = None
    """A trial on so many records: never a baseline, never a promotion, in no history."""
    estimate: dict[str, Any] | None = None
    judged: dict[str, Any] | None = None
    """What came back: judgements, planned, and usd by the estimate's prices."""
    max_usd: Decimal | None = None
    budget_field: str = "budget.maxUsd"
    max_usd_per_month: Decimal | None = None
    error: Failure | None = None
    ended_at: str | None = None
    collecting: dict[str, Any] | None = None
    """What is collected: scenarios, turns, batches."""
    low_scores: int | None = None
    published: bool = False
    """There are scores to see: all that there will be, unless the run is pending."""
    promotion: dict[str, Any] | None = None
    """What followed for the model package: action, done, why, and perhaps a warning."""
    asked_until: str | None = None
    """Until when a person may decide; whoever does not answer leaves it."""
    decision: dict[str, Any] | None = None
    """A person's word: action, by, at, because, done."""
    kept_because: str | None = None
    """Why the run does not expire."""
    report: dict[str, Any] | None = None
    """Where its report lies (`uri`), or the name of the error for which there is none (`error`)."""
    attempt: int = 1
    """How often it was begun: more than once if it was resumed."""
    attempts: tuple[dict[str, Any], ...] = ()
    """Earlier ones: attempt, executionArn, endedAt, status, missingJobs, and usd (estimated)."""
    resumed_as: tuple[str, ...] = ()
    """The ids that the resuming executions would have given to runs of their own."""

    @property
    def completed(self) -> bool:
        """Its scores are all there, and stay as they are."""
        return self.published and self.status in (RunStatus.SUCCEEDED, RunStatus.PARTIAL)

    @property
    def counts(self) -> bool:
        """It is history: its scores are complete, and it was no trial."""
        return self.completed and self.sample is None


class Job(StoredItem):
    """One job of a run."""

    run_id: str
    job: int
    evaluation: int
    evaluation_name: str
    kind: str
    spec: dict[str, Any]
    deadline_seconds: int
    judgements: int = 1
    """Results that it is to give, as far as that is known: its share of the evaluation's cost."""
    long: bool = False
    """It may take days: the other jobs' scores are published before it."""
    attempt: int = 1
    """The attempt of its run in which it was last to be run."""
    status: JobStatus = JobStatus.PLANNED
    job_name: str | None = None
    job_arn: str | None = None
    execution_arn: str | None = None
    asked_at: str | None = None
    """When the service was first asked: age and deadline count from here, the queue included."""
    started_at: str | None = None
    ended_at: str | None = None
    warnings: tuple[str, ...] = ()
    agreement: tuple[dict[str, Any], ...] = ()
    """How far the people agree who rated the same, per metric."""
    error: Failure | None = None

    @property
    def pending(self) -> bool:
        """The others' scores do not wait for it."""
        return self.long and not self.status.ended

    @property
    def ref(self) -> JobRef:
        return JobRef(self.run_id, self.job, self.attempt)


class Score(StoredItem):
    """The published summary of one metric, overall (category None) or in one category.

    `candidate` is None for the evaluation's subject. `n` is None, and `standard_error` may be
    there, where a service gives one score for many records. `series` is what a history follows:
    a model package group, or a subject.
    """

    run_id: str
    suite: str
    evaluation: str
    subject: str
    series: str
    candidate: str | None = None
    metric: str
    category: str | None = None
    direction: str
    judge: str | None = None
    started_at: str
    n: int | None = None
    mean: Decimal | None = None
    standard_error: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    """The ends of the mean's 95 % interval, where there is an honest one."""
    word: str | None = None
    difference: Decimal | None = None
    """What the comparison with the baseline came to; turned so that higher is better."""
    not_applicable: int
    unscored: int
    value_counts: dict[str, int] | None = None
    string_counts: dict[str, int] | None = None
    sample: int | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None


def to_dynamodb(value: Any) -> Any:
    """Floats as Decimal, enums as text, tuples as lists: what boto3's serializer takes."""
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, Mapping):
        return {key: to_dynamodb(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_dynamodb(item) for item in value]
    return value
