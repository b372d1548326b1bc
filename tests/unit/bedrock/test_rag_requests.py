"""RAG requests for CreateEvaluationJob, from a suite's entry to boto3's arguments."""

from __future__ import annotations

from typing import Any

import pytest
from bedrock_shapes import violations
from hypothesis import given
from hypothesis import strategies as st
from made_requests import context, through_dynamodb
from test_request_patterns import GENERAL, GENERATORS, JUDGES, letters, names, words
from unit_documents import BUCKET, JUDGE, RUN, custom_metric

from modeleval.kinds.judge_metrics import groups_of
from modeleval.kinds.parts import Part
from modeleval.kinds.rag.dataset import PreparedRag, RagGroup, RagSide
from modeleval.kinds.rag.jobs import planned, request
from modeleval.kinds.registry import KINDS
from modeleval.scores.rag_metrics import GENERATE_METRICS, RETRIEVE_METRICS

RETRIEVE, GENERATE = "bedrock-rag-retrieve", "bedrock-rag-generate"
METRICS = {RETRIEVE: sorted(RETRIEVE_METRICS), GENERATE: sorted(GENERATE_METRICS)}
HERE = "arn:aws:bedrock:us-east-1:"


def requests_for(kind: str, **fields: Any) -> list[dict[str, Any]]:
    """The requests for an entry's jobs, as they are made from what the table gives back."""
    entry: Any = KINDS[kind].document.model_validate(
        {
            "name": "rag",
            "kind": kind,
            "dataset": "d.jsonl",
            "judge": JUDGE,
            "metrics": METRICS[kind],
            **fields,
        }
    )
    report: Any = None
    jobs = []
    for number, (label, one) in enumerate(entry.sides()):
        groups = tuple(
            RagGroup(group.names, (Part(part, 1),), 1, 10, 5, 0)
            for part, group in enumerate(groups_of(entry), start=number)
        )
        side = RagSide(label, one, PreparedRag(report, {}, 1, groups))
        jobs += planned(side, retrieve=kind == RETRIEVE)
    return [
        request(context(through_dynamodb(job.spec), number=number))
        for number, job in enumerate(jobs)
    ]


def request_for(kind: str, **fields: Any) -> dict[str, Any]:
    [made] = requests_for(kind, **fields)
    return made


@pytest.fixture(scope="module")
def shape(bedrock_client: Any) -> Any:
    return bedrock_client.meta.service_model.operation_model("CreateEvaluationJob").input_shape


@pytest.mark.parametrize(
    ("kind", "member"),
    [(RETRIEVE, "retrieveSourceConfig"), (GENERATE, "retrieveAndGenerateSourceConfig")],
)
def test_precomputed_outputs_are_named_by_their_source(shape: Any, kind: str, member: str) -> None:
    made = request_for(kind, responses={"precomputed": "our-rag"})
    assert made["applicationType"] == "RagEvaluation"
    assert made["inferenceConfig"] == {
        "ragConfigs": [{"precomputedRagSourceConfig": {member: {"ragSourceIdentifier": "our-rag"}}}]
    }
    [config] = made["evaluationConfig"]["automated"]["datasetMetricConfigs"]
    assert config == {
        "taskType": "General",
        "dataset": {
            "name": "rag",
            "datasetLocation": {"s3Uri": f"s3://{BUCKET}/runs/{RUN}/inputs/e0/p0.jsonl"},
        },
        "metricNames": [f"Builtin.{name}" for name in METRICS[kind]],
    }
    assert list(violations(made, shape)) == [GENERAL]


def test_a_knowledge_base_is_asked_for_passages() -> None:
    base = {
        "id": "ABCDEFGHIJ",
        "numberOfResults": 7,
        "searchType": "HYBRID",
        "filter": {"greaterThan": {"key": "year", "value": 2023}},
        "reranking": {"model": "amazon.rerank-v1:0", "numberOfResults": 3},
    }
    made = request_for(RETRIEVE, knowledgeBase=base)
    assert made["inferenceConfig"]["ragConfigs"] == [
        {
            "knowledgeBaseConfig": {
                "retrieveConfig": {
                    "knowledgeBaseId": "ABCDEFGHIJ",
                    "knowledgeBaseRetrievalConfiguration": {
                        "vectorSearchConfiguration": {
                            "numberOfResults": 7,
                            "overrideSearchType": "HYBRID",
                            "filter": {"greaterThan": {"key": "year", "value": 2023}},
                            "rerankingConfiguration": {
                                "type": "BEDROCK_RERANKING_MODEL",
                                "bedrockRerankingConfiguration": {
                                    "modelConfiguration": {
                                        "modelArn": f"{HERE}:foundation-model/amazon.rerank-v1:0"
                                    },
                                    "numberOfRerankedResults": 3,
                                },
                            },
                        }
                    },
                }
            }
        }
    ]


