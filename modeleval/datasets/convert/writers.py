"""A record as a line of each format; the order of fields is that of the documentation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from modeleval.datasets.convert.example import Example, Written
from modeleval.datasets.model_responses import FIELD
from modeleval.datasets.prompts.identity import ASSISTANT, SYSTEM, USER, Message

NO_ANSWER = "no answer, and the format needs one"
_SPOKEN = {SYSTEM: "System", USER: "User", ASSISTANT: "Assistant"}


def write_bedrock_prompt(example: Example) -> Written:
    """Bedrock's prompt; a conversation becomes its turns, one after another."""
    prompt, folded = _one_text(example.asked)
    optional = {"referenceResponse": example.reference, "category": example.category}
    return Written({"prompt": prompt} | _there(optional), folded)


def write_bedrock_responses(example: Example) -> Written | str:
    """Bedrock's prompt with the one response that is to be judged."""
    answer = example.answer_of(None)
    if answer is None:
        return NO_ANSWER
    written = write_bedrock_prompt(example)
    entry = {"response": answer.text, "modelIdentifier": answer.source}
    return written._replace(fields={**written.fields, FIELD: [entry]})


def write_messages(example: Example) -> Written:
    """OpenAI messages; the reference is the last one."""
    messages = _messages(example.asked)
    if example.reference is not None:
        messages += _messages([(ASSISTANT, example.reference)])
    return Written({"messages": messages} | _there({"category": example.category}))


def write_query(example: Example) -> Written:
    """SageMaker's query and response, with the system message that stands first."""
    asked = example.asked
    system = asked[0][1] if asked[0][0] == SYSTEM else None
    query, folded = _one_text(asked if system is None else asked[1:])
    fields = _there({"system": system}) | {"query": query}
    optional = {"response": example.reference, "category": example.category}
    return Written(fields | _there(optional), folded)


def write_completion(example: Example) -> Written | str:
    """Hugging Face's prompt and completion: texts, or messages where there are several."""
    if example.reference is None:
        return NO_ANSWER
    prompt: Any = _messages(example.asked)
    completion: Any = _messages([(ASSISTANT, example.reference)])
    if _alone(example.asked):
        prompt, completion = example.asked[0][1], example.reference
    fields = {"prompt": prompt, "completion": completion}
    return Written(fields | _there({"category": example.category}))


def _alone(asked: Sequence[Message]) -> bool:
    return len(asked) == 1 and asked[0][0] == USER


def _one_text(asked: Sequence[Message]) -> tuple[str, bool]:
    """What is asked as one text, and whether it was a conversation."""
    if _alone(asked):
        return asked[0][1], False
    return "\n\n".join(f"{_SPOKEN[role]}: {content}" for role, content in asked), True


def _messages(asked: Sequence[Message]) -> list[dict[str, str]]:
    return [{"role": role, "content": content} for role, content in asked]


def _there(fields: dict[str, str | None]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
