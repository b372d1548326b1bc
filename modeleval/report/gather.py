"""Gather what a report is made of from the table and the bucket, and make it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from modeleval.artifacts import summary_key
from modeleval.objects import ObjectMissing, RunFiles
from modeleval.report.build import build
from modeleval.report.reading import Texts, read_texts
from modeleval.report.render import render
from modeleval.report.source import Entry, Other, Source, TextsOf
from modeleval.services import Services
from modeleval.store.items import Job, Run

_AWS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")


class Made(NamedTuple):
    """A report as a file. records: how many are in it with their low scores."""

    data: bytes
    evaluations: int
    records: int


def make_report(run: Run, services: Services, other: Other | None = None) -> Made:
    """The report of a run as it stands, be it pending, partial or failed."""
    view = build(source_of(run, services, other))
    records = sum(len(one.low) for one in view.evaluations)
    return Made(render("report.html.j2", view=view), len(view.evaluations), records)


def source_of(run: Run, services: Services, other: Other | None = None) -> Source:
    """Reads the summary, the jobs, and the texts of the records with the lowest scores alone."""
    summary = summary_of(run, services)
    jobs = services.store.jobs(run.run_id)
    entries: Sequence[Entry] = () if summary is None else summary["evaluations"]
    source = Source(
        run=run,
        jobs=jobs,
        summary=summary,
        texts={entry["name"]: _texts(entry, entry, jobs, services) for entry in entries},
        bucket=services.objects.bucket,
        made_at=made_at(services),
        stand_in=stand_in(),
        other=other,
    )
    beside = {entry["name"]: list(_beside(entry, source, services)) for entry in entries}
    return replace(source, texts_beside=beside)


def _beside(entry: Entry, source: Source, services: Services) -> Iterator[TextsOf]:
    """What the evaluation's candidates, and the other run, answered to the same."""
    for label, name in (entry.get("candidates") or {}).items():
        texts = _texts(entry, entry, source.jobs, services, candidate=label)
        yield TextsOf(str(name), texts)
    theirs = source.theirs(entry["name"])
    if source.other and theirs:
        jobs = services.store.jobs(source.other.run.run_id)
        yield TextsOf(source.beside(entry["name"]), _texts(entry, theirs, jobs, services))


def summary_of(run: Run, services: Services) -> Mapping[str, Any] | None:
    """The run's summary document; None if it has none to be shown, or no longer."""
    if not run.published:
        return None
    try:
        summary: Mapping[str, Any] = json.loads(
            RunFiles(services.objects).read(summary_key(run.run_id))
        )
    except ObjectMissing:
        return None
    return summary


def _texts(
    entry: Entry,
    judged: Entry,
    jobs: Sequence[Job],
    services: Services,
    *,
    candidate: str | None = None,
) -> Texts:
    """The texts of the entry's low scores, as they were judged in an entry of this or another run.

    A record's key is the same wherever the same was asked.
    """
    keys = {item["recordKey"] for item in entry.get("lowScores", {}).get("items", ())}
    numbers = {int(one["job"]) for one in judged["jobs"]}
    own = [job for job in jobs if job.job in numbers]
    return read_texts(own, keys, services.objects, candidate=candidate) if keys else {}


def made_at(services: Services) -> str:
    """Now, as a report says it."""
    moment = datetime.fromtimestamp(services.now(), UTC)
    return moment.strftime("%Y-%m-%d %H:%M UTC")


def stand_in() -> str | None:
    """What to say where the services are not AWS's own but something at another endpoint."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
    host = urlsplit(endpoint).hostname or ""
    if not host or host.endswith(_AWS):
        return None
    return (
        "They were made on an AWS that is embedded on a machine, not in an account: jobs, models "
        "and judges there are stand-ins. They say nothing about a model."
    )
