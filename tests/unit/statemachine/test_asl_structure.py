from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from statelint.linter import Linter
from unit_asl import (
    BATCH_FILE,
    FILES,
    JOB_FILE,
    LAMBDA,
    RUN_FILE,
    Machine,
    function_of,
    lambda_tasks,
    machines,
    parsed,
    snake,
    states,
    substitutions,
    successors,
    text,
)

FAILURE_STEPS = {"FailRun", "FailJob", "BatchFailed"}
AFTERWARDS = {"PromoteRun", "ReportRun", "TellRun"}
"""Steps of a run that has ended: whatever they meet, it stays so."""
PARTLY = {"ScorePartly": "ScoreRun", "PublishPartly": "PublishRun", "ReportPartly": "ReportRun"}
"""Steps between the quick jobs' end and the long ones', and the functions that they call."""
COLLECTED = {"PlanCollected": "PlanJobs", "CheckCollected": "CheckBudget"}
"""Steps after responses were collected, and the functions that they call."""
CRASHED = ["Lambda.Unknown", "Runtime.ExitError"]
"""What Step Functions calls a function whose process ended without an answer."""
IDS_AND_COUNTERS = {"runId", "job", "batch", "executionArn", "startTime"}

every_file = pytest.mark.parametrize("file", FILES)
every_task = pytest.mark.parametrize(
    ("name", "state"), [pytest.param(*task, id=task[0]) for task in lambda_tasks()]
)


def expressions(value: Any) -> Iterator[str]:
    """Every JSONata expression in a state."""
    if isinstance(value, dict):
        for item in value.values():
            yield from expressions(item)
    elif isinstance(value, list):
        for item in value:
            yield from expressions(item)
    elif isinstance(value, str) and value.startswith("{%"):
        yield value


@every_file
def test_the_linter_complains_only_of_waits_that_are_computed(file: str) -> None:
    # statelint 3.1 does not know that Seconds may be a JSONata expression.
    known = re.compile(r".*\.Seconds is \"\{% .* %\}\" but should be an Integer")
    problems = Linter.validate(parsed(file))
    assert [one for one in problems if not known.fullmatch(one)] == []
    computed = [name for name, state in states(file) if "{%" in str(state.get("Seconds"))]
    assert len(problems) == len(computed)


@every_file
def test_every_state_can_be_reached(file: str) -> None:
    for machine in machines(file):
        assert _reached(machine) == set(machine.states)


def _reached(machine: Machine) -> set[str]:
    seen: set[str] = set()
    waiting = [machine.start]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += successors(machine.states[name])
    return seen


@every_file
def test_from_every_state_an_end_can_be_reached(file: str) -> None:
    for machine in machines(file):
        for name in machine.states:
            reached = _reached(Machine(name, machine.states))
            ends = [machine.states[one] for one in reached]
            assert any(one.get("End") or one["Type"] in ("Fail", "Succeed") for one in ends), name


@every_file
def test_every_state_says_what_it_is_for_or_is_plain_from_its_type(file: str) -> None:
    silent = {name for name, state in states(file) if "Comment" not in state}
    assert all(state["Type"] != "Wait" for name, state in states(file) if name in silent)
    assert "Comment" in parsed(file)


@every_task
def test_every_function_is_tried_again_after_what_may_pass(name: str, state: Any) -> None:
    retry, _ = state["Retry"]
    assert "TransientServiceError" in retry["ErrorEquals"]
    assert "Lambda.TooManyRequestsException" in retry["ErrorEquals"]
    assert retry["MaxAttempts"] >= 3
    assert retry["JitterStrategy"] == "FULL"


@every_task
def test_every_function_is_run_again_when_its_process_ended(name: str, state: Any) -> None:
    _, retry = state["Retry"]
    assert retry["ErrorEquals"] == CRASHED
    assert retry["MaxAttempts"] == 2  # one that runs out of memory will do so again
    assert retry["JitterStrategy"] == "FULL"


