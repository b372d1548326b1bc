"""A RAG dataset from its first byte to its last: what is judged, and what is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from modeleval.datasets.findings import Findings, Place
from modeleval.datasets.identity import record_key
from modeleval.datasets.index import IndexEntry, entry_line
from modeleval.datasets.lines import MAX_LINE_BYTES, Line, LineReader
from modeleval.datasets.output import Output
from modeleval.datasets.rag_format import Conversation, RagFormat, TurnRecord
from modeleval.datasets.rag_options import RagOptions
from modeleval.datasets.repeats import Repeats
from modeleval.datasets.report import DatasetReport
from modeleval.datasets.tally import Tally

_WHITE = b" \t\r"


def validate_rag(
    source: Iterable[bytes], options: RagOptions, *, records: BinaryIO, index: BinaryIO
) -> DatasetReport:
    """Read a RAG dataset from chunks of bytes to its end.

    `records` receives one line per conversation that has something to judge, `index` one IndexEntry
    per turn, all of a line following one another; those of one conversation share its line, and its
    cluster, which without a cluster field is the line itself. Bad data raises nothing: the report
    holds what is wrong, and only without a problem are the outputs of use.
    """
    return _Validation(options, Output(records, index)).run(source)


class _Validation:
    def __init__(self, options: RagOptions, output: Output) -> None:
        self._options = options
        self._output = output
        self._findings = Findings()
        self._format = RagFormat(options)
        self._tally = Tally()
        self._repeats = Repeats()
        self._refused = 0
        self._first_blank: int | None = None

    def run(self, source: Iterable[bytes]) -> DatasetReport:
        lines = LineReader(source)
        for line in lines:
            self._take(line)
            self._output.flush()
        self._check_numbers()
        if lines.had_byte_order_mark:
            what = "The file begins with a byte order mark, which is not passed on"
            self._findings.warn(1, "byteOrderMark", what, "Save it as UTF-8 without one")
        tally = self._tally
        return DatasetReport(
            source=self._options.source,
            bytes=lines.bytes,
            sha256=lines.sha256,
            lines=lines.lines,
            records=tally.records,
            judged=tally.judged,
            identifier=self._format.identifier,
            prompt_set_digest=tally.keys.hexdigest(),
            problems=self._findings.problems,
            problem_count=self._findings.problem_count,
            warnings=self._findings.warnings,
            thinking_stripped=tally.thinking_stripped,
            prompt_chars=tally.prompt_chars,
            response_chars=tally.response_chars,
            reference_chars=tally.reference_chars,
            categories=tally.categories,
            uncounted_categories=tally.uncounted_categories,
        )

    def _take(self, line: Line) -> None:
        if line.data is not None and not line.data.strip(_WHITE):
            self._first_blank = self._first_blank or line.number
            return
        self._end_blank(line.number - 1)
        place = Place(self._findings, line.number)
        conversation = None
        if line.data is None:
            what = f"has {line.length:,} bytes, and at most {MAX_LINE_BYTES:,} are read"
            place.problem(None, what, "Shorten the record")
        else:
            conversation = self._format.read(line.data, place)
        if conversation is None:
            self._refused += 1
        else:
            self._accept(conversation, line.number)

    def _accept(self, conversation: Conversation, line: int) -> None:
        if conversation.encoded and self._has_room():
            self._output.records += conversation.encoded + b"\n"
        for turn in conversation.turns:
            self._accept_turn(turn, conversation, line)

    def _accept_turn(self, turn: TurnRecord, conversation: Conversation, line: int) -> None:
        asked, said = turn.input_digest, turn.response_digest
        repeated = self._repeats.add(bytes.fromhex(asked), bytes.fromhex(said))
        position = repeated.before if repeated else 0
        if repeated:
            what = "An earlier turn asks the same after the same conversation"
            action = "Remove it, unless it is meant to count again"
            self._findings.warn(line, "duplicateRecord", what, action)
        tally = self._tally
        tally.records += 1
        tally.keys.add(asked, position)
        tally.thinking_stripped += turn.thinking_stripped
        tally.count_category(conversation.category)
        if turn.unscored is None:
            tally.judge(1, turn.prompt_chars, turn.response_chars, turn.reference_chars)
        if not self._has_room():
            return
        alone = len(conversation.turns) == 1
        entry = IndexEntry(
            key=record_key(asked, position),
            line=line,
            category=conversation.category,
            # A conversation is what was drawn; a single turn is a record like any other.
            cluster=conversation.cluster or (None if alone else f"line {line}"),
            input_digest=asked,
            response_digest=said,
            unscored=turn.unscored,
        )
        self._output.index.append(entry_line(entry))

    def _has_room(self) -> bool:
        limit = self._options.max_records
        return limit is None or self._tally.judged <= limit

    def _end_blank(self, last: int) -> None:
        """Blank lines are a problem once a line follows that is not; `last` is the last of them."""
        first, self._first_blank = self._first_blank, None
        if first is not None:
            what = "is blank" if first == last else f"and all lines to {last:,} are blank"
            self._findings.problem(first, None, what, "Remove blank lines between records")

    def _check_numbers(self) -> None:
        limit, tally = self._options.max_records, self._tally
        # A refused line is at least one turn once it is corrected.
        asked = tally.judged + self._refused
        if limit is not None and asked > limit:
            what = f"At most {limit:,} turns can be judged, and this file has {asked:,}"
            action = "Split it into files of that size, and evaluate each in a run of its own"
            self._findings.file_problem(what, action)
        if not tally.records and not self._refused:
            self._findings.file_problem("holds no record", "Write one JSON object per line")
        elif not tally.judged and not self._refused:
            what = "no turn has an output to judge: all are empty"
            self._findings.file_problem(what, "Collect the outputs again")
