"""What the two kinds of RAG evaluation do alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from modeleval.datasets.rag_options import RagOptions
from modeleval.kinds import judge_scales
from modeleval.kinds.bedrock_job import BedrockJobKind
from modeleval.kinds.custom_metrics import judged_definition, long_instructions
from modeleval.kinds.judge_metrics import groups_of, turned
from modeleval.kinds.protocol import (
    MOST_JOBS,
    Collected,
    Evaluation,
    JobContext,
    Plan,
    PlanContext,
)
from modeleval.kinds.rag import jobs
from modeleval.kinds.rag.checks import check_sources
from modeleval.kinds.rag.dataset import RagSide, prepare_rag
from modeleval.kinds.rag.document import RagEvaluation
from modeleval.kinds.rag.estimates import estimates, not_in_the_estimate
from modeleval.kinds.rag.output import collect_rag, unscored_rag
from modeleval.scores.metrics import Metric
from modeleval.scores.rag_metrics import CITATION_METRICS, REFERENCE_NEEDED
from modeleval.scores.records import RecordScore

if TYPE_CHECKING:
    from modeleval.services import Services


class RagKind(BedrockJobKind):
    """A kind of RAG evaluation; `retrieve` says whether retrieval alone is judged."""

    name: str
    document: type[Evaluation]
    retrieve: bool
    find_metric: Callable[[str], Metric]
    waiting = "Bedrock judges ten turns in minutes, a thousand in an hour or more."

    def check_room(self, evaluations: Sequence[RagEvaluation], services: Services) -> None:
        wanted = [len(groups_of(one)) * len(one.sides()) * one.repeats for one in evaluations]
        services.evaluation_jobs.check_room(sum(wanted))

    def plan(self, evaluation: RagEvaluation, context: PlanContext) -> Plan:
        check_sources(evaluation, context)
        sides = self._sides(evaluation, context)
        own, prices = sides[0].dataset, context.services.settings.prices
        return Plan(
            jobs=[job for side in sides for job in jobs.planned(side, retrieve=self.retrieve)],
            subject=evaluation.subject,
            judge=evaluation.judge,
            records=own.records,
            estimates=[one for side in sides for one in estimates(side, prices)],
            warnings=[
                *(warning for side in sides for warning in side.warnings),
                *(warning for side in sides for warning in not_in_the_estimate(side)),
                *long_instructions(evaluation.custom_metrics),
                *_lone_citation_metric(evaluation),
            ],
            dataset=own.document,
            extents=own.extents,
            candidates={one.name: one.subject for one in evaluation.candidates},
        )

    def _sides(self, evaluation: RagEvaluation, context: PlanContext) -> list[RagSide]:
        """Every candidate's dataset, validated; raises as `prepare_rag` does."""
        sides: list[RagSide] = []
        first = 0
        for number, (label, side) in enumerate(evaluation.sides()):
            prepared = prepare_rag(side, self._options, context, candidate=number, first_part=first)
            first += sum(len(group.parts) for group in prepared.groups)
            sides.append(RagSide(label, side, prepared))
        return sides

    def _options(self, evaluation: RagEvaluation, source: str) -> RagOptions:
        names = [entry.name for entry in evaluation.metrics]
        needed = tuple(name for name in names if name in REFERENCE_NEEDED)
        wanted = [n for n in names if self._metric(n).uses_reference and n not in needed]
        custom = [metric.name for metric in evaluation.custom_metrics if metric.uses_reference]
        return RagOptions(
            source=source,
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
            max_records=MOST_JOBS * evaluation.shard_size,
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

    def request(self, job: JobContext) -> dict[str, Any]:
        return jobs.request(job)

    def collect(self, job: JobContext, arn: str) -> Collected:  # noqa: ARG002
        return collect_rag(job)

    def unscored(self, job: JobContext) -> Iterator[RecordScore]:
        return unscored_rag(job)

    def settle(self, jobs_: Sequence[JobContext]) -> Iterator[str]:
        return judge_scales.settle(jobs_, jobs.definitions_of)


def _lone_citation_metric(evaluation: RagEvaluation) -> list[str]:
    asked = [entry.name for entry in evaluation.metrics if entry.name in CITATION_METRICS]
    if len(asked) != 1:
        return []
    [other] = [name for name in CITATION_METRICS if name not in asked]
    return [f"{asked[0]} tells half of it; AWS advises to ask for {other} too"]
