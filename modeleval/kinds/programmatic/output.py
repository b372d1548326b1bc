"""From a programmatic job's output, one file per dataset, to record scores.

Records of one's own datasets are joined to their index by digests. Nobody knows those of Bedrock's
datasets before: they are named by the same digests, as the output has them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

import msgspec

from modeleval.artifacts import index_key, output_prefix
from modeleval.bedrock.outputs import OutputRecord, OutputScore, read_output
from modeleval.datasets.identity import input_digest, record_key, response_digest
from modeleval.datasets.index import IndexEntry, read_index
from modeleval.errors import OutputUnusable
from modeleval.kinds.judge_output import (
    by_metric,
    join,
    output_files,
    read_file,
    scores,
    silent_metrics,
)
from modeleval.kinds.programmatic.table import BUILT_IN_PROMPTS
from modeleval.kinds.protocol import Collected, JobContext
from modeleval.objects import Objects
from modeleval.scores.records import RecordScore

_FOLDER = "/datasets/"
_NO_RESPONSE = response_digest("")


class Found(NamedTuple):
    """One dataset's records, and their scores by record key and metric."""

    entries: Sequence[IndexEntry]
    scores: Mapping[str, Mapping[str, OutputScore]]
    warnings: Sequence[str] = ()


def collect(job: JobContext) -> Collected:
    """The record scores of a job that has succeeded. Raises OutputUnusable."""
    asked: list[Mapping[str, Any]] = job.spec["datasets"]
    files = _files(job.services.objects, output_prefix(*job.ref), asked)
    found = _found(job, files)
    names = [name for one in asked for name in one["names"]]
    of_all = {key: score for each in found for key, score in each.scores.items()}
    warnings = [
        f"{job.spec['model']}: {warning}" if job.spec["candidate"] else warning
        for warning in [
            *(warning for each in found for warning in each.warnings),
            *silent_metrics(names, of_all),
        ]
    ]
    return Collected(_record_scores(job, found), warnings)


def unscored(job: JobContext) -> Iterator[RecordScore]:
    """The records of a job that gave no scores, as `collect` would name them."""
    return _record_scores(job, _found(job, {}))


def _found(job: JobContext, files: Mapping[str, Sequence[str]]) -> list[Found]:
    """Each dataset's, from the result files that there are of it."""
    asked, several = job.spec["datasets"], job.spec["several"]
    return [_named(one, _read(job, one, files.get(one["name"], ())), several) for one in asked]


def _record_scores(job: JobContext, found: Sequence[Found]) -> Iterator[RecordScore]:
    candidate = job.spec["candidate"]
    return chain.from_iterable(
        scores(each.entries, one["names"], each.scores, {}, candidate=candidate)
        for one, each in zip(job.spec["datasets"], found, strict=True)
    )


def _files(
    objects: Objects, prefix: str, asked: Sequence[Mapping[str, Any]]
) -> dict[str, list[str]]:
    """The result files by dataset, as their folders say; of a dataset that is alone, all files."""
    files = output_files(objects, prefix)
    if len(asked) == 1:
        return {asked[0]["name"]: files}
    folders = {one[name]: str(one["name"]) for one in asked for name in ("name", "apiName")}
    found: dict[str, list[str]] = {str(one["name"]): [] for one in asked}
    for key in files:
        folder = key.rpartition(_FOLDER)[2].partition("/")[0]
        if folder not in folders:
            raise OutputUnusable(
                "A file of the job's output does not say which dataset it is about",
                where=f"s3://{objects.bucket}/{key}",
                action="Report the key's form; evaluate each dataset by itself meanwhile.",
            )
        found[folders[folder]].append(key)
    return found


def _read(job: JobContext, one: Mapping[str, Any], files: Sequence[str]) -> Found:
    objects = job.services.objects
    records = (record for key in files for record in read_file(objects, key, read_output))
    if one["part"] is None:
        return _as_they_come(records, str(one["apiName"]))
    key = index_key(job.ref.run_id, job.evaluation, int(one["part"]))
    index = list(read_index(objects.open(key).chunks))
    if not files:
        return Found(index, {}, [f"The job left no output for {one['apiName']}"])
    joined = join(records, index, live=True)
    return Found(index, joined.found, joined.warnings)


def _as_they_come(records: Iterator[OutputRecord], dataset: str) -> Found:
    """Records of a built-in dataset: `line` is their line in the output.

    Prompts that the output lacks are unscored; which they are is not known.
    """
    index: list[IndexEntry] = []
    found: dict[str, Mapping[str, OutputScore]] = {}
    before: Counter[str] = Counter()
    for line, record in enumerate(records, start=1):
        asked = record.input_record
        digest = input_digest(asked.prompt, asked.reference_response)
        entry = _entry(record_key(digest, before[digest]), digest, line, asked.category)
        before[digest] += 1
        index.append(entry)
        found[entry.key] = by_metric(record) if record.response else {}
    missing = BUILT_IN_PROMPTS - len(index)
    index += [_entry(f"missing-{number}", "", 0, None) for number in range(missing)]
    if missing <= 0:
        return Found(index, found)
    what = f"{dataset}: {missing} of its {BUILT_IN_PROMPTS} prompts are not in the output"
    return Found(index, found, [f"{what}, and count as unscored"])


def _entry(key: str, digest: str, line: int, category: object) -> IndexEntry:
    return IndexEntry(
        key=key,
        line=line,
        category=category if isinstance(category, str) and category else None,
        cluster=None,
        input_digest=digest,
        response_digest=_NO_RESPONSE,
    )


def _named(one: Mapping[str, Any], found: Found, several: bool) -> Found:
    """Metrics by their names in the scores; of several datasets, keys that tell them apart."""
    names = dict(zip(one["metrics"], one["names"], strict=True))
    prefix = f"{one['name']}:" if several else ""
    return Found(
        [msgspec.structs.replace(entry, key=prefix + entry.key) for entry in found.entries],
        {
            prefix + key: {names[name]: score for name, score in of.items() if name in names}
            for key, of in found.scores.items()
        },
        found.warnings,
    )
