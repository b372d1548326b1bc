"""What the state machines hand to the steps: ids and counters, never data."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from modeleval.ids import milliseconds, run_id


class Event(BaseModel):
    """Base of the events; also that of a step that needs none."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        defer_build=True,
    )

    @property
    def log_keys(self) -> dict[str, Any]:
        """What every log line of the step names."""
        return {}


class ExecutionEvent(Event):
    """A step that knows its run only by the execution: the first, and the failure path."""

    execution_arn: str
    start_time: str
    input: Any = None
    error: dict[str, Any] = Field(default_factory=dict)

    @property
    def run_id(self) -> str:
        return run_id(self.execution_arn, milliseconds(self.start_time))

    @property
    def log_keys(self) -> dict[str, Any]:
        return {"run_id": self.run_id}


class RunEvent(Event):
    """A step of a run."""

    run_id: str
    partly: bool = False
    """It is done while long jobs still run, for what there is without them."""
    collected: bool = False
    """The responses that its scenarios ask for have been collected."""

    @property
    def log_keys(self) -> dict[str, Any]:
        return {"run_id": self.run_id}


class TimedEvent(Event):
    """A step that goes on in another invocation where its time is over.

    invocation: its id. ends_at: when Lambda ends it, in epoch seconds.
    """

    invocation: str = ""
    ends_at: float = 0.0


class BatchEvent(TimedEvent):
    """A step of a batch of scenarios."""

    run_id: str
    batch: int

    @property
    def log_keys(self) -> dict[str, Any]:
        return {"run_id": self.run_id, "batch": self.batch}


class JobEvent(Event):
    """A step of a job."""

    run_id: str
    job: int
    execution_arn: str = ""
    error: dict[str, Any] = Field(default_factory=dict)

    @property
    def log_keys(self) -> dict[str, Any]:
        return {"run_id": self.run_id, "job": self.job}


class StatusChange(Event):
    """The detail of a `Step Functions Execution Status Change` event."""

    execution_arn: str
    name: str
    status: str
    start_date: int
    """Epoch milliseconds: the instant that the execution's context calls StartTime."""
    input: str | None = None
    """JSON; None if it is too long for an event."""

    @property
    def resumes(self) -> bool:
        """Whether the execution was to resume a run, as far as its input tells."""
        try:
            given = json.loads(self.input or "null")
        except ValueError:
            return False
        return isinstance(given, dict) and "resume" in given

    @property
    def log_keys(self) -> dict[str, Any]:
        return {"execution": self.name, "execution_status": self.status}


class ExecutionEnded(Event):
    """The EventBridge event around it."""

    detail: StatusChange

    @property
    def log_keys(self) -> dict[str, Any]:
        return self.detail.log_keys
