"""RAG evaluations that are refused before anything is paid for, and jobs that cannot be run."""

from __future__ import annotations

from typing import Any

import pytest
from deployed_world import DeployedWorld
from rag_world import (
    KNOWLEDGE_BASE,
    LITE,
    OTHER_BASE,
    answered,
    generation,
    line,
    register,
    retrieval,
    retrieved,
    said,
    turn,
)
from test_refusals import assert_refused

BASE = {"id": KNOWLEDGE_BASE, "model": LITE}
LIVE: dict[str, Any] = {"responses": None, "knowledgeBase": BASE}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"metrics": ["Coherence"]}, ["for RAG it is LogicalCoherence", "metrics[0]"]),
        ({"metrics": ["ContextCoverage"]}, ["kind bedrock-rag-retrieve"]),
        ({"responses": {"retrieveOnlySourceConfig": {}}}, ["name is retrieveSourceConfig"]),
        ({"responses": {"model": LITE}}, ["write knowledgeBase: {id: …}"]),
        ({"knowledgeBase": BASE}, ["and not both"]),
    ],
)
def test_suites(world: DeployedWorld, changes: dict[str, Any], words: list[str]) -> None:
    document = generation("datasets/x.jsonl", **changes)
    assert_refused(world, world.evaluate(document), "SuiteInvalid", "evaluations[0]", *words)


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        (
            {"judge": "anthropic.claude-sonnet-4-5-20250929-v1:0"},
            "JudgeNotUsable",
            ["does not list it for RAG", "amazon.nova-pro-v1:0"],
        ),
        (
            LIVE | {"knowledgeBase": {**BASE, "id": "KBSUPPORT9"}},
            "KnowledgeBaseNotAllowed",
            ["knowledgeBase.id", "Did you mean"],
        ),
        (
            LIVE | {"knowledgeBase": {**BASE, "model": "amazon.nova-micro-v1:0"}},
            "GeneratorNotAllowed",
            ["knowledgeBase.model"],
        ),
        (
            LIVE | {"knowledgeBase": {**BASE, "reranking": {"model": "cohere.rerank-v3-5:0"}}},
            "GeneratorNotAllowed",
            ["knowledgeBase.reranking.model", "Did you mean amazon.rerank-v1:0?"],
        ),
        ({"dataset": "datasets/nowhere.jsonl"}, "DatasetNotFound", ["evaluations[0].dataset"]),
    ],
)
def test_what_may_not_be_called(
    world: DeployedWorld, changes: dict[str, Any], error: str, words: list[str]
) -> None:
    register(world, KNOWLEDGE_BASE)
    document = generation(**{"dataset": world.put_dataset([line(turn(1))]), **changes})
    assert_refused(world, world.evaluate(document), error, *words)


@pytest.mark.parametrize(
    ("given", "changes", "words"),
    [
        (line(*[answered(1)] * 6), {}, ["line 1, conversationTurns", "at most 5"]),
        (line(turn(1)), {}, ["conversationTurns[0].output", "is missing"]),
        (line(answered(1, system="other")), {}, ["'other'", "our-rag"]),
        (
            line(answered(1) | {"referenceContexts": [said("x")]}),
            {},
            ["referenceContexts", "refuses with built-in metrics"],
        ),
        (line(turn(1, prompt=said("x" * 1001))), LIVE, ["1,001 characters", "1,000"]),
    ],
)
def test_datasets_of_answers(
    world: DeployedWorld, given: Any, changes: dict[str, Any], words: list[str]
) -> None:
    register(world, KNOWLEDGE_BASE)
    finished = world.evaluate(generation(world.put_dataset([given]), **changes))
    assert_refused(world, finished, "DatasetInvalid", *words)


def test_citation_metrics_without_citations(world: DeployedWorld) -> None:
    given = answered(1)
    del given["output"]["citations"]
    key = world.put_dataset([line(given)])
    finished = world.evaluate(generation(key, metrics=["CitationPrecision"]))
    words = ["citations: is missing", "leave the metrics out"]
    assert_refused(world, finished, "DatasetInvalid", *words)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (line(retrieved(1), retrieved(2)), ["a retrieval has exactly one"]),
        (line(answered(1)), ["retrievedPassages", "Rename it to retrievedResults"]),
        (line(retrieved(1) | {"referenceResponses": []}), ["ContextCoverage is measured by it"]),
    ],
)
def test_datasets_of_retrievals(world: DeployedWorld, given: Any, words: list[str]) -> None:
    key = world.put_dataset([given])
    finished = world.evaluate(retrieval(key, metrics=["ContextCoverage"]))
    assert_refused(world, finished, "DatasetInvalid", *words)


def test_a_budget_counts_passages(world: DeployedWorld) -> None:
    key = world.put_dataset([line(retrieved(n, *"abcdefghij")) for n in range(30)])
    finished = world.evaluate({**retrieval(key), "budget": {"maxUsd": 0.5}})
    # 30 turns x 10 passages x (1,500 x 0.80 + 200 x 3.20) / 1,000,000 USD
    assert_refused(world, finished, "BudgetExceeded", "0.552 USD", "300 records")


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (None, "KnowledgeBaseNotFound", ["There is no knowledge base"]),
        ("CREATING", "KnowledgeBaseNotUsable", ["is CREATING", "until it is ACTIVE"]),
    ],
)
def test_knowledge_bases_that_cannot_be_asked(
    world: DeployedWorld, status: str | None, error: str, words: list[str]
) -> None:
    if status:
        known = {"id": OTHER_BASE, "status": status}
        world.aws.control("POST", "knowledge-bases", known)
    document = generation(world.put_dataset([line(turn(1))]), **LIVE)
    document["evaluations"][0]["knowledgeBase"] = {**BASE, "id": OTHER_BASE}

    finished = world.evaluate(document)

    assert_refused(world, finished, error, OTHER_BASE, "knowledgeBase.id", *words)


def test_a_knowledge_base_that_goes_meanwhile_fails_the_job_and_not_its_sibling(
    world: DeployedWorld,
) -> None:
    """Bedrock refuses the job; the other evaluation of the run is scored."""
    register(world, KNOWLEDGE_BASE)
    document = generation(world.put_dataset([line(turn(1))]), **LIVE)
    [own] = document["evaluations"]
    document["evaluations"].append({**own, "name": "lost"})
    gone = "The specified knowledge base does not exist."
    code = "ResourceNotFoundException"
    world.fault(
        kind="error", operation="CreateEvaluationJob", code=code, message=gone, jobName="-j1-a1"
    )

    finished = world.evaluate(document)

    found = {one["name"]: one for one in world.summary(finished)["evaluations"]}
    assert found["rag"]["status"] == "succeeded"
    assert found["lost"]["error"]["name"] == "JobRefused"
    assert gone in found["lost"]["error"]["message"]


def test_text_is_nowhere_in_what_is_said(world: DeployedWorld) -> None:
    canary = "CANARY-7f3a"
    given = answered(1, canary) | {"prompt": canary}
    finished = world.evaluate(generation(world.put_dataset([line(given)])))
    assert finished.error == "DatasetInvalid"
    assert canary not in finished.cause
