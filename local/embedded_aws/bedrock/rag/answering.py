"""What a knowledge base gives for a turn: passages, or an answer that cites them.

The answer is the stand-in generator's, with the best passage as what it ought to say.
"""

from __future__ import annotations

from embedded_aws.bedrock import generation
from embedded_aws.bedrock.dataset import Record
from embedded_aws.bedrock.knowledge_bases import KnowledgeBase, Passage
from embedded_aws.bedrock.rag.outputs import Citation, Output
from embedded_aws.bedrock.rag.retrieval import retrieve
from embedded_aws.bedrock.rag.source import Source
from embedded_aws.bedrock.targets import Target

# What RetrieveAndGenerate says where it finds nothing.
_NOTHING = "Sorry, I am unable to assist you with this request."


def ask(base: KnowledgeBase, source: Source, query: str, target: Target | None) -> Output:
    """The passages for a query; with a model (``target``), its answer from them."""
    found = retrieve(base, query, source.search)
    texts = [passage.text for passage in found]
    results = {"retrievalResults": [passage.to_output() for passage in found]}
    shown = {"knowledgeBaseIdentifier": source.identifier}
    if target is None:
        return Output(None, texts, None, {**shown, "retrievedResults": results})
    text = _answer(found, source, query, target)
    cited = found[:1]
    return Output(
        text,
        texts,
        [Citation(text, [one.text for one in cited])] if cited else [],
        {
            "modelIdentifier": target.identifier,
            **shown,
            "text": text,
            "retrievedPassages": results,
            "citations": [_shown(text, cited)] if cited else [],
        },
    )


def _answer(found: list[Passage], source: Source, query: str, target: Target) -> str:
    if not found:
        return _NOTHING
    record = Record({}, query, found[0].text, None)
    text, _ = generation.respond(target.name, target.skill, record, source.max_tokens)
    return text


def _shown(text: str, cited: list[Passage]) -> dict[str, object]:
    part = {"span": {"start": 0, "end": len(text) - 1}, "text": text}
    references = [passage.to_output() for passage in cited]
    return {
        "generatedResponsePart": {"textResponsePart": part},
        "retrievedReferences": references,
    }
