"""Batch after batch: each is asked about once, whatever is done twice or breaks off."""

from __future__ import annotations

import json
from typing import Any

import pytest
from scorer_world import DATASET, FUNCTION, KIND, REWARD, World, entry, records, rewards
from unit_documents import RUN

from modeleval.artifacts import output_prefix
from modeleval.errors import JobRefused, RunClosed, TransientServiceError
from modeleval.ids import JobRef
from modeleval.kinds.function_scorer import asking, batches
from modeleval.kinds.protocol import JobState, PlanContext
from modeleval.scorer_functions import Answer
from modeleval.store.items import RunStatus

FAILED = Answer(failure="the function failed (ValueError)")


def test_a_scorer_sees_the_line_with_id_messages_and_reference() -> None:
    world = World(data=records(1, category="orders"))
    assert world.check().state is JobState.SUCCEEDED
    [[sample]] = world.functions.asked
    [score] = world.collect().scores
    assert sample == {
        "id": score.key,
        "prompt": "prompt 0",
        "referenceResponse": "reference 0",
        "category": "orders",
        "modelResponses": [{"response": "response 0", "modelIdentifier": "support-bot-v3"}],
        "messages": [
            {"role": "user", "content": "prompt 0"},
            {"role": "assistant", "content": "response 0"},
        ],
        "reference_answer": "reference 0",
    }
    assert (score.category, score.line, score.value) == ("orders", 1, 0.5)


def test_records_are_asked_about_in_batches() -> None:
    world = World(batchSize=4)
    assert world.check().state is JobState.SUCCEEDED
    assert world.sizes == [4, 4, 2]
    assert world.values() == [0.5] * 10
    assert world.collect().warnings == []


def test_long_records_make_smaller_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "MOST_BYTES", 1000)
    world = World()
    world.check()
    assert sum(world.sizes) == 10
    assert max(world.sizes) < 5
    assert all(len(json.dumps(samples)) < 1200 for samples in world.functions.asked)


def test_a_step_that_runs_twice_asks_nothing_again() -> None:
    world = World(batchSize=4)
    world.check()
    assert world.check().state is JobState.SUCCEEDED
    assert world.sizes == [4, 4, 2]


def test_the_next_check_goes_on_where_time_was_up() -> None:
    world = World(batchSize=2)
    world.functions.seconds = asking.ASKS_FOR_SECONDS / 2 + 1
    states = [world.check().state for _ in range(3)]
    assert states == [JobState.RUNNING, JobState.RUNNING, JobState.SUCCEEDED]
    assert world.sizes == [2] * 5
    assert world.values() == [0.5] * 10


def test_throttling_loses_nothing_that_was_answered() -> None:
    world = World(batchSize=4)

    def throttled(samples: list[dict[str, Any]]) -> Any:
        if len(world.functions.asked) == 2:
            raise TransientServiceError("Lambda did not answer this time", action="x")
        return rewards(samples)

    world.functions.scorer = throttled
    with pytest.raises(TransientServiceError):
        world.check()
    assert world.check().state is JobState.SUCCEEDED
    assert world.sizes == [4, 4, 4, 2]
    assert world.values() == [0.5] * 10


class Killed(BaseException):
    """The function's process ends, which nothing of it sees."""


