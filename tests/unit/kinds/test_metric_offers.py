"""What is listed is what suites are checked by: each listed metric is one that a suite may name."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from unit_documents import evaluation

from modeleval.kinds.offers import Offer, offers_of
from modeleval.kinds.registry import KINDS

RAG = {"dataset": "d.jsonl", "judge": "amazon.nova-pro-v1:0", "name": "a"}
MODEL = {"dataset": "d.jsonl", "name": "a"}


def asking(kind: str, offer: Offer) -> dict[str, Any]:
    """An evaluation of the kind that asks for that metric."""
    name = offer.metric.name
    if kind == "bedrock-judge":
        return evaluation(metrics=[name])
    if kind.startswith("bedrock-rag"):
        return {**RAG, "kind": kind, "responses": {"precomputed": "rag"}, "metrics": [name]}
    if kind == "sagemaker-judge":
        return {**RAG, "kind": kind, "metrics": [name]}
    if kind == "reference-metrics":
        return {**MODEL, "kind": kind, "responses": {"precomputed": "bot"}, "metrics": [name]}
    if kind == "sagemaker-benchmark":
        return {"name": "a", "kind": kind, "benchmark": offer.of}
    raise AssertionError(kind)


NAMED = (
    "bedrock-judge",
    "bedrock-rag-retrieve",
    "bedrock-rag-generate",
    "sagemaker-judge",
    "sagemaker-benchmark",
    "reference-metrics",
)
OFFERED = [(kind, offer) for kind in NAMED for offer in offers_of(kind).offers]
IDS = [f"{kind}-{offer.of or offer.metric.name}" for kind, offer in OFFERED]


@pytest.mark.parametrize(("kind", "offer"), OFFERED, ids=IDS)
def test_a_suite_may_ask_for_what_is_listed(kind: str, offer: Offer) -> None:
    found = KINDS[kind].document.model_validate(asking(kind, offer))
    if kind not in ("sagemaker-benchmark", "reference-metrics"):
        # With the same direction and scale, as the suite turns nothing round.
        assert KINDS[kind].metrics(found)[offer.metric.name] == offer.metric


def test_a_metric_that_is_not_listed_is_refused() -> None:
    for kind in ("bedrock-judge", "bedrock-rag-retrieve", "sagemaker-judge", "reference-metrics"):
        first = offers_of(kind).offers[0]
        wrong = first._replace(
            metric=first.metric.__class__(
                name="Charm", direction=first.metric.direction, levels=None, meaning=""
            )
        )
        with pytest.raises(ValidationError, match=r"Charm|no such metric"):
            KINDS[kind].document.model_validate(asking(kind, wrong))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_offers_something_and_says_what_it_needs(kind: str) -> None:
    offered = offers_of(kind)
    assert offered.offers
    assert all(one.needs and one.scale for one in offered.offers)
    assert not offered.own or offered.own.endswith(".")


def test_a_metric_stands_once_in_a_kind() -> None:
    for kind in KINDS:
        names = [(one.of, one.metric.name) for one in offers_of(kind).offers]
        assert len(set(names)) == len(names)
