"""A dataset from its first byte to its last: what is judged, where it came from, what is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from modeleval.datasets.acceptance import Acceptance
from modeleval.datasets.findings import Findings, Place
from modeleval.datasets.judge_format import JudgeFormat
from modeleval.datasets.lines import MAX_LINE_BYTES, Line, LineReader, bare
from modeleval.datasets.live_format import LiveFormat
from modeleval.datasets.options import DatasetOptions
from modeleval.datasets.output import Output
from modeleval.datasets.report import DatasetReport

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
    return Validation(options, Output(records, index)).run(source)


class Validation:
    """One dataset. `careful` takes every line the careful way: tests compare it with the quick.

    lines: reads the lines, where it is neither the judge's own format nor the live one.
    """

    def __init__(
        self,
        options: DatasetOptions,
        output: Output,
        *,
        careful: bool = False,
        lines: JudgeFormat | None = None,
    ) -> None:
        self._findings = Findings()
        self._options = options
        usual = LiveFormat if options.live else JudgeFormat
        self._format = lines or usual(options)
        # Keys are told apart one by one.
        self._careful = careful or options.key_field is not None
        self._output = output
        self._acceptance = Acceptance(self._findings, output, options)
        self._refused = 0
        self._first_blank: int | None = None

    def run(self, source: Iterable[bytes]) -> DatasetReport:
        lines = LineReader(source)
        for part in lines.blocks():
            if isinstance(part, Line):
                self._take(part)
            else:
                self._take_block(part.number, part.contents)
            self._output.flush()
        return self._finish(lines)

    def _take_block(self, number: int, contents: list[bytes]) -> None:
        """Take the lines in their order: as many as can be the quick way, the others carefully."""
        quick = not self._careful and self._acceptance.has_room(len(contents))
        rest = iter(contents)
        while True:
            if quick and self._first_blank is None:
                run = self._format.ordinary.read(rest, self._output.records)
                if run.lines:
                    self._acceptance.accept_run(run, number)
                number += len(run.lines)
                doubtful = run.doubtful
            else:
                doubtful = next(rest, None)
            if doubtful is None:
                return
            data = bare(doubtful)
            self._take(Line(number, len(data), data))
            number += 1

    def _take(self, line: Line) -> None:
        """Take a line the careful way."""
        if line.data is not None and not line.data.strip(_WHITE):
            self._first_blank = self._first_blank or line.number
            return
        self._end_blank(line.number - 1)
        place = Place(self._findings, line.number)
        record = None
        if line.data is None:
            what = f"has {line.length:,} bytes, and at most {MAX_LINE_BYTES:,} are read"
            place.problem(None, what, "Shorten the record")
        else:
            record = self._format.read(line.data, place)
        if record is None:
            self._refused += 1
        else:
            self._acceptance.accept(record, line.number)

    def _end_blank(self, last: int) -> None:
        """Blank lines are a problem once a line follows that is not; `last` is the last of them."""
        first, self._first_blank = self._first_blank, None
        if first is not None:
            what = "is blank" if first == last else f"and all lines to {last:,} are blank"
            self._findings.problem(first, None, what, "Remove blank lines between records")

    def _finish(self, lines: LineReader) -> DatasetReport:
        self._check_numbers()
        if lines.had_byte_order_mark:
            what = "The file begins with a byte order mark, which is not passed on"
            self._findings.warn(1, "byteOrderMark", what, "Save it as UTF-8 without one")
        tally = self._acceptance.tally
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

    def _check_numbers(self) -> None:
        limit = self._options.max_records
        # A refused line is a record once it is corrected, so it counts against the limit now.
        asked = self._acceptance.to_judge + self._refused
        if limit is not None and asked > limit:
            what = f"At most {limit:,} records can be judged, and this file has {asked:,}"
            action = "Split it into files of that size, and evaluate each in a run of its own"
            self._findings.file_problem(what, action)
        if not self._acceptance.tally.records and not self._refused:
            self._findings.file_problem("holds no record", "Write one JSON object per line")
        elif not self._acceptance.to_judge and not self._refused:
            what = "no record has a response to judge: all are empty"
            self._findings.file_problem(what, "Collect the responses again")
