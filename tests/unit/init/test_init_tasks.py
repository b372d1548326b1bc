"""Every task, answered as options would: the suite is one that the parser accepts."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest
from init_world import FUNCTION, JUDGE, SETTINGS, WORKFLOW, Records, World, answer, record, turns

from modeleval.init.document import suite_document, suite_text
from modeleval.init.tasks import TASKS
from modeleval.suite.document import parse_suite
from modeleval.suite.source import parse_text

ACCEPT = {"accept-bedrock-terms": "I accept"}
EULA = {"accept-eula": "I accept"}


class Case(NamedTuple):
    """records: of the dataset, None for none. entry: fields that the evaluation must have."""

    name: str
    task: str
    records: Records | None
    answers: dict[str, str]
    entry: dict[str, Any]


def live(number: int) -> dict[str, Any]:
    return record(number, modelResponses=None)


def pair(number: int) -> dict[str, Any]:
    sources = ("bot-v2", "bot-v1")
    answers = [{"response": f"{number} {one}", "modelIdentifier": one} for one in sources]
    return record(number, modelResponses=answers)


def label(number: int) -> dict[str, Any]:
    return record(number, referenceResponse="billing")


def question(number: int) -> dict[str, Any]:
    return {"query": f"What is {number}?", "response": f"{number}"}


CASES = [
    Case(
        "precomputed",
        "answers",
        record,
        {"judge": JUDGE, **ACCEPT},
        {
            "kind": "bedrock-judge",
            "responses": {"precomputed": "bot-v1"},
            "judge": JUDGE,
            "metrics": ["Correctness", "Completeness", "Helpfulness", "Harmfulness"],
        },
    ),
    Case(
        "live",
        "answers",
        live,
        {"generator": "1", "judge": "1", "metrics": "1, helpfulness", **ACCEPT},
        {
            "responses": {"model": "amazon.nova-premier-v1:0"},
            "judge": JUDGE,
            "metrics": ["Correctness", "Helpfulness"],
        },
    ),
    Case(
        "retrieved",
        "retrieval",
        lambda n: turns(n, output="retrieved"),
        {"identifier": "our-rag", "judge": JUDGE, **ACCEPT},
        {
            "kind": "bedrock-rag-retrieve",
            "responses": {"precomputed": "our-rag"},
            "metrics": ["ContextRelevance", "ContextCoverage"],
        },
    ),
    Case(
        "knowledge-base",
        "retrieval",
        turns,
        {"knowledge-base": "1", "judge": JUDGE, **ACCEPT},
        {"knowledgeBase": {"id": "ABCDEFGHIJ"}},
    ),
    Case(
        "generated",
        "rag-answers",
        lambda n: turns(n, output="generated"),
        {"judge": JUDGE, **ACCEPT},
        {"kind": "bedrock-rag-generate", "responses": {"precomputed": "our-rag"}},
    ),
    Case(
        "asked",
        "rag-answers",
        turns,
        {"knowledge-base": "ABCDEFGHIJ", "generator": "1", "judge": JUDGE, **ACCEPT},
        {
            "knowledgeBase": {"id": "ABCDEFGHIJ", "model": "amazon.nova-premier-v1:0"},
            "metrics": [
                "Correctness",
                "Faithfulness",
                "Helpfulness",
                "CitationPrecision",
                "CitationCoverage",
                "Harmfulness",
            ],
        },
    ),
    Case(
        "beside-its-base",
        "fine-tuned",
        question,
        {"model": "support-llama", "judge": JUDGE, **ACCEPT, **EULA},
        {"kind": "sagemaker-judge", "judge": JUDGE, "compareBaseModel": True},
    ),
    Case(
        "benchmark",
        "benchmark",
        None,
        {"benchmark": "MMLU", "subtasks": "anatomy, virology", "model": "support-llama", **EULA},
        {
            "kind": "sagemaker-benchmark",
            "benchmark": "mmlu",
            "subtasks": ["anatomy", "virology"],
        },
    ),
    Case(
        "texts",
        "references",
        record,
        {},
        {"kind": "reference-metrics", "metrics": ["TokenF1", "ROUGE"]},
    ),
    Case("labels", "references", label, {}, {"metrics": ["Accuracy", "F1"]}),
    Case(
        "compared",
        "people",
        pair,
        {"flow-definition": WORKFLOW, **ACCEPT},
        {
            "kind": "bedrock-human",
            "responses": [{"precomputed": "bot-v2"}, {"precomputed": "bot-v1"}],
            "flowDefinition": WORKFLOW,
            "metrics": [{"name": "Preferred", "ratingMethod": "ComparisonLikertScale"}],
        },
    ),
    Case(
        "rated",
        "people",
        record,
        {"flow-definition": "1", "metrics": "Useful:ThumbsUpDown, Clear", **ACCEPT},
        {
            "metrics": [
                {"name": "Useful", "ratingMethod": "ThumbsUpDown"},
                {"name": "Clear", "ratingMethod": "IndividualLikertScale"},
            ]
        },
    ),
    Case(
        "maths",
        "scorer",
        question,
        {"scorer": "prime_math", "model": "support-llama", **EULA},
        {"kind": "sagemaker-scorer", "scorer": "prime_math"},
    ),
    Case(
        "function",
        "scorer",
        record,
        {"scorer": FUNCTION},
        {
            "kind": "lambda-scorer",
            "function": FUNCTION,
            "metrics": ["aggregate_reward_score"],
        },
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
@pytest.mark.parametrize("stack", [True, False], ids=["stack", "no-stack"])
def test_the_answers_to_every_task_are_a_suite(case: Case, stack: bool, tmp_path: Path) -> None:
    world = World(tmp_path, SETTINGS if stack else None)
    answers = {"task": case.task, "region": "us-east-1", **case.answers}
    if not stack:
        numbers = {"knowledge-base": "ABCDEFGHIJ", "flow-definition": WORKFLOW, "judge": JUDGE}
        numbers["generator"] = "amazon.nova-premier-v1:0"
        answers |= {name: text for name, text in numbers.items() if answers.get(name) == "1"}
    if case.records is not None:
        answers["dataset"] = world.put("a.jsonl", *(case.records(n) for n in range(3)))
    document = suite_document(answer(world, answers))

    text = suite_text(document)
    read = parse_text(text.encode(), source="a.yaml")
    assert read == document
    suite = parse_suite(read, source="a.yaml")
    assert suite.name == f"my-{case.task}"
    assert suite.terms_accepted is bool("accept-bedrock-terms" in case.answers)
    assert suite.eula_accepted is bool("accept-eula" in case.answers)
    assert case.entry.items() <= document["evaluations"][0].items()
    if case.records is not None:
        assert document["evaluations"][0]["dataset"] == "datasets/a.jsonl"


def test_every_task_has_a_case() -> None:
    assert {case.task for case in CASES} == {*TASKS}


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_every_field_that_is_written_has_a_comment_above_it(case: Case, tmp_path: Path) -> None:
    world = World(tmp_path, SETTINGS)
    answers = {"task": case.task, "region": "us-east-1", **case.answers}
    if case.records is not None:
        answers["dataset"] = world.put("a.jsonl", *(case.records(n) for n in range(3)))
    document = suite_document(answer(world, answers))
    lines = suite_text(document).splitlines()
    fields = [*document, *document["evaluations"][0]]
    for name in fields:
        places = [n for n, line in enumerate(lines) if line.strip(" -").startswith(f"{name}:")]
        assert any(lines[place - 1].lstrip().startswith("#") for place in places), name
