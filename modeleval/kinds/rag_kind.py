"""What the two kinds of RAG evaluation have in common."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from modeleval.bedrock.model_ids import parse_model_id
from modeleval.bedrock.models import GENERATOR, JUDGE
from modeleval.datasets.rag_options import RagOptions
from modeleval.documents import closest
from modeleval.errors import JudgeNotUsable, KnowledgeBaseNotAllowed
from modeleval.ids import job_name
from modeleval.kinds import rag_jobs
from modeleval.kinds.bedrock_judge import STATES
from modeleval.kinds.custom_metrics import judged_definition, long_instructions
from modeleval.kinds.judge_metrics import groups_of
from modeleval.kinds.knowledge_base import Generation
from modeleval.kinds.protocol import (
    Collected,
    Evaluation,
    JobContext,
    JobState,
    Plan,
    PlanContext,
    Progress,
)
from modeleval.kinds.rag_dataset import prepare_rag
from modeleval.kinds.rag_document import RagEvaluation, turned
from modeleval.kinds.rag_output import collect_rag
from modeleval.locations import locate
from modeleval.scores.metrics import Metric
from modeleval.scores.rag_metrics import CITATION_METRICS, REFERENCE_NEEDED

if TYPE_CHECKING:
    from modeleval.services import Services

_NO_RAG_JUDGE = ("anthropic.claude-sonnet-4-5",)
"""Models that AWS lists as judges of model responses and not of RAG."""


class RagKind:
    """A kind of RAG evaluation; `retrieve` says whether retrieval alone is judged."""

    name: str
    document: type[Evaluation]
    retrieve: bool
    find_metric: Callable[[str], Metric]
    bedrock_terms = True
    eula = False
    needs_model = False
    waiting = "Bedrock judges ten turns in minutes, a thousand in an hour or more."

    def check_room(self, evaluations: Sequence[RagEvaluation], services: Services) -> None:
        jobs = sum(len(groups_of(one)) * one.repeats for one in evaluations)
        services.evaluation_jobs.check_room(jobs)

    def plan(self, evaluation: RagEvaluation, context: PlanContext) -> Plan:
        services = context.services
        self._check_models(evaluation, context)
        dataset = prepare_rag(
            evaluation.dataset, self._options(evaluation, context), groups_of(evaluation), context
        )
        prices = services.settings.prices
        return Plan(
            jobs=rag_jobs.planned(evaluation, dataset.parts, retrieve=self.retrieve),
            subject=evaluation.subject,
            judge=evaluation.judge,
            records=dataset.records,
            estimates=rag_jobs.estimates(evaluation, dataset.parts, prices),
            warnings=[
                *(str(warning) for warning in dataset.report.warnings),
                *long_instructions(evaluation.custom_metrics),
                *_lone_citation_metric(evaluation),
            ],
            dataset=dataset.document,
        )

    def _check_models(self, evaluation: RagEvaluation, context: PlanContext) -> None:
        services, at = context.services, f"evaluations[{context.evaluation}]"
        settings = services.settings
        judge = parse_model_id(evaluation.judge)
        if judge and judge.model and judge.model.startswith(_NO_RAG_JUDGE):
            raise JudgeNotUsable(
                f"{evaluation.judge} judges model responses, and AWS does not list it for RAG",
                where=f"{at}.judge",
                action="Choose another judge, such as amazon.nova-pro-v1:0.",
            )
        services.models.check(
            evaluation.judge, JUDGE, allowed=settings.judge_models, field=f"{at}.judge"
        )
        base = evaluation.knowledge_base
        if base is None:
            return
        if base.id not in settings.knowledge_base_ids:
            near = closest(base.id, list(settings.knowledge_base_ids))
            raise KnowledgeBaseNotAllowed(
                f"{base.id} is not among the knowledge bases that the settings allow",
                where=f"{at}.knowledgeBase.id",
                action=f"Did you mean {near}?"
                if near
                else "Add it to knowledgeBaseIds in cdk.json and deploy.",
            )
        if isinstance(base, Generation):
            services.models.check(
                base.model,
                GENERATOR,
                allowed=settings.generator_models,
                field=f"{at}.knowledgeBase.model",
            )

    def _options(self, evaluation: RagEvaluation, context: PlanContext) -> RagOptions:
        services, names = context.services, [entry.name for entry in evaluation.metrics]
        place = locate(
            evaluation.dataset,
            own_bucket=services.objects.bucket,
            settings=services.settings,
            field=f"evaluations[{context.evaluation}].dataset",
        )
        needed = tuple(name for name in names if name in REFERENCE_NEEDED)
        wanted = [n for n in names if self._metric(n).uses_reference and n not in needed]
        custom = [metric.name for metric in evaluation.custom_metrics if metric.uses_reference]
        return RagOptions(
            source=place.uri,
            retrieve=self.retrieve,
            identifier=evaluation.precomputed,
            live=evaluation.knowledge_base is not None,
            reference_wanted_by=(*wanted, *custom),
            reference_needed_by=needed,
            citations_needed_by=tuple(name for name in names if name in CITATION_METRICS),
            built_in=bool(names),
            keep_thinking=getattr(evaluation, "keep_thinking", False),
            allow_long_prompts=evaluation.allow_long_prompts,
            cluster_field=evaluation.cluster_field,
        )

    def _metric(self, name: str) -> Metric:
        return type(self).find_metric(name)

    def metrics(self, evaluation: RagEvaluation) -> Mapping[str, Metric]:
        wanted = getattr(evaluation, "refusal_wanted", False)
        built_in = {
            entry.name: turned(self._metric(entry.name), refusal_wanted=wanted)
            for entry in evaluation.metrics
        }
        return built_in | {custom.name: custom.metric for custom in evaluation.custom_metrics}

    def definition(
        self,
        evaluation: RagEvaluation,
        metric: str,
        spec: Mapping[str, Any],  # noqa: ARG002 - the judge and its instructions are the suite's
    ) -> str:
        return judged_definition(
            evaluation.judge, self.metrics(evaluation)[metric], evaluation.custom_metrics
        )

    def known_metrics(self, evaluation: RagEvaluation) -> Collection[str]:
        return self.metrics(evaluation)

    def known_categories(self, evaluation: RagEvaluation) -> None:  # noqa: ARG002
        return None

    def compares_base_model(self, evaluation: RagEvaluation) -> bool:  # noqa: ARG002
        return False

    def low_score_below(self, evaluation: RagEvaluation) -> float:
        return evaluation.low_score_below

    def start(self, job: JobContext) -> str:
        return job.services.evaluation_jobs.create(rag_jobs.request(job))

    def check(self, job: JobContext, arn: str) -> Progress:
        details = job.services.evaluation_jobs.get(arn)
        return Progress(STATES.get(details.status, JobState.RUNNING), details.failure)

    def collect(self, job: JobContext, arn: str) -> Collected:  # noqa: ARG002
        return collect_rag(job)

    def stop(self, job: JobContext, arn: str | None) -> bool:
        jobs = job.services.evaluation_jobs
        if arn is None:
            found = jobs.find(job_name(job.ref))
            arn = found.arn if found else None
        return jobs.stop(arn) if arn else False


def _lone_citation_metric(evaluation: RagEvaluation) -> list[str]:
    asked = [entry.name for entry in evaluation.metrics if entry.name in CITATION_METRICS]
    if len(asked) != 1:
        return []
    [other] = [name for name in CITATION_METRICS if name not in asked]
    return [f"{asked[0]} tells half of it; AWS advises to ask for {other} too"]
