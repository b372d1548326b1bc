"""The dashboard and the alarms: of metrics that the functions write, and that say what to do."""

from __future__ import annotations

import json
from typing import Any

import pytest
from template_reader import Template, rendered

from modeleval.telling.meter import NAMESPACE
from stacks.observability import OUTCOMES

WRITTEN = {
    "Runs",
    "Duration",
    "EstimatedCost",
    "Mean",
    "OpenRuns",
    "JobsRunning",
    "JobsQueued",
    "JobsPastDeadline",
    "OldestQueued",
}
"""What modeleval/telling/meter.py and modeleval/workflow/gauges.py write."""


@pytest.fixture(scope="module")
def alarms(template: Template) -> dict[str, dict[str, Any]]:
    found = template.of_type("AWS::CloudWatch::Alarm")
    return {name: one["Properties"] for name, one in found.items()}


@pytest.fixture(scope="module")
def widgets(template: Template) -> list[dict[str, Any]]:
    body = rendered(template.only("AWS::CloudWatch::Dashboard")["Properties"]["DashboardBody"])
    found: list[dict[str, Any]] = json.loads(body)["widgets"]
    return found


def test_every_alarm_says_what_to_do_and_is_quiet_where_nothing_is_measured(
    alarms: dict[str, dict[str, Any]],
) -> None:
    assert len(alarms) == 4
    for alarm in alarms.values():
        assert ":" in alarm["AlarmDescription"]
        assert alarm["TreatMissingData"] == "notBreaching"
        assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (
            1,
            "GreaterThanOrEqualToThreshold",
        )


def test_alarms_and_graphs_are_of_metrics_that_are_written(
    alarms: dict[str, dict[str, Any]], widgets: list[dict[str, Any]]
) -> None:
    ours = {one["MetricName"] for one in alarms.values() if one["Namespace"] == NAMESPACE}
    drawn = {
        metric[1]
        for widget in widgets
        for metric in widget["properties"].get("metrics", ())
        if metric[0] == NAMESPACE
    }
    assert ours == {"Runs", "JobsPastDeadline"}
    assert drawn | ours <= WRITTEN


def test_the_dashboard_shows_runs_jobs_times_costs_and_scores(
    widgets: list[dict[str, Any]],
) -> None:
    assert [widget["properties"]["title"] for widget in widgets] == [
        "Alarms",
        "Runs by what came of them",
        "What goes on, once an hour",
        "How long runs take, by suite (seconds)",
        "Estimated cost, by suite (USD)",
        "Mean scores of deployed suites",
        "Functions: errors and throttles",
        "Executions that failed, were stopped, or timed out; and throttling",
    ]
    runs = widgets[1]["properties"]["metrics"]
    outcomes = [metric[metric.index("Outcome") + 1] for metric in runs]
    assert outcomes == list(OUTCOMES)


def test_every_function_and_every_machine_is_drawn(
    template: Template, widgets: list[dict[str, Any]]
) -> None:
    functions, machines = (
        {metric[metric.index(dimension) + 1] for metric in widget["properties"]["metrics"]}
        for widget, dimension in zip(widgets[6:], ("FunctionName", "StateMachineArn"), strict=True)
    )
    assert functions == {f"${{Functions{name}}}" for name in template.functions}
    assert machines == {f"${{Workflow{name}}}" for name in template.machines}


def test_suites_are_found_by_search_in_this_stack_alone(widgets: list[dict[str, Any]]) -> None:
    searches = [widget["properties"]["metrics"][0][0]["expression"] for widget in widgets[3:6]]
    assert all("Stack=" in search and f"{{{NAMESPACE},Stack,Suite" in search for search in searches)
    assert 'MetricName="Mean"' in searches[2]
