"""What a report is made of, gathered before anything is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from modeleval.report.record_text import RecordText
from modeleval.store.items import Job, Run

Entry = Mapping[str, Any]
"""An evaluation of a summary document."""


class TextsOf(NamedTuple):
    """Texts by record key, and whose responses are in them."""

    whose: str
    texts: Mapping[str, RecordText]


@dataclass(frozen=True, kw_only=True)
class Other:
    """The run that is set beside the reported one.

    compared: by evaluation, what `compare_runs` came to.
    """

    run: Run
    summary: Mapping[str, Any]
    compared: Mapping[str, Entry] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Source:
    """A run with everything that its report says.

    summary: None for a run without scores. texts: by evaluation and record key. texts_beside: by
    evaluation, the same of its candidates and of the other run, each with whose they are. stand_in:
    whose results these are, if no AWS account stands behind them. made_at: ISO 8601, UTC.
    """

    run: Run
    jobs: Sequence[Job]
    summary: Mapping[str, Any] | None
    texts: Mapping[str, Mapping[str, RecordText]]
    texts_beside: Mapping[str, Sequence[TextsOf]] = field(default_factory=dict)
    bucket: str
    made_at: str
    stand_in: str | None = None
    other: Other | None = None

    @property
    def evaluations(self) -> Sequence[Entry]:
        return () if self.summary is None else self.summary["evaluations"]

    def theirs(self, name: str) -> Entry | None:
        """The other run's evaluation of that name, if it has scores."""
        entries = self.other.summary["evaluations"] if self.other else ()
        found = (one for one in entries if one["name"] == name and "summaries" in one)
        return next(found, None)

    def beside(self, name: str) -> str:
        """What another run's evaluation of that name is called."""
        theirs = self.theirs(name)
        run_id = self.other.run.run_id if self.other else ""
        return f"{theirs['subject'] if theirs else name} (run {run_id})"

    def compared(self, name: str) -> Entry | None:
        return self.other.compared.get(name) if self.other else None
