"""From the conditions' verdicts to the run's."""

from __future__ import annotations

from typing import Any

import pytest
from assessment_cases import CORRECT, decided, material, records, scored
from hypothesis import given
from hypothesis import strategies as st

from modeleval.assessment.decided import Decided, Material
from modeleval.assessment.verdict import pending_verdict, run_verdict, told
from modeleval.statistics.verdict import Verdict

PASSED, FAILED, OPEN = Verdict.PASSED, Verdict.FAILED, Verdict.INCONCLUSIVE


def condition(verdict: Verdict = PASSED, **fields: Any) -> Decided:
    made: dict[str, Any] = {
        "evaluation": "answers",
        "metric": CORRECT,
        "category": None,
        "condition": "minimum",
        "limit": 0.7,
        "verdict": verdict,
        "why": "mean 0.8",
        "of_model": True,
    }
    return Decided(**made | fields)


SHARE = condition(condition="minScoredShare", evidence=False)


def verdict(*conditions: Decided, partial: bool = False, trial: bool = False) -> Verdict:
    return run_verdict(conditions, partial=partial, trial=trial).verdict


@pytest.mark.parametrize(
    ("verdicts", "of_run"),
    [
        ([PASSED], PASSED),
        ([PASSED, PASSED], PASSED),
        ([PASSED, OPEN], OPEN),
        ([PASSED, FAILED], FAILED),
        ([OPEN, FAILED], FAILED),
        ([OPEN], OPEN),
        ([], OPEN),
    ],
)
def test_all_must_pass(verdicts, of_run):
    assert verdict(*map(condition, verdicts)) is of_run


@given(
    st.lists(st.tuples(st.sampled_from(list(Verdict)), st.booleans())), st.booleans(), st.booleans()
)
def test_it_passes_only_by_evidence_and_never_in_part(found, partial, trial):
    conditions = [condition(one, evidence=evidence) for one, evidence in found]
    passed = verdict(*conditions, partial=partial, trial=trial) is PASSED
    assert passed == (
        not partial
        and not trial
        and all(one is PASSED for one, _ in found)
        and any(evidence for _, evidence in found)
    )


def test_a_partial_run_does_not_pass_but_may_fail():
    assert verdict(condition(), partial=True) is OPEN
    assert verdict(condition(FAILED), partial=True) is FAILED


def test_a_rule_on_an_evaluation_that_failed_leaves_the_run_open():
    failed = Material(None, "the evaluation failed: JobFailed", True)
    found = run_verdict(decided(failed, {"minimum": 0.5}), partial=True, trial=False)
    assert found.verdict is OPEN
    assert found.why == (
        "The condition cannot be decided: answers: the evaluation failed: JobFailed."
    )


def test_a_rule_on_an_evaluation_that_has_not_ended_is_pending():
    waiting = Material(None, "its jobs have not ended", True, pending=True)
    found = decided(waiting, {"minimum": 0.5})
    assert [one.verdict for one in found] == [Verdict.PENDING]
    assert run_verdict(found, partial=False, trial=False).verdict is OPEN


def test_what_waits_is_named_and_what_need_not_wait_is_counted():
    found = [condition(), condition(FAILED), condition(OPEN), condition(Verdict.PENDING)]
    assert pending_verdict(found, ["people", "others"]) == (
        Verdict.PENDING,
        "Waits for people, others. So far, of 4 conditions: 1 passed, 1 failed, 1 inconclusive.",
    )
    assert pending_verdict(found[3:], list("abcde")).why == "Waits for a, b, c and others."


@pytest.mark.parametrize("one", list(Verdict))
def test_a_trial_decides_nothing(one):
    assert verdict(condition(one), trial=True) is OPEN


def test_only_a_missing_baseline_decides_nothing():
    first = material(scored(records(CORRECT, [1.0] * 100)))
    found = run_verdict(decided(first, {"maxRegression": 0.1}), partial=False, trial=False)
    assert found.verdict is OPEN
    assert found.why.startswith("Nothing was decided by scores")
    both = decided(first, {"maxRegression": 0.1, "minimum": 0.5})
    assert run_verdict(both, partial=False, trial=False).verdict is PASSED


@pytest.mark.parametrize(
    ("conditions", "why"),
    [
        ([condition()], "The condition passed."),
        ([condition()] * 3, "All 3 conditions passed."),
        (
            [condition(), SHARE, condition(condition="maxRegression", evidence=False)],
            "All 3 conditions passed, 1 of them because there is no baseline yet.",
        ),
        ([condition(), SHARE], "All 2 conditions passed."),
        (
            [SHARE],
            "Nothing was decided by scores: the only condition is how many there are.",
        ),
        ([condition(FAILED)], "The condition failed: answers Correctness, minimum 0.7: mean 0.8."),
        (
            [condition(), condition(FAILED)],
            "1 of 2 conditions failed: answers Correctness, minimum 0.7: mean 0.8.",
        ),
        (
            [condition(OPEN, why="It ended.")],
            "The condition cannot be decided: answers Correctness, minimum 0.7: It ended.",
        ),
    ],
)
def test_it_says_why(conditions, why):
    assert run_verdict(conditions, partial=False, trial=False).why == why


def test_it_names_three_and_counts_the_others():
    why = run_verdict([condition(FAILED)] * 5, partial=False, trial=False).why
    assert why.startswith("5 of 5 conditions failed: ")
    assert why.count("mean 0.8") == 3
    assert why.endswith("; and 2 more.")


@pytest.mark.parametrize(
    ("one", "text"),
    [
        (condition(category="de"), "answers Correctness [de], minimum 0.7: mean 0.8"),
        (condition(metric=None, limit=None, condition="all"), "answers: mean 0.8"),
        (
            condition(condition="maxLowScores", limit=3, why="4 low scores"),
            "answers Correctness, maxLowScores 3: 4 low scores",
        ),
    ],
)
def test_a_condition_as_a_person_reads_it(one, text):
    assert told(one) == text
