"""What benchmarks and scorers write: one file of aggregates per job, in lighteval's layout.

{"results": {"custom|mmlu:anatomy|0": {"accuracy": 0.61, "accuracy_stderr": 0.04}, "all": {…}}}

One key was ever seen, "custom|gen_qa_gen_qa|0": the task gen_qa with its strategy. How a subtask is
spelled is not known, so that every likely way is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from modeleval.errors import OutputUnusable
from modeleval.sagemaker.benchmarks import BENCHMARKS, Benchmark
from modeleval.sagemaker.decoding import count, decode, finite

FAILURES = "byoc_failure_count"
"""How many records a scorer's function failed on: reported among the metrics, and none of them."""

SAYS = "The results say of themselves: "
"""How a warning begins that tells a file's own note."""

_ALL = "all"
_LONGEST_NOTE = 200
_AVERAGE = "_average"
_STANDARD_ERROR = "_stderr"
_SCORERS = "gen_qa"  # the task of every scorer
_FILE = re.compile(r"(^|/)output/output/[^/]+/eval_results/([^/]+/)*(?P<name>results_[^/]*\.json)$")


@dataclass(frozen=True, kw_only=True)
class AggregateResult:
    """One metric of one task. `task` is None for the whole evaluation, else the subtask."""

    task: str | None
    metric: str
    value: float
    standard_error: float | None


class _File(msgspec.Struct):
    results: dict[str, Any]
    config_general: Any = None


Numbers = Mapping[str, Any]


def read_benchmark_results(data: bytes, *, where: str | None = None) -> list[AggregateResult]:
    """The aggregates of a results file, those of the whole evaluation first.

    The whole is "all", else the average over the subtasks, else the only task, else the one that
    is named as a whole task is. Several others are nobody's whole: then there is none. A value
    that is no finite number is left out. `where` names the file in errors. Raises OutputUnusable
    if the file is not of that form, or holds no number.
    """
    tasks = _tasks(data, where)
    overall = _overall(tasks)
    found = list(_aggregates(None, _whole(tasks, overall))) if overall is not None else []
    for name, numbers in _named(tasks, overall).items():
        found += _aggregates(name, numbers)
    if not found:
        raise _unusable("holds not one metric's value", where)
    return found


def read_failure_count(data: bytes, *, where: str | None = None) -> int | None:
    """How many records the scorer's function failed on; None if the file does not say.

    Raises OutputUnusable if the file is not of that form.
    """
    tasks = _tasks(data, where)
    overall = _overall(tasks)
    order = [tasks[overall], *tasks.values()] if overall is not None else [*tasks.values()]
    counts = (count(numbers.get(FAILURES)) for numbers in order)
    return next((failures for failures in counts if failures is not None), None)


def read_note(data: bytes) -> str | None:
    """What the file says of itself, on one short line: that no model answered, for example."""
    document = decode(data, _File)
    general = document.config_general if document else None
    note = general.get("note") if isinstance(general, Mapping) else None
    if not isinstance(note, str):
        return None
    shown = "".join(char if char.isprintable() else " " for char in note[:_LONGEST_NOTE])
    return " ".join(shown.split()) or None


def results_file(keys: Iterable[str]) -> str | None:
    """The newest results file among the keys of a training job's output; None if there is none.

    The folder below `output/output/` is named as the evaluation, or literally "None".
    """
    found = ((match["name"], key) for key in keys if (match := _FILE.search(key)))
    return max(found, default=("", None))[1]


def _tasks(data: bytes, where: str | None) -> dict[str, Numbers]:
    """The tasks that have numbers, in the order of the file."""
    document = decode(data, _File)
    if document is None:
        raise _unusable("is not a file of results", where)
    return {key: of for key, of in document.results.items() if isinstance(of, dict) and of}


def _unusable(what: str, where: str | None) -> OutputUnusable:
    action = "Look at the training job's log; run the suite again."
    return OutputUnusable(f"The evaluation's output {what}", where=where, action=action)


