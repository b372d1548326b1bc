"""Which scorer marks the answers."""

from __future__ import annotations

from collections.abc import Sequence

from modeleval.datasets.formats import SCORER
from modeleval.errors import Refused
from modeleval.init.protocol import Around, Asked, Choice, Draft, Remark, WrongAnswer
from modeleval.init.questions.choosing import chosen
from modeleval.sagemaker.hub_arns import parse_evaluator
from modeleval.settings import is_function_arn


class Scorer:
    """A built-in one, a registered one, or a Lambda function."""

    name = "scorer"

    def applies(self, draft: Draft) -> bool:
        return draft.task is not None and draft.task.kind == SCORER

    def asked(self, draft: Draft, around: Around) -> Asked:  # noqa: ARG002
        explained = [
            (
                "prime_math, prime_code and a scorer that `modeleval register scorer` registered "
                "mark what SageMaker lets a fine-tuned model answer; a Lambda function of the "
                "settings' lambdaScorerArns marks responses that you collected."
            )
        ]
        return Asked("Which scorer? (a name, or an ARN)", explained, self._choices(around))

    def take(self, text: str, draft: Draft, around: Around) -> Sequence[Remark]:
        answer = text if text.startswith("arn:") else chosen(text, self._choices(around))
        if is_function_arn(answer):
            settings = around.settings
            if settings is not None and answer not in settings.lambda_scorer_arns:
                raise WrongAnswer(
                    "The stack's settings do not allow that function; add it to lambdaScorerArns "
                    "and deploy, or name another"
                )
            draft.scorer = answer
            return ()
        try:
            draft.scorer = parse_evaluator(answer, field="--scorer")
        except Refused as error:
            raise WrongAnswer(f"{error.what}. {error.action}") from None
        return ()

    @staticmethod
    def _choices(around: Around) -> list[Choice]:
        own = around.settings.lambda_scorer_arns if around.settings else ()
        return [
            Choice("prime_math", "answers to problems of mathematics"),
            Choice("prime_code", "code that must pass tests"),
            *(Choice(arn, "your function") for arn in own),
        ]
