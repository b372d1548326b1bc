"""Reading a job's output: one file per dataset, joined by digests where the prompts are known."""

from __future__ import annotations

import random
from typing import Any

import pytest
from programmatic_world import LITE, MICRO, OWN, ProgrammaticWorld, line, output

from modeleval.errors import OutputUnusable

BOTH = {"dataset": None, "datasets": ["Builtin.BoolQ", OWN], "metrics": ["Accuracy", "Toxicity"]}


def values(scores: list[Any], metric: str = "Accuracy") -> dict[int, float | None]:
    return {score.line: score.value for score in scores if score.metric == metric}


@pytest.mark.parametrize("prefix", ["", "Builtin."])
def test_ones_own_records_are_joined_in_any_order(prefix: str) -> None:
    lines = [line(n, category=f"c{n % 2}") for n in range(5)]
    world = ProgrammaticWorld(*lines)
    plan = world.plan()
    records = [output(n, asked=lines[n], **{f"{prefix}Accuracy": n / 10}) for n in range(5)]
    random.Random(1).shuffle(records)
    world.put_output("knowledge", *records)
    scores, warnings = world.collect(plan)
    assert values(scores) == {n + 1: n / 10 for n in range(5)}
    assert [score.category for score in scores] == ["c0", "c1", "c0", "c1", "c0"]
    assert {score.judge for score in scores} == {score.candidate for score in scores} == {None}
    assert warnings == []


def test_the_category_of_ones_own_records_is_never_the_outputs() -> None:
    world = ProgrammaticWorld(line(0))
    plan = world.plan()
    world.put_output("x", output(0, asked=line(0, category="theirs"), Accuracy=1))
    [score], _ = world.collect(plan)
    assert score.category is None


def test_records_that_the_output_lacks_or_that_nobody_answered_are_unscored() -> None:
    world = ProgrammaticWorld(*(line(n) for n in range(3)))
    plan = world.plan()
    world.put_output(
        "knowledge", output(0, Accuracy=1), output(1, response=None), output(9, Accuracy=1)
    )
    scores, warnings = world.collect(plan)
    assert values(scores) == {1: 1.0, 2: None, 3: None}
    assert [score.unscored for score in scores] == [False, True, True]
    assert warnings == ["1 records of the output are not among those validated"]


@pytest.mark.parametrize(
    ("result", "value", "not_applicable"),
    [
        (250.0, 250.0, False),
        (None, None, True),
        (float("nan"), None, True),
        (float("inf"), None, False),
        (0, 0.0, False),
    ],
)
def test_a_change_in_percent_may_be_any_number_or_none(
    result: float | None, value: float | None, *, not_applicable: bool
) -> None:
    world = ProgrammaticWorld(line(0))
    plan = world.plan(metrics=["Robustness"])
    world.put_output("knowledge", output(0, Robustness=result))
    [score], _ = world.collect(plan)
    assert (score.value, score.not_applicable) == (value, not_applicable)


def hundred(**changes: Any) -> list[dict[str, Any]]:
    return [output(n, Accuracy=n % 2, **changes) for n in range(100)]


def test_prompts_of_bedrocks_datasets_are_named_by_their_digests() -> None:
    world = ProgrammaticWorld(*(line(n) for n in range(100)))
    own = world.plan()
    world.put_output("knowledge", *hundred())
    known, _ = world.collect(own)
    built_in = world.plan(dataset="Builtin.BoolQ")
    scores, warnings = world.collect(built_in)
    assert {one.key: one.value for one in scores} == {one.key: one.value for one in known}
    assert sorted(values(scores)) == list(range(1, 101))
    assert warnings == []


def test_their_categories_are_the_outputs() -> None:
    world = ProgrammaticWorld()
    plan = world.plan(dataset="Builtin.BoolQ")
    asked = [line(n, category=given) for n, given in enumerate(["sports", "", None])]
    asked.append(line(3) | {"category": 7})
    records = [output(n, asked=one, Accuracy=1) for n, one in enumerate(asked)]
    world.put_output("Builtin.BoolQ", *records, *hundred()[4:])
    scores, _ = world.collect(plan)
    assert [score.category for score in scores[:4]] == ["sports", None, None, None]


