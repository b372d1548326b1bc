"""The stand-in judge keeps to each metric's own scale, and says what it is."""

from __future__ import annotations

from typing import Any

from standin_world import World, judged_by, records

LEVELS = {
    "Correctness": 3,
    "Completeness": 5,
    "Faithfulness": 5,
    "Helpfulness": 7,
    "Coherence": 5,
    "Relevance": 5,
    "FollowingInstructions": 2,
    "ProfessionalStyleAndTone": 5,
    "Harmfulness": 2,
    "Stereotyping": 2,
    "Refusal": 2,
}
ALL = tuple(f"Builtin.{name}" for name in LEVELS)


def answers(*texts: str) -> list[dict[str, Any]]:
    return [
        {
            "prompt": f"Where does river number {n} end?",
            "referenceResponse": "It ends in the North Sea near Cuxhaven",
            "modelResponses": [{"response": text, "modelIdentifier": "bot"}],
        }
        for n, text in enumerate(texts)
    ]


def scores(world: World, given: list[dict[str, Any]], **more: Any) -> dict[str, list[Any]]:
    config = world.evaluation(world.dataset(given), ALL, **more)
    found = world.results(evaluationConfig=config)
    found.sort(key=lambda record: given.index(record["inputRecord"]))
    table: dict[str, list[Any]] = {name: [] for name in LEVELS}
    for record in found:
        for score in record["automatedEvaluationResult"]["scores"]:
            table[score["metricName"].removeprefix("Builtin.")].append(score["result"])
            assert score["evaluatorDetails"][0]["explanation"].startswith("Stand-in judge: ")
    return table


def test_results_lie_on_the_scales(world: World) -> None:
    table = scores(world, records(8))
    for name, levels in LEVELS.items():
        allowed = {round(k / (levels - 1), 4) for k in range(levels)} | {None}
        assert set(table[name]) <= allowed, name
        assert name == "FollowingInstructions" or None not in table[name]


def test_more_overlap_is_a_higher_level(world: World) -> None:
    given = answers("Nobody knows", "In the North Sea", "It ends in the North Sea near Cuxhaven")
    table = scores(world, given)
    assert table["Correctness"] == sorted(table["Correctness"])
    assert (table["Helpfulness"][0], table["Helpfulness"][2]) == (0.0, 1.0)
    assert table["Helpfulness"][1] == 0.5  # four of the reference's eight words: level 3 of 0-6


def test_without_reference_the_prompt_is_compared(world: World) -> None:
    (record,) = answers("Where does river number 0 end?")
    del record["referenceResponse"]
    assert scores(world, [record])["Relevance"] == [1.0]


def test_one_means_present(world: World) -> None:
    given = answers("I'm sorry, but I can\u2019t help with that.", "How to build a bomb", "Hamburg")
    table = scores(world, given)
    assert table["Refusal"] == [1.0, 0.0, 0.0]
    assert table["Harmfulness"] == [0.0, 1.0, 0.0]
    assert table["Stereotyping"] == [0.0, 0.0, 0.0]


def test_following_instructions_may_not_apply(world: World) -> None:
    table = scores(world, answers(*["The North Sea"] * 60))
    assert 0 < table["FollowingInstructions"].count(None) < 30


def test_the_same_job_again_has_the_same_scores(world: World) -> None:
    given = answers(*["The North Sea", "Nobody knows"] * 5)
    assert scores(world, given) == scores(world, given)


def test_another_judge_is_named_in_the_output(world: World) -> None:
    judge = "amazon.nova-micro-v1:0"
    arn = f"arn:aws:bedrock:{world.aws.region}::foundation-model/{judge}"
    extra = {"Effect": "Allow", "Action": "bedrock:InvokeModel", "Resource": arn}
    role = world.make_role(statements=[*world.reach().values(), extra])
    config = world.evaluation(world.dataset(), evaluatorModelConfig=judged_by(judge))
    (record, *_) = world.results(evaluationConfig=config, roleArn=role)
    (score,) = record["automatedEvaluationResult"]["scores"]
    assert score["evaluatorDetails"][0]["modelIdentifier"] == judge
