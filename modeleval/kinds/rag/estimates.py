"""What a RAG evaluation's models are estimated to cost."""

from __future__ import annotations

from collections.abc import Mapping

from modeleval.cost.estimate import ModelEstimate, estimate_generator, estimate_judge
from modeleval.cost.explain import ANSWER_TOKENS, CHARACTERS_PER_TOKEN
from modeleval.cost.prices import Priced
from modeleval.kinds.rag.dataset import RagGroup, RagSide
from modeleval.kinds.rag.knowledge_base import Generation
from modeleval.scores.rag_metrics import PER_PASSAGE

_PASSAGE_CHARACTERS = 1200
"""Of a passage: a knowledge base's usual chunk has 300 tokens."""


def estimates(side: RagSide, prices: Mapping[str, Priced]) -> list[ModelEstimate]:
    """What the judge costs per group and repeat, and for live answers the model too.

    A group's parts are not told apart: there may be a thousand.
    """
    found: list[ModelEstimate] = []
    for group in side.dataset.groups:
        found += [*_of_judge(side, group, prices), *_of_model(side, group, prices)]
    return found * side.evaluation.repeats


def _of_judge(side: RagSide, group: RagGroup, prices: Mapping[str, Priced]) -> list[ModelEstimate]:
    """Two metrics are asked once per passage instead of once per turn."""
    once = sum(name not in PER_PASSAGE for name in group.metrics)
    asked = [(group.judged, once)] if once else []
    asked += [(_passages(side, group, name), 1) for name in PER_PASSAGE if name in group.metrics]
    evaluation = side.evaluation
    return [
        estimate_judge(
            evaluation=evaluation.name,
            records=records,
            metrics=metrics,
            judge=evaluation.judge,
            overrides=prices,
            characters=_characters(side, group),
            instructions=max(
                (len(one.instructions) for one in evaluation.custom_metrics), default=0
            ),
        )
        for records, metrics in asked
    ]


def _characters(side: RagSide, group: RagGroup) -> int:
    """Of what the judge reads of a turn, on average: its texts and its passages, all of them also
    where it is asked about one."""
    report, base = side.dataset.report, side.evaluation.knowledge_base
    if not report.judged or not group.judged:
        return 0
    texts = report.prompt_chars + report.response_chars + report.reference_chars
    each = -(-texts // report.judged) - (-group.passage_characters // group.judged)
    if base is None:
        return each
    answer = 0
    if isinstance(base, Generation):
        answer = (base.inference_params.max_tokens or ANSWER_TOKENS) * CHARACTERS_PER_TOKEN
    return each + base.passages * _PASSAGE_CHARACTERS + answer


def _passages(side: RagSide, group: RagGroup, metric: str) -> int:
    base = side.evaluation.knowledge_base
    if base is not None:
        return group.judged * base.passages
    return group.retrieved if metric == "ContextRelevance" else group.cited


def _of_model(side: RagSide, group: RagGroup, prices: Mapping[str, Priced]) -> list[ModelEstimate]:
    """The model reads the passages and, in later turns, what was asked before; the latter is not
    counted."""
    base = side.evaluation.knowledge_base
    if not isinstance(base, Generation):
        return []
    context = group.judged * base.passages * _PASSAGE_CHARACTERS
    return [
        estimate_generator(
            evaluation=side.evaluation.name,
            records=group.judged,
            prompt_characters=group.prompt_characters + context,
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
        besides += (
            f" and {side.dataset.records:,} queries of the reranker {base.reranking.model}, "
            "of which no price is known,"
        )
    return [f"{base.subject}: {besides} are not in the estimate"]
