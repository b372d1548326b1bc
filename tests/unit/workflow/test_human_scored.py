"""What people said, from a job's files to the summary: two sources, preferences, agreement."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from test_step_publish import ScoreStore
from unit_documents import RUN, suite
from unit_fakes import EXECUTION, MemoryS3, bucket, job, run, services

from modeleval.artifacts import aggregates_key, record_scores_key, suite_key, summary_key
from modeleval.scores.aggregates import write_aggregates
from modeleval.scores.records import RecordScore, write_record_scores
from modeleval.store.items import EvaluationFacts, JobStatus
from modeleval.workflow.publish import publish_run
from modeleval.workflow.score import score_run

OTHER = "bot-1"
PEOPLE = {
    "name": "people",
    "kind": "bedrock-human",
    "dataset": "d",
    "responses": [{"precomputed": "bot-2"}, {"precomputed": OTHER}],
    "flowDefinition": "arn:aws:sagemaker:us-east-1:111122223333:flow-definition/x",
    "metrics": [
        {"name": "Points", "ratingMethod": "IndividualLikertScale"},
        {"name": "Chosen", "ratingMethod": "ComparisonChoice"},
        {"name": "Rank", "ratingMethod": "ComparisonRank"},
    ],
}
RULES = [
    {"evaluation": "people", "metric": "Chosen", "minimum": 0.5},
    {"evaluation": "people", "minScoredShare": 0.9},
]
RECORDS = 30


def scores() -> list[RecordScore]:
    """The subject has 4 or 5 points and the first rank, the other 2 points and the second."""
    found = []
    for line in range(1, RECORDS + 1):
        values: list[tuple[str, float, str | None]] = [
            ("Points", 4 + line % 2, None),
            ("Points", 2, OTHER),
            ("Chosen", 1, None),
            ("Rank", 1, None),
            ("Rank", 2, OTHER),
        ]
        found += [
            RecordScore(key=f"k{line}", line=line, metric=metric, value=value, candidate=candidate)
            for metric, value, candidate in values
        ]
    return found


def scored() -> tuple[dict[str, Any], dict[str, Any], ScoreStore]:
    """The evaluation's entry, the gate and the store of a run that people answered."""
    agreement = {"metric": "Points", "units": 60, "ratings": 120, "percent": 0.5, "workers": 2}
    facts = EvaluationFacts(
        name="people",
        kind="bedrock-human",
        subject="bot-2",
        candidates={OTHER: OTHER},
        records=RECORDS,
        jobs=(0,),
    )
    store = ScoreStore(
        run(evaluations=(facts,), execution_arn=EXECUTION),
        job(
            kind="bedrock-human",
            status=JobStatus.SUCCEEDED,
            spec={"part": 0},
            long=True,
            agreement=({**agreement, "alpha": Decimal("0.25")},),
        ),
    )
    document = suite(evaluations=[PEOPLE], gate={"rules": RULES})
    s3 = MemoryS3(**{suite_key(RUN): json.dumps(document).encode()})
    outside = services(store=store, objects=bucket(s3))
    with outside.objects.writer(record_scores_key(RUN, 0)) as file:
        write_record_scores(scores(), file)
    s3.objects[aggregates_key(RUN, 0)] = write_aggregates([])
    score_run(RUN, outside)
    publish_run(RUN, outside)
    summary = json.loads(s3.objects[summary_key(RUN)])
    return summary["evaluations"][0], summary["gate"], store


def test_each_source_has_its_scores_and_a_preference_is_the_subjects() -> None:
    _, _, store = scored()
    means = {(one.metric, one.candidate): one.mean for one in store.scores}
    assert means == {
        ("Points", None): Decimal("4.5"),
        ("Points", OTHER): Decimal("2.0"),
        ("Chosen", None): Decimal("1.0"),
        ("Rank", None): Decimal("1.0"),
        ("Rank", OTHER): Decimal("2.0"),
    }


def test_the_sources_are_compared_record_by_record_where_both_have_scores() -> None:
    entry, _, _ = scored()
    found = {one["metric"]: (one["word"], one["difference"]) for one in entry["comparisons"]}
    assert found["Points"] == ("improved", 2.5)
    assert found["Rank"] == ("improved", 1.0)  # a lower rank is better
    assert found.get("Chosen", ("", None))[1] is None


def test_a_gate_decides_by_what_people_prefer() -> None:
    _, gate, _ = scored()
    assert gate["verdict"] == "passed", gate


def test_how_far_they_agree_stands_in_the_summary() -> None:
    entry, _, _ = scored()
    assert entry["agreement"] == [
        {
            "metric": "Points",
            "units": 60,
            "ratings": 120,
            "percent": 0.5,
            "workers": 2,
            "alpha": 0.25,
        }
    ]


def test_low_points_and_ranks_are_findings() -> None:
    entry, _, _ = scored()
    assert entry["lowScores"]["total"] == 0