@every_task
def test_a_refusal_is_never_tried_again(name: str, state: Any) -> None:
    retried = {error for retry in state["Retry"] for error in retry["ErrorEquals"]}
    assert not retried & {"States.ALL", "States.TaskFailed", "Exception"}
    assert {error for error in retried if "." not in error} == {"TransientServiceError"}


@every_task
def test_every_error_leads_to_the_failure_path(name: str, state: Any) -> None:
    if name in FAILURE_STEPS:
        assert "Catch" not in state
        return
    *_, catch = state["Catch"]
    assert catch["ErrorEquals"] == ["States.ALL"]
    if name in AFTERWARDS:
        assert (catch["Next"], catch["Output"]) == (state["Next"], "{% $states.input %}")
        return
    if name in PARTLY:  # seen, and told, when the long jobs have ended
        assert (catch["Next"], catch["Output"]) == ("QuickJobsEnded", {})
        return
    assert catch["Next"] in FAILURE_STEPS
    assert catch["Output"] == {"error": "{% $states.errorOutput %}"}


# Step Functions developer guide: how a Lambda function's lost answer is called.
LOST_ANSWERS = {"Lambda.Unknown", "Sandbox.Timedout", "States.Timeout"}
WAITED_FOR = {
    "StartJob": (JOB_FILE, "WaitForRoom", 600),
    "CheckJob": (JOB_FILE, "WaitForJob", 600),
    "CollectBatch": (BATCH_FILE, "GoOn", 60),
}


@every_task
def test_only_a_job_that_may_be_running_is_waited_for_when_an_answer_is_lost(
    name: str, state: Any
) -> None:
    catches = state.get("Catch", [])[:-1]
    if name not in WAITED_FOR:
        assert catches == []
        return
    [catch] = catches
    retry, crashed = state["Retry"]
    assert set(catch["ErrorEquals"]) == {
        *retry["ErrorEquals"], *crashed["ErrorEquals"], *LOST_ANSWERS,
    }  # fmt: skip
    _, wait, seconds = WAITED_FOR[name]
    assert catch["Next"] == wait
    assert catch["Output"] == {"waitSeconds": seconds}


@pytest.mark.parametrize("name", WAITED_FOR)
def test_a_wait_is_told_its_seconds_by_an_answer_and_by_a_lost_one(name: str) -> None:
    file, wait, _ = WAITED_FOR[name]
    found = parsed(file)["States"]
    assert found[wait]["Seconds"] == "{% $states.input.waitSeconds %}"
    assert found[wait]["Next"] == name


def test_the_failure_path_ends_in_a_failure_with_the_error_that_was_kept() -> None:
    for file, step in ((RUN_FILE, "RunEnded"), (JOB_FILE, "FailJob")):
        found = parsed(file)["States"]
        [end, *_] = [found[one] for one in successors(found[step])]
        assert end["Type"] == "Fail"
        assert end["Error"] == "{% $states.input.error %}"
        assert end["Cause"] == "{% $states.input.cause %}"


MAPS = {"RunJobs": "RunJob", "RunLongJobs": "RunLongJob"}
"""The jobs that are waited for, and those that may take days: each Map's task."""


def run_states() -> dict[str, Any]:
    """The states of a run, those inside its branches and Maps too."""
    return dict(states(RUN_FILE))


def test_a_job_that_fails_does_not_take_its_siblings_with_it() -> None:
    for name, task in MAPS.items():
        inside = run_states()[name]["ItemProcessor"]["States"]
        [catch] = inside[task]["Catch"]
        assert catch["ErrorEquals"] == ["States.ALL"]
        after = inside[catch["Next"]]
        assert (after["Type"], after["End"], after["Output"]) == ("Pass", True, {})


def test_nothing_that_is_paid_for_comes_before_the_last_check() -> None:
    found = parsed(RUN_FILE)["States"]
    path, name = [], parsed(RUN_FILE)["StartAt"]
    while name != "RunAllJobs":
        path.append(name)
        name = found[name].get("Next") or found[name]["Default"]
    assert path == [
        "NewOrResumed",
        "PrepareRun",
        "ResolveModel",
        "PlanJobs",
        "CheckBudget",
        "AnyScenarios",
    ]


