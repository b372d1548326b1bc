"""The parts of docs/performance.md on reading, planning and reporting what is in files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

PEER = "duckdb"
_FILES = """## Validation and aggregation

`python -m benchmarks`: CPU seconds per contestant, each in a process of its own, one core; the best
of three rounds in turn, of one at 1,000 MB. With compiled bytecode, as an installed package has it.

Both tasks are slower than {peer}, except on small files, where its start-up costs more. `validate`
also hashes the file and each record's texts (SHA-256), tells repeats apart, and writes records and
index, which no peer does. All lines here are ordinary ones in ASCII, which is the quickest case.
"""
_PLANNING = """### Validated, split and written

`python -m benchmarks.plan`: what PlanJobs does of one evaluation, S3 itself left out; each job adds
two PutObject. A function with 1,024 MB has about 0.6 of a processor and 15 minutes. Memory is what
the process takes beside its modules.
"""
_REPORT = """### A report, made and opened

`python -m benchmarks.report`: {records:,} records by {metrics} metrics in ten categories, with a
baseline and the texts of fifty records. *Made* is CPU time; *opened* is from the navigation's start
to the load event, in headless Chromium with an empty profile, the median of {rounds}.

| made | size | opened | slowest | first paint |
|---|---|---|---|---|
| {madeSeconds:.2f} s | {mb:.1f} MB | {openedSeconds:.2f} s | {slowestSeconds:.2f} s | {paintSeconds:.2f} s |
"""  # noqa: E501 - a row of a table


def sections(found: Mapping[str, Any]) -> Iterator[str]:
    """The lines of the parts. Raises KeyError if one was never measured."""
    yield _FILES.format(peer=PEER)
    for one in found["files"]:
        yield from _contest(one)
    yield from _planning(found["planning"])
    yield _REPORT.format(**found["report"])


def _contest(one: Mapping[str, Any]) -> Iterator[str]:
    yield f"**{one['task']}**, {one['mb']:,} MB, {one['records']:,} records:\n"
    yield f"| | MB/s per core | speed / {PEER} | peak MB | memory / {PEER} |"
    yield "|---|---:|---:|---:|---:|"
    beside = one["contestants"][PEER]
    for name, took in sorted(one["contestants"].items(), key=lambda item: item[1]["seconds"]):
        yield (
            f"| {name} | {one['mb'] / took['seconds']:.0f} "
            f"| {beside['seconds'] / took['seconds']:.2f} | {took['peakMb']:.0f} "
            f"| {took['peakMb'] / beside['peakMb']:.2f} |"
        )
    yield ""


def _planning(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield _PLANNING
    yield "| MB | records | jobs | seconds of the processor | peak MB | MB written |"
    yield "|---:|---:|---:|---:|---:|---:|"
    for row in rows:
        yield (
            f"| {row['mb']:,} | {row['records']:,} | {row['parts']:,} | {row['processor']:.1f} "
            f"| {row['peakMb']:.0f} | {row['writtenMb']:,.0f} |"
        )
    yield ""
