"""What is done with accepted records: told from equal ones, counted, written, indexed."""

from __future__ import annotations

from collections import Counter
from itertools import repeat

from modeleval.datasets.fields import shown_name
from modeleval.datasets.findings import Findings, Place
from modeleval.datasets.identity import input_digests, named_digest, record_key, response_digests
from modeleval.datasets.index import IndexEntry, Labels, entry_line, entry_lines
from modeleval.datasets.options import DatasetOptions
from modeleval.datasets.ordinary import OrdinaryRun
from modeleval.datasets.output import Output
from modeleval.datasets.record import Record
from modeleval.datasets.references import warn_of_reference
from modeleval.datasets.repeats import Repeat, Repeats
from modeleval.datasets.tally import Tally


class Acceptance:
    """Takes records one by one, or ordinary ones many at a time, to the same effect."""

    def __init__(self, findings: Findings, output: Output, options: DatasetOptions) -> None:
        self.tally = Tally()
        self.to_judge = 0
        self._findings = findings
        self._output = output
        self._limit = options.max_records
        self._wanted_by = options.reference_wanted_by
        self._repeats = Repeats()
        self._key_field = shown_name(options.key_field or "")
        self._named: dict[bytes, int] = {}
        self._labels = Labels()

    def has_room(self, records: int) -> bool:
        """Whether so many more records can all be written."""
        return self._limit is None or self.to_judge + records <= self._limit

    def accept(self, record: Record, line: int) -> None:
        named, position = self._key(record, line)
        tally = self.tally
        tally.records += 1
        tally.keys.add(named, position)
        tally.thinking_stripped += record.thinking_stripped
        tally.count_category(record.category)
        if record.unscored is None:
            self.to_judge += 1
        if not self.has_room(0):
            return
        if record.unscored is None:
            self._output.records += record.encoded + b"\n"
            tally.judge(1, record.prompt_chars, record.response_chars, record.reference_chars)
        entry = IndexEntry(
            key=record_key(named, position),
            line=line,
            category=record.category,
            cluster=record.cluster,
            input_digest=record.input_digest,
            response_digest=record.response_digest,
            unscored=record.unscored,
        )
        self._output.index.append(entry_line(entry))

    def _key(self, record: Record, line: int) -> tuple[str, int]:
        """What the record's key is made of: a digest, and the position among equals."""
        if record.key is not None:
            return self._own_key(record.key, line), 0
        asked, said = record.input_digest, record.response_digest
        repeated = self._repeats.add(bytes.fromhex(asked), bytes.fromhex(said))
        if not repeated:
            return asked, 0
        self._warn_of_repeat(repeated, line)
        return asked, repeated.before

    def _own_key(self, key: str, line: int) -> str:
        """The digest of a key; one that came before is a problem."""
        digest = named_digest(key)
        before = self._named.setdefault(bytes.fromhex(digest), line)
        if before != line:
            what = f"is that of line {before:,} too"
            action = "Give every record a key of its own"
            self._findings.problem(line, self._key_field, what, action)
        return digest

    def accept_run(self, run: OrdinaryRun, first_line: int) -> None:
        """Accept records that are judged, have room, and were written to the output already."""
        lines = run.lines
        prompts = [line.prompt for line in lines]
        references = [line.reference_response or "" for line in lines]
        responses = [line.model_responses[0].response for line in lines]
        categories = [line.category or None for line in lines]
        asked, said = input_digests(prompts, references), response_digests(responses)
        positions = self._positions(asked, said, references, first_line)
        self.to_judge += len(lines)
        tally = self.tally
        tally.records += len(lines)
        for category, times in Counter(categories).items():
            tally.count_category(category, times)
        tally.judge(len(lines), *(sum(map(len, x)) for x in (prompts, responses, references)))
        self._output.index += entry_lines(
            first_line,
            positions=positions,
            digests=zip(asked, said, strict=True),
            categories=categories,
            clusters=run.clusters or repeat(None),
            labels=self._labels,
        )

    def _positions(
        self, asked: list[bytes], said: list[bytes], references: list[str], first_line: int
    ) -> list[int]:
        """The records' positions among equal inputs, known to the tally; warns in line order."""
        positions = [0] * len(asked)
        repeats = self._repeats.add_all(asked, said)
        for place, before, _ in repeats:
            positions[place] = before
            self.tally.keys.add(asked[place].hex(), before)
        new = [a for a, p in zip(asked, positions, strict=True) if not p] if repeats else asked
        self.tally.keys.add_first(new)
        if self._wanted_by or repeats:
            again = {repeat.place: repeat for repeat in repeats}
            for place, reference in enumerate(references):
                line = first_line + place
                if self._wanted_by:
                    warn_of_reference(reference, self._wanted_by, Place(self._findings, line))
                if place in again:
                    self._warn_of_repeat(again[place], line)
        return positions

    def _warn_of_repeat(self, repeated: Repeat, line: int) -> None:
        """Warn of an input that came before."""
        if repeated.same:
            what = "An earlier record has the same prompt, reference and response"
            action = "Remove it, unless it is meant to count again"
            self._findings.warn(line, "duplicateRecord", what, action)
        else:
            what = "An earlier record has the same prompt and reference, with another response"
            action = "Remove it, unless it is meant as a repeat"
            self._findings.warn(line, "repeatedPrompt", what, action)
