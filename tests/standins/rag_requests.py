"""RAG datasets and requests for the tests of the stand-in."""

from __future__ import annotations

from typing import Any

from standin_world import JUDGE, World, judged_by, put, statement

BASE = "KB12345678"
LITE = "amazon.nova-lite-v1:0"
RERANKER = "amazon.rerank-v1:0"
PASSAGES = [
    {"text": "The Elbe ends in the North Sea.", "metadata": {"year": 2020, "kind": "river"}},
    {"text": "The Oder ends in the Baltic Sea.", "metadata": {"year": 2024, "kind": "river"}},
    {"text": "Bread is baked from flour and water.", "metadata": {"year": 2022, "kind": "food"}},
]


def said(text: str) -> dict[str, Any]:
    return {"content": [{"text": text}]}


def passages(*texts: str) -> dict[str, Any]:
    return {"retrievalResults": [{"content": {"text": text}} for text in texts]}


def citation(start: int, end: int, text: str, *cited: str) -> dict[str, Any]:
    return {
        "generatedResponsePart": {
            "textResponsePart": {"span": {"start": start, "end": end}, "text": text}
        },
        "retrievedReferences": passages(*cited)["retrievalResults"],
    }


def turn(prompt: str = "Where does the Elbe end?", **changes: Any) -> dict[str, Any]:
    """A turn; a change to None removes the member."""
    fields = {"prompt": said(prompt), "referenceResponses": [said("It ends in the North Sea.")]}
    return {name: item for name, item in (fields | changes).items() if item is not None}


def answered(text: str = "In the North Sea.", **changes: Any) -> dict[str, Any]:
    """A turn with a precomputed answer."""
    output = {
        "text": text,
        "modelIdentifier": "some-model",
        "knowledgeBaseIdentifier": "our-rag",
        "retrievedPassages": passages("The Elbe ends in the North Sea.", "Bread is baked."),
        "citations": [citation(0, 16, text, "The Elbe ends in the North Sea.")],
    }
    return turn(output={k: v for k, v in (output | changes).items() if v is not None})


def retrieved(*texts: str) -> dict[str, Any]:
    """A turn with passages that were retrieved before."""
    found = texts or ("The Elbe ends in the North Sea.", "Bread is baked.")
    return turn(output={"knowledgeBaseIdentifier": "our-rag", "retrievedResults": passages(*found)})


def line(*turns: dict[str, Any]) -> dict[str, Any]:
    return {"conversationTurns": [*turns]}


def precomputed(member: str) -> dict[str, Any]:
    source = {"ragSourceIdentifier": "our-rag"}
    return {"ragConfigs": [{"precomputedRagSourceConfig": {member: source}}]}


RETRIEVE, GENERATE = "retrieveSourceConfig", "retrieveAndGenerateSourceConfig"


def asking(base: str = BASE, **search: Any) -> dict[str, Any]:
    """A live retrieval."""
    retrieval = {"vectorSearchConfiguration": search}
    config = {"knowledgeBaseId": base, "knowledgeBaseRetrievalConfiguration": retrieval}
    return {"ragConfigs": [{"knowledgeBaseConfig": {"retrieveConfig": config}}]}


def answering(world: World, model: str = LITE, **more: Any) -> dict[str, Any]:
    """Live answers."""
    config = {"knowledgeBaseId": BASE, "modelArn": world.model_arn(model), **more}
    generate = {"type": "KNOWLEDGE_BASE", "knowledgeBaseConfiguration": config}
    return {"ragConfigs": [{"knowledgeBaseConfig": {"retrieveAndGenerateConfig": generate}}]}


def reranking(world: World, number: int) -> dict[str, Any]:
    model = {"modelArn": world.model_arn(RERANKER)}
    config = {"modelConfiguration": model, "numberOfRerankedResults": number}
    return {"type": "BEDROCK_RERANKING_MODEL", "bedrockRerankingConfiguration": config}


def rag_role(world: World, *without: str) -> str:
    """A role that may do all that a RAG job does, without some actions."""
    base = world.arn_of(f"knowledge-base/{BASE}")
    models = [world.model_arn(LITE), world.model_arn(RERANKER)]
    allowed = {
        "bedrock:Retrieve": base,
        "bedrock:RetrieveAndGenerate": base,
        "bedrock:Rerank": "*",
        "bedrock:InvokeModel": models,
    }
    return world.role_with(
        *(statement(action, where) for action, where in allowed.items() if action not in without)
    )


def rag_request(
    world: World,
    *lines: dict[str, Any],
    inference: dict[str, Any] | None = None,
    metrics: tuple[str, ...] = ("Builtin.Correctness",),
    judge: str = JUDGE,
    **changes: Any,
) -> dict[str, Any]:
    """A sound request; of precomputed answers unless ``inference`` says otherwise."""
    evaluation = world.evaluation(world.dataset([*lines] or [line(answered())]), metrics)
    automated = put(evaluation, "automated.evaluatorModelConfig", judged_by(judge))
    return world.request(
        "unused",
        **{
            "applicationType": "RagEvaluation",
            "evaluationConfig": automated,
            "inferenceConfig": inference or precomputed(GENERATE),
            **changes,
        },
    )


def finished(world: World, request: dict[str, Any]) -> dict[str, Any]:
    return world.wait(world.bedrock.create_evaluation_job(**request)["jobArn"])


def failure(world: World, request: dict[str, Any]) -> str:
    job = finished(world, request)
    assert job["status"] == "Failed", job
    return " ".join(job["failureMessages"])
