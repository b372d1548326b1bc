"""The numbers: against the libraries themselves, against what can be counted by hand."""

from __future__ import annotations

import random
from statistics import fmean
from typing import Any

import pytest
import sacrebleu
from hypothesis import given
from hypothesis import strategies as st
from reference_world import World, entry, jsonl, of_pairs, record, scored
from rouge_score import rouge_scorer

from modeleval.kinds.reference import texts
from modeleval.scores.aggregates import AggregateScore

PAIRS = [
    ("The order was shipped on Monday.", "The order was sent on Monday."),
    ("You can return it within 30 days.", "You can return it within 30 days of delivery."),
    ("No.", "Refunds take five working days after we received the parcel."),
    ("Refunds take five days", "Refunds take five working days"),
    ("Please call us running the hotline", "Please call our hotline, it runs all day"),
]
RESPONSES, REFERENCES = ([pair[side] for pair in PAIRS] for side in (0, 1))
LABELS = [("cat", "cat"), ("Dog.", "cat"), ("dog", " DOG"), ("bird", "dog"), ("cat", "cat")]
"""Of cat: 2 hits of 3 wanted, 2 named. Of dog: 1 hit of 2 wanted, 2 named. One names neither."""


def values(metric: Any, pairs: list[tuple[str, str]]) -> list[Any]:
    [found] = scored(of_pairs(*pairs), metric).values.values()
    return list(found)


def whole(metric: Any, pairs: list[tuple[str, str]], **fields: Any) -> AggregateScore:
    [(_, found)] = scored(of_pairs(*pairs), metric, **fields).aggregates.items()
    assert isinstance(found, AggregateScore)
    return found


# -- exact match and words -------------------------------------------------------------------------


def test_exact_match_is_but_for_blanks_at_the_ends() -> None:
    assert values("ExactMatch", [(" Yes\n", "Yes"), ("yes", "Yes"), ("Yes.", "Yes")]) == [1, 0, 0]


def test_quasi_exact_match_is_but_for_case_punctuation_and_articles() -> None:
    pairs = [("The  yes!", "yes"), ("a Yes", "YES."), ("theme", "me"), ("no", "yes")]
    assert values("QuasiExactMatch", pairs) == [1, 1, 0, 0]


def test_token_f1_counts_each_word_as_often_as_it_comes() -> None:
    pairs = [("red red blue", "red blue green"), ("x", "y"), ("The Red", "red"), ("!!", "the")]
    assert values("TokenF1", pairs) == [pytest.approx(2 / 3), 0, 1, 1]


@given(st.text(max_size=60), st.text(max_size=60))
def test_words_give_a_share_that_is_the_same_both_ways(one: str, other: str) -> None:
    score = texts.token_f1(one, other)
    assert 0 <= score <= 1
    assert score == texts.token_f1(other, one)
    assert texts.token_f1(one, one) == 1


# -- labels ----------------------------------------------------------------------------------------


def test_accuracy_compares_labels() -> None:
    assert values("Accuracy", LABELS) == [1, 0, 1, 0, 1]


@pytest.mark.parametrize(
    ("metric", "average", "expected"),
    [
        ("Precision", "micro", 3 / 4),
        ("Recall", "micro", 3 / 5),
        ("F1", "micro", 2 * 3 / (4 + 5)),
        ("Precision", "macro", (2 / 2 + 1 / 2) / 2),
        ("Recall", "macro", (2 / 3 + 1 / 2) / 2),
        ("F1", "macro", (2 * 2 / 5 + 2 * 1 / 4) / 2),
        ("Precision", "weighted", (3 * 1 + 2 * 1 / 2) / 5),
        ("Recall", "weighted", 3 / 5),
        ("F1", "weighted", (3 * 4 / 5 + 2 * 2 / 4) / 5),
    ],
)
def test_label_metrics_by_their_averages(metric: str, average: str, expected: float) -> None:
    found = whole({"name": metric, "average": average}, LABELS)
    assert found.value == pytest.approx(expected)
    assert (found.minimum, found.maximum, found.records, found.unscored) == (0, 1, 5, 0)
    assert found.standard_error is None  # of so few records there is no honest one


@pytest.mark.parametrize(
    ("metric", "expected"), [("Precision", 1 / 2), ("Recall", 1 / 2), ("F1", 1 / 2)]
)
def test_a_positive_label_is_one_class_of_them(metric: str, expected: float) -> None:
    found = whole({"name": metric, "positiveLabel": "dog"}, LABELS)
    assert found.value == pytest.approx(expected)


