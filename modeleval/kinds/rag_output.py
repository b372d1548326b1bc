"""From a RAG job's output to record scores: each turn joined to the index by digests."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence

from modeleval.artifacts import index_key, output_prefix
from modeleval.bedrock.outputs import OutputScore, UnreadableLine, is_output
from modeleval.bedrock.rag_outputs import OutputConversation, OutputTurn, read_rag_output
from modeleval.datasets import IndexEntry, read_index
from modeleval.datasets.rag_line import Asked, output_digest, turn_digest
from modeleval.errors import OutputUnusable
from modeleval.kinds.judge_output import contradictions, scores, silent_metrics
from modeleval.kinds.judge_results import readings
from modeleval.kinds.protocol import Collected, JobContext
from modeleval.kinds.rag_jobs import definitions_of
from modeleval.objects import Objects
from modeleval.scores.metrics import metric_name

ByMetric = Mapping[str, OutputScore]


def collect_rag(job: JobContext) -> Collected:
    """The record scores of a job that has succeeded. Raises OutputUnusable."""
    objects, spec = job.services.objects, job.spec
    key = index_key(job.ref.run_id, job.evaluation, int(spec["part"]))
    index = list(read_index(objects.open(key).chunks))
    definitions = definitions_of(spec)
    metrics = [*spec["metrics"], *(metric.name for metric in definitions)]
    live = spec["knowledgeBase"] is not None
    found, strangers = join_turns(read(objects, output_prefix(*job.ref)), index, live=live)
    warnings = silent_metrics(metrics, found)
    read_as, odd = readings(definitions, found.values())
    doubted = [] if live else contradictions(index, metrics, found)
    if strangers:
        odd.insert(0, f"{strangers} turns of the output are not among those validated")
    return Collected(scores(index, metrics, found, read_as), [*warnings, *odd, *doubted])


def read(objects: Objects, prefix: str) -> Iterator[OutputConversation]:
    """The conversations of every result file below a job's prefix; raises OutputUnusable."""
    files = sorted(key for key in objects.keys(prefix) if is_output(key))
    if not files:
        raise OutputUnusable(
            "The job completed and left no output file",
            where=f"s3://{objects.bucket}/{prefix}",
            action="Look at the job in the Bedrock console; run the suite again.",
        )
    for key in files:
        try:
            yield from read_rag_output(objects.lines(key))
        except UnreadableLine as error:
            raise OutputUnusable(
                f"The job's output cannot be read: {error}",
                where=f"s3://{objects.bucket}/{key}",
                action="Report it with the line's form; its content stays with you.",
            ) from None


def join_turns(
    conversations: Iterable[OutputConversation], index: Sequence[IndexEntry], *, live: bool
) -> tuple[dict[str, ByMetric], int]:
    """Give each turn of the output to the index entry that it is about; the scores by record key,
    and how many turns have none.

    Precomputed outputs are matched by what was asked and what was given. Live ones, which nobody
    knew before, by what was asked; so is a turn that shows neither answer nor passages, if only one
    entry waits for it. Raises OutputUnusable when nothing belongs to what was validated.
    """
    waiting = _Waiting(index, live=live)
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

    def __init__(self, index: Sequence[IndexEntry], *, live: bool) -> None:
        self._live = live
        self._entries: dict[str, deque[IndexEntry]] = defaultdict(deque)
        for entry in index:
            if entry.unscored is None:
                self._entries[entry.input_digest].append(entry)

    def take(self, asked: str, turn: OutputTurn) -> IndexEntry | None:
        entries = self._entries.get(asked)
        if not entries:
            return None
        hidden = not turn.text and not turn.passages
        if self._live or (hidden and len(entries) == 1):
            return entries.popleft()
        given = output_digest(turn.text, turn.passages)
        entry = next((one for one in entries if one.response_digest == given), None)
        if entry is not None:
            entries.remove(entry)
        return entry


def _by_metric(turn: OutputTurn) -> ByMetric:
    """The turn's scores by metric; of a metric named twice the first one counts."""
    found: dict[str, OutputScore] = {}
    for score in turn.results or []:
        found.setdefault(metric_name(score.metric_name), score)
    return found
