"""A dataset from its first byte to its last: what is judged, where it came from, what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from modeleval.datasets.findings import Findings, Place
from modeleval.datasets.identity import record_key
from modeleval.datasets.index import IndexEntry, write_entry
from modeleval.datasets.judge_format import JudgeFormat
from modeleval.datasets.lines import MAX_LINE_BYTES, Line, LineReader
from modeleval.datasets.options import DatasetOptions
from modeleval.datasets.record import Record, RecordFormat
from modeleval.datasets.report import DatasetReport
from modeleval.datasets.seen import Seen, prefix
from modeleval.datasets.tally import Tally

_WHITE = b" \t\r"


def validate(
    source: Iterable[bytes], options: DatasetOptions, *, records: BinaryIO, index: BinaryIO
) -> DatasetReport:
    """Read a `bedrock-judge` dataset from chunks of bytes, of any size, to its end.

    `records` receives the lines for Bedrock, in exactly its documented format; `index` one
    IndexEntry per accepted record, those without a response to judge included. Bad data raises
    nothing: the report holds what is wrong, and only if it holds no problem are the two outputs
    of use. Memory: 64 MB and 40 bytes per record, whatever the file. Errors of the streams are
    the caller's.
    """
    validation = _Validation(options, JudgeFormat(options), records, index)
    lines = LineReader(source)
    for line in _content(lines, validation.findings):
        validation.take(line)
    return validation.finish(lines)


def _content(lines: Iterable[Line], findings: Findings) -> Iterator[Line]:
    """The lines that are not blank; blank ones are a problem unless nothing follows them."""
    first_blank = None
    for line in lines:
        if line.data is not None and not line.data.strip(_WHITE):
            first_blank = first_blank or line.number
            continue
        if first_blank:
            last = line.number - 1
            what = "is blank" if first_blank == last else f"and all lines to {last:,} are blank"
            findings.problem(first_blank, None, what, "Remove blank lines between records")
            first_blank = None
        yield line


class _Validation:
    def __init__(
        self, options: DatasetOptions, format_: RecordFormat, records: BinaryIO, index: BinaryIO
    ) -> None:
        self.findings = Findings()
        self._options = options
        self._format = format_
        self._records = records
        self._index = index
        self._tally = Tally()
        self._refused = 0
        self._to_judge = 0
        self._inputs = Seen()
        self._pairs = Seen()

    def take(self, line: Line) -> None:
        place = Place(self.findings, line.number)
        record = None
        if line.data is None:
            what = f"has {line.length:,} bytes, and at most {MAX_LINE_BYTES:,} are read"
            place.problem(None, what, "Shorten the record")
        else:
            record = self._format.read(line.data, place)
        if record is None:
            self._refused += 1
        else:
            self._accept(record, place)

    def _accept(self, record: Record, place: Place) -> None:
        key = record_key(record.input_digest, self._position(record, place))
        self._tally.accept(record, key)
        limit = self._options.max_records
        if record.unscored is None:
            self._to_judge += 1
        if limit is not None and self._to_judge > limit:
            return
        if record.unscored is None:
            self._records.write(record.encoded + b"\n")
            self._tally.judge(record)
        entry = IndexEntry(
            key=key,
            line=place.line,
            category=record.category,
            cluster=record.cluster,
            input_digest=record.input_digest,
            response_digest=record.response_digest,
            unscored=record.unscored,
        )
        write_entry(entry, self._index)

    def _position(self, record: Record, place: Place) -> int:
        """How many equal inputs came before; a repeated one is warned of."""
        asked, answered = prefix(record.input_digest), prefix(record.response_digest)
        position = self._inputs.add(asked)
        if self._pairs.add(asked ^ answered or 1):
            what = "An earlier record has the same prompt, reference and response"
            place.warn("duplicateRecord", what, "Remove it, unless it is meant to count again")
        elif position:
            what = "An earlier record has the same prompt and reference, with another response"
            place.warn("repeatedPrompt", what, "Remove it, unless it is meant as a repeat")
        return position

    def finish(self, lines: LineReader) -> DatasetReport:
        self._check_numbers()
        if lines.had_byte_order_mark:
            what = "The file begins with a byte order mark, which is not passed on"
            self.findings.warn(1, "byteOrderMark", what, "Save it as UTF-8 without one")
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
            problems=self.findings.problems,
            problem_count=self.findings.problem_count,
            warnings=self.findings.warnings,
            thinking_stripped=tally.thinking_stripped,
            prompt_chars=tally.prompt_chars,
            response_chars=tally.response_chars,
            reference_chars=tally.reference_chars,
            categories=tally.categories,
            uncounted_categories=tally.uncounted_categories,
        )

    def _check_numbers(self) -> None:
        limit = self._options.max_records
        # A refused line is a record once it is corrected, so it counts against the limit now.
        asked = self._to_judge + self._refused
        if limit is not None and asked > limit:
            what = f"Bedrock takes at most {limit:,} prompts per job, and this file has {asked:,}"
            action = "Split it into files of that size (sharding is not built yet)"
            self.findings.file_problem(what, action)
        if not self._tally.records and not self._refused:
            self.findings.file_problem("holds no record", "Write one JSON object per line")
        elif not self._to_judge and not self._refused:
            what = "no record has a response to judge: all are empty"
            self.findings.file_problem(what, "Collect the responses again")
