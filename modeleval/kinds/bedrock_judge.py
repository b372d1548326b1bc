"""`bedrock-judge`: an LLM judges a model's responses in an Amazon Bedrock evaluation job.

Responses are precomputed (the dataset carries them, each with the identifier of what gave them) or
live (Bedrock asks a model of the account while the job runs).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from modeleval.bedrock.models import GENERATOR, JUDGE
from modeleval.kinds import judge_dataset, judge_jobs, judge_output
from modeleval.kinds.bedrock_job import BedrockJobKind
from modeleval.kinds.custom_metrics import (
    MAX_CUSTOM_METRICS,
    CustomMetric,
    judged_definition,
    long_instructions,
)
from modeleval.kinds.judge_metrics import AskedMetric, groups_of, metrics_of
from modeleval.kinds.judge_responses import Candidate, Responses, first_and_others
from modeleval.kinds.protocol import (
    Collected,
    Evaluation,
    JobContext,
    Plan,
    PlanContext,
)
from modeleval.scores.metrics import Metric

if TYPE_CHECKING:
    from modeleval.services import Services


class JudgeEvaluation(Evaluation):
    """A `bedrock-judge` entry of a suite.

    candidates: responses that are judged beside; `responses: [a, b]` means the same. repeats: how
    often each record is judged.
    """

    kind: Literal["bedrock-judge"]
    dataset: Annotated[str, StringConstraints(min_length=1, max_length=1024)]
    responses: Responses
    judge: Annotated[str, StringConstraints(min_length=1, max_length=2048)]
    metrics: tuple[AskedMetric, ...] = ()
    custom_metrics: tuple[CustomMetric, ...] = ()
    refusal_wanted: bool = False
    allow_long_prompts: bool = False
    keep_thinking: bool = False
    cluster_field: str | None = None
    low_score_below: Annotated[float, Field(gt=0, le=1)] = 0.5
    deadline_hours: Annotated[int, Field(ge=1, le=168)] = 24
    candidates: Annotated[tuple[Candidate, ...], Field(max_length=9)] = ()
    repeats: Annotated[int, Field(ge=1, le=10)] = 1

    @model_validator(mode="before")
    @classmethod
    def _a_list_of_responses(cls, given: Any) -> Any:
        return first_and_others(given)

    @field_validator("metrics")
    @classmethod
    def _named_once(cls, entries: tuple[AskedMetric, ...]) -> tuple[AskedMetric, ...]:
        _refuse_twice([entry.name for entry in entries])
        return entries

    @field_validator("custom_metrics", mode="before")
    @classmethod
    def _one_or_a_list(cls, given: Any) -> Any:
        return [given] if isinstance(given, Mapping) else given

    @model_validator(mode="after")
    def _some_and_not_too_many(self) -> JudgeEvaluation:
        if not self.metrics and not self.custom_metrics:
            raise ValueError("no metric: name at least one in metrics or customMetrics")
        if len(self.custom_metrics) > MAX_CUSTOM_METRICS:
            raise ValueError(f"customMetrics: Bedrock takes at most {MAX_CUSTOM_METRICS}")
        _refuse_twice([metric.name for metric in self.custom_metrics])
        _refuse_twice([self.responses.subject, *(one.name for one in self.candidates)])
        return self

    def sides(self) -> list[tuple[str | None, JudgeEvaluation]]:
        """The evaluation once per candidate: the subject's own (no label), and the others'."""
        others = [
            (
                one.name,
                self.model_copy(update={"responses": one, "dataset": one.dataset or self.dataset}),
            )
            for one in self.candidates
        ]
        return [(None, self), *others]


def _refuse_twice(names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)} is named more than once; name it once")


class BedrockJudge(BedrockJobKind):
    """The kind."""

    name = "bedrock-judge"
    document: type[Evaluation] = JudgeEvaluation
    bedrock_terms = True
    eula = False
    needs_model = False
    waiting = "Bedrock judges a few records in minutes, a thousand in an hour or more."

    def check_room(self, evaluations: Sequence[JudgeEvaluation], services: Services) -> None:
        jobs = sum(
            len(groups_of(one)) * (1 + len(one.candidates)) * one.repeats for one in evaluations
        )
        services.evaluation_jobs.check_room(jobs)

    def plan(self, evaluation: JudgeEvaluation, context: PlanContext) -> Plan:
        services, at = context.services, f"evaluations[{context.evaluation}]"
        settings = services.settings
        services.models.check(
            evaluation.judge, JUDGE, allowed=settings.judge_models, field=f"{at}.judge"
        )
        for number, (label, side) in enumerate(evaluation.sides()):
            field = f"{at}.candidates[{number - 1}].model" if label else f"{at}.responses.model"
            if side.responses.model is not None:
                allowed = settings.generator_models
                services.models.check(side.responses.model, GENERATOR, allowed=allowed, field=field)
        sides = judge_dataset.prepare_sides(evaluation, context)
        own = sides[0].dataset
        return Plan(
            jobs=[job for side in sides for job in judge_jobs.planned(side)],
            subject=evaluation.responses.subject,
            judge=evaluation.judge,
            records=own.records,
            estimates=[
                one for side in sides for one in judge_jobs.estimates(side, settings.prices)
            ],
            warnings=[
                *(warning for side in sides for warning in side.warnings),
                *long_instructions(evaluation.custom_metrics),
            ],
            dataset=own.document,
            candidates={one.name: one.subject for one in evaluation.candidates},
        )

    def metrics(self, evaluation: JudgeEvaluation) -> Mapping[str, Metric]:
        return metrics_of(evaluation)

    def definition(
        self,
        evaluation: JudgeEvaluation,
        metric: str,
        spec: Mapping[str, Any],  # noqa: ARG002 - the judge and its instructions are the suite's
    ) -> str:
        return judged_definition(
            evaluation.judge, self.metrics(evaluation)[metric], evaluation.custom_metrics
        )

    def known_metrics(self, evaluation: JudgeEvaluation) -> Collection[str]:
        return self.metrics(evaluation)

    def known_categories(self, evaluation: JudgeEvaluation) -> None:  # noqa: ARG002
        return None

    def compares_base_model(self, evaluation: JudgeEvaluation) -> bool:  # noqa: ARG002
        return False

    def low_score_below(self, evaluation: JudgeEvaluation) -> float:
        return evaluation.low_score_below

    def start(self, job: JobContext) -> str:
        return job.services.evaluation_jobs.create(judge_jobs.request(job))

    def collect(self, job: JobContext, arn: str) -> Collected:  # noqa: ARG002
        return judge_output.collect(job)
