"""The benchmarks of SageMaker's serverless evaluation: `benchmarks.json` beside this module.

Names, strategies, metrics and subtasks are the service's own. Names are understood without case,
hyphens, underscores and spaces: "MMLU-Pro" is mmlu_pro.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from modeleval.documents import closest
from modeleval.errors import ModelNotUsable, SuiteInvalid
from modeleval.scores.metrics import Direction

ALL = "ALL"
"""What the service calls every subtask of a benchmark; it is asked for by naming none."""

_SHOWN = 63


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """One benchmark.

    name, strategy, metric: as the service's hyperparameters have them. subtasks: all that may be
    asked for; empty if none may. nova: whether only Nova models can be evaluated by it, all but
    Nova models, or any. meaning: what the metric's value says, in a sentence. source, size: where
    it was published and what its test set holds; of how many SageMaker asks nothing is documented.
    """

    name: str
    strategy: str
    metric: str
    direction: Direction = Direction.HIGHER
    subtasks: tuple[str, ...]
    modality: str
    nova: Literal["only", "never", "any"]
    meaning: str
    source: str
    size: str


class _Elsewhere(NamedTuple):
    """A benchmark that others offer: the nearest one here, if there is one, and what that asks."""

    name: str
    nearest: str | None
    because: str


def find_benchmark(name: str, *, where: str | None = None) -> Benchmark:
    """The benchmark that a suite's `name` means; `where` is the field that holds it.

    Raises SuiteInvalid with the closest name, or with the nearest benchmark to one that the
    service does not offer.
    """
    folded = _fold(name)
    if folded in _BY_FOLDED:
        return _BY_FOLDED[folded]
    if folded in _ELSEWHERE:
        raise _not_offered(_ELSEWHERE[folded], where)
    raise SuiteInvalid(
        f"{name[:_SHOWN]!r} is not a benchmark of SageMaker's serverless evaluation",
        where=where,
        action=_hint(name, BENCHMARKS),
    )


def check_subtasks(
    benchmark: Benchmark, asked: str | Sequence[str] | None, *, where: str | None = None
) -> tuple[str, ...]:
    """The subtasks that are asked for, as the service spells them; () means all of them.

    None and "ALL" ask for all, a text for one, a list for several. Raises SuiteInvalid for an
    empty list, a name twice, an unknown name, and names where the benchmark has no subtasks.
    """
    names = (asked,) if isinstance(asked, str) else asked
    if names is None or (len(names) == 1 and _fold(names[0]) == _fold(ALL)):
        return ()
    if not benchmark.subtasks:
        what = f"{benchmark.name} has no subtasks that could be chosen"
        raise SuiteInvalid(what, where=where, action="Leave subtasks out.")
    if not names:
        what = f"The list of {benchmark.name}'s subtasks is empty"
        raise SuiteInvalid(what, where=where, action="Name at least one, or leave subtasks out.")
    known = {_fold(subtask): subtask for subtask in benchmark.subtasks}
    found = tuple(_subtask(benchmark, name, known, where) for name in names)
    for subtask in found:
        if found.count(subtask) > 1:
            what = f"The subtask {subtask} is named {found.count(subtask)} times"
            raise SuiteInvalid(what, where=where, action="Name it once.")
    return found


def check_model(benchmark: Benchmark, *, is_nova: bool, model: str, field: str) -> None:
    """Raise ModelNotUsable if the benchmark cannot evaluate that base model.

    model: how the error names it. field: the field of the suite that asks for the benchmark.
    """
    if benchmark.nova == "only" and not is_nova:
        what = f"{benchmark.name} evaluates Nova models only, and {model} is none"
        others = [name for name, other in BENCHMARKS.items() if other.nova == "any"]
        action = f"Choose from {', '.join(others)}, or evaluate a Nova model."
        raise ModelNotUsable(what, where=field, action=action)
    if benchmark.nova == "never" and is_nova:
        what = f"{benchmark.name} does not evaluate Nova models, and {model} is one"
        action = "Use the kind sagemaker-judge for it, or another benchmark."
        raise ModelNotUsable(what, where=field, action=action)


def _subtask(benchmark: Benchmark, name: str, known: Mapping[str, str], where: str | None) -> str:
    folded = _fold(name)
    if folded in known:
        return known[folded]
    if folded == _fold(ALL):
        what, action = "ALL stands for every subtask", "Name ALL alone, or the ones you want."
    else:
        what = f"{name[:_SHOWN]!r} is not a subtask of {benchmark.name}"
        action = _hint(name, benchmark.subtasks)
    raise SuiteInvalid(what, where=where, action=action)


def _not_offered(elsewhere: _Elsewhere, where: str | None) -> SuiteInvalid:
    what = f"SageMaker's serverless evaluation does not offer {elsewhere.name}"
    action = f"{elsewhere.because[0].upper()}{elsewhere.because[1:]}."
    if elsewhere.nearest:
        action = f"The nearest is {elsewhere.nearest} ({elsewhere.because})."
    return SuiteInvalid(what, where=where, action=action)


def _hint(name: str, known: Iterable[str]) -> str:
    names = list(known)
    near = closest(re.sub(r"[\s-]+", "_", name.strip()), names)
    return f"Did you mean {near}?" if near else f"Choose from {', '.join(names)}."


def _fold(name: str) -> str:
    """What two spellings of one name have in common."""
    return re.sub(r"[\s_-]+", "", name).casefold()


def _read() -> dict[str, Any]:
    text = files("modeleval.sagemaker").joinpath("benchmarks.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


_DOCUMENT = _read()

BENCHMARKS: Mapping[str, Benchmark] = MappingProxyType(
    {
        entry["name"]: Benchmark(**entry | {"subtasks": tuple(entry["subtasks"])})
        for entry in _DOCUMENT["benchmarks"]
    }
)
"""All benchmarks by name, in the order of the service's documentation."""

_BY_FOLDED = {_fold(name): benchmark for name, benchmark in BENCHMARKS.items()}
_ELSEWHERE = {
    _fold(name): _Elsewhere(name, entry["nearest"], entry["because"])
    for entry in _DOCUMENT["notOffered"]
    for name in entry["names"]
}