def test_a_knowledge_base_is_asked_for_answers() -> None:
    base = {
        "id": "ABCDEFGHIJ",
        "model": "us.amazon.nova-lite-v1:0",
        "promptTemplate": "From $search_results$.",
        "inferenceParams": {"temperature": 0.5, "stopSequences": ["END"]},
    }
    made = request_for(GENERATE, knowledgeBase=base)
    [config] = made["inferenceConfig"]["ragConfigs"]
    assert config["knowledgeBaseConfig"]["retrieveAndGenerateConfig"] == {
        "type": "KNOWLEDGE_BASE",
        "knowledgeBaseConfiguration": {
            "knowledgeBaseId": "ABCDEFGHIJ",
            "modelArn": f"{HERE}111122223333:inference-profile/us.amazon.nova-lite-v1:0",
            "retrievalConfiguration": {"vectorSearchConfiguration": {}},
            "generationConfiguration": {
                "promptTemplate": {"textPromptTemplate": "From $search_results$."},
                "kbInferenceConfig": {
                    "textInferenceConfig": {"temperature": 0.5, "stopSequences": ["END"]}
                },
            },
        },
    }


def test_what_is_not_said_is_not_sent() -> None:
    base = {"id": "ABCDEFGHIJ", "model": "amazon.nova-lite-v1:0"}
    [config] = request_for(GENERATE, knowledgeBase=base)["inferenceConfig"]["ragConfigs"]
    asked = config["knowledgeBaseConfig"]["retrieveAndGenerateConfig"]
    assert asked["knowledgeBaseConfiguration"] == {
        "knowledgeBaseId": "ABCDEFGHIJ",
        "modelArn": f"{HERE}:foundation-model/amazon.nova-lite-v1:0",
        "retrievalConfiguration": {"vectorSearchConfiguration": {}},
    }


def test_every_candidate_has_its_own_request() -> None:
    bases = [{"id": "ABCDEFGHIJ"}, {"id": "KLMNOPQRST", "label": "other"}]
    first, second = requests_for(RETRIEVE, knowledgeBases=bases)
    assert first["jobName"] != second["jobName"]
    asked = [
        one["inferenceConfig"]["ragConfigs"][0]["knowledgeBaseConfig"]["retrieveConfig"][
            "knowledgeBaseId"
        ]
        for one in (first, second)
    ]
    assert asked == ["ABCDEFGHIJ", "KLMNOPQRST"]
    uris = [
        one["evaluationConfig"]["automated"]["datasetMetricConfigs"][0]["dataset"][
            "datasetLocation"
        ]["s3Uri"].rsplit("/", 1)[-1]
        for one in (first, second)
    ]
    assert uris == ["p0.jsonl", "p1.jsonl"]


def test_custom_metrics_go_with_the_built_in_ones() -> None:
    metric = custom_metric(instructions="Is it in the passages? {{context}} {{prompt}}")
    made = request_for(RETRIEVE, responses={"precomputed": "a"}, metrics=[], customMetrics=[metric])
    automated = made["evaluationConfig"]["automated"]
    assert automated["datasetMetricConfigs"][0]["metricNames"] == ["Tone"]
    [definition] = automated["customMetricConfig"]["customMetrics"]
    assert definition["customMetricDefinition"]["name"] == "Tone"


numbers = st.none() | st.integers(1, 100)
comparisons = st.builds(
    lambda operator, key, value: {operator: {"key": key, "value": value}},
    st.sampled_from(["equals", "notIn", "startsWith", "lessThanOrEquals"]),
    st.text(min_size=1, max_size=100),
    st.integers() | st.floats(allow_nan=False, allow_infinity=False) | words | st.lists(words),
)
filters = st.recursive(
    comparisons,
    lambda inner: st.builds(
        lambda name, some: {name: some},
        st.sampled_from(["andAll", "orAll"]),
        st.lists(inner, min_size=2, max_size=3),
    ),
    max_leaves=6,
)
retrievals = st.fixed_dictionaries(
    {"id": st.text(letters, min_size=1, max_size=10)},
    optional={
        "numberOfResults": st.integers(1, 100),
        "searchType": st.sampled_from(["HYBRID", "SEMANTIC"]),
        "filter": filters,
        "reranking": st.just({"model": "cohere.rerank-v3-5:0"}),
    },
)
generations = st.builds(
    lambda base, more: base | more,
    retrievals,
    st.fixed_dictionaries(
        {"model": st.sampled_from(GENERATORS)},
        optional={
            "promptTemplate": st.text(max_size=50).map(lambda text: f"{text} $search_results$"),
            "inferenceParams": st.fixed_dictionaries(
                {},
                optional={
                    "temperature": st.floats(0, 1),
                    "topP": st.integers(0, 1),
                    "maxTokens": st.integers(1, 65536),
                    "stopSequences": st.lists(words, max_size=4),
                },
            ),
        },
    ),
)
sources = st.builds(
    lambda identifier: {"precomputed": identifier},
    st.from_regex(r"[a-zA-Z0-9][a-zA-Z0-9._-]{0,255}", fullmatch=True),
)
asked = st.one_of(
    st.builds(
        lambda kind, source: (kind, {"responses": source}),
        st.sampled_from([RETRIEVE, GENERATE]),
        sources,
    ),
    st.builds(lambda base: (RETRIEVE, {"knowledgeBase": base}), retrievals),
    st.builds(lambda base: (GENERATE, {"knowledgeBase": base}), generations),
)


@given(asked, names, st.sampled_from(JUDGES))
def test_whatever_a_valid_entry_says_bedrock_takes_the_request(
    shape: Any, one: tuple[str, dict[str, Any]], name: str, judge: str
) -> None:
    kind, source = one
    made = request_for(kind, **source, name=name, judge=judge)
    assert list(violations(made, shape)) == [GENERAL]
