"""Find the texts of a few records among all that a run judged: streamed, held for those alone."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import groupby
from typing import Any

import msgspec

from modeleval.artifacts import index_key, output_prefix, records_key
from modeleval.bedrock.human_outputs import read_human_output
from modeleval.bedrock.outputs import is_output, read_output
from modeleval.bedrock.rag_outputs import read_rag_output
from modeleval.datasets.identity import input_digest, record_key
from modeleval.datasets.rag_line import turn_digest
from modeleval.errors import ModelevalError
from modeleval.kinds.judge_output import read_file
from modeleval.objects import ObjectDenied, ObjectMissing, Objects
from modeleval.report.record_text import (
    RecordText,
    of_conversation,
    of_output,
    of_people,
    texts_of,
    unanswered,
)
from modeleval.store.items import Job

Texts = Mapping[str, RecordText]
"""By record key."""

_GONE = (ObjectMissing, ObjectDenied)


class _Entry(msgspec.Struct, rename="camel"):
    """What the index of any kind of dataset says of a record, as far as it is needed here."""

    key: str
    line: int
    input_digest: str = ""
    unscored: str | None = None


_entry = msgspec.json.Decoder(_Entry)
_Waiting = dict[str, deque[str]]
"""Keys of the records that a service was asked, by digest, in the order of the dataset."""


def read_texts(
    jobs: Iterable[Job], keys: Collection[str], objects: Objects, *, candidate: str | None = None
) -> Texts:
    """The texts of these records, as far as the run's files still hold them.

    `candidate`: whose responses are meant, None for the subject's; each has jobs of its own. Reads
    each part up to the last record that is wanted, and outputs only where the service itself got
    the responses.
    """
    found: dict[str, RecordText] = {}
    for job in jobs:
        if job.spec.get("candidate") != candidate:
            continue
        for prefix, part in _parts(job.spec):
            missing = {key for key in keys if key not in found and key.startswith(prefix)}
            if missing:
                read = _of_part(job, prefix, part, missing, objects)
                found |= {key: text for key, text in read.items() if key not in found}
    return found


def _parts(spec: Mapping[str, Any]) -> Iterator[tuple[str, int | None]]:
    """The parts of a job, each with what its keys begin with; None for data that is not ours."""
    datasets: Sequence[Mapping[str, Any]] = spec.get("datasets", ())
    if not datasets:
        yield "", int(spec.get("part", 0))
    # A job may have one dataset of the several that its evaluation has.
    several = spec.get("several", len(datasets) > 1)
    for one in datasets:
        prefix = f"{one['name']}:" if several else ""
        yield prefix, None if one["part"] is None else int(one["part"])


def _of_part(
    job: Job, prefix: str, part: int | None, wanted: Collection[str], objects: Objects
) -> dict[str, RecordText]:
    found: dict[str, RecordText] = {}
    waiting: _Waiting = defaultdict(deque)
    if part is not None:
        with suppress(*_GONE, StopIteration):
            found = _validated(job, part, _bare(wanted, prefix), objects)
            sources = len(job.spec["sources"]) if "sources" in job.spec else 1
            if any(unanswered(text, sources=sources) for text in found.values()):
                waiting = _waiting(job, part, objects)
    if part is None or waiting:
        found |= _answered(job, found, waiting, _bare(wanted, prefix), objects)
    return {prefix + key: text for key, text in found.items()}


def _bare(keys: Collection[str], prefix: str) -> set[str]:
    return {key.removeprefix(prefix) for key in keys}


def _entries(job: Job, part: int, objects: Objects) -> Iterator[_Entry]:
    return map(_entry.decode, objects.lines(index_key(job.run_id, job.evaluation, part)))


def _validated(
    job: Job, part: int, wanted: Collection[str], objects: Objects
) -> dict[str, RecordText]:
    """What the validated lines say; a conversation's turns share a line."""
    lines = objects.lines(records_key(job.run_id, job.evaluation, part))
    found: dict[str, RecordText] = {}
    for _, group in groupby(_entries(job, part, objects), key=lambda entry: entry.line):
        turns = list(group)
        if all(turn.unscored for turn in turns):
            continue
        line = next(lines)
        if not any(turn.key in wanted for turn in turns):
            continue
        for turn, text in zip(turns, texts_of(line), strict=False):
            if turn.key in wanted:
                found[turn.key] = text
        if len(found) == len(wanted):
            break
    return found


def _waiting(job: Job, part: int, objects: Objects) -> _Waiting:
    waiting: _Waiting = defaultdict(deque)
    for entry in _entries(job, part, objects):
        if entry.unscored is None:
            waiting[entry.input_digest].append(entry.key)
    return waiting


def _answered(
    job: Job, found: Texts, waiting: _Waiting, wanted: Collection[str], objects: Objects
) -> dict[str, RecordText]:
    """The same records as the service's output has them: with the responses that it got.

    Given out among equal prompts as their scores were: in the order of the output.
    """
    answered: dict[str, RecordText] = {}
    before: Counter[str] = Counter()
    with suppress(ModelevalError):  # then the record stands there without its response
        rag = any(text.turns for text in found.values())
        for digest, text in _outputs(job, objects, rag=rag):
            if waiting:
                key = waiting[digest].popleft() if waiting.get(digest) else None
            else:
                key = record_key(digest, before[digest])
                before[digest] += 1
            if key in wanted:
                answered[str(key)] = text
    return answered


def _outputs(job: Job, objects: Objects, *, rag: bool) -> Iterator[tuple[str, RecordText]]:
    """Every record of a job's output with the digest of what was asked."""
    model = job.spec.get("model")
    source = model if isinstance(model, str) else ""
    for key in filter(is_output, objects.keys(output_prefix(*job.ref))):
        if "sources" in job.spec:
            for rated in read_file(objects, key, read_human_output):
                yield input_digest(rated.prompt, rated.reference), of_people(rated)
            continue
        if rag:
            for conversation in read_file(objects, key, read_rag_output):
                for text in of_conversation(conversation, source):
                    yield turn_digest(text.turns), text
            continue
        for record in read_file(objects, key, read_output):
            asked = record.input_record
            digest = input_digest(asked.prompt, asked.reference_response)
            yield digest, of_output(record, source)
