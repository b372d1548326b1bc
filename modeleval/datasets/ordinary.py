"""Ordinary lines, which nearly all are, read many times quicker than the careful way.

An ordinary line has exactly the fields of the format, in the right types, and nothing about it is
to be reported, warned of or changed. One typed decoding settles most of that. Whatever else there
might be is looked for by tests that are cheap and err on one side only: a line that they doubt is
read again the careful way, by `JudgeFormat`, which then decides and says what it has to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from modeleval.datasets.answers import LONGEST_SENTINEL
from modeleval.datasets.duplicates import DuplicateFields
from modeleval.datasets.judge_line import JudgeLine, LineDecoder
from modeleval.datasets.labels import MAX_LABEL, cluster_text
from modeleval.datasets.options import MAX_PROMPT_BYTES, DatasetOptions
from modeleval.datasets.thinking import may_think

# So many characters of UTF-8 are within the limit, whichever they are.
_SHORT_PROMPT = MAX_PROMPT_BYTES // 4
_NOT_DECODED = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


@dataclass(slots=True)
class OrdinaryRun:
    """Ordinary lines that follow one another, and the line after them, which may not be one.

    clusters: each line's, if the lines have clusters. doubtful: None at the end of the input.
    """

    lines: list[JudgeLine] = field(default_factory=list)
    clusters: list[str] = field(default_factory=list)
    doubtful: bytes | None = None


class OrdinaryLines:
    """Reads ordinary lines, once the careful way has accepted one and `identifier` is set."""

    def __init__(self, options: DatasetOptions, duplicates: DuplicateFields) -> None:
        self.identifier: str | None = None
        self._decoder = LineDecoder(options.cluster_field)
        self._encode_into = msgspec.json.Encoder().encode_into
        self._duplicates = duplicates
        self._keep_thinking = options.keep_thinking
        self._clustered = options.cluster_field is not None

    def read(self, contents: Iterator[bytes], written: bytearray) -> OrdinaryRun:
        """The next lines, up to one that might not be ordinary.

        Appends each to `written` as it is judged.
        """
        decode, encode_into, is_plain = self._decoder.decode, self._encode_into, self._is_plain
        least = self._duplicates.least
        run = OrdinaryRun()
        lines = run.lines
        for data in contents:
            try:
                line = decode(data)
                if not is_plain(line) or (self._clustered and not self._take_cluster(line, run)):
                    run.doubtful = data
                    break
            except _NOT_DECODED:
                run.doubtful = data
                break
            size = len(data) + len(written)
            encode_into(line, written, -1)
            written += b"\n"
            # A line that hardly got shorter by being written has no room for a second field.
            spare = size - len(written)
            if spare >= least and self._duplicates.suspicious(data):
                del written[size - len(data) :]
                run.doubtful = data
                break
            lines.append(line)
        return run

    def _take_cluster(self, line: JudgeLine, run: OrdinaryRun) -> bool:
        """Move the line's cluster into the run; False if there is something to say of it."""
        attribute = self._decoder.cluster_attribute
        value = getattr(line, attribute)
        if isinstance(value, msgspec.Raw):
            value = cluster_text(value)
            setattr(line, attribute, msgspec.UNSET)
        if not isinstance(value, str) or not 0 < len(value) <= MAX_LABEL:
            return False
        run.clusters.append(value)
        return True

    def _is_plain(self, line: JudgeLine) -> bool:
        """Whether the values of a line's fields leave nothing to be said or done."""
        prompt, category = line.prompt, line.category
        answer = line.model_responses[0]
        response = answer.response
        if not prompt or prompt.isspace() or not response or response.isspace():
            return False
        if len(prompt) > _SHORT_PROMPT and len(prompt.encode()) > MAX_PROMPT_BYTES:
            return False
        if category and len(category) > MAX_LABEL:
            return False
        if "[" in response and len(response.strip()) <= LONGEST_SENTINEL:
            return False
        if "<" in response and not self._keep_thinking and may_think(response):
            return False
        return answer.model_identifier == self.identifier
