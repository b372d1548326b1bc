"""What came back of a run: judgements, and their worth by the estimate."""

from __future__ import annotations

from typing import Any

from unit_fakes import run

from modeleval.cost.estimate import RunEstimate, estimate_generator, estimate_judge
from modeleval.workflow.judged import judged_of

NOVA = "amazon.nova-pro-v1:0"
JUDGED = estimate_judge(evaluation="a", records=1_000, metrics=2, judge=NOVA)  # 3.68 USD
ASKED = estimate_generator(
    evaluation="a", records=1_000, prompt_characters=0, max_tokens=100, generator=NOVA
)  # 0.32 USD


def entry(*scored: tuple[int, int, int], name: str = "a") -> dict[str, Any]:
    """An evaluation with a summary per metric: n, not applicable, unscored; and one of a category,
    which counts nothing twice."""
    whole = [
        {"category": None, "n": n, "notApplicable": other, "unscored": lost}
        for n, other, lost in scored
    ]
    return {"name": name, "summaries": [*whole, {**whole[0], "category": "billing"}]}


def estimated(*parts: Any) -> Any:
    return run(estimate=RunEstimate(parts).to_document())


def test_judges_count_as_far_as_they_judged_and_generators_in_full() -> None:
    found = judged_of(estimated(JUDGED, ASKED), [entry((700, 100, 200), (900, 100, 0))])
    assert found == {"judgements": 1_800, "planned": 2_000, "usd": "3.632"}


def test_an_evaluation_that_failed_came_back_with_nothing() -> None:
    failed = {"name": "a", "error": {"name": "x", "message": "y"}}
    assert judged_of(estimated(JUDGED), [failed]) == {"judgements": 0, "planned": 0, "usd": "0"}


def test_what_has_no_known_price_has_no_amount() -> None:
    unknown = estimate_judge(evaluation="a", records=1, metrics=1, judge="x.y")
    assert judged_of(estimated(unknown), [entry((1, 0, 0))])["usd"] is None
    assert judged_of(run(), [entry((1, 0, 0))])["usd"] == "0"


def test_aggregates_that_the_service_computes_are_no_judgements() -> None:
    aggregate = {"name": "a", "summaries": [{"category": None, "n": 500, "mean": 0.3}]}
    assert judged_of(run(), [aggregate])["planned"] == 0
