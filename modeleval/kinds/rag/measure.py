"""What conversations hold of that which an estimate is made of: prompts and passages."""

from __future__ import annotations

import msgspec

from modeleval.kinds.rag.stored import Conversation


class _Text(msgspec.Struct):
    text: str = ""


class _Passage(msgspec.Struct):
    content: _Text | None = None

    @property
    def characters(self) -> int:
        return len(self.content.text) if self.content else 0


class _Passages(msgspec.Struct, rename="camel"):
    retrieval_results: list[_Passage] = []


class _Citation(msgspec.Struct, rename="camel"):
    retrieved_references: list[_Passage] = []


class _Output(msgspec.Struct, rename="camel"):
    retrieved_results: _Passages | None = None
    citations: list[_Citation] = []


class _Prompt(msgspec.Struct):
    content: list[_Text]


class _Turn(msgspec.Struct):
    prompt: _Prompt
    output: _Output | None = None


class _Line(msgspec.Struct, rename="camel"):
    conversation_turns: list[_Turn]


_decoder = msgspec.json.Decoder(_Line)


class Measure:
    """Adds up what conversations hold.

    judged: turns. prompt_characters: of their prompts. retrieved, cited: passages in all of them
    (of retrievals; of citations), 0 for live ones. passage_characters: of both.
    """

    def __init__(self) -> None:
        self.judged = 0
        self.prompt_characters = 0
        self.retrieved = 0
        self.cited = 0
        self.passage_characters = 0

    def add(self, conversation: Conversation) -> None:
        self.judged += conversation.judged
        line = conversation.line
        for turn in _decoder.decode(line).conversation_turns if line else ():
            self.prompt_characters += len(turn.prompt.content[0].text)
            if turn.output is not None:
                results = turn.output.retrieved_results
                retrieved = results.retrieval_results if results else []
                cited = [one for of in turn.output.citations for one in of.retrieved_references]
                self.retrieved += len(retrieved)
                self.cited += len(cited)
                self.passage_characters += sum(one.characters for one in (*retrieved, *cited))
