"""What a RAG evaluation's models are estimated to cost."""

from __future__ import annotations

from collections.abc import Mapping

from modeleval.cost.estimate import ModelEstimate, estimate_generator, estimate_judge
from modeleval.cost.prices import Priced
from modeleval.kinds.rag.dataset import RagPart, RagSide
from modeleval.kinds.rag.knowledge_base import Generation
from modeleval.scores.rag_metrics import PER_PASSAGE

_PASSAGE_CHARACTERS = 1200
"""Of a passage: a knowledge base's usual chunk has 300 tokens."""


def estimates(side: RagSide, prices: Mapping[str, Priced]) -> list[ModelEstimate]:
    """What the judge costs per part and repeat, and for live answers the model too."""
    found: list[ModelEstimate] = []
    for part in side.dataset.parts:
        found += [*_of_judge(side, part, prices), *_of_model(side, part, prices)]
    return found * side.evaluation.repeats


def _of_judge(side: RagSide, part: RagPart, prices: Mapping[str, Priced]) -> list[ModelEstimate]:
    """Two metrics are asked once per passage instead of once per turn."""
    once = sum(name not in PER_PASSAGE for name in part.metrics)
    asked = [(part.judged, once)] if once else []
    asked += [(_passages(side, part, name), 1) for name in PER_PASSAGE if name in part.metrics]
    evaluation = side.evaluation
    return [
        estimate_judge(
            evaluation=evaluation.name,
            records=records,
            metrics=metrics,
            judge=evaluation.judge,
            overrides=prices,
        )
        for records, metrics in asked
    ]


def _passages(side: RagSide, part: RagPart, metric: str) -> int:
    base = side.evaluation.knowledge_base
    if base is not None:
        return part.judged * base.passages
    return part.retrieved if metric == "ContextRelevance" else part.cited


def _of_model(side: RagSide, part: RagPart, prices: Mapping[str, Priced]) -> list[ModelEstimate]:
    """The model reads the passages and, in later turns, what was asked before; the latter is not
    counted."""
    base = side.evaluation.knowledge_base
    if not isinstance(base, Generation):
        return []
    context = part.judged * base.passages * _PASSAGE_CHARACTERS
    return [
        estimate_generator(
            evaluation=side.evaluation.name,
            records=part.judged,
            prompt_characters=part.prompt_characters + context,
            max_tokens=base.inference_params.max_tokens,
            generator=base.model,
            overrides=prices,
        )
    ]


def not_in_the_estimate(side: RagSide) -> list[str]:
    """A warning of what is paid for besides, and has no price per token."""
    base = side.evaluation.knowledge_base
    if base is None:
        return []
    besides = "the knowledge base's own costs (embeddings, vector store)"
    if base.reranking is not None:
        besides += f" and the reranker {base.reranking.model}, which is priced per query,"
    return [f"{base.subject}: {besides} are not in the estimate"]
