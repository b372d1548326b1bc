"""Which model runs are started for, where an evaluation is about the run's model."""

from __future__ import annotations

from collections.abc import Sequence

from modeleval.errors import ModelevalError
from modeleval.init.protocol import Around, Asked, Draft, Remark, WrongAnswer
from modeleval.init.tasks import OF_THE_RUNS_MODEL
from modeleval.sagemaker.naming import parse_model


class Model:
    """Found as a run would find it, and shown with its group, as `modeleval find-model` does."""

    name = "model"

    def applies(self, draft: Draft) -> bool:
        return draft.kind in OF_THE_RUNS_MODEL

    def asked(self, draft: Draft, around: Around) -> Asked:  # noqa: ARG002
        explained = [
            (
                "A model package's ARN, a model package group (its latest version is meant), or a "
                "JumpStart model's id. It stands in the commands that start runs, not in the "
                "suite: the suite is good for every version. `modeleval find-model` finds yours."
            )
        ]
        return Asked("Which model?", explained, default=around.state.model)

    def take(self, text: str, draft: Draft, around: Around) -> Sequence[Remark]:
        try:
            if around.settings is None:
                parse_model(text, field="--model")
                draft.model = draft.judged = text
                return ()
            found = around.find_model(text)
        except ModelevalError as error:
            raise WrongAnswer(str(error)) from None
        draft.model, draft.judged = text, found.resolved.base_model_name or text
        base = found.resolved.base_model_name
        said = f"{found.resolved.subject}" + (f", made from {base}" if base else "")
        return (*found.groups, f"The model is {said}.")
