"""`bedrock-programmatic`: Bedrock asks a model, and computes Accuracy, Robustness and Toxicity.

The prompts are one's own, or those of Bedrock's built-in datasets; nothing judges.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from modeleval.bedrock.models import GENERATOR
from modeleval.digests import text_digest
from modeleval.kinds.bedrock_job import BedrockJobKind
from modeleval.kinds.programmatic import jobs, output
from modeleval.kinds.programmatic.document import ProgrammaticEvaluation
from modeleval.kinds.programmatic.prepare import prepare, whole_of
from modeleval.kinds.protocol import Collected, Evaluation, JobContext, Kind, Plan, PlanContext
from modeleval.scores.metrics import Metric
from modeleval.scores.records import RecordScore

if TYPE_CHECKING:
    from modeleval.services import Services


class BedrockProgrammatic(BedrockJobKind):
    """The kind."""

    name = "bedrock-programmatic"
    document: type[Evaluation] = ProgrammaticEvaluation
    waiting = "Bedrock asks the model first; for Robustness about six times per prompt."

    def check_room(self, evaluations: Sequence[ProgrammaticEvaluation], services: Services) -> None:
        services.evaluation_jobs.check_room(sum(len(one.sides()) for one in evaluations))

    def plan(self, evaluation: ProgrammaticEvaluation, context: PlanContext) -> Plan:
        services, at = context.services, f"evaluations[{context.evaluation}]"
        settings = services.settings
        for number, (label, responses) in enumerate(evaluation.sides()):
            field = f"{at}.candidates[{number - 1}].model" if label else f"{at}.responses.model"
            allowed = settings.generator_models
            services.models.check(str(responses.model), GENERATOR, allowed=allowed, field=field)
        prepared = prepare(evaluation, context)
        return Plan(
            jobs=jobs.planned(evaluation, prepared),
            subject=evaluation.responses.subject,
            judge=None,
            records=sum(one.records for one in prepared),
            extents=[extent for one in prepared for extent in one.extents],
            estimates=jobs.estimates(evaluation, prepared, settings.prices),
            warnings=[warning for one in prepared for warning in one.warnings],
            dataset=whole_of(prepared),
            candidates={one.name: one.subject for one in evaluation.candidates},
        )

    def metrics(self, evaluation: ProgrammaticEvaluation) -> Mapping[str, Metric]:
        return evaluation.all_metrics()

    def definition(
        self,
        evaluation: ProgrammaticEvaluation,
        metric: str,
        spec: Mapping[str, Any],  # noqa: ARG002 - what is computed is the service's
    ) -> str:
        return text_digest(self.name, evaluation.task_type, metric)

    def request(self, job: JobContext) -> dict[str, Any]:
        return jobs.request(job)

    def collect(self, job: JobContext, arn: str) -> Collected:  # noqa: ARG002
        return output.collect(job)

    def unscored(self, job: JobContext) -> Iterator[RecordScore]:
        return output.unscored(job)


KIND: Kind = BedrockProgrammatic()
