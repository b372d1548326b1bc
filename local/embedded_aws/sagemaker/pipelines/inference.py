"""What the model answered, as the service writes it: Python's repr of messages and responses."""

from __future__ import annotations

import json

from embedded_aws.sagemaker.pipelines.answers import answer
from embedded_aws.sagemaker.pipelines.data import Record
from embedded_aws.sagemaker.pipelines.work import Stopped, Work

FILE = "eval_results/inference_output.jsonl"


def run(work: Work) -> None:
    """An inference step of an LLM judge's pipeline."""
    work.parameter("name")
    write(work, answers(work, work.records(references=False), "inference"))


def answers(work: Work, records: list[Record], task: str) -> list[tuple[Record, str]]:
    """Each record with the model's answer."""
    skill = work.skill(task)
    if not work.runs():
        raise Stopped
    return [(record, answer(work.subject, skill, record)) for record in records]


def write(work: Work, answered: list[tuple[Record, str]]) -> None:
    """Write inference_output.jsonl."""
    lines = [json.dumps(_line(*one), ensure_ascii=False) for one in answered]
    work.write(FILE, "".join(f"{line}\n" for line in lines))


def _line(record: Record, response: str) -> dict[str, object]:
    line: dict[str, object] = {
        "prompt": str(list(record.messages)),
        "modelResponses": [{"response": str([response]), "modelIdentifier": "model"}],
    }
    if record.reference is not None:
        line["referenceResponse"] = record.reference
    category = record.line.get("category")
    if isinstance(category, str):
        line["category"] = category
    return line