def test_responses_are_paid_for_after_one_check_and_judged_after_another() -> None:
    found = parsed(RUN_FILE)["States"]
    [asked] = found["AnyScenarios"]["Choices"]
    assert asked == {"Condition": "{% $count($batches) > 0 %}", "Next": "CollectResponses"}
    path, name = [], "CollectResponses"
    while name != "RunAllJobs":
        path.append(name)
        name = found[name]["Next"]
    assert path == ["CollectResponses", "PlanCollected", "CheckCollected"]


def test_a_batch_that_fails_does_not_take_its_siblings_with_it() -> None:
    found = parsed(RUN_FILE)["States"]["CollectResponses"]
    assert found["Items"] == "{% $batches %}"
    assert set(found["ItemSelector"]) == {"batch"}
    inside = found["ItemProcessor"]["States"]
    [catch] = inside["RunBatch"]["Catch"]
    assert catch["ErrorEquals"] == ["States.ALL"]
    assert inside[catch["Next"]]["Type"] == "Pass"
    given = inside["RunBatch"]["Arguments"]["Input"]
    assert set(given) == {"runId", "batch", "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID"}


def test_a_resumed_run_is_checked_by_one_step_and_goes_on_with_its_jobs() -> None:
    found = parsed(RUN_FILE)["States"]
    [asked] = found["NewOrResumed"]["Choices"]
    assert asked["Next"] == "ResumeRun"
    assert found["ResumeRun"]["Next"] == "AnyScenarios"


@every_task
def test_a_function_is_handed_ids_and_counters_only(name: str, state: Any) -> None:
    allowed = set(IDS_AND_COUNTERS)
    if name in FAILURE_STEPS:
        allowed.add("error")
    if name in {"PrepareRun", "ResumeRun"}:
        allowed.add("input")
    if name == "PlanCollected":
        assert state["Arguments"]["Payload"]["collected"] is True
        allowed.add("collected")
    if name in PARTLY:
        assert state["Arguments"]["Payload"]["partly"] is True
        allowed.add("partly")
    assert set(state["Arguments"]["Payload"]) <= allowed


def test_a_map_hands_out_numbers_and_a_child_finds_its_job_by_run_and_number() -> None:
    found = run_states()
    assert found["RunJobs"]["Items"] == "{% $jobs %}"
    assert found["RunLongJobs"]["Items"] == "{% $longJobs %}"
    for name, task in MAPS.items():
        assert set(found[name]["ItemSelector"]) == {"job"}
        given = found[task]["Arguments"]["Input"]
        assert set(given) == {"runId", "job", "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID"}


def test_a_long_job_is_run_as_any_other() -> None:
    found = run_states()
    assert found["RunLongJob"] | {"Catch": 0} == found["RunJob"] | {"Catch": 0}
    assert found["LongJobFailed"] == found["JobFailed"]


def test_long_jobs_run_beside_the_others_and_only_they_make_a_run_pending() -> None:
    both = parsed(RUN_FILE)["States"]["RunAllJobs"]["Branches"]
    assert [one["StartAt"] for one in both] == ["RunJobs", "RunLongJobs"]
    [choice] = run_states()["AnyLongJobs"]["Choices"]
    assert choice == {"Condition": "{% $count($longJobs) > 0 %}", "Next": "ScorePartly"}
    assert run_states()["AnyLongJobs"]["Default"] == "QuickJobsEnded"
    assert run_states()["ScorePartly"]["Next"] == "PublishPartly"
    assert run_states()["PublishPartly"]["Next"] == "ReportPartly"
    # What follows from a verdict stands behind both branches.
    assert parsed(RUN_FILE)["States"]["RunAllJobs"]["Next"] == "ScoreRun"
    assert not {"PromoteRun", "TellRun"} & set(both[0]["States"])


