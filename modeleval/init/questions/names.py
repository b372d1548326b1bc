"""The first questions: what is evaluated, in which Region, and what the suite is called."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic import TypeAdapter, ValidationError

from modeleval.init.protocol import Around, Asked, Choice, Draft, Remark, WrongAnswer
from modeleval.init.questions.choosing import chosen
from modeleval.init.tasks import TASKS
from modeleval.suite.document import SuiteName as SuiteNameText

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")
_name = TypeAdapter[str](SuiteNameText)


class TaskName:
    """What is to be evaluated."""

    name = "task"

    def applies(self, draft: Draft) -> bool:  # noqa: ARG002
        return True

    def asked(self, draft: Draft, around: Around) -> Asked:  # noqa: ARG002
        return Asked("What do you want to evaluate?", choices=self._choices())

    def take(self, text: str, draft: Draft, around: Around) -> Sequence[Remark]:  # noqa: ARG002
        draft.task = TASKS[chosen(text, self._choices())]
        return ()

    @staticmethod
    def _choices() -> list[Choice]:
        return [Choice(task.name, task.meaning) for task in TASKS.values()]


class Region:
    """Where evaluations run: where the stack is deployed."""

    name = "region"

    def applies(self, draft: Draft) -> bool:  # noqa: ARG002
        return True

    def asked(self, draft: Draft, around: Around) -> Asked:  # noqa: ARG002
        return Asked(
            "In which Region is modeleval deployed?",
            ["Evaluations run there, and models and datasets must be there too."],
            default=around.region or around.state.region,
        )

    def take(self, text: str, draft: Draft, around: Around) -> Sequence[Remark]:
        if not _REGION.fullmatch(text):
            raise WrongAnswer("That is no Region; write one such as us-east-1")
        why = around.connect(text)
        draft.region = text
        if why is None:
            return ()
        return (
            (
                f"No stack is reached, so models, judges and S3 are not looked up, and nothing is "
                f"uploaded. {why}"
            ),
        )


class SuiteName:
    """What the suite is called."""

    name = "name"

    def applies(self, draft: Draft) -> bool:  # noqa: ARG002
        return True

    def asked(self, draft: Draft, around: Around) -> Asked:  # noqa: ARG002
        default = f"my-{draft.task.name}" if draft.task else None
        explained = ["Runs are listed under it: small letters, digits and hyphens."]
        return Asked("What is the suite to be called?", explained, default=default)

    def take(self, text: str, draft: Draft, around: Around) -> Sequence[Remark]:  # noqa: ARG002
        try:
            draft.name = _name.validate_python(text)
        except ValidationError as error:
            said = error.errors()[0]["msg"].removeprefix("Value error, ")
            raise WrongAnswer(f"That is no suite's name: {said}") from None
        return ()