def test_equal_prompts_have_keys_of_their_own() -> None:
    world = ProgrammaticWorld()
    plan = world.plan(dataset="Builtin.BoolQ")
    world.put_output("Builtin.BoolQ", *hundred(asked=line(0)))
    scores, _ = world.collect(plan)
    assert len({score.key for score in scores}) == 100


def test_prompts_of_bedrocks_datasets_that_are_missing_count_as_unscored() -> None:
    world = ProgrammaticWorld()
    plan = world.plan(dataset="Builtin.BoolQ")
    world.put_output("Builtin.BoolQ", *hundred()[:60], output(60, response=None))
    scores, warnings = world.collect(plan)
    assert len(scores) == len({score.key for score in scores}) == 100
    assert sum(score.unscored for score in scores) == 40
    assert warnings == [
        "Builtin.BoolQ: 39 of its 100 prompts are not in the output, and count as unscored"
    ]


@pytest.mark.parametrize("folder", ["Builtin.BoolQ", "BoolQ"])
def test_each_dataset_has_its_file_its_metrics_and_keys_of_its_own(folder: str) -> None:
    """The same prompts in both: nothing is mixed up."""
    world = ProgrammaticWorld(line(0), line(1))
    plan = world.plan(**BOTH)
    world.put_output(folder, *(output(n, Accuracy=0, Toxicity=0.5) for n in range(100)))
    world.put_output("own", output(1, Accuracy=0.75), output(0, Accuracy=1, Toxicity=0.25))
    scores, warnings = world.collect(plan)
    assert values(scores, "own.Accuracy") == {1: 1.0, 2: 0.75}
    assert values(scores, "own.Toxicity") == {1: 0.25, 2: None}
    assert set(values(scores, "BoolQ.Accuracy").values()) == {0.0}
    assert len(values(scores, "BoolQ.Toxicity")) == 100
    keys = {name: {s.key for s in scores if s.metric.startswith(name)} for name in ("BoolQ", "own")}
    assert not keys["BoolQ"] & keys["own"]
    assert warnings == []


def test_a_file_of_no_dataset_is_refused() -> None:
    world = ProgrammaticWorld()
    plan = world.plan(**BOTH)
    key = world.put_output("elsewhere", *hundred())
    with pytest.raises(OutputUnusable, match="does not say which dataset it is about") as caught:
        world.collect(plan)
    assert key in str(caught.value)


def test_a_dataset_without_a_file_is_unscored_beside_the_others() -> None:
    world = ProgrammaticWorld(line(0))
    plan = world.plan(**BOTH)
    world.put_output("BoolQ", *(output(n, Accuracy=0, Toxicity=0.5) for n in range(100)))
    scores, warnings = world.collect(plan)
    assert values(scores, "own.Accuracy") == {1: None}
    assert warnings == [
        "The job left no output for own",
        "The output holds no score of own.Accuracy",
        "The output holds no score of own.Toxicity",
    ]


def test_no_file_at_all_and_no_score_at_all_are_refused() -> None:
    world = ProgrammaticWorld(line(0))
    plan = world.plan()
    with pytest.raises(OutputUnusable, match="left no output file"):
        world.collect(plan)
    world.put_output("knowledge", output(0, Other=1))
    with pytest.raises(OutputUnusable, match="not one score of the metrics"):
        world.collect(plan)


def test_scores_of_a_candidate_carry_its_label_and_warnings_its_model() -> None:
    world = ProgrammaticWorld(line(0), line(1))
    plan = world.plan(responses=[{"model": LITE}, {"model": MICRO, "label": "small"}])
    world.put_output("knowledge", output(0, Accuracy=1), output(8, Accuracy=1))
    scores, warnings = world.collect(plan, job=1)
    assert {score.candidate for score in scores} == {"small"}
    assert warnings == [f"{MICRO}: 1 records of the output are not among those validated"]
