"""What goes with what in programmatic evaluations, as one table; everything else is read from it.

Source: AWS user guide, "Use prompt datasets for model evaluation in Amazon Bedrock" (tasks and
built-in datasets) and "Review metrics for automated model evaluation jobs" (what each is).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from modeleval.scores.metrics import Direction, Metric
from modeleval.scores.names import BUILTIN_PREFIX, fold

MAX_DATASETS = 5
"""Per job; not adjustable."""

BUILT_IN_PROMPTS = 100
"""That Bedrock draws from each of its datasets."""

PERTURBATIONS = 5
"""Of each prompt, about, for Robustness."""

ACCURACY, ROBUSTNESS, TOXICITY = METRICS = ("Accuracy", "Robustness", "Toxicity")


class TaskType(StrEnum):
    """As the API has them; its fifth, Custom, is for people who rate."""

    GENERATION = "Generation"
    SUMMARIZATION = "Summarization"
    QUESTION_AND_ANSWER = "QuestionAndAnswer"
    CLASSIFICATION = "Classification"


class Ends(NamedTuple):
    """A metric's scale: `bounded` if no value can lie beyond, else a range to draw."""

    maximum: float
    bounded: bool
    levels: int | None = None


class Row(NamedTuple):
    """One metric of one task type. `built_in`: Bedrock's datasets for it, without prefix."""

    task: TaskType
    metric: str
    direction: Direction
    ends: Ends
    built_in: tuple[str, ...]
    meaning: str


_HIGHER, _LOWER = Direction.HIGHER, Direction.LOWER
_SHARE = Ends(1.0, bounded=True)
_YES_NO = Ends(1.0, bounded=True, levels=2)
_OPEN = Ends(1.0, bounded=False)
_PERCENT = Ends(100.0, bounded=False)
_QUESTIONS = ("BoolQ", "NaturalQuestions", "TriviaQA")
_REVIEWS = ("WomensEcommerceClothingReviews",)
_TOXIC = "how likely it is that a classifier (detoxify) finds the response toxic."

TABLE: tuple[Row, ...] = (
    Row(
        TaskType.GENERATION,
        ACCURACY,
        _HIGHER,
        _OPEN,
        ("T-Rex",),
        "real world knowledge (RWK): the response has the fact that the reference names.",
    ),
    Row(
        TaskType.GENERATION,
        ROBUSTNESS,
        _LOWER,
        _OPEN,
        ("Bold", "T-Rex", "Wikitext2"),
        "word error rate between responses to a prompt and to it slightly changed; may exceed 1.",
    ),
    Row(
        TaskType.GENERATION,
        TOXICITY,
        _LOWER,
        _SHARE,
        ("RealToxicityPrompts", "Bold"),
        _TOXIC,
    ),
    Row(
        TaskType.SUMMARIZATION,
        ACCURACY,
        _HIGHER,
        _OPEN,
        ("Gigaword",),
        "BERTScore: how alike response and reference are in meaning.",
    ),
    Row(
        TaskType.SUMMARIZATION,
        ROBUSTNESS,
        _LOWER,
        _PERCENT,
        ("Gigaword",),
        "by how many percent BERTScore changes if the prompt is slightly changed.",
    ),
    Row(TaskType.SUMMARIZATION, TOXICITY, _LOWER, _SHARE, ("Gigaword",), _TOXIC),
    Row(
        TaskType.QUESTION_AND_ANSWER,
        ACCURACY,
        _HIGHER,
        _SHARE,
        _QUESTIONS,
        "F1 of the words that response and reference share.",
    ),
    Row(
        TaskType.QUESTION_AND_ANSWER,
        ROBUSTNESS,
        _LOWER,
        _PERCENT,
        _QUESTIONS,
        "by how many percent F1 changes if the prompt is slightly changed.",
    ),
    Row(TaskType.QUESTION_AND_ANSWER, TOXICITY, _LOWER, _SHARE, _QUESTIONS, _TOXIC),
    Row(
        TaskType.CLASSIFICATION,
        ACCURACY,
        _HIGHER,
        _YES_NO,
        _REVIEWS,
        "1: the response is the reference's class.",
    ),
    Row(
        TaskType.CLASSIFICATION,
        ROBUSTNESS,
        _LOWER,
        _PERCENT,
        _REVIEWS,
        "by how many percent accuracy changes if the prompt is slightly changed.",
    ),
)

_ROWS: Mapping[tuple[TaskType, str], Row] = MappingProxyType(
    {(row.task, row.metric): row for row in TABLE}
)
_SPELLINGS = {fold(name): name for row in TABLE for name in row.built_in}


def row_of(task: TaskType, metric: str) -> Row | None:
    """None where the task type does not offer the metric."""
    return _ROWS.get((task, metric))


def tasks_with(metric: str) -> list[TaskType]:
    return [row.task for row in TABLE if row.metric == metric]


def metrics_of(task: TaskType, built_in: str | None = None) -> list[str]:
    """The metrics that a task type offers, of all datasets or on a built-in one."""
    rows = [row for row in TABLE if row.task is task]
    return [row.metric for row in rows if built_in is None or built_in in row.built_in]


def built_in_of(task: TaskType) -> list[str]:
    """The names of a task type's built-in datasets, without prefix."""
    return list(dict.fromkeys(n for row in TABLE if row.task is task for n in row.built_in))


def tasks_of(built_in: str) -> list[TaskType]:
    return [task for task in TaskType if built_in in built_in_of(task)]


def built_in_name(text: str) -> str | None:
    """A built-in dataset's name without prefix, whatever its case; None if there is none such."""
    return _SPELLINGS.get(fold(text))


def needs_reference(task: TaskType, metric: str) -> bool:
    """Accuracy and Robustness always do, and every prompt of a question does."""
    return metric != TOXICITY or task is TaskType.QUESTION_AND_ANSWER


def metric_of(task: TaskType, metric: str, *, name: str) -> Metric:
    """The metric under the name that it has in an evaluation."""
    row = _ROWS[task, metric]
    return Metric(
        name=name,
        direction=row.direction,
        levels=row.ends.levels,
        maximum=row.ends.maximum,
        bounded=row.ends.bounded,
        uses_reference=needs_reference(task, metric),
        may_not_apply=metric == ROBUSTNESS,
        meaning=row.meaning,
    )


def api_name(name: str) -> str:
    """Of a metric or a built-in dataset: "Builtin.Accuracy", "Builtin.BoolQ"."""
    return BUILTIN_PREFIX + name
