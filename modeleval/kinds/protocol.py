"""What a kind of evaluation is to the rest of the program: five questions.

Which jobs does this evaluation need (plan), start this job, how is it, read its record scores,
stop it. Adding a kind means adding one module and its line in the registry; nothing else asks
which kind it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, Protocol

from modeleval.documents import Document, formed

if TYPE_CHECKING:
    from modeleval.collecting.document import CollectedFormat
    from modeleval.cost.estimate import ModelEstimate
    from modeleval.datasets.extent import Extent
    from modeleval.ids import JobRef
    from modeleval.kinds.durations import Duration
    from modeleval.sagemaker.resolved import ResolvedModel
    from modeleval.scores.aggregates import AggregateScore
    from modeleval.scores.metrics import Metric
    from modeleval.scores.records import RecordScore
    from modeleval.services import Services

EvaluationName = Annotated[
    str,
    formed(
        r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}",
        "write 1 to 63 letters, digits, dots, underscores and hyphens, a letter or digit first",
    ),
]
MOST_JOBS = 1000
"""Jobs that a run may have: what the history of its execution holds (25,000 events), and what is
started, told and cleaned up within a function's time."""


class Evaluation(Document):
    """What every evaluation of a suite has; each kind adds its own fields."""

    name: EvaluationName
    kind: str


class PlanContext(NamedTuple):
    """Where an evaluation stands: run, position in the suite, and the services."""

    run_id: str
    evaluation: int
    services: Services
    sample: int | None = None
    """Judge only so many records: a trial before the whole is paid for."""
    model: ResolvedModel | None = None
    """The run's model."""
    eula_accepted: bool = False


@dataclass(frozen=True, kw_only=True)
class PlannedJob:
    """One job: what `start` needs to know, small enough for a DynamoDB item.

    judgements: how many results it is to give (records times metrics), where that is known: its
    share of what the evaluation's jobs cost together.
    """

    spec: dict[str, Any]
    deadline_seconds: int
    judgements: int = 1
    long: bool = False
    """It may take days: what the other jobs came to is published before it ends."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What an evaluation is going to do, with everything about it checked."""

    jobs: Sequence[PlannedJob]
    subject: str
    judge: str | None
    records: int
    estimates: Sequence[ModelEstimate]
    warnings: Sequence[str] = ()
    dataset: Mapping[str, Any] = field(default_factory=dict)
    candidates: Mapping[str, str] = field(default_factory=dict)
    """What the subject is compared with in the same jobs: label and name."""
    extents: Sequence[Extent] = ()
    """How many records each metric has, where the kind knows, overall and per category."""


class JobContext(NamedTuple):
    """One attempt at one job, with what the run says of itself for tags and descriptions."""

    ref: JobRef
    evaluation: int
    spec: Mapping[str, Any]
    labels: Mapping[str, str]
    services: Services


class Request(NamedTuple):
    """A call of AWS: the service as boto3 names it, the operation, and its parameters."""

    service: str
    operation: str
    parameters: Mapping[str, Any]


class JobState(StrEnum):
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    STOPPED = "stopped"


class Progress(NamedTuple):
    """How a job is, and in the service's words why it ended so."""

    state: JobState
    message: str = ""


class Collected(NamedTuple):
    """A job's record scores, one per validated record and metric, and what was odd about them.

    agreement: how far the people agree who rated the same, per metric; small enough for an item.
    aggregates: scores that the service gives for many records at once. reusable: digests under
    which later runs may find a candidate's scores among these.
    """

    scores: Iterator[RecordScore]
    warnings: Sequence[str]
    aggregates: Sequence[AggregateScore] = ()
    reusable: Sequence[str] = ()
    agreement: Sequence[Mapping[str, Any]] = ()


class Kind(Protocol):
    """One kind of evaluation."""

    name: str
    document: type[Evaluation]
    bedrock_terms: bool
    """Whether the Amazon Bedrock Evaluations terms must have been accepted."""
    eula: bool
    """Whether the base model's licence must have been accepted."""
    needs_model: bool
    """Whether it evaluates the run's model by SageMaker: no run without one, nor with Bedrock's."""
    collects: CollectedFormat | None
    """As what a run may collect the responses that it evaluates; None if it cannot."""
    waiting: str
    """What people who wait for a running job should know."""
    queue: str
    """In which queue its jobs wait for room; kinds that share a quota share it. Empty if none."""

    def check_room(self, evaluations: Sequence[Any], services: Services) -> None:
        """Refuse, before anything is planned, what the account has no room for."""
        ...

    def plan(self, evaluation: Any, context: PlanContext) -> Plan:
        """Check everything that can be checked, write the inputs, name the jobs."""
        ...

    def metrics(self, evaluation: Any) -> Mapping[str, Metric]:
        """The metrics by name, with the directions that this evaluation gives them."""
        ...

    def definition(self, evaluation: Any, metric: str, spec: Mapping[str, Any]) -> str:
        """What two runs must have in common for their scores of a metric to be compared.

        `spec` is that of one of the evaluation's jobs.
        """
        ...

    def known_metrics(self, evaluation: Any) -> Collection[str] | None:
        """The metrics that there will be, of records or not; None if only the results tell."""
        ...

    def known_categories(self, evaluation: Any) -> Collection[str] | None:
        """The categories that there may be; None if the dataset tells."""
        ...

    def compares_base_model(self, evaluation: Any) -> bool:
        """Whether the base model is evaluated beside the subject."""
        ...

    def low_score_below(self, evaluation: Any) -> float:
        """Below which score a record is a finding."""
        ...

    def duration(self, spec: Mapping[str, Any], records: int) -> Duration | None:
        """How long a job with this spec takes, before any ran; None where nobody can say.

        `records`: how many its evaluation has.
        """
        ...

    def start(self, job: JobContext) -> str:
        """Start, or adopt, the job: its ARN. Raises ConcurrencyReached while there is no room."""
        ...

    def requests(self, job: JobContext) -> Sequence[Request]:
        """What a service is asked to start the job, in order; none of a job that is modeleval's.

        Text of a dataset is not in it.
        """
        ...

    def check(self, job: JobContext, arn: str) -> Progress:
        """How the job is."""
        ...

    def collect(self, job: JobContext, arn: str) -> Collected:
        """Read the job's record scores."""
        ...

    def unscored(self, job: JobContext) -> Iterator[RecordScore] | None:
        """The records of a job that failed, each without a score, in the order of `collect`.

        None where they cannot be told: then the evaluation fails with the job.
        """
        ...

    def settle(self, jobs: Sequence[JobContext]) -> Iterable[str]:
        """Mend in the record scores what only all jobs of an evaluation together can tell.

        All have ended, and their scores are written. What there is to tell of it; done again, it
        comes to the same.
        """
        ...

    def stop(self, job: JobContext, arn: str | None) -> bool:
        """Stop the job if it runs, found by its name if its ARN is not known; whether it did."""
        ...