def _overall(tasks: Mapping[str, Numbers]) -> str | None:
    if _ALL in tasks or len(tasks) == 1:
        return _ALL if _ALL in tasks else next(iter(tasks))
    averages = (key for key in tasks if _is_average(key))
    wholes = (key for key in tasks if _bare(key).lower() in _WHOLES)
    return next(averages, None) or next(wholes, None)


def _whole(tasks: Mapping[str, Numbers], overall: str) -> Numbers:
    """The whole's numbers; those that it lacks are the only task's, where the two say the same."""
    numbers = tasks[overall]
    others = [key for key in tasks if key != overall and not _is_average(key)]
    if overall != _ALL or len(others) != 1:
        return numbers
    only = tasks[others[0]]
    stated = {name: value for name, value in numbers.items() if finite(value) is not None}
    same = all(only.get(name, value) == value for name, value in stated.items())
    return {**only, **stated} if same else numbers


def _named(tasks: Mapping[str, Numbers], overall: str | None) -> dict[str, Numbers]:
    """The tasks by name: the subtasks, and whatever else is not the whole evaluation again."""
    keys = [key for key in tasks if key != _ALL and not _is_average(key)]
    if len(keys) > 1:
        keys = [key for key in keys if _bare(key).lower() not in _WHOLES]
    if len(keys) == 1 and overall is not None and not _is_subtask(keys[0]):
        return {}
    named: dict[str, Numbers] = {}
    for key in keys:
        name = task_name(key)
        named[key if name in named else name] = tasks[key]
    return named


def task_name(key: str) -> str:
    """A task's key as a person names it: "custom|mmlu:anatomy|0" is anatomy.

    A subtask stands behind a colon, or behind its benchmark's name, with or without the strategy,
    and an underscore; a whole task may have its strategy behind it ("custom|gen_qa_gen_qa|0" is
    gen_qa). Another key is left as it is, without what stands around it.
    """
    task = _bare(key)
    if ":" in task:
        return task.split(":", 1)[1]
    return _subtask_of(task) or _WHOLES.get(task.lower()) or task


def _bare(key: str) -> str:
    """The task of "suite|task|shots"."""
    parts = key.split("|")
    return parts[1] if len(parts) > 1 and parts[1] else key


def _is_average(key: str) -> bool:
    return _bare(key).endswith(f":{_AVERAGE}")


def _is_subtask(key: str) -> bool:
    task = _bare(key)
    return ":" in task or _subtask_of(task) is not None


def _subtask_of(task: str) -> str | None:
    """The subtask in a task such as mmlu_anatomy, as the service spells it."""
    return next((name for b in BENCHMARKS.values() if (name := _within(task, b))), None)


def _within(task: str, benchmark: Benchmark) -> str | None:
    if task in benchmark.subtasks:  # in this case only: math is a benchmark, Math a subtask
        return task
    spelled = {
        f"{start}_{name.lower()}": name
        for start in (benchmark.name, f"{benchmark.name}_{benchmark.strategy}")
        for name in benchmark.subtasks
    }
    return spelled.get(task.lower())


def _wholes() -> dict[str, str]:
    """How a whole task may be spelled, and its name."""
    strategies = {_SCORERS: _SCORERS} | {b.name: b.strategy for b in BENCHMARKS.values()}
    return {
        spelled: name
        for name, strategy in strategies.items()
        for spelled in (name, f"{name}_{strategy}", f"{name}_{name}")
    }


_WHOLES = _wholes()


def _aggregates(task: str | None, numbers: Numbers) -> Iterator[AggregateResult]:
    for metric, given in numbers.items():
        if metric.endswith(_STANDARD_ERROR) or metric == FAILURES:
            continue
        value = finite(given)
        if value is None:
            continue
        error = finite(numbers.get(metric + _STANDARD_ERROR))
        if error is not None and error < 0:
            error = None
        yield AggregateResult(task=task, metric=metric, value=value, standard_error=error)
