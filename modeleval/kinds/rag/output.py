"""From a RAG job's output to record scores: each turn joined to the index by digests."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence

from modeleval.artifacts import index_key, output_prefix
from modeleval.bedrock.outputs import OutputScore
from modeleval.bedrock.rag_outputs import OutputConversation, OutputTurn, read_rag_output
from modeleval.datasets.index import IndexEntry, read_index
from modeleval.datasets.rag_line import Asked, output_digest, turn_digest
from modeleval.errors import OutputUnusable
from modeleval.kinds.judge_output import (
    ByMetric,
    contradictions,
    read_files,
    scores,
    silent_metrics,
)
from modeleval.kinds.judge_results import readings
from modeleval.kinds.protocol import Collected, JobContext
from modeleval.kinds.rag.jobs import definitions_of
from modeleval.scores.metrics import metric_name
from modeleval.scores.records import RecordScore


def collect_rag(job: JobContext) -> Collected:
    """The record scores of a job that has succeeded. Raises OutputUnusable."""
    objects, spec = job.services.objects, job.spec
    index = list(_index(job))
    definitions = definitions_of(spec)
    metrics = [*spec["metrics"], *(metric.name for metric in definitions)]
    live = spec["knowledgeBase"] is not None
    conversations = read_files(objects, output_prefix(*job.ref), read_rag_output)
    found, strangers = join_turns(conversations, index, live=live, retrieve=spec["retrieve"])
    warnings = silent_metrics(metrics, found)
    read_as, odd = readings(definitions, found.values(), parts=int(spec.get("parts", 1)))
    told = scores(index, metrics, found, read_as, candidate=spec["candidate"])
    doubted = [] if live else contradictions(index, metrics, found)
    if strangers:
        odd.insert(0, f"{strangers} turns of the output are not among those validated")
    return Collected(told, [*warnings, *odd, *doubted])


def unscored_rag(job: JobContext) -> Iterator[RecordScore]:
    """The turns of a job that gave no scores, as `collect_rag` would name them."""
    spec = job.spec
    metrics = [*spec["metrics"], *(metric.name for metric in definitions_of(spec))]
    return scores(_index(job), metrics, {}, {}, candidate=spec["candidate"])


def _index(job: JobContext) -> Iterator[IndexEntry]:
    key = index_key(job.ref.run_id, job.evaluation, int(job.spec["part"]))
    return read_index(job.services.objects.open(key).chunks)


def join_turns(
    conversations: Iterable[OutputConversation],
    index: Sequence[IndexEntry],
    *,
    live: bool,
    retrieve: bool,
) -> tuple[dict[str, ByMetric], int]:
    """Give each turn of the output to the index entry that it is about; the scores by record key,
    and how many turns have none.

    Precomputed outputs are matched by what was asked and what was given. Live ones, which nobody
    knew before, by what was asked; so is a turn that does not show the answer or the passages, if
    only one entry waits for it. Raises OutputUnusable when nothing belongs to what was validated.
    """
    waiting = _Waiting(index, live=live, retrieve=retrieve)
    found: dict[str, ByMetric] = {}
    strangers = 0
    for conversation in conversations:
        history: list[Asked] = []
        for turn in conversation.conversation_turns:
            history.append((turn.prompt, tuple(turn.references)))
            entry = waiting.take(turn_digest(history), turn)
            if entry is None:
                strangers += 1
                continue
            # Where the knowledge base gave nothing, no score could be about it.
            given = turn.text or turn.passages
            found[entry.key] = {} if live and not given else _by_metric(turn)
    if not found:
        raise OutputUnusable(
            f"None of the output's {strangers} turns is one that was validated",
            action="Do not use this output: it is empty, or belongs to another dataset.",
        )
    return found, strangers


class _Waiting:
    """Index entries that no turn of the output was given to yet."""

    def __init__(self, index: Sequence[IndexEntry], *, live: bool, retrieve: bool) -> None:
        self._live = live
        self._retrieve = retrieve
        self._entries: dict[str, deque[IndexEntry]] = defaultdict(deque)
        for entry in index:
            if entry.unscored is None:
                self._entries[entry.input_digest].append(entry)

    def take(self, asked: str, turn: OutputTurn) -> IndexEntry | None:
        entries = self._entries.get(asked)
        if not entries:
            return None
        if self._live:
            return entries.popleft()
        given = output_digest(turn.text, turn.passages)
        entry = next((one for one in entries if one.response_digest == given), None)
        if entry is None and self._shows_less(turn) and len(entries) == 1:
            entry = entries[0]
        if entry is not None:
            entries.remove(entry)
        return entry

    def _shows_less(self, turn: OutputTurn) -> bool:
        """Whether the output leaves out what the turn was judged by."""
        return not turn.passages or not (turn.text or self._retrieve)


def _by_metric(turn: OutputTurn) -> ByMetric:
    """The turn's scores by metric; of a metric named twice the first one counts."""
    found: dict[str, OutputScore] = {}
    for score in turn.results or []:
        found.setdefault(metric_name(score.metric_name), score)
    return found
