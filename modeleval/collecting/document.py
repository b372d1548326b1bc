"""What a suite says of responses that a run collects: the scenarios, and who is asked them."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, model_validator

from modeleval.bedrock.model_ids import parse_model_id
from modeleval.documents import Document, formed
from modeleval.settings import Endpoint, FunctionArn, SecretArn

MOST_TOOL_ROUNDS = 10
HISTORY_BYTES = 4096
"""Of a record's prompt, in UTF-8: Bedrock's own limit on a prompt."""
MAX_TOKENS, TOP_P, TEMPERATURE = 1024, 0.9, 0.7

Identifier = Annotated[
    str,
    formed(
        r"[a-zA-Z0-9][a-zA-Z0-9._-]{0,255}",
        "write 1 to 256 letters, digits, dots, underscores and hyphens, a letter or digit first",
    ),
]
ToolName = Annotated[
    str, formed(r"[a-zA-Z0-9_-]{1,64}", "write 1 to 64 letters, digits, underscores and hyphens")
]


class CollectedFormat(StrEnum):
    """What kind of dataset the responses become."""

    JUDGE = "judge"
    RAG_RETRIEVE = "ragRetrieve"
    RAG_GENERATE = "ragGenerate"


class InferenceParams(Document):
    """Converse's inferenceConfig; a null leaves a parameter to the model."""

    max_tokens: Annotated[int, Field(ge=1, le=1_000_000)] | None = MAX_TOKENS
    top_p: Annotated[float, Field(ge=0, le=1)] | None = TOP_P
    temperature: Annotated[float, Field(ge=0, le=1)] | None = TEMPERATURE
    stop_sequences: Annotated[
        tuple[Annotated[str, StringConstraints(min_length=1, pattern=r"\S")], ...],
        Field(max_length=4),
    ] = ()


class Guardrail(Document):
    """A guardrail that the model is asked through."""

    id: Annotated[str, StringConstraints(pattern=r"^([a-z0-9]+|arn:aws[a-z-]*:bedrock:\S+)$")]
    version: Annotated[str, StringConstraints(pattern=r"^([1-9][0-9]{0,7}|DRAFT)$")]


class Tool(Document):
    """A tool that the model may call: executed by a function, or answered from the scenario.

    function: its ARN. recorded: the scenario's `toolResults` answer it.
    """

    name: ToolName
    description: Annotated[str, StringConstraints(min_length=1, max_length=4096)] | None = None
    input_schema: dict[str, Any]
    function: FunctionArn | None = None
    recorded: bool = False

    @model_validator(mode="after")
    def _one_answer(self) -> Self:
        if (self.function is None) == (not self.recorded):
            raise ValueError("name either function or recorded: true")
        if self.input_schema.get("type") != "object":
            raise ValueError('inputSchema: write a JSON schema with "type": "object"')
        return self


_OF_MODELS = ("system", "inferenceParams", "guardrail", "tools", "maxToolRounds")


class Target(Document):
    """Who is asked: a Bedrock model, a Lambda function or an HTTPS endpoint.

    name: the responses' modelIdentifier; without it, of a model, its id. secret: of an endpoint,
    whose value is sent as its Authorization header.
    """

    name: Identifier | None = None
    model: Annotated[str, StringConstraints(min_length=1, max_length=2048)] | None = None
    function: FunctionArn | None = None
    endpoint: Endpoint | None = None
    secret: SecretArn | None = None
    system: Annotated[str, StringConstraints(min_length=1, max_length=100_000)] | None = None
    inference_params: InferenceParams = InferenceParams()
    guardrail: Guardrail | None = None
    tools: Annotated[tuple[Tool, ...], Field(max_length=64)] = ()
    max_tool_rounds: Annotated[int, Field(ge=0, le=50)] = MOST_TOOL_ROUNDS
    timeout_seconds: Annotated[int, Field(ge=1, le=300)] = 60

    @model_validator(mode="before")
    @classmethod
    def _only_of_models(cls, given: Any) -> Any:
        if isinstance(given, dict) and "model" not in given:
            for field in _OF_MODELS:
                if field in given:
                    raise ValueError(f"{field} goes with model, not with a function or endpoint")
        return given

    @model_validator(mode="after")
    def _one(self) -> Self:
        named = [one for one in (self.model, self.function, self.endpoint) if one is not None]
        if len(named) != 1:
            raise ValueError("name one of model, function and endpoint")
        if self.model is not None and parse_model_id(self.model) is None:
            raise ValueError("model: not an identifier of Bedrock's, such as amazon.nova-lite-v1:0")
        if self.model is None and self.name is None:
            raise ValueError("name: an application's responses need a name, such as support-bot-v3")
        if self.secret is not None and self.endpoint is None:
            raise ValueError("secret goes with endpoint")
        names = [tool.name for tool in self.tools]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"tools: {', '.join(twice)} is named more than once")
        return self

    @property
    def subject(self) -> str:
        """The responses' modelIdentifier, in characters that Bedrock takes."""
        return self.name or re.sub(r"[^a-zA-Z0-9._-]", "-", str(self.model))[:256]


class CollectedDataset(Document):
    """A dataset that the run collects.

    scenarios: the file's place, as a dataset's. requests_per_minute: at most, of all batches
    together. max_history_bytes: of a record's prompt, in UTF-8; the oldest turns are left out.
    """

    scenarios: Annotated[str, StringConstraints(min_length=1, max_length=1024)]
    target: Target
    requests_per_minute: Annotated[int, Field(ge=1, le=100_000)] = 60
    max_history_bytes: Annotated[int, Field(ge=256, le=1_000_000)] = HISTORY_BYTES