def test_a_runs_steps_pass_nothing_on_but_the_id_the_attempt_and_the_jobs_numbers() -> None:
    found = parsed(RUN_FILE)["States"]
    assigned = {name: state["Assign"] for name, state in found.items() if "Assign" in state}
    numbers = {
        "jobs": "{% [0..($states.result.Payload.jobs - 1)] %}",
        "longJobs": "{% [$states.result.Payload.jobs.."
        "($states.result.Payload.jobs + $states.result.Payload.longJobs - 1)] %}",
    }
    assert assigned == {
        "PrepareRun": {"runId": "{% $states.result.Payload.runId %}", "attempt": 1},
        "ResumeRun": {
            "runId": "{% $states.result.Payload.runId %}",
            "attempt": "{% $states.result.Payload.attempt %}",
            "jobs": "{% [$states.result.Payload.jobs] %}",
            "longJobs": "{% [$states.result.Payload.longJobs] %}",
            "batches": "{% [$states.result.Payload.batches] %}",
        },
        "PlanJobs": {**numbers, "batches": "{% [0..($states.result.Payload.batches - 1)] %}"},
        "PlanCollected": numbers,
    }
    passing = ("Task", "Map", "Parallel")
    for name, state in states(RUN_FILE):
        if state["Type"] in passing and name not in {"PublishRun", "FailRun"} | AFTERWARDS:
            assert state["Output"] == {}, name


def test_a_child_is_named_so_that_the_reaper_knows_its_job() -> None:
    for task in MAPS.values():
        assert run_states()[task]["Arguments"]["Name"].startswith(
            "{% $runId & '-j' & $string($states.input.job) & '-a' & $string($attempt) & '-"
        )


@every_file
def test_the_stack_provides_every_substitution_and_no_other(file: str) -> None:
    assert set(substitutions(file)) == set(re.findall(r"\$\{(\w+)\}", text(file)))


@every_file
def test_a_substitution_is_the_function_of_its_name(file: str) -> None:
    functions = {k: v for k, v in substitutions(file).items() if v.startswith("functions.")}
    assert functions == {name: f"functions.{snake(name)}" for name in functions}


@every_task
def test_a_state_is_named_as_the_function_it_calls(name: str, state: Any) -> None:
    assert function_of(state) == (PARTLY | COLLECTED).get(name, name)


@every_file
def test_every_expression_is_closed(file: str) -> None:
    for name, state in states(file):
        for expression in expressions(state):
            assert re.fullmatch(r"\{% .+ %\}", expression), name


@every_file
def test_the_language_is_jsonata_throughout(file: str) -> None:
    assert parsed(file)["QueryLanguage"] == "JSONata"
    assert "$." not in re.sub(r"\{%.*?%\}", "", text(file))


def test_only_functions_and_nested_executions_are_called() -> None:
    called = {
        state["Resource"] for file in FILES for _, state in states(file) if "Resource" in state
    }
    assert called == {LAMBDA, "arn:aws:states:::states:startExecution.sync:2"}


def test_every_run_is_told_of_before_it_ends() -> None:
    found = parsed(RUN_FILE)["States"]
    assert {name for name, state in found.items() if "TellRun" in successors(state)} == {
        "FailRun",
        "ReportRun",
    }
    assert found["PromoteRun"]["Next"] == "ReportRun"
    assert set(successors(found["TellRun"])) == {"RunEnded"}


def test_an_execution_fails_for_errors_and_for_a_failed_gate_only_if_that_is_asked_for() -> None:
    found = parsed(RUN_FILE)["States"]
    of_errors, of_gates = found["RunEnded"]["Choices"]
    assert of_errors == {"Condition": "{% $exists($states.input.error) %}", "Next": "RunFailed"}
    assert of_gates == {
        "Condition": "{% '${FailOnFailedGate}' = 'true' and $states.input.verdict = 'failed' %}",
        "Next": "GateFailed",
    }
    assert found["RunEnded"]["Default"] == "RunPublished"
    assert found["GateFailed"]["Error"] == "GateFailed"
    assert found["GateFailed"]["Cause"] == "{% $states.input.why %}"
