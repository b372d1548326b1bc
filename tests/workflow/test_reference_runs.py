"""`reference-metrics`: no service is asked; the packaged layer computes."""

from __future__ import annotations

import random
from typing import Any

import pytest
import sacrebleu
from deployed_world import SUBJECT, DeployedWorld, record
from gate_world import comparison, entries
from rouge_score import rouge_scorer

WORDS = ["your", "order", "ships", "on", "Monday", "and", "arrives", "within", "five", "days"]


def pairs(count: int, *, seed: int, share: float) -> list[tuple[str, str]]:
    """Responses with so large a share of their references' words; always the same references."""
    chance, asked = random.Random(seed), random.Random(0)
    found = []
    for _ in range(count):
        wanted = asked.choices(WORDS, k=12)
        given = [word if chance.random() < share else chance.choice(WORDS) for word in wanted]
        found.append((" ".join(given), " ".join(wanted)))
    return found


def suite(dataset: str, metrics: list[Any], **fields: Any) -> dict[str, Any]:
    """A suite; `gate` and `baseline` are its own, all else is the evaluation's."""
    own = {name: fields.pop(name) for name in ("name", "gate", "baseline") if name in fields}
    evaluation = {
        "name": "overlap",
        "kind": "reference-metrics",
        "dataset": dataset,
        "responses": {"precomputed": SUBJECT},
        "metrics": metrics,
        **fields,
    }
    return {"name": "references", "evaluations": [evaluation], **own}


def put(world: DeployedWorld, texts: list[tuple[str, str]], subject: str = SUBJECT) -> str:
    data = [
        {
            "prompt": f"Question {number}?",
            "referenceResponse": wanted,
            "category": "even" if number % 2 == 0 else "odd",
            "modelResponses": [{"response": given, "modelIdentifier": subject}],
        }
        for number, (given, wanted) in enumerate(texts)
    ]
    return world.put_dataset(data)


def test_every_metric_of_two_candidates_with_a_gate(world: DeployedWorld) -> None:
    better, worse = (pairs(200, seed=1, share=share) for share in (0.9, 0.6))
    other = {"precomputed": "old-bot", "dataset": put(world, worse, "old-bot"), "label": "old"}
    metrics = ["ExactMatch", "TokenF1", "BLEU", "SentenceBLEU", "chrF", "ROUGE"]
    rules = [
        {"evaluation": "overlap", "metric": "BLEU", "minimum": 20},
        {"evaluation": "overlap", "metric": "ROUGE-L", "minimum": 0.99},
    ]

    finished = world.evaluate(
        suite(
            put(world, better),
            metrics,
            responses=[{"precomputed": SUBJECT}, other],
            gate={"rules": rules},
        )
    )

    assert finished.status == "SUCCEEDED", finished.cause
    assert world.calls("CreateEvaluationJob") == []
    run = world.run(finished)
    assert (run.estimate or {})["usd"] == "0"
    scores = {
        (one.metric, one.category, one.candidate): one
        for one in world.store.scores(finished.run_id)
    }
    for texts, candidate in ((better, None), (worse, "old")):
        given, wanted = zip(*texts, strict=True)
        bleu = scores["BLEU", None, candidate]
        assert float(bleu.mean or 0) == pytest.approx(sacrebleu.corpus_bleu(given, [wanted]).score)
        assert bleu.standard_error is not None
        assert float(scores["chrF", None, candidate].mean or 0) == pytest.approx(
            sacrebleu.corpus_chrf(given, [wanted]).score
        )
        rouge = rouge_scorer.RougeScorer(["rougeL"])
        expected = [rouge.score(right, said)["rougeL"].fmeasure for said, right in texts]
        found = scores["ROUGE-L", None, candidate]
        assert float(found.mean or 0) == pytest.approx(sum(expected) / 200)
    assert scores["BLEU", "even", None].n == 100
    entry = entries(world, finished)["overlap"]
    assert comparison(entry, "ROUGE-L", against="old")["word"] == "improved"
    assert comparison(entry, "BLEU", against="old")["word"] == "improved"
    summary = world.summary(finished)
    verdicts = [one["verdict"] for one in summary["gate"]["conditions"]]
    assert verdicts == ["passed", "failed"]


def test_labels_are_compared_with_the_last_run_of_the_same_records(world: DeployedWorld) -> None:
    chance = random.Random(5)
    wanted = [chance.choice(["refund", "shipping", "other"]) for _ in range(150)]
    first = [(one if chance.random() < 0.6 else "other", one) for one in wanted]
    metrics = ["Accuracy", "Precision", {"name": "F1", "average": "micro", "label": "MicroF1"}]
    named = {"name": "labels", "baseline": "previous"}
    before = world.evaluate(suite(put(world, first), metrics, **named))
    second = [
        (one if chance.random() < 0.95 else chance.choice(["none", "other"]), one) for one in wanted
    ]

    finished = world.evaluate(suite(put(world, second), metrics, **named))

    assert finished.status == "SUCCEEDED", finished.cause
    entry = entries(world, finished)["overlap"]
    for metric, paired in (("Accuracy", True), ("Precision", False), ("MicroF1", False)):
        found = comparison(entry, metric, against="previous")
        assert found["runId"] == before.run_id
        assert (found["word"], found["paired"]) == ("improved", paired)
    accuracy = world.scores(finished)["Accuracy", None]
    assert float(accuracy.mean or 0) == pytest.approx(
        sum(given == right for given, right in second) / 150
    )
    assert [one for one in entry["warnings"] if "name none of the 3 labels" in one]


def test_a_dataset_without_references_is_refused(world: DeployedWorld) -> None:
    lines = [record(1), {key: value for key, value in record(2).items() if "ref" not in key}]

    finished = world.evaluate(suite(world.put_dataset(lines), ["ExactMatch"]))

    assert (finished.status, finished.error) == ("FAILED", "DatasetInvalid")
    assert "line 2, referenceResponse: is missing" in finished.cause


def test_what_is_not_offered_is_refused_by_name(world: DeployedWorld) -> None:
    finished = world.evaluate(suite("datasets/x.jsonl", ["METEOR", "BERTScore"]))

    assert (finished.status, finished.error) == ("FAILED", "SuiteInvalid")
    assert "METEOR needs WordNet" in finished.cause
    assert "BERTScore needs a language model" in finished.cause
