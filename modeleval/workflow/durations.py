"""How long a run takes: what earlier runs of the suite took, else what such jobs take elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple, Protocol

from modeleval.kinds.durations import Duration
from modeleval.kinds.registry import KINDS
from modeleval.store.items import Job, Run
from modeleval.workflow.timing import seconds_of

_LOOKED_AT = 25
"""Earlier runs of the suite, newest first."""
_ENOUGH = 5
_ALIKE = 1.25
"""Two runs are as much work if neither is more than a quarter more of it than the other."""
_SPREAD = 1.25
"""A few runs do not show how far the next one may be from all of them."""
_STEPS_SECONDS = (30.0, 180.0)
"""Planning, scoring, and what passes until a job's end is seen."""
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


class Expected(NamedTuple):
    """Seconds from a run's start to its end, from and to; `basis` says what they rest on."""

    low: float
    high: float
    basis: str

    def to_document(self) -> dict[str, Any]:
        """JSON-able, camelCase; whole seconds."""
        return {
            "lowSeconds": round(self.low),
            "highSeconds": round(self.high),
            "basis": self.basis,
        }

    @property
    def words(self) -> str:
        """Such as `25 minutes to 1 hour 20 minutes`."""
        low, high = duration_words(self.low), duration_words(self.high)
        return low if low == high else f"{low} to {high}"


class RunHistory(Protocol):
    """What `RunStore` knows of earlier runs."""

    def runs_of(self, suite: str) -> Iterator[Run]:
        """Every run of a suite, newest first."""
        ...

    def jobs(self, run_id: str) -> list[Job]:
        """The jobs of a run."""
        ...


def expected_seconds(store: RunHistory, run: Run, jobs: Sequence[Job]) -> Expected | None:
    """How long a planned run takes in all; `jobs` are its jobs.

    Earlier runs count that were as much work: the same evaluations in as many jobs, about as many
    records, a model of about the size, the base model evaluated or not alike. None if there is no
    such run and nothing is known of any of the jobs.
    """
    work = _work_of(run, jobs)
    took = sorted(islice(_earlier(store, run, work), _ENOUGH))
    if took:
        return Expected(took[0] / _SPREAD, took[-1] * _SPREAD, _said(took))
    return _by_rules(run, jobs)


class _Work(NamedTuple):
    """What two runs must have about alike to take about as long."""

    evaluations: dict[str, tuple[str, int]]
    """Kind and number of jobs of each."""
    amounts: tuple[float, ...]


def _earlier(store: RunHistory, run: Run, work: _Work) -> Iterator[float]:
    """Seconds that each earlier run took, newest first."""
    for other in islice(store.runs_of(run.suite), _LOOKED_AT):
        # A resumed run's time has a pause in it, however long.
        if other.run_id == run.run_id or not other.completed or other.attempt > 1:
            continue
        if other.ended_at and _evaluations(other) == work.evaluations:
            done = _work_of(other, store.jobs(other.run_id))
            if _alike(done.amounts, work.amounts):
                yield seconds_of(other.ended_at) - seconds_of(other.started_at)


def _evaluations(run: Run) -> dict[str, tuple[str, int]]:
    return {one.name: (one.kind, len(one.jobs)) for one in run.evaluations}


def _work_of(run: Run, jobs: Sequence[Job]) -> _Work:
    records = [float(one.records) for one in run.evaluations]
    seconds = [one.high if one else 0.0 for one in _durations(run, jobs)]
    return _Work(_evaluations(run), (*records, sum(seconds)))


def _alike(some: Sequence[float], others: Sequence[float]) -> bool:
    return all(
        max(one, other) <= _ALIKE * min(one, other) for one, other in zip(some, others, strict=True)
    )


def _durations(run: Run, jobs: Sequence[Job]) -> list[Duration | None]:
    records = {one.name: one.records for one in run.evaluations}
    return [KINDS[job.kind].duration(job.spec, records.get(job.evaluation_name, 0)) for job in jobs]


def _by_rules(run: Run, jobs: Sequence[Job]) -> Expected | None:
    """The jobs run side by side, so that the slowest decides, or how many run at once."""
    every = _durations(run, jobs)
    known = [one for one in every if one is not None]
    if not known:
        return None
    low = max(*(one.low for one in known), sum(one.low / one.at_once for one in known))
    high = max(*(one.high for one in known), sum(one.high / one.at_once for one in known))
    basis = "; ".join(dict.fromkeys(one.basis for one in known))
    unknown = zip(jobs, every, strict=True)
    without = dict.fromkeys(job.evaluation_name for job, one in unknown if one is None)
    if without:
        basis += f"; without {', '.join(without)}, of which nothing is known before"
    return Expected(low + _STEPS_SECONDS[0], high + _STEPS_SECONDS[1], f"a rule of thumb: {basis}")


def _said(took: Sequence[float]) -> str:
    shortest, longest = duration_words(took[0]), duration_words(took[-1])
    if len(took) == 1:
        return f"an earlier run of the suite took {shortest}"
    if shortest == longest:
        return f"{len(took)} earlier runs of the suite took {shortest}"
    return f"{len(took)} earlier runs of the suite took {shortest} to {longest}"


def duration_words(seconds: float) -> str:
    """A time as people say it, in its two largest units: `45 seconds`, `1 hour 20 minutes`."""
    if seconds < _MINUTE:
        return _count(round(seconds), "second")
    minutes = round(seconds / _MINUTE)
    if minutes < _HOUR // _MINUTE:
        return _count(minutes, "minute")
    if minutes < _DAY // _MINUTE:
        hours, rest = divmod(minutes, 60)
        return _joined(_count(hours, "hour"), rest, "minute")
    days, rest = divmod(round(seconds / _HOUR), 24)
    return _joined(_count(days, "day"), rest, "hour")


def _joined(large: str, rest: int, unit: str) -> str:
    return f"{large} {_count(rest, unit)}" if rest else large


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
