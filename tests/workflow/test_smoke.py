"""`make smoke` on the embedded AWS: every assumption is looked at, and a wrong one is told."""

from __future__ import annotations

from deployed_world import JUDGE, DeployedWorld

from modeleval.cli.stack import Deployment
from modeleval.smoke.run import cheapest_judge, smoke


def run_smoke(world: DeployedWorld) -> dict[str, bool | None]:
    deployment = Deployment(world.stack.stack)
    findings = smoke(deployment, JUDGE, lambda _: None)
    return {finding.assumption: finding.held for finding in findings}


def test_every_assumption_is_looked_at(world: DeployedWorld) -> None:
    world.settings(jobSeconds=2.0)

    held = run_smoke(world)

    assert set(held) == {
        "start-time",
        "request-accepted",
        "output-place",
        "output-record",
        "metric-names",
        "built-in-scale",
        "custom-scale",
        "list-filter",
        "same-token",
        "taken-name",
        "stop-refusal",
        "end-of-life",
        "stopped-run",
    }
    assert all(value is not False for value in held.values()), held


def test_an_assumption_that_does_not_hold_is_told(world: DeployedWorld) -> None:
    world.settings(jobSeconds=2.0)
    world.fault(kind="output", defect="bare-names")

    assert run_smoke(world)["metric-names"] is False


def test_a_request_that_is_refused_ends_it(world: DeployedWorld) -> None:
    world.fault(kind="error", operation="CreateEvaluationJob", code="AccessDeniedException")

    held = run_smoke(world)

    assert held["request-accepted"] is False
    assert "output-place" not in held


def test_the_cheapest_judge_that_may_judge_is_chosen(world: DeployedWorld) -> None:
    # The model itself would cost the same, and cannot be called on demand.
    assert cheapest_judge(Deployment(world.stack.stack)) == "global.amazon.nova-2-lite-v1:0"
