"""RAG evaluations, planned: what is checked, written, estimated, and which jobs there are."""

from __future__ import annotations

import json
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from judge_plans import NUMBER
from rag_plans import (
    ALLOWED,
    ASKED,
    BASE,
    DATASET,
    GENERATE,
    LITE,
    OTHER_BASE,
    RERANKER,
    RETRIEVE,
    SYSTEM,
    KnownBases,
    KnownModels,
    entry,
    lines,
    plan,
    turn,
)
from unit_documents import JUDGE, RUN, custom_metric
from unit_fakes import MemoryS3, services

from modeleval.artifacts import index_key, records_key, validation_key
from modeleval.errors import (
    DatasetInvalid,
    DatasetNotFound,
    GeneratorNotAllowed,
    JudgeNotUsable,
    KnowledgeBaseNotAllowed,
)
from modeleval.kinds.registry import KINDS


def stored(data: bytes | None = None) -> MemoryS3:
    return MemoryS3(**{DATASET: lines(turn()) if data is None else data})


def test_an_evaluation_is_planned_as_one_job_with_its_deadline() -> None:
    planned = plan(stored(), deadlineHours=2)
    [one] = planned.jobs
    assert one.deadline_seconds == 7200
    assert one.spec == {
        "part": 0,
        "parts": 1,
        "repeat": 0,
        "candidate": None,
        "judge": JUDGE,
        "metrics": ["Correctness"],
        "customMetrics": [],
        "retrieve": False,
        "precomputed": SYSTEM,
        "knowledgeBase": None,
        "datasetName": "rag",
    }
    assert (planned.subject, planned.judge, planned.records) == (SYSTEM, JUDGE, 1)
    assert planned.dataset["versionId"] == "v1"


def test_what_is_judged_is_written_to_the_run() -> None:
    s3 = stored(lines(turn(), category="rivers"))
    plan(s3)
    assert json.loads(s3.objects[records_key(RUN, NUMBER, 0)]) == {"conversationTurns": [turn()]}
    assert json.loads(s3.objects[index_key(RUN, NUMBER, 0)])["category"] == "rivers"
    assert json.loads(s3.objects[validation_key(RUN, NUMBER)])["records"] == 1


def test_what_is_not_judged_stands_in_the_index_alone() -> None:
    s3 = stored(lines(turn(1, ""), turn(2), turn(3, " "), turn(4)))
    planned = plan(s3)
    written = s3.objects[records_key(RUN, NUMBER, 0)].splitlines()
    assert [json.loads(one)["conversationTurns"] for one in written] == [[turn(2)], [turn(4)]]
    index = s3.objects[index_key(RUN, NUMBER, 0)].splitlines()
    assert [json.loads(one)["line"] for one in index] == [1, 2, 3, 4]
    assert (planned.records, planned.estimates[0].records) == (4, 2)


def test_metrics_for_some_categories_are_a_job_of_their_own() -> None:
    data = lines(turn(1), category="a") + lines(turn(2), turn(3), category="b")
    s3 = stored(data)
    planned = plan(s3, metrics=["Correctness", {"name": "Refusal", "categories": ["b"]}])
    assert [(one.spec["part"], one.spec["metrics"]) for one in planned.jobs] == [
        (0, ["Correctness"]),
        (1, ["Refusal"]),
    ]
    assert s3.objects[records_key(RUN, NUMBER, 0)].count(b"\n") == 3
    assert s3.objects[records_key(RUN, NUMBER, 1)].count(b"\n") == 2


def conversations(*turns: int) -> bytes:
    """A conversation of so many turns each."""
    return b"".join(
        json.dumps({"conversationTurns": [turn(100 * line + n) for n in range(count)]}).encode()
        + b"\n"
        for line, count in enumerate(turns)
    )


def test_more_turns_than_a_job_takes_become_several_jobs_of_whole_conversations() -> None:
    s3 = stored(conversations(3, 1, 1, 3, 2, 2))
    planned = plan(s3, shardSize=5, repeats=2)
    assert [(one.spec["part"], one.judgements) for one in planned.jobs] == [
        (part, turns) for part, turns in enumerate((3, 5, 2, 2)) for _ in range(2)
    ]
    written = [s3.objects[records_key(RUN, NUMBER, part)] for part in range(4)]
    sent = [json.loads(line) for part in written for line in part.splitlines()]
    asked = [json.loads(line) for line in conversations(3, 1, 1, 3, 2, 2).splitlines()]
    assert sent == asked
    assert [one.records for one in planned.estimates] == [12, 12]
    assert planned.records == 12


def test_a_large_dataset_is_several_jobs_of_at_most_a_thousand_turns() -> None:
    planned = plan(stored(conversations(*[5] * 401)))
    assert [job.judgements for job in planned.jobs] == [670, 670, 665]


def test_candidates_number_their_parts_on() -> None:
    systems = [{"precomputed": SYSTEM}, {"precomputed": SYSTEM, "dataset": DATASET, "label": "b"}]
    planned = plan(stored(conversations(1, 1, 1)), shardSize=2, responses=systems)
    parts = [(job.spec["part"], job.spec["candidate"]) for job in planned.jobs]
    assert parts == [(0, None), (1, None), (2, "b"), (3, "b")]


