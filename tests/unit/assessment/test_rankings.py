"""Candidates from the best to the worst, with the ranks between which each may lie."""

from __future__ import annotations

import json

from assessment_cases import CORRECT, HARM, records, scored

from modeleval.assessment.candidates import ranking_document


def ranking(metric=CORRECT, **values):
    """By candidate; `ours` is the subject's."""
    scores = [
        score
        for who, of_who in values.items()
        for score in records(metric, of_who, candidate=None if who == "ours" else who)
    ]
    return ranking_document(scored(scores))


def names(document):
    return [one["candidate"] for one in document["candidates"]]


def test_from_best_to_worst():
    (document,) = ranking(ours=[0.5] * 40, a=[1.0] * 40, b=[0.0] * 40)
    assert (document["metric"], document["records"], document["leftOut"]) == (CORRECT, 40, 0)
    assert names(document) == ["a", "support/4", "b"]
    assert [(one["bestRank"], one["worstRank"]) for one in document["candidates"]] == [
        (1, 1),
        (2, 2),
        (3, 3),
    ]


def test_lower_is_better():
    (document,) = ranking(HARM, ours=[0.0] * 40, a=[1.0] * 40, b=[1.0] * 40)
    assert document["direction"] == "lowerIsBetter"
    assert names(document)[0] == "support/4"
    assert document["candidates"][0]["worstRank"] == 1


def test_ties_are_said():
    (document,) = ranking(ours=[1.0] * 40, a=[1.0] * 39 + [0.5], b=[0.0] * 40)
    first, second, last = document["candidates"]
    assert (first["tiedWith"], second["tiedWith"]) == (["a"], ["support/4"])
    assert (first["worstRank"], second["bestRank"], last["tiedWith"]) == (2, 1, [])


def test_only_records_that_all_have():
    (document,) = ranking(ours=[1.0] * 40, a=[1.0] * 30 + [None] * 10, b=[1.0] * 35)
    assert (document["records"], document["leftOut"]) == (30, 10)


def test_too_few_records_tie_everybody():
    (document,) = ranking(ours=[1.0] * 3, a=[0.5] * 3, b=[0.0] * 3)
    assert all((one["bestRank"], one["worstRank"]) == (1, 3) for one in document["candidates"])


def test_conversations_count():
    values = {None: [1.0] * 16, "a": [0.0] * 16, "b": [0.5] * 16}
    documents = {
        size: ranking_document(
            scored(
                [
                    score
                    for who, of_who in values.items()
                    for score in records(CORRECT, of_who, candidate=who, per_cluster=size)
                ]
            )
        )[0]
        for size in (0, 8)
    }
    assert documents[0]["candidates"][0]["worstRank"] == 1
    assert documents[8]["candidates"][0]["worstRank"] == 3


def test_two_are_a_comparison_and_no_ranking():
    assert ranking(ours=[1.0] * 40, a=[0.0] * 40) == []
    assert ranking() == []


def test_texts_and_what_none_have_in_common_are_left_out():
    assert ranking("tone", ours=["warm"] * 20, a=["cold"] * 20, b=["warm"] * 20) == []
    assert ranking(ours=[1.0, None], a=[None, 1.0], b=[1.0, 1.0]) == []


def test_the_document_is_json():
    assert json.loads(
        json.dumps(ranking(ours=[1.0] * 9, a=[0.5] * 9, b=[0.0] * 9), allow_nan=False)
    )


def test_every_pair_is_told_the_better_first():
    (document,) = ranking(ours=[0.5] * 40, a=[1.0] * 40, b=[0.5] * 40)
    assert document["correctedOver"] == "pairs"
    told = [(one["candidate"], one["other"], one["word"]) for one in document["pairs"]]
    assert told == [
        ("a", "support/4", "improved"),
        ("a", "b", "improved"),
        ("support/4", "b", "inconclusive"),
    ]
    [first, *_] = document["pairs"]
    assert (first["difference"], first["wins"], first["matched"]) == (0.5, 40, 40)
    assert first["low"] < 0.5 < first["high"]
    json.dumps(document, allow_nan=False)
