"""The datasets that an evaluation reads: JSON Lines in one of five formats.

OpenAI messages; {system?, query, response?}; Hugging Face prompt/completion; preference
(prompt/chosen/rejected); verl (prompt, reward_model.ground_truth, extra_info).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any


class DatasetError(Exception):
    """Why a dataset cannot be read; no text of it is in here."""


@dataclass(frozen=True)
class Record:
    """One record: the line, the conversation that the model is given, and what is expected."""

    line: dict[str, Any]
    messages: tuple[dict[str, str], ...]
    reference: str | None

    @property
    def text(self) -> str:
        """The prompt's text, without roles."""
        return "\n".join(message["content"] for message in self.messages)


def read(files: list[bytes], *, references: bool) -> list[Record]:
    """All records of the files; raises DatasetError. ``references``: each must have one."""
    records = []
    for number, text in enumerate(_lines(files), start=1):
        try:
            record = _record(text)
        except DatasetError as error:
            raise DatasetError(f"Line {number}: {error}") from None
        if references and record.reference is None:
            raise DatasetError(f"Line {number}: no ground truth, which a custom scorer needs")
        records.append(record)
    if not records:
        raise DatasetError("The dataset has no records")
    return records


def _lines(files: list[bytes]) -> Iterator[str]:
    for data in files:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            raise DatasetError("The dataset is not valid UTF-8") from None
        yield from (line for line in text.split("\n") if line.strip())


def _record(text: str) -> Record:
    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        raise DatasetError("not valid JSON") from None
    if not isinstance(line, dict):
        raise DatasetError("not a JSON object")
    for members, reader in _FORMATS:
        if members <= set(line):
            messages, reference = reader(line)
            if not messages:
                raise DatasetError("the prompt is empty")
            return Record(line, tuple(messages), reference)
    raise DatasetError("none of the known formats")


_Parts = tuple[list[dict[str, str]], str | None]


def _openai(line: dict[str, Any]) -> _Parts:
    messages = _messages(line["messages"], "messages")
    if messages and messages[-1]["role"] == "assistant":
        return messages[:-1], messages[-1]["content"]
    return messages, None


def _query(line: dict[str, Any]) -> _Parts:
    system = _string(line.get("system"), "system")
    prompt = _string(line["query"], "query")
    messages = [{"role": "system", "content": system}] if system else []
    if not prompt:
        raise DatasetError("query must be a string that is not empty")
    messages.append({"role": "user", "content": prompt})
    return messages, _string(line.get("response"), "response")


def _preference(line: dict[str, Any]) -> _Parts:
    return _prompt(line["prompt"]), _said(line["chosen"], "chosen")


def _completion(line: dict[str, Any]) -> _Parts:
    return _prompt(line["prompt"]), _said(line["completion"], "completion")


def _verl(line: dict[str, Any]) -> _Parts:
    model = line.get("reward_model", {})
    truth = model.get("ground_truth") if isinstance(model, dict) else None
    extra = line.get("extra_info", {})
    if truth is None and isinstance(extra, dict):
        truth = extra.get("answer")
    return _prompt(line["prompt"]), None if truth is None else str(truth)


_FORMATS: tuple[tuple[set[str], Callable[[dict[str, Any]], _Parts]], ...] = (
    ({"messages"}, _openai),
    ({"query"}, _query),
    ({"prompt", "chosen", "rejected"}, _preference),
    ({"prompt", "completion"}, _completion),
    ({"prompt"}, _verl),
)


def _prompt(value: Any) -> list[dict[str, str]]:
    if isinstance(value, str):
        return [{"role": "user", "content": value}] if value else []
    return _messages(value, "prompt")


def _said(value: Any, name: str) -> str | None:
    """A text, or the contents of the messages that say it."""
    if isinstance(value, list):
        return "\n".join(message["content"] for message in _messages(value, name))
    return _string(value, name)


def _string(value: Any, name: str) -> str | None:
    if value is not None and not isinstance(value, str):
        raise DatasetError(f"{name} must be a string")
    return value


def _messages(value: Any, name: str) -> list[dict[str, str]]:
    if not isinstance(value, list):
        raise DatasetError(f"{name} must be a string or a list of messages")
    for message in value:
        sound = isinstance(message, dict) and all(
            isinstance(message.get(member), str) for member in ("role", "content")
        )
        if not sound:
            raise DatasetError(f"each message of {name} must have a role and a content")
    return [{"role": message["role"], "content": message["content"]} for message in value]
