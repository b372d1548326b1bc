"""RAG evaluations through the deployed state machines: precomputed, and by knowledge bases."""

from __future__ import annotations

import json
from statistics import fmean
from typing import Any

import pytest
from deployed_world import DeployedWorld, Finished
from rag_world import (
    KNOWLEDGE_BASE,
    LITE,
    OTHER_BASE,
    RERANKER,
    SYSTEM,
    answered,
    generation,
    line,
    register,
    retrieval,
    retrieved,
    said,
    turn,
)

from modeleval.scores.rag_metrics import GENERATE_METRICS


def judged(world: DeployedWorld, finished: Finished, job: int = 0) -> list[Any]:
    """The turns of a job's output, as Bedrock wrote them."""
    prefix = f"runs/{finished.run_id}/outputs/j{job}/"
    [key] = [one for one in world.keys(prefix) if one.endswith("output.jsonl")]
    return [one for found in world.read_lines(key) for one in found["conversationTurns"]]


def means(turns: list[Any]) -> dict[str, float]:
    """The mean of each metric's results, straight from the output."""
    values: dict[str, list[float]] = {}
    for one in turns:
        for result in one["results"]:
            if result.get("result") is not None:
                name = result["metricName"].removeprefix("Builtin.")
                values.setdefault(name, []).append(result["result"])
    return {name: fmean(found) for name, found in values.items()}


def assert_means(world: DeployedWorld, finished: Finished) -> None:
    """What is published is what the output says."""
    expected = means(judged(world, finished))
    scores = world.scores(finished)
    assert {metric for metric, category in scores if category is None} == set(expected)
    for metric, mean in expected.items():
        assert float(scores[metric, None].mean or 0) == pytest.approx(mean), metric


@pytest.fixture(params=["uuid", "plain"])
def named(world: DeployedWorld, request: pytest.FixtureRequest) -> DeployedWorld:
    """Either name that a RAG job's output may have."""
    world.settings(ragFile=request.param)
    return world


def test_precomputed_answers_on_every_metric(named: DeployedWorld) -> None:
    answers = ["", "The answer is a number.", "I cannot answer that.", "Perhaps."]
    lines = [line(answered(n, answers[n % 4]), category="ab"[n % 2]) for n in range(12)]

    finished = named.evaluate(generation(named.put_dataset(lines), metrics=[*GENERATE_METRICS]))

    assert finished.status == "SUCCEEDED", finished.cause
    assert_means(named, finished)
    scores = named.scores(finished)
    assert scores["Correctness", None].n == 12
    assert scores["Correctness", "a"].n == 6
    assert float(scores["Refusal", None].mean or 0) == 0.25
    assert scores["Refusal", None].direction == "lowerIsBetter"
    assert {score.subject for score in scores.values()} == {SYSTEM}
    assert len({str(scores["Correctness", None].mean), "0", "1"}) == 3
    [job] = named.service_jobs(finished.run_id)
    assert job["request"]["applicationType"] == "RagEvaluation"


def test_precomputed_retrievals(named: DeployedWorld) -> None:
    lines = [line(retrieved(n, f"Question {n}?", "Bread.", "Number.")) for n in range(6)]
    nothing = {"retrievedResults": {"retrievalResults": []}}
    lines.append(line(turn(7, output=retrieved(7)["output"] | nothing)))
    metrics = ["ContextRelevance", "ContextCoverage"]

    finished = named.evaluate(retrieval(named.put_dataset(lines), metrics=metrics))

    assert finished.status == "SUCCEEDED", finished.cause
    assert_means(named, finished)
    score = named.scores(finished)["ContextRelevance", None]
    assert (score.n, score.unscored) == (6, 1)
    assert 0 < float(score.mean or 0) < 1


def test_conversations_are_judged_by_turns(world: DeployedWorld) -> None:
    """Equal questions after different ones are different records; an empty answer ends the rest."""
    lines = [
        line(answered(1), answered(9, "Perhaps.")),
        line(answered(2), answered(9)),
        line(answered(3), answered(4, " "), answered(5)),
    ]

    finished = world.evaluate(generation(world.put_dataset(lines)))

    assert finished.status == "SUCCEEDED", finished.cause
    score = world.scores(finished)["Correctness", None]
    assert (score.n, score.unscored) == (5, 2)
    stored = world.read_lines(f"runs/{finished.run_id}/scores/j0.jsonl")
    by_line: dict[int, list[Any]] = {}
    for one in stored:
        by_line.setdefault(one["line"], []).append(one.get("value"))
    assert by_line[1] != by_line[2]
    assert by_line[3][1:] == [None, None]
    assert {one["cluster"] for one in stored} == {"line 1", "line 2", "line 3"}


