"""The log lines of a run: what the stack's functions and state machines wrote about it.

The functions write JSON that names the run; the lines of a state machine name the execution. Both
are found by CloudWatch's own search, group by group, and merged by time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import merge
from typing import Any, NamedTuple

import boto3
from botocore.exceptions import ClientError

from modeleval.aws import CONFIG, error_code, transient_errors
from modeleval.ids import milliseconds
from modeleval.store.items import Run

_GROUP = "AWS::Logs::LogGroup"
_LOGICAL = re.compile(r"(?:Functions|Workflow)?(?P<name>\w+?)(?:Logs)?[0-9A-F]{8}")
_BEFORE_MS = 60_000
"""A trigger writes of a run before the run is stored."""


class LogGroup(NamedTuple):
    """A log group of the stack, and whose it is: a step, or a state machine."""

    name: str
    source: str


class LogLine(NamedTuple):
    """One line: when (epoch milliseconds), whose, and what, parsed where it is JSON."""

    time_ms: int
    source: str
    event_id: str
    message: str | Mapping[str, Any]


class Logs:
    """The log groups of one stack."""

    def __init__(self, stack: str, *, formation: Any = None, client: Any = None) -> None:
        self._stack = stack
        self._formation = formation or boto3.client("cloudformation", config=CONFIG)
        self._client = client or boto3.client("logs", config=CONFIG)
        self._groups: list[LogGroup] | None = None

    @property
    def groups(self) -> list[LogGroup]:
        """Read once: a group per function and per state machine."""
        if self._groups is None:
            with transient_errors("CloudFormation"):
                pages = self._formation.get_paginator("list_stack_resources").paginate(
                    StackName=self._stack
                )
                self._groups = [
                    LogGroup(one["PhysicalResourceId"], source_of(one["LogicalResourceId"]))
                    for page in pages
                    for one in page["StackResourceSummaries"]
                    if one["ResourceType"] == _GROUP
                ]
        return self._groups

    def lines(self, run: Run, *, since_ms: int) -> Iterator[LogLine]:
        """Lines about the run from that moment on, the oldest first, each once."""
        begin = max(since_ms, first_ms(run))
        terms = search_terms(run)
        found = (self._found(group, terms, begin) for group in self.groups)
        every = merge(*found, key=lambda line: line.time_ms)
        seen: set[str] = set()
        for line in every:
            if line.event_id not in seen:
                seen.add(line.event_id)
                yield line

    def _found(self, group: LogGroup, terms: Iterable[str], begin: int) -> list[LogLine]:
        """A search per term: of the terms in one pattern, CloudWatch wants all in the line."""
        found = [line for term in terms for line in self._search(group, term, begin)]
        return sorted(found, key=lambda line: (line.time_ms, line.event_id))

    def _search(self, group: LogGroup, term: str, begin: int) -> Iterator[LogLine]:
        pages = self._client.get_paginator("filter_log_events").paginate(
            logGroupName=group.name, filterPattern=f'"{term}"', startTime=begin
        )
        with transient_errors("CloudWatch Logs"):
            try:
                for page in pages:
                    yield from (_line(group, event) for event in page["events"])
            except ClientError as error:
                if error_code(error) != "ResourceNotFoundException":
                    raise  # a group that was deleted has no lines


def first_ms(run: Run) -> int:
    """When the first line about a run may have been written."""
    return milliseconds(run.started_at) - _BEFORE_MS


def search_terms(run: Run) -> Sequence[str]:
    """What a line about the run has in it: its id, or its executions' names that have not."""
    arns = [run.execution_arn, *(str(one.get("executionArn", "")) for one in run.attempts)]
    names = [arn.rsplit(":", 1)[-1] for arn in arns]
    others = [name for name in names if name and run.run_id not in name and '"' not in name]
    return [run.run_id, *dict.fromkeys(others)]


def source_of(logical_id: str) -> str:
    """`FunctionsPlanJobsLogs0A1B2C3D` is `PlanJobs`; the id itself where it is named otherwise."""
    match = _LOGICAL.fullmatch(logical_id)
    return match["name"] if match else logical_id


def _line(group: LogGroup, event: Mapping[str, Any]) -> LogLine:
    text = str(event["message"]).rstrip("\n")
    moment = int(event["timestamp"])
    # An emulator may give no id: then the same line at the same instant counts once.
    event_id = str(event.get("eventId") or f"{event.get('logStreamName')}/{moment}/{text}")
    return LogLine(moment, group.source, event_id, _parsed(text))


def _parsed(text: str) -> str | Mapping[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return found if isinstance(found, dict) else text
