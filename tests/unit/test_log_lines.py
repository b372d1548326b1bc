"""A run's lines: searched group by group, merged by time, each once."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from unit_documents import RUN
from unit_fakes import EXECUTION, run

from modeleval.log_lines import LogLine, Logs, first_ms, search_terms, source_of

GROUPS = {
    "FunctionsPlanJobsLogs0A1B2C3D": "plan-group",
    "WorkflowRunLogsFFFF0000": "machine-group",
    "Gone": "gone-group",
}


class CloudWatch:
    """FilterLogEvents: lines that hold the quoted term, one per page."""

    def __init__(self, **lines: list[tuple[int, str, str]]) -> None:
        self.lines = {name.replace("_", "-"): value for name, value in lines.items()}
        self.asked: list[dict[str, Any]] = []

    def get_paginator(self, operation: str) -> Any:
        assert operation == "filter_log_events"
        return SimpleNamespace(paginate=self._pages)

    def _pages(self, **asked: Any) -> Iterator[dict[str, Any]]:
        self.asked.append(asked)
        name, pattern = asked["logGroupName"], asked["filterPattern"]
        if name not in self.lines:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "FilterLogEvents")
        assert pattern[0] == pattern[-1] == '"'
        for moment, event_id, text in self.lines[name]:
            if pattern[1:-1] in text and moment >= asked["startTime"]:
                yield {"events": [{"timestamp": moment, "eventId": event_id, "message": text}]}
            else:
                yield {"events": []}


class Formation:
    def get_paginator(self, operation: str) -> Any:
        assert operation == "list_stack_resources"
        return SimpleNamespace(paginate=self._pages)

    def _pages(self, *, StackName: str) -> list[dict[str, Any]]:  # noqa: N803 - boto3's
        assert StackName == "modeleval"
        kind = "AWS::Logs::LogGroup"
        found = [
            {"LogicalResourceId": logical, "PhysicalResourceId": name, "ResourceType": kind}
            for logical, name in GROUPS.items()
        ]
        other = {**found[0], "ResourceType": "AWS::S3::Bucket", "PhysicalResourceId": "bucket"}
        return [{"StackResourceSummaries": [one]} for one in (*found, other)]


def logs(client: CloudWatch) -> Logs:
    return Logs("modeleval", formation=Formation(), client=client)


BEGIN = first_ms(run())


def test_lines_of_all_groups_are_merged_by_time_and_each_is_told_once() -> None:
    both = f'{{"run_id": "{RUN}", "execution": "one"}}'
    client = CloudWatch(
        plan_group=[(BEGIN + 1, "a", both), (BEGIN + 9, "d", f"START {RUN}\n")],
        machine_group=[
            (BEGIN + 5, "b", '{"execution_arn": "x:one", "type": "TaskStateEntered"}'),
            (BEGIN + 6, "c", '{"execution_arn": "x:another"}'),
        ],
    )
    found = list(logs(client).lines(run(execution_arn=EXECUTION), since_ms=0))
    assert found == [
        LogLine(BEGIN + 1, "PlanJobs", "a", {"run_id": RUN, "execution": "one"}),
        LogLine(BEGIN + 5, "Run", "b", {"execution_arn": "x:one", "type": "TaskStateEntered"}),
        LogLine(BEGIN + 9, "PlanJobs", "d", f"START {RUN}"),
    ]
    assert {one["startTime"] for one in client.asked} == {BEGIN}


def test_only_since_a_moment() -> None:
    client = CloudWatch(plan_group=[(BEGIN + 1, "a", RUN), (BEGIN + 9, "b", RUN)], machine_group=[])
    found = logs(client).lines(run(), since_ms=BEGIN + 5)
    assert [line.event_id for line in found] == ["b"]


def test_a_service_that_refuses_is_no_empty_log() -> None:
    class Refusing(CloudWatch):
        def _pages(self, **_: Any) -> Iterator[dict[str, Any]]:
            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "FilterLogEvents")

    with pytest.raises(ClientError, match="AccessDenied"):
        list(logs(Refusing()).lines(run(), since_ms=0))


def test_executions_whose_name_says_the_run_are_not_searched_for_twice() -> None:
    resumed = f"arn:aws:states:us-east-1:111122223333:execution:Run:resume-{RUN}-x"
    one = run(execution_arn=resumed, attempts=[{"attempt": 1, "executionArn": EXECUTION}])
    assert search_terms(one) == [RUN, "one"]


@pytest.mark.parametrize(
    ("logical", "source"),
    [
        ("FunctionsPlanJobsLogs0A1B2C3D", "PlanJobs"),
        ("WorkflowRunLogsFFFF0000", "Run"),
        ("SomethingElse", "SomethingElse"),
    ],
)
def test_a_group_is_told_by_its_step(logical: str, source: str) -> None:
    assert source_of(logical) == source
