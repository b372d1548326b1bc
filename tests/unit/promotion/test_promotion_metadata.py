"""A run's results as a package's metadata: within SageMaker's limits, and nobody else's lost."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st
from promotion_cases import promotable, score, summary

from modeleval.promotion.description import LONGEST, description
from modeleval.promotion.metadata import MOST, merged, results
from modeleval.suite.gate import Action

URI = "s3://bucket/runs/me/summary.json"
_SHAPE = (
    botocore.session.get_session()
    .get_service_model("sagemaker")
    .operation_model("UpdateModelPackage")
    .input_shape
)
LIMITS: Any = _SHAPE.members["CustomerMetadataProperties"]


def entries(document: dict[str, Any]) -> dict[str, str]:
    return dict(results(document, URI))


def test_the_run_its_verdict_and_its_metrics_are_told() -> None:
    document = summary(scores=(score("Helpfulness"), score(mean=0.5, interval=NO_ENDS, n=None)))
    assert [*entries(document).items()] == [
        ("modeleval_support_run", document["runId"]),
        ("modeleval_support_verdict", "passed"),
        ("modeleval_support_summary", URI),
        ("modeleval_support_answers_Correctness", "mean=0.5"),  # the gate asks about it
        ("modeleval_support_answers_Helpfulness", "mean=0.8125 low=0.7 high=0.9 n=30"),
    ]


NO_ENDS = {"low": None, "high": None}


def test_only_the_models_own_overall_means_are_told() -> None:
    document = summary(
        scores=(
            score(category="returns"),
            score(candidate="base-model"),
            score("Level", mean=None),
        )
    )
    document["evaluations"] += [
        {"name": "others", "ofModel": False, "summaries": [score()]},
        {"name": "broken", "ofModel": True, "error": {}},
    ]
    assert [key for key in entries(document) if "Correctness" in key or "Level" in key] == []


def test_a_run_without_a_gate_says_so() -> None:
    assert entries({**summary(), "gate": None})["modeleval_support_verdict"] == "none"


def test_others_entries_stay_and_the_suites_older_ones_go() -> None:
    existing = {
        "team": "support",
        "modeleval_other_run": "me2",
        "modeleval_support_run": "me1",
        "modeleval_support_answers_Coherence": "mean=1",
    }
    changes = merged(existing, iter([("modeleval_support_run", "me3")]), "support")
    assert changes.put == {
        "team": "support",
        "modeleval_other_run": "me2",
        "modeleval_support_run": "me3",
    }
    assert changes.remove == ["modeleval_support_answers_Coherence"]
    assert changes.left_out == 0
    assert changes.of(existing)
    assert not merged(changes.put, iter([("modeleval_support_run", "me3")]), "support").of(
        changes.put
    )


@pytest.mark.parametrize(("others", "room"), [(0, 50), (20, 30), (49, 1), (50, 0)])
def test_what_finds_no_room_is_counted_and_the_most_important_stays(others: int, room: int) -> None:
    existing = {f"k{number}": "x" for number in range(others)}
    document = summary(scores=tuple(score(f"m{number}") for number in range(60)))
    changes = merged(existing, results(document, URI), "support")
    assert len(changes.put) == MOST
    assert existing.items() <= changes.put.items()
    assert changes.left_out == 63 - room
    assert ("modeleval_support_run" in changes.put) is (room > 0)


NAMES = st.text(
    st.characters(exclude_categories=("Cs",), include_characters="(),%\n"), min_size=1, max_size=200
)


@given(metrics=st.lists(NAMES, max_size=70, unique=True), taken=st.integers(0, 50))
def test_the_service_takes_every_entry(metrics: list[str], taken: int) -> None:
    document = summary(scores=tuple(score(name) for name in metrics) or (score(),))
    existing = {f"k{number}": "x" for number in range(taken)}
    changes = merged(existing, results(document, URI * 20), "s" * 40)
    assert len(changes.put) <= LIMITS.metadata["max"]
    for shape, texts in ((LIMITS.key, changes.put.keys()), (LIMITS.value, changes.put.values())):
        for text in texts:
            assert shape.metadata["min"] <= len(text) <= shape.metadata["max"]
            assert all(_may_stand(char) for char in text), text


def _may_stand(char: str) -> bool:
    """`[\\p{L}\\p{Z}\\p{N}_.:\\/=+\\-@]`."""
    return unicodedata.category(char)[0] in "LZN" or char in "_.:/=+-@"


def test_the_model_of_the_service_has_these_characters() -> None:
    for shape in (LIMITS.key, LIMITS.value):
        assert re.match(r"\(\[\\p\{L\}\\p\{Z\}\\p\{N\}_\.:\\/=\+\\-@\]", shape.metadata["pattern"])


@given(
    why=st.text(max_size=3000),
    by=st.sampled_from(["modeleval", "arn:aws:sts::111122223333:assumed-role/Team/me"]),
    suite=st.sampled_from(["s", "s" * 40]),
)
def test_a_description_fits_and_always_links_to_the_run(why: str, by: str, suite: str) -> None:
    run = promotable(suite=suite)
    text = description(run, Action.REJECT, why, by=by)
    limit = _SHAPE.members["ApprovalDescription"].metadata["max"]
    assert len(text) <= LONGEST == limit
    assert len(text.splitlines()) == 1
    assert text.startswith(f"Rejected by {by}:")
    assert f"Run {run.run_id} of the suite {suite} (modeleval show {run.run_id}): " in text
    assert f": {run.execution_arn} https://" in text
    assert text.endswith(f"/v2/executions/details/{run.execution_arn}")