@pytest.mark.parametrize("echo", ["answer", "nothing"])
def test_an_output_that_shows_less_is_joined_all_the_same(world: DeployedWorld, echo: str) -> None:
    world.settings(ragEcho=echo)

    finished = world.evaluate(generation(world.put_dataset([line(answered(n)) for n in range(4)])))

    assert finished.status == "SUCCEEDED", finished.cause
    assert world.scores(finished)["Correctness", None].n == 4


def test_a_knowledge_base_is_asked_while_the_job_runs(world: DeployedWorld) -> None:
    register(world, KNOWLEDGE_BASE)
    base = {
        "id": KNOWLEDGE_BASE,
        "numberOfResults": 8,
        "searchType": "SEMANTIC",
        "filter": {"lessThan": {"key": "year", "value": 2020}},
        "reranking": {"model": RERANKER, "numberOfResults": 4},
    }
    lines = [line(turn(n)) for n in range(8)]
    metrics = ["ContextRelevance", "ContextCoverage"]
    document = retrieval(
        world.put_dataset(lines), responses=None, knowledgeBase=base, metrics=metrics
    )

    finished = world.evaluate(document)

    assert finished.status == "SUCCEEDED", finished.cause
    assert_means(world, finished)
    turns = judged(world, finished)
    found = [one["output"]["retrievedResults"]["retrievalResults"] for one in turns]
    assert {len(passages) for passages in found} == {4}
    assert all(passage["metadata"]["year"] < 2020 for one in found for passage in one)
    assert world.scores(finished)["ContextCoverage", None].subject == KNOWLEDGE_BASE
    assert "of which no price is known" in json.dumps(
        world.summary(finished)["evaluations"][0]["warnings"]
    )


@pytest.mark.parametrize("model", [LITE, f"us.{LITE}"])
def test_a_knowledge_base_answers_with_a_model(world: DeployedWorld, model: str) -> None:
    register(world, KNOWLEDGE_BASE)
    base = {
        "id": KNOWLEDGE_BASE,
        "model": model,
        "promptTemplate": "Answer from $search_results$",
        "inferenceParams": {"temperature": 0.2, "maxTokens": 60},
    }
    lines = [line(turn(n), turn(n + 10)) for n in range(6)]
    metrics = ["Correctness", "CitationPrecision", "CitationCoverage", "Faithfulness"]
    document = generation(
        world.put_dataset(lines), responses=None, knowledgeBase=base, metrics=metrics
    )

    finished = world.evaluate(document)

    assert finished.status == "SUCCEEDED", finished.cause
    assert_means(world, finished)
    score = world.scores(finished)["Correctness", None]
    assert (score.n, score.subject) == (12, f"{KNOWLEDGE_BASE}/{model}")
    [job] = world.service_jobs(finished.run_id)
    [config] = job["request"]["inferenceConfig"]["ragConfigs"]
    asked = config["knowledgeBaseConfig"]["retrieveAndGenerateConfig"]["knowledgeBaseConfiguration"]
    assert asked["modelArn"].endswith(f"/{model}")
    generated = asked["generationConfiguration"]
    assert generated["kbInferenceConfig"]["textInferenceConfig"]["maxTokens"] == 60


@pytest.mark.parametrize("results", ["raw", "normalized"])
def test_custom_metrics_see_the_passages(world: DeployedWorld, results: str) -> None:
    world.settings(customResults=results)
    metric = {
        "name": "grounded",
        "instructions": "Is it grounded? {{prediction}} {{context}} {{ground_truth}}",
        "ratingScale": [
            {"definition": f"Level {n}", "value": {"floatValue": n}} for n in (1, 2, 3, 4, 5)
        ],
    }
    answers = ["", "Perhaps.", "The answer is a number."]
    lines = [line(answered(n, answers[n % 3])) for n in range(9)]

    finished = world.evaluate(
        generation(world.put_dataset(lines), metrics=["Correctness"], customMetrics=[metric])
    )

    assert finished.status == "SUCCEEDED", finished.cause
    score = world.scores(finished)["grounded", None]
    assert score.n == 9
    assert {float(value) for value in score.value_counts or {}} <= {1, 2, 3, 4, 5}


