"""From scenarios to scores: a run asks, keeps what was answered, and judges it."""

from __future__ import annotations

import json

import pytest
from collecting_world import (
    LOOKUP,
    MODEL,
    collecting,
    conversations,
    dataset_of,
    make_functions,
    put_scenarios,
    scenario,
)
from deployed_names import APPLICATION, GUARDRAIL, TOOL_FUNCTION
from deployed_world import DeployedWorld
from gate_world import entries

from modeleval.store.batches import BatchStatus


@pytest.fixture(autouse=True)
def functions(world: DeployedWorld) -> None:
    make_functions(world)


def test_scenarios_and_a_model_are_enough(world: DeployedWorld) -> None:
    key = put_scenarios(
        world,
        scenario("hello", {"user": "good morning", "reference": "Good morning to you."}),
        scenario("table", "I want a table", "for two people", "thank you"),
    )

    finished = world.evaluate(collecting(key, {"model": MODEL, "system": "You book tables."}))

    assert finished.status == "SUCCEEDED", finished.cause
    assert world.scores(finished)["Helpfulness", None].n == 4
    lines = dataset_of(world, finished.run_id)
    named = [line["recordId"].partition("#")[0] for line in lines]
    assert named == ["hello/1", "table/1", "table/2", "table/3"]
    answers = [line["modelResponses"][0]["response"] for line in lines]
    said = f"User: I want a table\nAssistant: {answers[1]}\nUser: for two people"
    assert lines[2]["prompt"] == said
    assert all(answers[number] not in lines[number]["prompt"] for number in range(4))
    [entry] = entries(world, finished).values()
    assert entry["subject"] == "amazon.nova-lite-v1-0"
    assert len(conversations(world)) == 4
    run = world.run(finished)
    assert [one["purpose"] for one in (run.estimate or {})["evaluations"]] == ["target", "judge"]


def test_tools_are_called_and_their_results_answered(world: DeployedWorld) -> None:
    tools = [LOOKUP | {"function": TOOL_FUNCTION}, LOOKUP | {"name": "prices", "recorded": True}]
    key = put_scenarios(
        world,
        scenario(
            "order",
            '[tool lookup {"order": "A1"}] [next] [tool prices {"order": "A1"}]',
            'and [tool lookup {"order": "broken"}]',
            toolResults={"prices": [{"price": 12}]},
        ),
    )

    finished = world.evaluate(collecting(key, {"model": MODEL, "tools": tools}))

    assert finished.status == "SUCCEEDED", finished.cause
    first, second = dataset_of(world, finished.run_id)
    assert "user of order" in first["modelResponses"][0]["response"]
    assert "12" in first["modelResponses"][0]["response"]
    assert "nobody may read" not in json.dumps([first, second])
    assert [one["rounds"] for one in conversations(world)] == [0, 1, 2, 0, 1]
    [batch] = world.store.batches(finished.run_id)
    assert batch.counts["toolCalls"] == 3


def test_a_turn_without_end_is_given_up_and_the_rest_goes_on(world: DeployedWorld) -> None:
    tools = [LOOKUP | {"function": TOOL_FUNCTION}]
    key = put_scenarios(
        world,
        scenario("endless", '[again 50] [tool lookup {"order": "A1"}]', "never asked"),
        scenario("fine", "good morning"),
    )
    target = {"model": MODEL, "tools": tools, "maxToolRounds": 3}

    finished = world.evaluate(collecting(key, target))

    assert finished.status == "SUCCEEDED", finished.cause
    helpful = world.scores(finished)["Helpfulness", None]
    assert (helpful.n, helpful.unscored) == (1, 2)
    [entry] = entries(world, finished).values()
    told = " ".join(entry["warnings"])
    assert "1 turn failed (toolRoundLimit 1)" in told
    assert "1 turn not asked after a failure" in told


