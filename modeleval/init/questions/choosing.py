"""What several questions do with an answer."""

from __future__ import annotations

from collections.abc import Sequence

from modeleval.documents import closest
from modeleval.init.protocol import Choice, WrongAnswer
from modeleval.suite.placeholders import unknown_placeholders, with_example

NONE = "none"
YES, NO = ("yes", "y"), ("no", "n")


def chosen(text: str, choices: Sequence[Choice]) -> str:
    """The choice that is meant, by its words or its number from 1; raises WrongAnswer."""
    answers = [choice.answer for choice in choices]
    if text in answers:
        return text
    if text.isascii() and text.isdigit() and 1 <= int(text) <= len(answers):
        return answers[int(text) - 1]
    near = closest(text, answers)
    hint = f"did you mean {near}?" if near else f"answer one of: {', '.join(answers)}"
    raise WrongAnswer(f"That is none of them; {hint}")


def listed(text: str) -> tuple[str, ...]:
    """The parts of an answer of several, which commas separate; none of `none`."""
    parts = tuple(part.strip() for part in text.split(",") if part.strip())
    return () if parts == (NONE,) else parts


def without_placeholders(text: str) -> str:
    """The text with an example for each placeholder of the run's model; WrongAnswer for others."""
    document = {"evaluations": [{"dataset": text}]}
    for problem in unknown_placeholders(document):
        raise WrongAnswer(problem.partition(": ")[2])
    return str(with_example(document)["evaluations"][0]["dataset"])


def agreed(text: str) -> bool:
    """Yes or no; raises WrongAnswer for anything else."""
    if text.lower() not in (*YES, *NO):
        raise WrongAnswer("Answer yes or no")
    return text.lower() in YES
