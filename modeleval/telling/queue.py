"""What SQS hands to the function: messages that steps of SageMaker pipelines have sent."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from modeleval.errors import EventUnreadable
from modeleval.workflow.events import Event

_STOPPING = "stopping"


class Message(BaseModel):
    """One record of the function's event."""

    model_config = ConfigDict(
        alias_generator=to_camel, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    message_id: str
    body: str = Field(repr=False)


class QueueEvent(Event):
    """The event of an SQS event source mapping."""

    records: tuple[Message, ...] = Field(alias="Records")

    @property
    def log_keys(self) -> dict[str, Any]:
        return {"messages": [message.message_id for message in self.records]}


class StepMessage(BaseModel):
    """The body, as a Callback step sends it.

    SageMaker API reference, StopPipelineExecution: a second message with the same token says
    `Stopping` in its field Status, whose case is not certain.
    """

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    token: SecretStr = Field(min_length=1, max_length=256)
    arguments: dict[str, Any] = Field(default_factory=dict, repr=False)
    status: str = ""

    @model_validator(mode="before")
    @classmethod
    def _any_case(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {str(name)[:1].lower() + str(name)[1:]: item for name, item in value.items()}

    @property
    def stops(self) -> bool:
        return self.status.lower() == _STOPPING


def read_message(message: Message) -> StepMessage:
    """Raises EventUnreadable, without the body: it holds a token."""
    try:
        return StepMessage.model_validate_json(message.body)
    except ValidationError:
        raise EventUnreadable(
            "The message is none that a Callback step of a SageMaker pipeline sends",
            where=f"SQS message {message.message_id}",
            action="docs/sagemaker-pipelines.md shows the step.",
        ) from None
