"""What a suite may ask for, and how it is told what it may not."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import pytest
from pydantic import ValidationError
from reference_world import KIND, entry

from modeleval.kinds.reference.asked import ReferenceMetric
from modeleval.kinds.reference.table import OFFERED, ROUGE_SCORE, SACREBLEU
from modeleval.kinds.registry import KINDS


def test_the_kind_is_registered() -> None:
    assert type(KINDS["reference-metrics"]) is type(KIND)


def test_the_libraries_are_those_that_definitions_name() -> None:
    assert (version("sacrebleu"), version("rouge-score")) == (SACREBLEU, ROUGE_SCORE)


@pytest.mark.parametrize(
    ("given", "published"),
    [
        ("exactmatch", ["ExactMatch"]),
        ("exact_match", ["ExactMatch"]),
        ("em", ["ExactMatch"]),
        ("qem", ["QuasiExactMatch"]),
        ("token-f1", ["TokenF1"]),
        ("accuracy", ["Accuracy"]),
        ("f1", ["F1"]),
        ("bleu", ["BLEU"]),
        ("CHRF", ["chrF"]),
        ("rouge", ["ROUGE-1", "ROUGE-2", "ROUGE-L"]),
        ("rouge-l", ["ROUGE-L"]),
        ("rouge1", ["ROUGE-1"]),
        ({"name": "ROUGE", "types": ["rougeL", "rouge1", "rougeL"]}, ["ROUGE-L", "ROUGE-1"]),
        ({"name": "F1", "average": "micro", "label": "MicroF1"}, ["MicroF1"]),
    ],
)
def test_names_are_read_as_people_write_them(given: Any, published: list[str]) -> None:
    assert KIND.known_metrics(entry(given)) == published


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("METEOR", "METEOR needs WordNet.*ROUGE with stemmer"),
        ("meteor", "METEOR needs WordNet"),
        ("BERTScore", "BERTScore needs a language model.*bedrock-programmatic"),
        ("bert_score", "BERTScore needs a language model"),
        ("Blue", "did you mean BLEU"),
        ("Perplexity", "there is no such metric"),
        ({"name": "F1", "maxOrder": 2}, "maxOrder is an option of BLEU, SentenceBLEU, not of F1"),
        ({"name": "Accuracy", "average": "macro"}, "average is an option of Precision"),
        ({"name": "F1", "average": "binary"}, "needs positiveLabel or threshold"),
        ({"name": "F1", "average": "macro", "positiveLabel": "x"}, "goes with average: binary"),
        ({"name": "F1", "threshold": 0.5, "positiveLabel": "x"}, "leave positiveLabel out"),
        ({"name": "BLEU", "smoothingValue": 0.1}, "goes with smoothing: floor"),
        ({"name": "BLEU", "maxOrder": 0}, "greater than or equal to 1"),
        ({"name": "BLEU", "smoothing": "laplace"}, "'none', 'floor', 'add-k' or 'exp'"),
        ({"name": "ROUGE", "label": "x"}, "one entry per type"),
        ({"name": "ROUGE", "types": []}, "at least 1"),
        ({"name": "Accuracy", "threshold": float("nan")}, "finite number"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_with_what_to_do(given: Any, says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        entry(given)


def test_no_metric_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ValidationError, match=r"no metric: name at least one.*ExactMatch"):
        entry(metrics=[])


def test_a_published_name_comes_once() -> None:
    with pytest.raises(ValidationError, match="F1 is named more than once"):
        entry("F1", {"name": "F1", "average": "micro"})
    with pytest.raises(ValidationError, match="ROUGE-1 is named more than once"):
        entry("ROUGE", "rouge1")


def test_responses_must_have_been_collected() -> None:
    with pytest.raises(ValidationError, match="asks no model; collect the responses first"):
        entry(responses={"model": "amazon.nova-lite-v1:0"})


def test_only_what_records_have_is_a_metric_of_records() -> None:
    metrics = KIND.metrics(entry("BLEU", "SentenceBLEU", "F1", "Accuracy", "chrF", "ROUGE"))
    assert list(metrics) == ["SentenceBLEU", "Accuracy", "ROUGE-1", "ROUGE-2", "ROUGE-L"]
    assert metrics["Accuracy"].binary
    assert (metrics["SentenceBLEU"].maximum, metrics["ROUGE-L"].maximum) == (100, 1)


def definition(given: Any) -> str:
    return ReferenceMetric.model_validate(given).definition


def test_scores_are_comparable_if_metric_and_options_are_the_same() -> None:
    assert definition("F1") == definition({"name": "f1", "average": "macro", "label": "mine"})
    assert definition({"name": "F1", "threshold": 0.5}) == definition(
        {"name": "F1", "threshold": 0.5, "average": "binary"}
    )
    every = [
        *OFFERED,
        {"name": "F1", "average": "micro"},
        {"name": "BLEU", "maxOrder": 2},
        {"name": "BLEU", "smoothing": "none"},
        {"name": "ROUGE", "stemmer": True},
        {"name": "chrF", "wordOrder": 2},
        {"name": "Accuracy", "threshold": 0.5},
    ]
    assert len({definition(one) for one in every}) == len(every)


def test_a_metric_survives_the_jobs_item() -> None:
    asked = ReferenceMetric.model_validate({"name": "bleu", "maxOrder": 2, "smoothing": "floor"})
    assert ReferenceMetric.model_validate(asked.to_document()) == asked