def test_more_turns_than_a_run_takes_are_refused() -> None:
    with pytest.raises(DatasetInvalid, match="At most 1,000 turns can be judged"):
        plan(stored(conversations(*[1] * 1001)), shardSize=1)


def test_a_category_that_nothing_has_is_refused() -> None:
    with pytest.raises(DatasetInvalid, match="No record to judge is in b"):
        plan(stored(), metrics=[{"name": "Refusal", "categories": ["b"]}])


def test_a_trial_draws_whole_conversations() -> None:
    conversations = b"".join(
        json.dumps({"conversationTurns": [turn(n), turn(n + 100)]}).encode() + b"\n"
        for n in range(20)
    )
    s3 = stored(conversations)
    planned = plan(s3, sample=3)
    assert s3.objects[records_key(RUN, NUMBER, 0)].count(b"\n") == 3
    assert planned.records == 6


def test_candidates_are_jobs_of_their_own_on_parts_of_their_own() -> None:
    other = turn()
    other["output"]["knowledgeBaseIdentifier"] = "theirs"
    s3 = MemoryS3(**{DATASET: lines(turn()), "datasets/theirs.jsonl": lines(other)})
    responses = [
        {"precomputed": SYSTEM},
        {"precomputed": "theirs", "dataset": "datasets/theirs.jsonl", "label": "them"},
    ]
    planned = plan(s3, responses=responses, repeats=2)
    assert [
        (one.spec["part"], one.spec["repeat"], one.spec["candidate"], one.spec["precomputed"])
        for one in planned.jobs
    ] == [
        (0, 0, None, SYSTEM),
        (0, 1, None, SYSTEM),
        (1, 0, "them", "theirs"),
        (1, 1, "them", "theirs"),
    ]
    assert planned.candidates == {"them": "theirs"}
    assert validation_key(RUN, NUMBER, 1) in s3.objects
    assert records_key(RUN, NUMBER, 1) in s3.objects
    assert len(planned.estimates) == 4


def test_a_knowledge_bases_job_knows_what_to_ask() -> None:
    base = {
        **ASKED,
        "numberOfResults": 7,
        "searchType": "HYBRID",
        "filter": {"equals": {"key": "year", "value": 2024}},
        "reranking": {"model": RERANKER, "numberOfResults": 3},
        "promptTemplate": "Answer from $search_results$",
        "inferenceParams": {"temperature": 0.5, "maxTokens": 100},
    }
    models, bases = KnownModels(), KnownBases()
    planned = plan(
        stored(),
        models=models,
        bases=bases,
        responses=None,
        knowledgeBase=base,
    )
    [one] = planned.jobs
    assert one.spec["knowledgeBase"] == {
        "id": BASE,
        "search": '{"numberOfResults":7,"overrideSearchType":"HYBRID",'
        '"filter":{"equals":{"key":"year","value":2024}}}',
        "reranker": RERANKER,
        "reranked": 3,
        "model": LITE,
        "promptTemplate": "Answer from $search_results$",
        "inference": '{"temperature":0.5,"maxTokens":100}',
    }
    assert planned.subject == f"{BASE}/{LITE}"
    assert bases.asked == [(BASE, "knowledgeBase.id")]
    assert models.asked == [
        ("judge", JUDGE, "judge"),
        ("generator", LITE, "knowledgeBase.model"),
        ("reranker", RERANKER, "knowledgeBase.reranking.model"),
    ]


@pytest.mark.parametrize(
    ("changes", "allowed", "error", "words"),
    [
        (
            {"knowledgeBase": {**ASKED, "id": "ABCDEFGHIK"}},
            {},
            KnowledgeBaseNotAllowed,
            f"(evaluations[{NUMBER}].knowledgeBase.id). Did you mean {BASE}?",
        ),
        (
            {"knowledgeBase": ASKED},
            {"knowledgeBaseIds": []},
            KnowledgeBaseNotAllowed,
            "Add it to knowledgeBaseIds in cdk.json and deploy.",
        ),
        (
            {"knowledgeBases": [ASKED, {**ASKED, "id": "ZZZZZZZZZZ"}]},
            {},
            KnowledgeBaseNotAllowed,
            f"(evaluations[{NUMBER}].candidates[0].knowledgeBase.id)",
        ),
        (
            {"knowledgeBase": {**ASKED, "model": "amazon.nova-pro-v1:0"}},
            {},
            GeneratorNotAllowed,
            "knowledgeBase.model",
        ),
        (
            {"knowledgeBase": {**ASKED, "reranking": {"model": "cohere.rerank-v3-5:0"}}},
            {},
            GeneratorNotAllowed,
            "knowledgeBase.reranking.model",
        ),
    ],
)
def test_what_the_settings_do_not_allow_is_refused_before_the_dataset_is_read(
    changes: Any, allowed: Any, error: type[Exception], words: str
) -> None:
    s3 = MemoryS3()
    with pytest.raises(error) as caught:
        plan(s3, responses=None, allowed=ALLOWED | allowed, **changes)
    assert words in str(caught.value)
    assert s3.objects == {}


