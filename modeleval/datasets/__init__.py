"""Datasets: validated line by line, in memory that does not grow with the file.

`validate` reads a dataset as a stream of bytes and writes what Bedrock is to judge, in exactly the
documented format, with an index beside it by which scores find their records again.

One module per concern: `lines` cuts bytes into lines, `jsonline` turns a line into fields,
`judge_format` holds one format's rules (another format is another such module, behind the protocol
in `record`), `seen` tells equal records apart, `validation` drives, `report` is what comes of it.
Nothing here knows S3: the callers bring streams.
"""

from modeleval.datasets.identity import input_digest, record_key, response_digest
from modeleval.datasets.index import IndexEntry, read_index
from modeleval.datasets.lines import MAX_LINE_BYTES, read_chunks
from modeleval.datasets.options import MAX_PROMPT_BYTES, MAX_RECORDS, DatasetOptions
from modeleval.datasets.report import DatasetReport, Problem, Warning_
from modeleval.datasets.thinking import strip_thinking
from modeleval.datasets.validation import validate

__all__ = [
    "MAX_LINE_BYTES",
    "MAX_PROMPT_BYTES",
    "MAX_RECORDS",
    "DatasetOptions",
    "DatasetReport",
    "IndexEntry",
    "Problem",
    "Warning_",
    "input_digest",
    "read_chunks",
    "read_index",
    "record_key",
    "response_digest",
    "strip_thinking",
    "validate",
]