@pytest.mark.parametrize("invoked", [True, False])
def test_a_check_that_broke_off_while_it_asked_is_paid_for_once(
    invoked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows whether the function was invoked. The other batches are asked about."""
    world = World(batchSize=4)
    invoke = world.functions.invoke

    def killed(arn: str, payload: bytes) -> Answer:
        if len(world.functions.asked) == 1:
            if invoked:
                invoke(arn, payload)
            monkeypatch.undo()
            raise Killed
        return invoke(arn, payload)

    monkeypatch.setattr(world.functions, "invoke", killed)
    with pytest.raises(Killed):
        world.check()
    assert world.check().state is JobState.SUCCEEDED
    assert world.check().state is JobState.SUCCEEDED
    assert world.sizes == ([4, 4, 2] if invoked else [4, 2])
    assert world.values() == [0.5] * 4 + [None] * 4 + [0.5] * 2
    assert world.collect().warnings == [
        "4 records are unscored: the answer was lost (the step that asked for it broke off)"
    ]


def test_throttling_may_come_more_than_once_and_a_kill_after_it() -> None:
    world = World(batchSize=10)
    busy = TransientServiceError("Lambda did not answer this time", action="x")
    trouble: list[BaseException] = [busy, busy, Killed()]

    def fails(_: list[dict[str, Any]]) -> Any:
        raise trouble.pop(0)

    world.functions.scorer = fails
    for wanted in (TransientServiceError, TransientServiceError, Killed):
        with pytest.raises(wanted):
            world.check()
    assert world.check().message.startswith("none of 1 batches was scored: the answer was lost")
    assert world.sizes == [10] * 3


def test_two_checks_at_once_ask_about_each_batch_once_between_them() -> None:
    """The second one comes while the first one waits for the second batch's answer."""
    world = World(batchSize=2)
    seen: list[JobState] = []

    def meanwhile(samples: list[dict[str, Any]]) -> Any:
        if len(world.functions.asked) == 2:
            seen.append(world.check().state)
        return rewards(samples)

    world.functions.scorer = meanwhile
    states = [world.check().state for _ in range(2)]
    assert (seen, states) == ([JobState.SUCCEEDED], [JobState.RUNNING, JobState.SUCCEEDED])
    assert world.sizes == [2] * 5
    # The first one's answer came too late: the second took it for lost.
    assert world.values() == [0.5] * 2 + [None] * 2 + [0.5] * 6


def test_a_note_that_the_sdk_wrote_twice_is_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(batchSize=4)
    write = type(world.services.objects).write_new_json

    def written_twice(objects: Any, key: str, document: object) -> bool:
        write(objects, key, document)
        return write(objects, key, document)

    monkeypatch.setattr(type(world.services.objects), "write_new_json", written_twice)
    assert world.check().state is JobState.SUCCEEDED
    assert world.sizes == [4, 4, 2]


def test_a_batch_that_fails_is_unscored_and_not_paid_for_again() -> None:
    world = World(batchSize=4)
    world.functions.scorer = lambda samples: FAILED if len(samples) == 2 else rewards(samples)
    assert world.check().state is JobState.SUCCEEDED
    assert world.check().state is JobState.SUCCEEDED
    assert world.sizes == [4, 4, 2]
    assert world.values() == [0.5] * 8 + [None] * 2
    assert world.collect().warnings == ["2 records are unscored: the function failed (ValueError)"]


def test_a_function_that_always_fails_is_given_up() -> None:
    world = World(lambda _: FAILED, batchSize=1)
    progress = world.check()
    assert progress.state is JobState.FAILED
    assert progress.message == ("none of 3 batches was scored: the function failed (ValueError)")
    assert world.sizes == [1] * 3
    assert world.check() == progress
    assert world.sizes == [1] * 3


def test_fewer_batches_that_all_fail_are_a_failed_job_too() -> None:
    world = World(lambda _: "no list")
    assert world.check().message == "none of 1 batches was scored: the reply is no list of scores"


def test_a_refused_invocation_is_the_jobs_end() -> None:
    def refuse(_: Any) -> Any:
        raise JobRefused("Lambda does not let the scorer be invoked: AccessDenied", action="x")

    with pytest.raises(JobRefused):
        World(refuse).check()


def test_a_run_that_has_ended_asks_for_no_further_batch() -> None:
    world = World(batchSize=4)

    def stops(samples: list[dict[str, Any]]) -> Any:
        world.store.close_run(RUN, RunStatus.STOPPED)
        return rewards(samples)

    world.functions.scorer = stops
    with pytest.raises(RunClosed):
        world.check()
    assert world.sizes == [4]


def test_odd_replies_are_told_in_one_sentence_each() -> None:
    def odd(samples: list[dict[str, Any]]) -> Any:
        given = rewards(samples)
        given[0][REWARD] = float("nan")
        return given[:-1]

    world = World(odd, batchSize=5)
    world.check()
    assert world.values() == [None, 0.5, 0.5, 0.5, None] * 2
    assert world.collect().warnings == [
        "2 records are not in the function's reply",
        "2 values are not finite",
    ]


def test_an_empty_response_is_not_sent() -> None:
    empty = [{"response": "", "modelIdentifier": "support-bot-v3"}]
    world = World(data=records(2) + records(1, modelResponses=empty, prompt="other"))
    world.check()
    assert world.sizes == [2]
    assert world.values() == [0.5, 0.5, None]


def test_what_is_kept_holds_no_text() -> None:
    world = World()
    world.check()
    prefix = output_prefix(*JobRef(RUN, 0, 1))
    kept = b"".join(data for key, data in world.s3.objects.items() if key.startswith(prefix))
    assert b"response 0" not in kept
    assert b"prompt 0" not in kept
    assert DATASET in world.s3.objects


def test_there_is_nothing_to_stop() -> None:
    assert KIND.stop(World().job, FUNCTION) is False


def test_doubts_about_a_function_are_told() -> None:
    world = World()
    assert world.plan.warnings == []
    world.functions.doubt = "could not be looked at"
    plan = KIND.plan(entry(), PlanContext(RUN, 0, world.services))
    assert plan.warnings == ["could not be looked at"]


def test_its_requests_are_those_that_it_makes_without_the_samples() -> None:
    world = World(batchSize=4)
    requests = KIND.requests(world.job)
    assert world.functions.asked == []
    world.check()
    assert len(requests) == len(world.functions.asked) == 3
    assert {(one.service, one.operation) for one in requests} == {("lambda", "Invoke")}
    assert {one.parameters["FunctionName"] for one in requests} == {FUNCTION}
    payloads = [str(one.parameters["Payload"]) for one in requests]
    assert [text.partition(",")[0] for text in payloads] == [
        "<4 samples",
        "<4 samples",
        "<2 samples",
    ]
    assert not any("prompt" in text for text in payloads)