@pytest.mark.parametrize("prefix", ["", "us."])
def test_a_judge_of_model_responses_only_is_refused(prefix: str) -> None:
    judge = f"{prefix}anthropic.claude-sonnet-4-5-20250929-v1:0"
    with pytest.raises(JudgeNotUsable) as caught:
        plan(stored(), judge=judge)
    assert str(caught.value) == (
        f"{judge} judges model responses, and AWS does not list it for RAG "
        f"(evaluations[{NUMBER}].judge). Choose another judge, such as amazon.nova-pro-v1:0."
    )


def test_a_missing_dataset_is_refused_at_its_field() -> None:
    with pytest.raises(DatasetNotFound, match=rf"evaluations\[{NUMBER}\].dataset"):
        plan(MemoryS3())


@pytest.mark.parametrize(
    ("kind", "changes", "words"),
    [
        (GENERATE, {"metrics": ["CitationPrecision"]}, "citations: is missing"),
        (RETRIEVE, {"metrics": ["ContextCoverage"]}, "ContextCoverage is measured by it"),
    ],
)
def test_data_that_a_metric_cannot_be_measured_by(kind: str, changes: Any, words: str) -> None:
    given = turn(0, None) if kind == RETRIEVE else turn()
    with pytest.raises(DatasetInvalid, match=words):
        plan(stored(lines(given)), kind, **changes)


def test_reference_contexts_go_with_custom_metrics_only() -> None:
    reference = [{"content": [{"text": "x"}]}]
    data = lines(turn(referenceContexts=reference, referenceResponses=reference))
    with pytest.raises(DatasetInvalid, match="Bedrock refuses with built-in metrics"):
        plan(stored(data))
    planned = plan(stored(data), metrics=[], customMetrics=custom_metric())
    assert planned.jobs[0].spec["customMetrics"][0]["name"] == "Tone"


def test_a_lone_citation_metric_is_advised_of_the_other() -> None:
    given = turn()
    given["output"]["citations"] = []
    planned = plan(stored(lines(given)), metrics=["CitationCoverage"])
    assert planned.warnings[-1] == (
        "CitationCoverage tells half of it; AWS advises to ask for CitationPrecision too"
    )


def test_metrics_that_are_asked_per_passage_cost_per_passage() -> None:
    judgement = (1500 * Decimal("0.8") + 200 * Decimal("3.2")) / 1_000_000
    data = lines(turn(1, None, "a", "b", "c"), turn(2, None, "d"))
    [one] = plan(stored(data), RETRIEVE).estimates
    assert (one.records, one.usd) == (4, 4 * judgement)
    [live] = plan(
        stored(lines(turn(1))), RETRIEVE, responses=None, knowledgeBase={"id": BASE}
    ).estimates
    assert live.records == 5


def test_citation_precision_costs_per_cited_passage() -> None:
    given = turn()
    reference = {"content": {"text": "x"}}
    part = {"textResponsePart": {"span": {"start": 0, "end": 2}, "text": "So"}}
    given["output"]["citations"] = [
        {"generatedResponsePart": part, "retrievedReferences": [reference] * 3}
    ]
    metrics = ["Correctness", "CitationPrecision", "CitationCoverage"]
    first, second = plan(stored(lines(given)), metrics=metrics).estimates
    assert (first.records, first.metrics) == (1, 2)
    assert (second.records, second.metrics) == (3, 1)


def test_live_answers_cost_the_passages_that_the_model_reads() -> None:
    base = {**ASKED, "numberOfResults": 10, "inferenceParams": {"maxTokens": 100}}
    planned = plan(stored(), responses=None, knowledgeBase=base)
    [_, model] = planned.estimates
    assert model.model == LITE
    assert model.input_tokens == (10 * 1200 + len("Question 0?") + 3) // 4
    assert model.output_tokens == 100


def test_what_is_not_in_the_estimate_is_told() -> None:
    base = {"id": OTHER_BASE, "reranking": {"model": RERANKER}}
    planned = plan(stored(), RETRIEVE, responses=None, knowledgeBase=base)
    assert planned.warnings[-1] == (
        f"{OTHER_BASE}: the knowledge base's own costs (embeddings, vector store) and 1 queries of "
        f"the reranker {RERANKER}, of which no price is known, are not in the estimate"
    )


def test_there_must_be_room_for_all_jobs() -> None:
    asked: list[int] = []
    outside = services(evaluation_jobs=SimpleNamespace(check_room=asked.append))
    several = entry(
        metrics=["Correctness", {"name": "Refusal", "categories": ["b"]}],
        responses=[{"precomputed": "a"}, {"precomputed": "b", "dataset": "x"}],
        repeats=3,
    )
    KINDS[GENERATE].check_room([several, entry()], outside)
    assert asked == [2 * 2 * 3 + 1]