def test_a_threshold_makes_classes_of_numbers() -> None:
    pairs = [("0.9", "1"), ("0.5", "0"), ("0.49", "1"), ("1e-3", "0"), ("high", "1")]
    assert values({"name": "Accuracy", "threshold": 0.5}, pairs) == [1, 0, 0, 1, None]
    found = whole({"name": "F1", "threshold": 0.5}, pairs)
    assert found.value == pytest.approx(2 * 1 / (2 + 2))
    assert (found.records, found.unscored) == (5, 1)


def test_a_class_that_nobody_names_counts_as_zero() -> None:
    pairs = [("cat", "cat"), ("cat", "dog")]
    assert whole("Precision", pairs).value == pytest.approx((1 / 2 + 0) / 2)
    assert whole({"name": "Precision", "average": "micro"}, [("x", "y")]).value == 0


def test_categories_without_the_positive_class_have_no_score() -> None:
    data = jsonl(record("a", "a", 0, category="one"), record("b", "b", 1, category="two"))
    found = scored(data, {"name": "F1", "positiveLabel": "a"}).aggregates
    assert list(found) == [("F1", None), ("F1", "one")]


# -- n-grams ---------------------------------------------------------------------------------------


def test_bleu_is_sacrebleus_corpus_score_and_no_mean_of_sentences() -> None:
    expected = sacrebleu.corpus_bleu(RESPONSES, [REFERENCES]).score
    assert whole("BLEU", PAIRS).value == pytest.approx(expected)
    assert abs(fmean(values("SentenceBLEU", PAIRS)) - expected) > 1
    assert whole("BLEU", PAIRS).maximum == 100


@pytest.mark.parametrize(
    ("options", "theirs"),
    [
        ({"maxOrder": 2}, {"max_ngram_order": 2}),
        ({"smoothing": "none"}, {"smooth_method": "none"}),
        (
            {"smoothing": "floor", "smoothingValue": 0.01},
            {"smooth_method": "floor", "smooth_value": 0.01},
        ),
        ({"smoothing": "add-k"}, {"smooth_method": "add-k"}),
        ({"lowercase": True, "tokenizer": "char"}, {"lowercase": True, "tokenize": "char"}),
        ({"tokenizer": "intl"}, {"tokenize": "intl"}),
        ({"tokenizer": "zh"}, {"tokenize": "zh"}),
    ],
)
def test_bleus_options_are_sacrebleus(options: dict[str, Any], theirs: dict[str, Any]) -> None:
    expected = sacrebleu.BLEU(**theirs).corpus_score(RESPONSES, [REFERENCES]).score
    assert whole({"name": "BLEU", **options}, PAIRS).value == pytest.approx(expected)


def test_sentence_bleu_is_sacrebleus() -> None:
    bleu = sacrebleu.BLEU(effective_order=True)
    expected = [bleu.sentence_score(given, [wanted]).score for given, wanted in PAIRS]
    assert values("SentenceBLEU", PAIRS) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("options", "theirs"),
    [
        ({}, {}),
        ({"wordOrder": 2}, {"word_order": 2}),
        ({"beta": 1, "charOrder": 4}, {"beta": 1, "char_order": 4}),
    ],
)
def test_chrf_is_sacrebleus(options: dict[str, Any], theirs: dict[str, Any]) -> None:
    chrf = sacrebleu.CHRF(**theirs)
    expected = chrf.corpus_score(RESPONSES, [REFERENCES]).score
    assert whole({"name": "chrF", **options}, PAIRS).value == pytest.approx(expected)
    sentences = [chrf.sentence_score(given, [wanted]).score for given, wanted in PAIRS]
    assert values({"name": "SentenceChrF", **options}, PAIRS) == pytest.approx(sentences)


@pytest.mark.parametrize("stemmer", [False, True])
def test_rouge_is_rouge_scores(stemmer: bool) -> None:
    types = ["rouge1", "rouge2", "rougeL"]
    scorer = rouge_scorer.RougeScorer(types, use_stemmer=stemmer)
    found = scored(of_pairs(*PAIRS), {"name": "ROUGE", "stemmer": stemmer}).values
    for one, name in zip(types, ("ROUGE-1", "ROUGE-2", "ROUGE-L"), strict=True):
        expected = [scorer.score(wanted, given)[one].fmeasure for given, wanted in PAIRS]
        assert found[name] == pytest.approx(expected)


