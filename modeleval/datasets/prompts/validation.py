"""A dataset of prompts from its first byte to its last, for SageMaker's scorers and judges."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from modeleval.datasets.findings import Findings, Place
from modeleval.datasets.identity import record_key, response_digest
from modeleval.datasets.lines import MAX_LINE_BYTES, Line, LineReader
from modeleval.datasets.prompts.index import PromptEntry, entry_line
from modeleval.datasets.prompts.line import Prompt, PromptLines
from modeleval.datasets.prompts.options import (
    FEW_RECORDS,
    MAX_FILE_BYTES,
    MAX_JUDGED_PROMPTS,
    RECOMMENDED_RECORDS,
    PromptOptions,
)
from modeleval.datasets.repeats import Repeat, Repeats
from modeleval.datasets.report import DatasetReport, Warning_
from modeleval.datasets.tally import Tally

_WHITE = b" \t\r"


def validate_prompts(
    chunks: Iterable[bytes], options: PromptOptions, *, records: BinaryIO, index: BinaryIO
) -> DatasetReport:
    """Read a dataset of any of the service's formats from chunks of bytes, to its end.

    `records` receives each accepted line as it was, with a newline after it; `index` one
    PromptEntry per accepted record. Bad data raises nothing: the report holds what is wrong, and
    only if it holds no problem are the two outputs of use. A file over 10 GB is not read further.
    Memory does not grow with the file, but for about 40 bytes per record. Errors of the streams
    are the caller's.
    """
    return _Validation(options, records, index).run(chunks)


class _Validation:
    def __init__(self, options: PromptOptions, records: BinaryIO, index: BinaryIO) -> None:
        self._options = options
        self._records = records
        self._index = index
        self._findings = Findings()
        self._lines = PromptLines(options)
        self._tally = Tally()
        self._repeats = Repeats()
        self._refused = 0
        self._first_blank: int | None = None

    def run(self, chunks: Iterable[bytes]) -> DatasetReport:
        lines = LineReader(chunks)
        for line in lines:
            if lines.bytes > MAX_FILE_BYTES:
                what = f"has more than {MAX_FILE_BYTES >> 30} GB, and no more is taken"
                self._findings.file_problem(what, "Split it, or evaluate a sample of it")
                break
            self._take(line)
        return self._finish(lines)

    def _take(self, line: Line) -> None:
        if line.data is not None and not line.data.strip(_WHITE):
            self._first_blank = self._first_blank or line.number
            return
        self._warn_of_blank(line.number)
        place = Place(self._findings, line.number)
        if line.data is None:
            what = f"has {line.length:,} bytes, and at most {MAX_LINE_BYTES:,} are read"
            place.problem(None, what, "Shorten the record")
            self._refused += 1
            return
        prompt = self._lines.read(line.data, place)
        if prompt is None:
            self._refused += 1
        else:
            self._accept(prompt, line.data, line.number)

    def _accept(self, prompt: Prompt, data: bytes, line: int) -> None:
        asked, compared = prompt.input_digest, response_digest(prompt.reference or "")
        repeated = self._repeats.add(bytes.fromhex(asked), bytes.fromhex(compared))
        position = repeated.before if repeated else 0
        if repeated:
            self._warn_of_repeat(repeated, line)
        tally = self._tally
        tally.records += 1
        tally.keys.add(asked, position)
        tally.count_category(prompt.category)
        if tally.records > self._options.max_records:
            return
        tally.judge(1, prompt.characters, 0, len(prompt.reference or ""))
        entry = PromptEntry(
            key=record_key(asked, position),
            line=line,
            category=prompt.category,
            cluster=prompt.cluster,
            input_digest=asked,
            response_digest="",
            user_digest=prompt.user_digest,
        )
        self._records.write(data + b"\n")
        self._index.write(entry_line(entry))

    def _warn_of_repeat(self, repeated: Repeat, line: int) -> None:
        if repeated.same:
            code, what = "duplicateRecord", "An earlier record has the same prompt and reference"
            action = "Remove it, unless it is meant to count again"
        else:
            code = "repeatedPrompt"
            what = "An earlier record has the same prompt, with another reference"
            action = "Remove it, unless it is meant as a repeat"
        self._findings.warn(line, code, what, action)

    def _warn_of_blank(self, line: int) -> None:
        """Blank lines are worth a word once a line follows that is not."""
        first, self._first_blank = self._first_blank, None
        for number in range(first or line, line):
            what = "Blank lines between records are not passed on"
            self._findings.warn(number, "blankLine", what, "Remove them")

    def _finish(self, lines: LineReader) -> DatasetReport:
        self._check_numbers()
        if lines.had_byte_order_mark:
            what = "The file begins with a byte order mark, which is not passed on"
            self._findings.warn(1, "byteOrderMark", what, "Save it as UTF-8 without one")
        tally, findings = self._tally, self._findings
        return DatasetReport(
            source=self._options.source,
            bytes=lines.bytes,
            sha256=lines.sha256,
            lines=lines.lines,
            records=tally.records,
            judged=tally.judged,
            identifier=None,
            prompt_set_digest=tally.keys.hexdigest(),
            problems=findings.problems,
            problem_count=findings.problem_count,
            warnings=(*findings.warnings, *self._few()),
            thinking_stripped=0,
            prompt_chars=tally.prompt_chars,
            response_chars=0,
            reference_chars=tally.reference_chars,
            categories=tally.categories,
            uncounted_categories=tally.uncounted_categories,
            format=self._lines.title,
        )

    def _check_numbers(self) -> None:
        limit = self._options.max_records
        # A refused line is a record once it is corrected, so it counts against the limit now.
        asked = self._tally.records + self._refused
        if asked > limit:
            what = f"at most {limit:,} prompts are evaluated at once, and this file has {asked:,}"
            judges = limit == MAX_JUDGED_PROMPTS
            why = ": judges go through Bedrock, whose limit it is" if judges else ""
            self._findings.file_problem(what + why, "Split it into files of that size")
        if not asked:
            self._findings.file_problem("holds no record", "Write one JSON object per line")

    def _few(self) -> tuple[Warning_, ...]:
        records = self._tally.records
        if self._refused or not 0 < records < FEW_RECORDS:
            return ()
        what = f"The file has {records:,} records, and fewer than {FEW_RECORDS} say little"
        action = f"Use {RECOMMENDED_RECORDS} or more, as AWS recommends"
        return (Warning_(code="fewRecords", what=what, count=1, lines=(), action=action),)
