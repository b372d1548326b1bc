"""What a suite may ask for: datasets and metrics by name, and combinations that go together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, StringConstraints, model_validator

from modeleval.documents import Document, closest
from modeleval.kinds.programmatic import table
from modeleval.kinds.programmatic.table import TaskType
from modeleval.scores.metrics import JUDGE_METRICS
from modeleval.scores.names import BUILTIN_PREFIX, fold

_NAME = r"[0-9a-zA-Z._-]{1,63}"
_OWN_NAME = re.compile(rf"(?!{re.escape(BUILTIN_PREFIX)}){_NAME}")
_METRICS = {fold(name): name for name in table.METRICS}
_TASKS = {fold(task): task for task in TaskType}
_JUDGED = {fold(name): name for name in JUDGE_METRICS}


def _metric(text: str) -> str:
    """A metric's own name; raises ValueError with the right one, or with whose metric it is."""
    folded = fold(text)
    if folded in _METRICS:
        return _METRICS[folded]
    if folded in _JUDGED:
        raise ValueError(
            f"{_JUDGED[folded]} is a judge's metric, for the kind bedrock-judge; programmatic ones "
            f"are {', '.join(table.METRICS)}"
        )
    near = closest(text, list(table.METRICS))
    hint = f"did you mean {near}?" if near else f"there are {', '.join(table.METRICS)}"
    raise ValueError(f"no programmatic metric; {hint}")


def task_type(text: object) -> TaskType:
    """A task type in any spelling; raises ValueError with those that there are."""
    known = ", ".join(TaskType)
    found = _TASKS.get(fold(text)) if isinstance(text, str) else None
    if found is not None:
        return found
    if text in ("General", "Custom"):
        whose = "judges" if text == "General" else "people who rate"
        raise ValueError(f"{text} is the task type of {whose}; programmatic ones are {known}")
    near = closest(str(text), [*TaskType])
    raise ValueError(f"no task type; did you mean {near}?" if near else f"one of {known}")


def _each_once(names: tuple[str, ...]) -> tuple[str, ...]:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)} is named more than once; name it once")
    return names


AskedMetrics = Annotated[
    tuple[Annotated[str, AfterValidator(_metric)], ...], AfterValidator(_each_once)
]
DatasetText = Annotated[str, StringConstraints(min_length=1, max_length=1024)]


class AskedDataset(Document):
    """A dataset of one's own, or one of Bedrock's; in the suite its place or its name will do.

    name: under which its scores are kept; without it the file's. metrics: without them the
    evaluation's.
    """

    dataset: DatasetText
    name: Annotated[str, StringConstraints(pattern=f"^{_NAME}$")] | None = None
    metrics: AskedMetrics = ()

    @model_validator(mode="before")
    @classmethod
    def _a_place_will_do(cls, given: Any) -> Any:
        return {"dataset": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _whose_name(self) -> AskedDataset:
        if self.is_built_in and self.name:
            raise ValueError("a built-in dataset has its own name; leave name out")
        if self.name and not _OWN_NAME.fullmatch(self.name):
            raise ValueError(f"names that begin with {BUILTIN_PREFIX} are Bedrock's own")
        return self

    @property
    def is_built_in(self) -> bool:
        return self.dataset.lower().startswith(BUILTIN_PREFIX.lower())


class DatasetUse(NamedTuple):
    """One dataset of an evaluation, with the metrics that are computed on it.

    name: without prefix. source: where one's own lies; None for Bedrock's. field: in the suite.
    """

    name: str
    source: str | None
    metrics: tuple[str, ...]
    field: str

    @property
    def api_name(self) -> str:
        return self.name if self.source is not None else table.api_name(self.name)


def uses_of(
    datasets: Sequence[tuple[str, AskedDataset]], metrics: tuple[str, ...], evaluation: str
) -> list[DatasetUse]:
    """The datasets by name; each comes with its field. One that is alone is called as the
    evaluation."""
    alone = len(datasets) == 1
    return [
        DatasetUse(
            name=_name_of(asked, evaluation if alone else None),
            source=None if asked.is_built_in else asked.dataset,
            metrics=asked.metrics or metrics,
            field=field,
        )
        for field, asked in datasets
    ]


def _name_of(asked: AskedDataset, alone: str | None) -> str:
    if asked.is_built_in:
        return table.built_in_name(asked.dataset) or asked.dataset[len(BUILTIN_PREFIX) :]
    return asked.name or alone or PurePosixPath(asked.dataset).stem


def misfits(task: TaskType, uses: Sequence[DatasetUse]) -> Iterator[str]:
    """One sentence per thing that does not go together, each with what does."""
    names = [use.name for use in uses]
    if len(uses) > table.MAX_DATASETS:
        yield (
            f"datasets: Bedrock takes at most {table.MAX_DATASETS}; put the others into another "
            "evaluation"
        )
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"two datasets are called {name}; give them names that differ"
    for use in uses:
        if use.source is not None and not _OWN_NAME.fullmatch(use.name):
            yield (
                f"{use.field}: its file's or evaluation's name cannot be the dataset's; write it "
                "into datasets with a name beside it"
            )
        elif not use.metrics:
            yield f"{use.field}: no metric; name some in metrics, here or for all datasets"
        elif use.source is None and use.name not in table.built_in_of(task):
            yield f"{use.field}: {_no_such_dataset(task, use.name)}"
        else:
            yield from (f"{use.field}: {one}" for one in _unfit_metrics(task, use))


def _no_such_dataset(task: TaskType, name: str) -> str:
    others = _prefixed(table.built_in_of(task))
    belongs = table.tasks_of(name)
    if belongs:
        return (
            f"{table.api_name(name)} is a dataset of {_listed(belongs)}; for {task} there is "
            f"{others}, or a dataset of your own"
        )
    return f"Bedrock has no such dataset; for {task} there is {others}"


def _unfit_metrics(task: TaskType, use: DatasetUse) -> Iterator[str]:
    for metric in use.metrics:
        row = table.row_of(task, metric)
        if row is None:
            offered = _listed(table.metrics_of(task))
            yield (
                f"{metric} is not offered for {task}, which has {offered}; it goes with "
                f"{_listed(table.tasks_with(metric))}"
            )
        elif use.source is None and use.name not in row.built_in:
            yield (
                f"{metric} is not computed on {table.api_name(use.name)}, which is for "
                f"{_listed(table.metrics_of(task, use.name))}; for {metric} there is "
                f"{_prefixed(row.built_in)}, or a dataset of your own"
            )


def _prefixed(names: Sequence[str]) -> str:
    return ", ".join(table.api_name(name) for name in names)


def _listed(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


_NOT_HERE: Mapping[str, str] = {
    "judge": "nothing is judged here; leave it out, or use the kind bedrock-judge",
    "customMetrics": "they need a judge; use the kind bedrock-judge",
    "repeats": "judgements are repeated, and nothing is judged here; leave it out",
    "keepThinking": "responses are measured as the model gives them; leave it out",
}


def not_here(given: Any) -> Any:
    """Refuse the fields of evaluations with a judge, each with what to do."""
    found = [name for name in _NOT_HERE if isinstance(given, Mapping) and name in given]
    if found:
        raise ValueError("; ".join(f"{name}: {_NOT_HERE[name]}" for name in found))
    return given