def test_throttling_is_waited_out_and_nothing_is_asked_twice(world: DeployedWorld) -> None:
    world.fault(kind="error", operation="Converse", times=3)
    key = put_scenarios(world, scenario("a", "one", "two"), scenario("b", "three"))

    finished = world.evaluate(collecting(key, {"model": MODEL}))

    assert finished.status == "SUCCEEDED", finished.cause
    digests = [one["digest"] for one in conversations(world)]
    assert len(digests) == len(set(digests)) == 3


def test_a_target_that_hangs_is_not_waited_for(world: DeployedWorld) -> None:
    world.fault(kind="delay", operation="Converse", seconds=8, about="hang here")
    key = put_scenarios(
        world, scenario("hangs", "hang here", "never asked"), scenario("b", "hello")
    )

    finished = world.evaluate(collecting(key, {"model": MODEL, "timeoutSeconds": 2}))

    assert finished.status == "SUCCEEDED", finished.cause
    lines = dataset_of(world, finished.run_id)
    assert [line.get("failed") for line in lines] == ["timeout", "afterFailure", None]
    # The stand-in answers all the same, later; not in the next test.
    world.until(lambda: len(conversations(world)) == 2)


def test_a_function_that_is_killed_while_it_asks_is_followed_by_another(
    world: DeployedWorld,
) -> None:
    """One conversation: no more than the request that may be under way is asked again."""
    at = {"function": "CollectBatch", "service": "s3", "operation": "PutObject", "occurrence": 3}
    world.aws.control("POST", "disturbances", {"how": "kill", **at})
    key = put_scenarios(world, scenario("a", *(f"turn {number}" for number in range(6))))

    finished = world.evaluate(collecting(key, {"model": MODEL}))

    assert finished.status == "SUCCEEDED", finished.cause
    digests = [one["digest"] for one in conversations(world)]
    assert len(set(digests)) == 6
    assert len(digests) <= 7
    calls = world.aws.control("GET", "function-calls")["calls"]
    invocations = {one["invocation"] for one in calls if "CollectBatch" in one["function"]}
    assert len(invocations) >= 2


def test_hostile_answers_are_data(world: DeployedWorld) -> None:
    bad = "<script>alert(1)</script>\\u001b[31m=cmd|A1\\u0000{{prompt}}"
    key = put_scenarios(
        world,
        scenario("hostile", f'[say "{bad}"]', "and then"),
        scenario("thinks", '[think "secret plan"] good morning'),
    )

    finished = world.evaluate(collecting(key, {"model": MODEL}))

    assert finished.status == "SUCCEEDED", finished.cause
    lines = dataset_of(world, finished.run_id)
    assert lines[0]["modelResponses"][0]["response"] == json.loads(f'"{bad}"')
    assert "secret plan" not in lines[2]["modelResponses"][0]["response"]
    assert "1 <thinking> block removed" in " ".join(
        next(iter(entries(world, finished).values()))["warnings"]
    )


def test_a_guardrail_stands_between(world: DeployedWorld) -> None:
    world.aws.control("POST", "guardrails", {"id": GUARDRAIL, "words": ["forbidden"]})
    key = put_scenarios(world, scenario("g", "say the forbidden word"))
    target = {"model": MODEL, "guardrail": {"id": GUARDRAIL, "version": "1"}}

    finished = world.evaluate(collecting(key, target))

    assert finished.status == "SUCCEEDED", finished.cause
    [one] = conversations(world)
    assert one["stopReason"] == "guardrail_intervened"


def test_an_application_is_asked_with_its_context(world: DeployedWorld) -> None:
    key = put_scenarios(
        world,
        scenario("app", "hello", "again"),
        scenario("bad", "raise"),
        scenario("odd", "nonsense"),
    )
    target = {"name": "team-app-v3", "function": APPLICATION}

    finished = world.evaluate(collecting(key, target))

    assert finished.status == "SUCCEEDED", finished.cause
    lines = dataset_of(world, finished.run_id)
    assert lines[1]["modelResponses"] == [
        {"response": "3 messages, for user of app: again", "modelIdentifier": "team-app-v3"}
    ]
    assert [line.get("failed") for line in lines[2:]] == ["serviceError", "invalidAnswer"]
    assert world.scores(finished)["Helpfulness", None].unscored == 2