def test_the_stemmer_matters() -> None:
    pairs = [("running late", "runs late")]
    assert values({"name": "rouge1", "stemmer": True}, pairs) == [1]
    assert values("rouge1", pairs) == [0.5]


def test_rouge_does_not_apply_to_what_it_cannot_read() -> None:
    """It would give 0 to the very words of the reference."""
    found = scored(of_pairs(("да", "да"), ("yes", "yes")), "rougeL")
    assert [(one.value, one.not_applicable) for one in found.records] == [(None, True), (1, False)]
    assert "ROUGE reads nothing else" in found.records[0].explanation


# -- records, categories, errors -------------------------------------------------------------------


def test_an_empty_response_is_unscored_and_counted() -> None:
    data = of_pairs(("yes", "yes"), ("", "yes"))
    found = scored(data, "ExactMatch", "BLEU", "Recall")
    assert found.values["ExactMatch"] == [1, None]
    assert found.records[1].unscored
    for metric in ("BLEU", "Recall"):
        one = found.aggregates[metric, None]
        assert (one.records, one.unscored, one.scored_share) == (2, 1, 0.5)


def test_scores_carry_category_cluster_and_key() -> None:
    data = jsonl(record("a", "a", 0, category="one", chat="c1"), record("a", "b", 1, chat="c1"))
    found = scored(data, "ExactMatch", clusterField="chat").records
    assert [(one.line, one.category, one.cluster) for one in found] == [
        (1, "one", "c1"),
        (2, None, "c1"),
    ]
    assert len({one.key for one in found}) == 2


def test_aggregates_of_a_category_are_of_its_records() -> None:
    data = jsonl(*(record(*pair, n, category="xyzzy"[n]) for n, pair in enumerate(PAIRS)))
    found = scored(data, "BLEU").aggregates
    assert [category for _, category in found] == [None, "x", "y", "z"]
    chosen = [number for number in range(5) if "xyzzy"[number] == "y"]
    expected = sacrebleu.corpus_bleu(
        [RESPONSES[n] for n in chosen], [[REFERENCES[n] for n in chosen]]
    ).score
    assert found["BLEU", "y"].value == pytest.approx(expected)
    assert found["BLEU", "y"].records == 2


def many(count: int = 120, **fields: Any) -> bytes:
    chance = random.Random(3)
    data = []
    for number in range(count):
        wanted = chance.choice(["cat", "dog", "bird"])
        given = wanted if chance.random() < 0.7 else chance.choice(["cat", "dog", "bird"])
        data.append(record(f"it is a {given}", f"it is a {wanted}", number, **fields))
    return jsonl(*data)


@pytest.mark.parametrize("metric", ["BLEU", "chrF", "Precision", "F1"])
def test_enough_records_have_a_standard_error_that_is_always_the_same(metric: str) -> None:
    one, again = (scored(many(), metric).aggregates[metric, None] for _ in range(2))
    assert one == again
    assert one.standard_error is not None
    assert 0.01 * one.maximum < one.standard_error < 0.1 * one.maximum


def test_clusters_are_drawn_whole() -> None:
    """Each record four times is no more evidence than once."""
    lines = many().splitlines(keepends=True)
    copies = [
        line.replace(b"}]}", b'}], "chat": "%d"}' % number) for number, line in enumerate(lines)
    ]
    once = scored(b"".join(copies), "F1", clusterField="chat").aggregates["F1", None]
    fourfold = scored(b"".join(copies * 4), "F1", clusterField="chat").aggregates["F1", None]
    single = scored(b"".join(lines * 4), "F1").aggregates["F1", None]
    assert fourfold.value == pytest.approx(once.value)
    assert fourfold.standard_error == pytest.approx(once.standard_error)
    assert single.standard_error == pytest.approx((once.standard_error or 0) / 2, rel=0.15)


def test_where_all_agree_there_is_no_error() -> None:
    """That nothing varied in these is not that nothing varies."""
    data = of_pairs(
        *((f"this is text {number}", f"this is text {number}") for number in range(200))
    )
    found = scored(data, "BLEU").aggregates["BLEU", None]
    assert (found.value, found.standard_error) == (pytest.approx(100), None)


def test_all_is_collected_again_as_it_was() -> None:
    world = World(many())
    plan = world.plan(entry("BLEU", "F1", "ROUGE", "TokenF1"))
    first, second = world.collect(plan), world.collect(plan)
    assert list(first.scores) == list(second.scores)
    assert first.aggregates == second.aggregates
