"""How each file of wrong cases is tried: a row's fields, and the error that they must raise."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from unit_documents import JUDGE, RUN, evaluation, settings, suite
from unit_fakes import FakeStore, MemoryS3, bucket, services
from wrong_situations import SITUATIONS, knowledge_bases, models

from modeleval.datasets.checking import CHECKS, CheckOptions
from modeleval.kinds.protocol import PlanContext
from modeleval.kinds.registry import KINDS
from modeleval.settings import parse_settings
from modeleval.suite.document import parse_suite
from modeleval.suite.source import parse_text

FOLDER = Path(__file__).parent
KINDS_HERE = "<all kinds>"
"""Stands in messages for the list of kinds, which grows."""
DATASET = "datasets/answers.jsonl"


class Case(NamedTuple):
    """A row: which file has it, what it is, what a person gets. error: the class's name."""

    file: str
    number: int
    row: dict[str, Any]
    error: str
    message: str

    @property
    def name(self) -> str:
        return f"{self.file}-{self.number}-{self.row.get('case', self.error)}"

    def try_(self) -> None:
        """Do what the row says; raises what it must raise."""
        WAYS[self.file](self.row)


def cases() -> Iterator[Case]:
    """All rows of all files."""
    for file in WAYS:
        rows = yaml.safe_load((FOLDER / f"{file}.yaml").read_text())
        for number, row in enumerate(rows):
            message = row["message"].replace(KINDS_HERE, kinds_said())
            yield Case(file, number, row, row["error"], message)


def kinds_said() -> str:
    return ", ".join(KINDS)


def _data(row: dict[str, Any]) -> bytes:
    """`lines`: JSON values; `text`: as it is; `hex`: bytes; `times` repeats them."""
    if "hex" in row:
        data = bytes.fromhex(row["hex"])
    elif "text" in row:
        data = row["text"].encode()
    else:
        data = b"".join(json.dumps(one).encode() + b"\n" for one in row["lines"])
    return data * int(row.get("times", 1))


def _dataset(row: dict[str, Any]) -> None:
    """A dataset, validated for a kind as a suite would have it: `options` of `CheckOptions`."""
    asked = row.get("options", {})
    given = {name: tuple(v) if isinstance(v, list) else v for name, v in asked.items()}
    options = CheckOptions(source="answers.jsonl", **given)
    CHECKS[row["kind"]].run([_data(row)], options).raise_if_invalid()


def _suite(row: dict[str, Any]) -> None:
    """A suite's `text`, or the valid one with `suite` changed, or with its `evaluation` changed."""
    if "text" in row:
        document = parse_text(row["text"].encode(), source="suite.yaml")
    elif "evaluation" in row:
        document = suite(evaluations=[evaluation(**row["evaluation"])], **row.get("suite", {}))
    else:
        document = row["document"] if "document" in row else suite(**row["suite"])
    parse_suite(document, source="suite.yaml")


def _settings(row: dict[str, Any]) -> None:
    """The stack's settings: a `document`, or the valid ones with `settings` changed."""
    parse_settings({"judgeModels": [JUDGE]} | row["settings"])


def _combination(row: dict[str, Any]) -> None:
    """A valid suite, planned with `lines` in its bucket, `settings`, and the account's `models`.

    Its evaluation is the valid one with `evaluation` changed, or an `entry` of any kind.
    """
    s3 = MemoryS3(**({DATASET: _data(row)} if {"lines", "text", "hex"} & {*row} else {}))
    entry = row["entry"] if "entry" in row else evaluation(**row.get("evaluation", {}))
    document = suite(evaluations=[entry])
    parsed = parse_suite(document, source="suite.yaml")
    outside = services(
        objects=bucket(s3),
        store=FakeStore(),
        models=models(row.get("models", {})),
        knowledge_bases=knowledge_bases(row.get("knowledgeBases", {})),
        settings=settings(**row.get("settings", {})),
    )
    (asked,) = parsed.evaluations
    KINDS[asked.kind].plan(asked, PlanContext(RUN, 0, outside, row.get("sample")))


def _situation(row: dict[str, Any]) -> None:
    """What no document causes: a situation of the services around, by its name."""
    SITUATIONS[row["case"]]()


WAYS: dict[str, Callable[[dict[str, Any]], None]] = {
    "datasets": _dataset,
    "suites": _suite,
    "settings": _settings,
    "combinations": _combination,
    "situations": _situation,
}
"""By file, without its ending: another kind's cases are more rows, or another file here."""