def test_an_applications_passages_become_a_rag_dataset(world: DeployedWorld) -> None:
    key = put_scenarios(world, scenario("rag", "opening hours", "and on sunday"))
    suite = collecting(
        key,
        {"name": "team-app-v3", "function": APPLICATION},
        kind="bedrock-rag-generate",
        metrics=["Helpfulness", "Faithfulness"],
    )

    finished = world.evaluate(suite)

    assert finished.status == "SUCCEEDED", finished.cause
    assert world.scores(finished)["Faithfulness", None].n == 2
    [line] = dataset_of(world, finished.run_id)
    assert len(line["conversationTurns"]) == 2


def test_what_the_settings_do_not_list_is_not_asked(world: DeployedWorld) -> None:
    key = put_scenarios(world, scenario("a", "hello"))
    other = APPLICATION.replace("team", "other")
    for target, error in (
        ({"name": "x", "function": other}, "TargetNotAllowed"),
        ({"name": "x", "endpoint": "https://169.254.169.254/latest"}, "TargetNotAllowed"),
        ({"model": "amazon.nova-pro-v1:0"}, "TargetNotAllowed"),
    ):
        finished = world.evaluate(collecting(key, target))
        assert (finished.status, finished.error) == ("FAILED", error)
    assert conversations(world) == []


def test_a_target_that_refuses_fails_its_evaluation_and_no_other(world: DeployedWorld) -> None:
    world.fault(kind="error", operation="Converse", code="AccessDeniedException", times=1000)
    key = put_scenarios(world, scenario("a", "hello"))
    suite = collecting(key, {"model": MODEL})
    application = {"name": "team-app-v3", "function": APPLICATION}
    suite["evaluations"].append(collecting(key, application)["evaluations"][0] | {"name": "app"})

    finished = world.evaluate(suite)

    assert finished.status == "SUCCEEDED", finished.cause
    assert world.run(finished).status == "partial"
    found = entries(world, finished)
    assert found["answers"]["error"]["name"] == "TargetRefused"
    assert found["app"]["status"] == "succeeded"


def test_a_run_that_is_stopped_asks_no_more(world: DeployedWorld) -> None:
    world.fault(kind="delay", operation="Converse", seconds=3, times=1000)
    key = put_scenarios(world, *(scenario(f"s{n}", f"one {n}", "two", "three") for n in range(6)))
    execution = world.start({"suite": collecting(key, {"model": MODEL})})
    world.until(lambda: conversations(world))

    world.sfn.stop_execution(executionArn=execution)
    finished = world.finish(execution)
    world.until(lambda: world.run(finished).status.ended)
    before = settled(world)

    assert before < 18
    assert world.run(finished).status == "stopped"
    assert not world.jobs(finished)


def test_a_stopped_run_is_resumed_where_it_was(world: DeployedWorld) -> None:
    world.fault(kind="delay", operation="Converse", seconds=2, times=1000)
    key = put_scenarios(world, *(scenario(f"s{n}", f"one {n}", "two", "three") for n in range(4)))
    execution = world.start({"suite": collecting(key, {"model": MODEL})})
    world.until(lambda: conversations(world))
    world.sfn.stop_execution(executionArn=execution)
    stopped = world.finish(execution)
    world.until(lambda: world.run(stopped).status.ended)
    settled(world)
    world.aws.control("DELETE", "faults")

    finished = world.finish(world.start({"resume": stopped.run_id}))

    assert finished.status == "SUCCEEDED", finished.cause
    digests = [one["digest"] for one in conversations(world)]
    assert len(digests) == len(set(digests)) == 12
    assert {one.status for one in world.store.batches(stopped.run_id)} == {BatchStatus.DONE}
    assert world.scores(stopped)["Helpfulness", None].n == 12


def settled(world: DeployedWorld) -> int:
    """How many requests were answered, once no more are."""
    seen = [-1, -2, -3]

    def still() -> bool:
        seen.append(len(conversations(world)))
        return len(set(seen[-60:])) == 1

    world.until(still)
    return seen[-1]
