"""`sagemaker-scorer`: the run's model and its base model answer a dataset; a scorer marks them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import field_validator, model_validator

from modeleval.datasets.prompts import MAX_PROMPTS
from modeleval.digests import text_digest
from modeleval.errors import Refused, ScorerNotUsable
from modeleval.kinds.protocol import Collected, Evaluation, JobContext, Kind, Plan, PlanContext
from modeleval.kinds.serverless.document import ServerlessEvaluation, Text
from modeleval.kinds.serverless.kind import ServerlessKind
from modeleval.kinds.serverless.planning import Prepared, inference_parameters, plan, run_model
from modeleval.kinds.serverless.prompts import prepare_prompts
from modeleval.kinds.serverless.specs import settled
from modeleval.kinds.serverless.tasks import collect_tasks
from modeleval.sagemaker.definition import CustomScorer
from modeleval.sagemaker.hub import HubScorer
from modeleval.sagemaker.hub_arns import parse_evaluator
from modeleval.sagemaker.recipes import EvaluationRecipe

BUILT_IN = ("rouge1", "rouge2", "rougeL", "em", "qem", "f1", "f1_score_quasi", "bleu")
"""What SageMaker reports beside a scorer's own metrics."""


class ScorerEvaluation(ServerlessEvaluation):
    """A `sagemaker-scorer` entry of a suite.

    scorer: `prime_math`, `prime_code`, or the ARN that `modeleval register scorer` prints.
    lower_is_better: metrics of the scorer of which less is better.
    """

    kind: Literal["sagemaker-scorer"]
    dataset: Text
    scorer: Text
    lower_is_better: tuple[Text, ...] = ()

    @field_validator("scorer")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            return parse_evaluator(name, field="scorer")
        except Refused as error:
            raise ValueError(f"{error.what}. {error.action}") from None

    @model_validator(mode="after")
    def _a_scorer_is_called_after_processing(self) -> ScorerEvaluation:
        asked = str(self.hyperparameters.get("postprocessing", True))
        if self.scorer.startswith("arn:") and asked.lower() != "true":
            raise ValueError(
                "hyperparameters.postprocessing: SageMaker calls a registered scorer only where it "
                "is true; leave it out"
            )
        return self


class SageMakerScorer(ServerlessKind):
    """The kind."""

    name = "sagemaker-scorer"
    document: type[Evaluation] = ScorerEvaluation

    def plan(self, evaluation: ScorerEvaluation, context: PlanContext) -> Plan:
        model = run_model(context)
        preset = None if evaluation.scorer.startswith("arn:") else evaluation.scorer
        registered = None
        if preset is None:
            field = f"evaluations[{context.evaluation}].scorer"
            registered = context.services.hub.scorer(evaluation.scorer, field=field)
            _check_allowed(registered, context, field)
        parameters = inference_parameters(
            evaluation, model, EvaluationRecipe.DETERMINISTIC, context
        )
        dataset = prepare_prompts(
            evaluation.dataset, context, reference_wanted=True, max_records=MAX_PROMPTS
        )
        asked = CustomScorer(
            dataset=dataset.uri,
            evaluator_arn=registered.content_arn if registered else None,
            preset=preset,
            parameters=parameters,
            compare_base=evaluation.compare_base_model,
        )
        return plan(
            evaluation,
            context,
            Prepared(
                asked,
                data=[dataset.digest],
                records=dataset.records,
                warnings=dataset.warnings,
                dataset=dataset.document,
            ),
            notes={
                "lowerIsBetter": list(evaluation.lower_is_better),
                "records": dataset.records,
            },
        )

    def definition(
        self,
        evaluation: ScorerEvaluation,  # noqa: ARG002 - the spec has what it came to
        metric: str,
        spec: Mapping[str, Any],
    ) -> str:
        return text_digest(metric, settled(spec))

    def collect(self, job: JobContext, arn: str) -> Collected:
        return collect_tasks(
            job,
            arn,
            known=BUILT_IN,
            lower_is_better=job.spec.get("lowerIsBetter", ()),
            records=int(job.spec["records"]),
        )


KIND: Kind = SageMakerScorer()


def _check_allowed(scorer: HubScorer, context: PlanContext, field: str) -> None:
    """SageMaker's role calls the functions of the settings only: else both models would be asked
    for their answers, and nobody could mark them."""
    settings = context.services.settings
    function = ":".join(scorer.function_arn.split(":")[:7])
    if settings.sagemaker_role_arn or function in settings.scorer_function_arns:
        return
    raise ScorerNotUsable(
        f"The function {function} is not one that the settings allow as a scorer",
        where=field,
        action="Add it to scorerFunctionArns in the settings and deploy.",
    )
