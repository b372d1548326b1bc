"""`bedrock-human`: people of a work team rate or compare responses, in a Bedrock evaluation job.

One or two sources of responses, precomputed or live. The first is the evaluation's subject, the
second is what it is compared with. People take days: the other evaluations do not wait.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from modeleval.bedrock.models import GENERATOR
from modeleval.collecting.document import CollectedFormat
from modeleval.digests import text_digest
from modeleval.errors import SuiteInvalid, WorkflowNotUsable
from modeleval.kinds import human_dataset, human_jobs, human_output
from modeleval.kinds.bedrock_job import BedrockJobKind
from modeleval.kinds.human_metrics import MAX_HUMAN_METRICS, HumanMetric
from modeleval.kinds.judge_responses import Responses, refuse_baselines_name
from modeleval.kinds.protocol import Collected, Evaluation, JobContext, Kind, Plan, PlanContext
from modeleval.scores.metrics import Metric
from modeleval.settings import FlowDefinitionArn

if TYPE_CHECKING:
    from modeleval.services import Services

_PAIR = 2


class HumanEvaluation(Evaluation):
    """A `bedrock-human` entry of a suite. `responses` are one source, or a list of two."""

    kind: Literal["bedrock-human"]
    dataset: Annotated[str, StringConstraints(min_length=1, max_length=1024)]
    responses: Annotated[tuple[Responses, ...], Field(min_length=1, max_length=_PAIR)]
    flow_definition: FlowDefinitionArn
    instructions: Annotated[str, StringConstraints(min_length=1, max_length=5000)] | None = None
    metrics: Annotated[tuple[HumanMetric, ...], Field(min_length=1, max_length=MAX_HUMAN_METRICS)]
    allow_long_prompts: bool = False
    keep_thinking: bool = False
    cluster_field: str | None = None
    key_field: Annotated[str, StringConstraints(min_length=1)] | None = None
    low_score_below: Annotated[float, Field(gt=0, le=1)] = 0.5
    deadline_days: Annotated[int, Field(ge=1, le=30)] = 30

    @field_validator("responses", mode="before")
    @classmethod
    def _one_or_two(cls, given: Any) -> Any:
        return [given] if isinstance(given, Mapping) else given

    @model_validator(mode="after")
    def _sources_and_methods(self) -> HumanEvaluation:
        names = [metric.name for metric in self.metrics]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"{', '.join(twice)} is named more than once; name it once")
        subjects = [one.subject for one in self.responses]
        if len(set(subjects)) < len(subjects):
            raise ValueError("responses: the two sources have the same name")
        if self.other is not None:
            refuse_baselines_name(self.other, field="responses")
        comparing = [metric for metric in self.metrics if metric.rating_method.compares]
        if comparing and len(subjects) < _PAIR:
            raise ValueError(
                f"metrics: {comparing[0].rating_method} compares two responses; name a second "
                "source in responses, or use ThumbsUpDown or IndividualLikertScale"
            )
        return self

    @property
    def subject(self) -> str:
        return self.responses[0].subject

    @property
    def other(self) -> str | None:
        """What the subject is compared with; its own name is its label."""
        return self.responses[1].subject if len(self.responses) == _PAIR else None

    @property
    def precomputed(self) -> list[str]:
        """The identifiers that the dataset's lines carry, in the suite's order."""
        return [one.precomputed for one in self.responses if one.precomputed is not None]


class BedrockHuman(BedrockJobKind):
    """The kind."""

    name = "bedrock-human"
    document: type[Evaluation] = HumanEvaluation
    collects: CollectedFormat | None = CollectedFormat.JUDGE
    queue = "bedrock-human"
    waiting = "People answer in hours or days; the other evaluations are published before that."

    def check_room(self, evaluations: Sequence[HumanEvaluation], services: Services) -> None:
        services.evaluation_jobs.check_room(len(evaluations))

    def plan(self, evaluation: HumanEvaluation, context: PlanContext) -> Plan:
        workers = _check(evaluation, context)
        prepared = human_dataset.prepare(evaluation, context)
        prices = context.services.settings.prices
        return Plan(
            jobs=[human_jobs.planned(evaluation)],
            subject=evaluation.subject,
            judge=None,
            records=prepared.records,
            estimates=human_jobs.estimates(evaluation, prepared, workers=workers, prices=prices),
            warnings=prepared.warnings,
            dataset=prepared.document,
            candidates={evaluation.other: evaluation.other} if evaluation.other else {},
        )

    def metrics(self, evaluation: HumanEvaluation) -> Mapping[str, Metric]:
        return {metric.name: metric.metric for metric in evaluation.metrics}

    def definition(
        self,
        evaluation: HumanEvaluation,
        metric: str,
        spec: Mapping[str, Any],  # noqa: ARG002 - what people were asked is the suite's
    ) -> str:
        """Who is asked, what, how; and of preferences, beside whom."""
        [asked] = [one for one in evaluation.metrics if one.name == metric]
        return text_digest(
            evaluation.flow_definition,
            evaluation.instructions or "",
            json.dumps(asked.to_document(), sort_keys=True),
            evaluation.other or "" if asked.rating_method.compares else "",
        )

    def duration(self, spec: Mapping[str, Any], records: int) -> None:
        """People answer when they have time."""

    def request(self, job: JobContext) -> dict[str, Any]:
        return human_jobs.request(job)

    def collect(self, job: JobContext, arn: str) -> Collected:  # noqa: ARG002
        return human_output.collect(job)


KIND: Kind = BedrockHuman()


def _check(evaluation: HumanEvaluation, context: PlanContext) -> int:
    """Check all but the dataset; how many people answer each record.

    Raises SuiteInvalid, WorkflowNotUsable, or what is wrong with a model.
    """
    services, at = context.services, f"evaluations[{context.evaluation}]"
    settings, field = services.settings, f"{at}.flowDefinition"
    _check_deadline(evaluation, settings.retention_days, f"{at}.deadlineDays")
    if evaluation.flow_definition not in settings.flow_definition_arns:
        raise WorkflowNotUsable(
            "The settings do not allow this human review workflow",
            where=field,
            action="Add its ARN to flowDefinitionArns in the settings and deploy.",
        )
    workflow = services.flow_definitions.check(evaluation.flow_definition, field=field)
    for number, source in enumerate(evaluation.responses):
        if source.model is not None:
            place = f"{at}.responses[{number}].model"
            allowed = settings.generator_models
            services.models.check(source.model, GENERATOR, allowed=allowed, field=place)
    return workflow.workers


def _check_deadline(evaluation: HumanEvaluation, retention_days: int, field: str) -> None:
    if evaluation.deadline_days >= retention_days:
        raise SuiteInvalid(
            f"People may take {evaluation.deadline_days} days, and the run's files are kept for "
            f"{retention_days}",
            where=field,
            action="Lower deadlineDays, or raise retentionDays in the settings.",
        )