def test_reference_contexts_beside_references_for_custom_metrics(world: DeployedWorld) -> None:
    metric = {
        "name": "found",
        "instructions": "Is it found? {{context}} {{reference_contexts}}",
        "ratingScale": [
            {"definition": "No", "value": {"floatValue": 0}},
            {"definition": "Yes", "value": {"floatValue": 1}},
        ],
    }
    contexts = {"referenceContexts": [said("The right passage.")]}
    lines = [line(retrieved(n) | contexts) for n in range(3)]
    key = world.put_dataset(lines)

    finished = world.evaluate(retrieval(key, metrics=[], customMetrics=metric))

    assert finished.status == "SUCCEEDED", finished.cause
    assert world.scores(finished)["found", None].n == 3


def test_candidates_are_judged_on_the_same_turns_and_compared(world: DeployedWorld) -> None:
    """Two knowledge bases, one of which knows nothing of it, and a system's precomputed answers."""
    register(world, KNOWLEDGE_BASE)
    register(world, OTHER_BASE, passages=["Bread is baked from flour.", "Water is wet."])
    theirs = world.put_dataset([line(answered(n, system="theirs")) for n in range(10)])
    asked = {"id": KNOWLEDGE_BASE, "model": LITE}
    candidates = [
        {"knowledgeBase": {**asked, "id": OTHER_BASE}, "label": "other"},
        {"precomputed": "theirs", "dataset": theirs},
    ]
    document = generation(
        world.put_dataset([line(turn(n)) for n in range(10)]),
        responses=None,
        knowledgeBase=asked,
        candidates=candidates,
    )

    finished = world.evaluate(document)

    assert finished.status == "SUCCEEDED", finished.cause
    assert [job.spec["candidate"] for job in world.jobs(finished)] == [None, "other", "theirs"]
    scores = {score.candidate: score for score in world.store.scores(finished.run_id)}
    assert {label: score.subject for label, score in scores.items()} == {
        None: f"{KNOWLEDGE_BASE}/{LITE}",
        "other": f"{OTHER_BASE}/{LITE}",
        "theirs": "theirs",
    }
    assert {score.n for score in scores.values()} == {10}
    assert scores["theirs"].mean == 1
    [entry] = world.summary(finished)["evaluations"]
    matched = {
        one["against"]: one["matched"]
        for one in entry["comparisons"]
        if one["metric"] == "Correctness" and one["against"] != "previous"
    }
    assert matched == {"other": 10, "theirs": 10}
    [ranking] = entry["ranking"]
    assert len(ranking["candidates"]) == 3


def test_metrics_for_some_categories_and_repeats(world: DeployedWorld) -> None:
    lines = [line(answered(n), category="ab"[n % 2]) for n in range(6)]
    metrics = ["Correctness", {"name": "Refusal", "categories": ["b"]}]

    finished = world.evaluate(generation(world.put_dataset(lines), metrics=metrics, repeats=2))

    assert [job.spec["part"] for job in world.jobs(finished)] == [0, 0, 1, 1]
    scores = world.scores(finished)
    assert [scores[name, None].n for name in ("Correctness", "Refusal")] == [6, 3]


@pytest.mark.parametrize("defect", ["null-result", "missing-result", "nan-result", "bare-names"])
def test_odd_outputs_are_read(world: DeployedWorld, defect: str) -> None:
    world.fault(kind="output", defect=defect)

    finished = world.evaluate(generation(world.put_dataset([line(answered(n)) for n in range(4)])))

    score = world.scores(finished)["Correctness", None]
    expected = {"missing-result": (3, 0, 1), "bare-names": (4, 0, 0)}.get(defect, (3, 1, 0))
    assert (score.n, score.not_applicable, score.unscored) == expected


def test_a_knowledge_base_that_gave_nothing_for_a_question(world: DeployedWorld) -> None:
    register(world, KNOWLEDGE_BASE)
    world.fault(kind="generator", defect="no-response")
    lines = [line(turn(n)) for n in range(4)]
    document = retrieval(
        world.put_dataset(lines), responses=None, knowledgeBase={"id": KNOWLEDGE_BASE}
    )

    finished = world.evaluate(document)

    score = world.scores(finished)["ContextRelevance", None]
    assert (score.n, score.unscored) == (3, 1)


def test_a_trial_judges_whole_conversations(world: DeployedWorld) -> None:
    lines = [line(answered(n), answered(n + 20)) for n in range(8)]
    document = generation(world.put_dataset(lines)) | {"sample": 2}

    finished = world.evaluate(document)

    assert world.scores(finished)["Correctness", None].n == 4
    assert world.summary(finished)["evaluations"][0]["records"] == 4
