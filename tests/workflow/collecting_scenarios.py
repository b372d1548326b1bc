"""What is done while a permission of collecting is missing, by the name of the policy table."""

from __future__ import annotations

from typing import Any

from collecting_world import MODEL, collecting, make_functions, put_scenarios, scenario
from deployed_names import APPLICATION, GUARDRAIL
from deployed_world import DeployedWorld, Finished
from permission_scenarios import Scenario, Without, told


def batches_told(world: DeployedWorld, finished: Finished) -> str:
    """How the run's executions ended, and what its batches failed with."""
    nested = [
        f"{batch.status} {batch.error}" for batch in world.store.batches(finished.run_id)
    ] + ended_batches(world, finished.run_id)
    return " ".join((told(finished), *nested))


def ended_batches(world: DeployedWorld, run_id: str) -> list[str]:
    machines = world.sfn.list_state_machines()["stateMachines"]
    [machine] = [one["stateMachineArn"] for one in machines if "WorkflowBatch" in one["name"]]
    failed = world.sfn.list_executions(stateMachineArn=machine, statusFilter="FAILED")
    found = [
        world.sfn.describe_execution(executionArn=one["executionArn"])
        for one in failed["executions"]
        if one["name"].startswith(run_id)
    ]
    return [f"{one.get('error')} {one.get('cause')}" for one in found]


def collecting_run(target: dict[str, Any], said: str = "good morning") -> Scenario:
    def run(world: DeployedWorld, without: Without) -> str:
        make_functions(world)
        world.aws.control("POST", "guardrails", {"id": GUARDRAIL, "words": ["forbidden"]})
        key = put_scenarios(world, scenario("asks", said))
        with without:
            return batches_told(world, world.evaluate(collecting(key, target)))

    return run


COLLECTING_SCENARIOS: dict[str, Scenario] = {
    "a run that collects": collecting_run({"model": MODEL}),
    "a target that is a function": collecting_run({"name": "team-app", "function": APPLICATION}),
    "a guardrail": collecting_run({"model": MODEL, "guardrail": {"id": GUARDRAIL, "version": "1"}}),
}
