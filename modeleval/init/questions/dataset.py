"""Which dataset: looked at, checked line by line, and converted where it has another format."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from modeleval.errors import ModelevalError
from modeleval.init.looking import check, converted, looked_at, targets
from modeleval.init.protocol import (
    Around,
    Asked,
    Choice,
    Draft,
    Remark,
    WrongAnswer,
    format_of,
)
from modeleval.init.questions.choosing import NONE, chosen, without_placeholders
from modeleval.init.tasks import BENCHMARK

FOLDER = "datasets"
_PLACEHOLDER = "{model."


class Dataset:
    """A local file, a key in the stack's bucket, or an S3 URI; a placeholder is not looked at."""

    name = "dataset"

    def applies(self, draft: Draft) -> bool:
        return draft.kind is not None and draft.kind != BENCHMARK

    def asked(self, draft: Draft, around: Around) -> Asked:  # noqa: ARG002
        explained = [
            (
                "A JSON Lines file on this machine, or an s3:// URI. It is looked at and checked; "
                "none of its text is shown."
            )
        ]
        return Asked("Which dataset?", explained, default=around.state.dataset)

    def take(self, text: str, draft: Draft, around: Around) -> Sequence[Remark]:
        kind = draft.kind or ""
        if _PLACEHOLDER in text:
            without_placeholders(text)
            draft.source, draft.look, draft.dataset = None, None, text
            return ("Not looked at: which file it is depends on the run's model.",)
        source = _place(text, around)
        said: tuple[str, ...] = ()
        try:
            file = around.open(source)
            found = looked_at(file, kind)
            form = format_of(found)
            if form is not None and kind in form.kinds:
                said = (check(file, kind, found),)
        except ModelevalError as error:
            raise WrongAnswer(str(error)) from None
        draft.look = found
        draft.source = source
        draft.dataset = text if source.startswith("s3://") else f"{FOLDER}/{Path(text).name}"
        return (found, *said)


def _place(text: str, around: Around) -> str:
    """Where to read: a name that is no file here may be a key of the stack's bucket."""
    if text.startswith("s3://") or around.bucket is None or Path(text).exists():
        return text
    return f"s3://{around.bucket}/{text}" if text.startswith(f"{FOLDER}/") else text


class Conversion:
    """To which format, where the dataset's is not one that the kind takes."""

    name = "convert"

    def applies(self, draft: Draft) -> bool:
        return draft.format is not None and draft.kind not in draft.format.kinds

    def asked(self, draft: Draft, around: Around) -> Asked:  # noqa: ARG002
        explained = [
            (
                f"The dataset {draft.look.looks if draft.look else ''}, and {draft.kind} takes "
                "another format. A copy can be made beside the suite; yours stays as it is."
            ),
            (
                "Where its answers are to become a model's responses, say whose: "
                "FORMAT=IDENTIFIER, as in bedrock-responses=my-bot-v1."
            ),
        ]
        return Asked("Convert it to which format?", explained, self._choices(draft))

    def take(self, text: str, draft: Draft, around: Around) -> Sequence[Remark]:
        form, kind = draft.format, draft.kind or ""
        if form is None:
            return ()
        if text == NONE:
            raise WrongAnswer("It must be converted, or another dataset named; Ctrl-C ends")
        asked, _, identifier = text.partition("=")
        name = chosen(asked, self._choices(draft))
        to = next(one for one in targets(form, kind) if one.name == name)
        try:
            file = converted(around.open(draft.source or ""), form, to, identifier or None, around)
            found = looked_at(file, kind)
            said = check(file, kind, found)
        except ModelevalError as error:
            raise WrongAnswer(str(error)) from None
        draft.look = found
        draft.converted, draft.source = Path(file.name), file.name
        draft.dataset = f"{FOLDER}/{draft.converted.name}"
        return found, said

    @staticmethod
    def _choices(draft: Draft) -> list[Choice]:
        form = draft.format
        return [Choice(to.name, to.title) for to in targets(form, draft.kind or "")] if form else []
