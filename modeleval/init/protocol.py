"""What a question of `modeleval init` is, what it may ask of the world, and what answers become."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeAlias

from modeleval.datasets.formats import FORMATS, LIVE, DatasetFormat
from modeleval.datasets.peek import Peek
from modeleval.init.state import State
from modeleval.init.tasks import Task
from modeleval.sagemaker.finding import FoundGroup
from modeleval.sagemaker.resolved import ResolvedModel
from modeleval.settings import Settings

Remark: TypeAlias = str | Peek | FoundGroup
"""Something to show after an answer: a sentence, a look at a dataset, a group of packages."""


class WrongAnswer(Exception):
    """An answer that cannot be taken; its text says why and what to answer instead."""


class Choice(NamedTuple):
    """An answer that is offered, and what it means."""

    answer: str
    meaning: str


class Asked(NamedTuple):
    """How a question is put. explained: before it, a line each. default: None if there is none."""

    question: str
    explained: Sequence[str] = ()
    choices: Sequence[Choice] = ()
    default: str | None = None


class DataFile(Protocol):
    """A dataset where it lies: see `modeleval.cli.dataset_files`."""

    name: str
    size: int

    def chunks(self) -> Iterator[bytes]: ...
    def read(self, start: int, length: int) -> bytes: ...


class FoundModel(NamedTuple):
    """A model as a run would resolve it, and the group that it is one of."""

    resolved: ResolvedModel
    groups: Sequence[FoundGroup]


class Around(Protocol):
    """What the questions may ask of the world around them.

    settings, bucket: the stack's, None where none is reached. region: the usual one, if any.
    """

    region: str | None
    state: State
    settings: Settings | None
    bucket: str | None

    def connect(self, region: str) -> str | None:
        """Look for the stack in a Region; why it is not reached, or None."""

    def open(self, source: str) -> DataFile:
        """A local file or S3 object; raises DatasetNotFound."""

    def find_model(self, text: str) -> FoundModel:
        """The model that a text names; raises ModelNotUsable. Only where there are settings."""

    def scratch(self, name: str) -> Path:
        """A place for a file that is kept only if the suite is."""


def format_of(look: Peek | None) -> DatasetFormat | None:
    """The format that a look at a dataset found."""
    name = look.format if look else None
    return next((one for one in FORMATS if one.name == name), None)


@dataclass
class Draft:
    """The answers so far.

    source: the dataset where it is read, a path or an S3 URI; None where nobody looked at it.
    dataset: as the suite names it. converted: a copy of it in another format, kept with the suite.
    judged: the model or source whose responses are judged, as far as it is known.
    """

    region: str | None = None
    task: Task | None = None
    name: str | None = None
    benchmark: str | None = None
    subtasks: tuple[str, ...] = ()
    scorer: str | None = None
    source: str | None = None
    dataset: str | None = None
    look: Peek | None = None
    converted: Path | None = None
    identifiers: tuple[str, ...] = ()
    knowledge_base: str | None = None
    generator: str | None = None
    custom: list[dict[str, Any]] = field(default_factory=list)
    rules: tuple[str, ...] = ()
    metrics: tuple[Any, ...] = ()
    flow_definition: str | None = None
    judge: str | None = None
    model: str | None = None
    judged: str | None = None
    max_usd: Decimal | None = None
    terms: bool = False
    eula: bool = False

    @property
    def kind(self) -> str | None:
        """The evaluation's kind: the task's, or of an own scorer what its name says."""
        if self.task is None:
            return None
        return self.task.kind_of(self.scorer)

    @property
    def format(self) -> DatasetFormat | None:
        """The dataset's format, if it was looked at."""
        return format_of(self.look)

    @property
    def live(self) -> bool:
        """Whether the dataset waits for responses that are asked for while the job runs."""
        return self.format in LIVE

    @property
    def is_local(self) -> bool:
        """Whether the dataset has yet to be uploaded."""
        return self.source is not None and not self.source.startswith("s3://")


class Question(Protocol):
    """One question: when it is put, how, and what an answer does to the draft.

    name: of its option on the command line, without `--`. Questions are put in the order of
    `modeleval.init.questions.questions`, and `applies` may look at what earlier ones settled.
    """

    @property
    def name(self) -> str: ...

    def applies(self, draft: Draft) -> bool: ...

    def asked(self, draft: Draft, around: Around) -> Asked: ...

    def take(self, text: str, draft: Draft, around: Around) -> Sequence[Remark]:
        """Put the answer into the draft; raises WrongAnswer, and leaves the draft then."""
