"""What a report shows, ready to be written: texts and places, and no decision left to make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from modeleval.report.charts import Bars, IntervalPlot, Share
from modeleval.report.words import Better


class Word(NamedTuple):
    """A verdict or a comparison's word, with its shape and its colour's class."""

    text: str
    sign: str
    tone: str


class Notice(NamedTuple):
    """What to know before anything else. tone: `wait`, `bad` or `open`."""

    title: str
    text: str
    tone: str


class Fact(NamedTuple):
    """One line of a list of facts; `link` is an address of AWS's console."""

    name: str
    value: str
    link: str | None = None


class Condition(NamedTuple):
    """One condition of the gate."""

    verdict: Word
    where: str
    asked: str
    why: str


class ComparedView(NamedTuple):
    """A metric beside one other side; the difference is turned so that more is better."""

    against: str
    word: Word
    difference: str
    interval: str
    reason: str
    outcomes: Sequence[Share]
    matched: str


class CategoryView(NamedTuple):
    name: str
    records: str
    mean: str
    interval: str
    plot: IntervalPlot | None
    compared: Sequence[tuple[str, str, Word]]


class Candidate(NamedTuple):
    """One side's overall score of a metric."""

    name: str
    shape: str
    mean: str
    interval: str
    records: str


@dataclass(frozen=True, kw_only=True)
class MetricView:
    """One metric of an evaluation."""

    name: str
    better: Better
    mean: str
    interval: str
    no_interval: str
    records: str
    not_applicable: int
    unscored: int
    candidates: Sequence[Candidate]
    plot: IntervalPlot | None
    bars: Bars | None
    compared: Sequence[ComparedView]
    categories: Sequence[CategoryView]
    more_categories: int


class Finding(NamedTuple):
    """One low score of a record, with the judge's reason."""

    metric: str
    value: str
    explanation: str


class Passage(NamedTuple):
    number: int
    text: str


class Citation(NamedTuple):
    text: str
    passages: Sequence[str]


class Answer(NamedTuple):
    source: str
    text: str


@dataclass(frozen=True, kw_only=True)
class RecordView:
    """A record with low scores. place: its position, the worst first.

    missing: why its texts are not shown, empty where they are.
    """

    place: int
    line: int
    key: str
    category: str
    findings: Sequence[Finding]
    before: Sequence[tuple[str, str]]
    prompt: str
    reference: str | None
    answers: Sequence[Answer]
    passages: Sequence[Passage]
    citations: Sequence[Citation]
    missing: str


class JobView(NamedTuple):
    number: int
    status: str
    name: str
    arn: str
    execution: str | None
    output: str
    error: str


class Ranked(NamedTuple):
    metric: str
    rows: Sequence[tuple[str, str, str]]
    records: int


@dataclass(frozen=True, kw_only=True)
class EvaluationView:
    """One evaluation."""

    anchor: str
    name: str
    kind: str
    subject: str
    judge: str
    records: int
    status: Word
    problem: Notice | None
    warnings: Sequence[str]
    notes: Sequence[str]
    metrics: Sequence[MetricView]
    rankings: Sequence[Ranked]
    findings: int
    low: Sequence[RecordView]
    low_metrics: Sequence[str]
    low_categories: Sequence[str]
    unscored: Sequence[tuple[str, int, int, str]]
    facts: Sequence[Fact]
    jobs: Sequence[JobView]


@dataclass(frozen=True, kw_only=True)
class RunView:
    """A run's report."""

    title: str
    run_id: str
    suite: str
    headline: Word
    sentence: str
    notices: Sequence[Notice]
    facts: Sequence[Fact]
    other: Sequence[Fact]
    conditions: Sequence[Condition]
    baseline: str
    evaluations: Sequence[EvaluationView]
    cost: Sequence[Fact]
    assumptions: Sequence[str]
    provenance: Sequence[Fact]
    made_at: str
