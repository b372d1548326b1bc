"""Answers to `modeleval init` without a terminal, and a world of files for its questions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from modeleval.errors import DatasetNotFound, ModelNotUsable
from modeleval.init.protocol import Draft, FoundModel, Question, WrongAnswer
from modeleval.init.questions import questions
from modeleval.init.state import State
from modeleval.sagemaker.resolved import ModelSource, ResolvedModel
from modeleval.settings import Settings, parse_settings

JUDGE = "amazon.nova-pro-v1:0"
WORKFLOW = "arn:aws:sagemaker:us-east-1:111122223333:flow-definition/reviewers"
FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:tone-scorer"
SETTINGS = {
    "judgeModels": [JUDGE, "amazon.nova-lite-v1:0"],
    "generatorModels": ["amazon.nova-premier-v1:0"],
    "knowledgeBaseIds": ["ABCDEFGHIJ"],
    "flowDefinitionArns": [WORKFLOW],
    "lambdaScorerArns": [FUNCTION],
}


class _File:
    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise DatasetNotFound("There is no such file", where=str(path), action="Name one.")
        self.name, self._data = str(path), path.read_bytes()
        self.size = len(self._data)

    def chunks(self) -> Iterator[bytes]:
        yield self._data

    def read(self, start: int, length: int) -> bytes:
        return self._data[start : start + length]


class World:
    """A folder, and a stack unless `settings` is None. Nothing of it is AWS."""

    def __init__(self, folder: Path, settings: dict[str, Any] | None = None) -> None:
        self.folder = folder
        self.region: str | None = None
        self.state = State()
        self.bucket: str | None = "modeleval-bucket" if settings else None
        self.settings: Settings | None = parse_settings(settings) if settings else None

    def connect(self, _: str) -> str | None:
        return None if self.settings else "There is none."

    def open(self, source: str) -> _File:
        return _File(Path(source))

    def find_model(self, text: str) -> FoundModel:
        if text != "support-llama":
            raise ModelNotUsable("There is no such group", where="--model", action="Name one.")
        base = "meta-textgeneration-llama-3-1-70b"
        arn = f"arn:aws:sagemaker:us-east-1:111122223333:model-package/{text}/3"
        return FoundModel(
            ResolvedModel(
                asked=text,
                source=ModelSource.PACKAGE,
                identifier=arn,
                group=text,
                version=3,
                base_model_name=base,
            ),
            (),
        )

    def scratch(self, name: str) -> Path:
        (self.folder / "scratch").mkdir(exist_ok=True)
        return self.folder / "scratch" / name

    def put(self, name: str, *records: Any) -> str:
        path = self.folder / name
        path.write_text("".join(json.dumps(one) + "\n" for one in records))
        return str(path)


def answer(world: World, answers: dict[str, str]) -> Draft:
    """The draft that these answers make; defaults elsewhere. Every answer must be asked for."""
    draft, asked = Draft(), set()
    for question in questions(draft):
        text = answers.get(question.name) or question.asked(draft, world).default
        assert text is not None, f"nothing answers {question.name}"
        asked.add(question.name)
        question.take(text, draft, world)
    assert set(answers) <= asked, f"never asked: {set(answers) - asked}"
    return draft


def refusal(question: Question, text: str, draft: Draft, world: World) -> str:
    """Why an answer is not taken."""
    try:
        question.take(text, draft, world)
    except WrongAnswer as error:
        return str(error)
    raise AssertionError(f"{text} was taken")


def record(number: int, **changes: Any) -> dict[str, Any]:
    response = {"response": f"It is {number}.", "modelIdentifier": "bot-v1"}
    fields = {
        "prompt": f"What is {number}?",
        "referenceResponse": f"The number {number}, which comes after the one before.",
        "modelResponses": [response],
    } | changes
    return {name: value for name, value in fields.items() if value is not None}


def turns(number: int, *, output: str | None = None) -> dict[str, Any]:
    said = {"content": [{"text": f"Question {number}?"}]}
    passage = {"content": {"text": "A passage."}}
    retrieved = {"retrievedResults": {"retrievalResults": [passage]}}
    citation = {
        "generatedResponsePart": {
            "textResponsePart": {"span": {"start": 0, "end": 3}, "text": "An answer."}
        },
        "retrievedReferences": [{"content": {"text": "A passage."}}],
    }
    generated = {"text": "An answer.", "citations": [citation]} | {
        "retrievedPassages": retrieved["retrievedResults"]
    }
    turn: dict[str, Any] = {"prompt": said, "referenceResponses": [said]}
    if output is not None:
        body = retrieved if output == "retrieved" else generated
        turn["output"] = {"knowledgeBaseIdentifier": "our-rag", **body}
    return {"conversationTurns": [turn]}


Records = Callable[[int], dict[str, Any]]
