"""`lambda-scorer`: a Lambda function of the team's own scores precomputed responses."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any

from modeleval.cost.estimate import estimate_function
from modeleval.errors import ScorerNotUsable
from modeleval.kinds.function_scorer import asking, collecting
from modeleval.kinds.function_scorer.document import FunctionEvaluation
from modeleval.kinds.precomputed.dataset import Answered, Checked, Side, prepare_sides
from modeleval.kinds.precomputed.kind import PrecomputedKind, plan_of
from modeleval.kinds.protocol import (
    Collected,
    Evaluation,
    JobContext,
    Kind,
    Plan,
    PlanContext,
    PlannedJob,
    Progress,
    Request,
)
from modeleval.scores.metrics import Metric


class LambdaScorer(PrecomputedKind):
    """The kind."""

    name = "lambda-scorer"
    document: type[Evaluation] = FunctionEvaluation
    waiting = "The function is asked batch by batch; what it answered is kept."

    def plan(self, evaluation: FunctionEvaluation, context: PlanContext) -> Plan:
        doubt = _check_function(evaluation.function, context)
        sides = prepare_sides(evaluation, context, _nothing_more)
        warnings = [doubt] if doubt else []
        estimates = [
            estimate_function(
                evaluation=evaluation.name, records=side.records, batch_size=evaluation.batch_size
            )
            for side in sides
        ]
        job = partial(_job, evaluation)
        return plan_of(evaluation, sides, job, warnings=warnings, estimates=estimates)

    def metrics(self, evaluation: FunctionEvaluation) -> Mapping[str, Metric]:
        return {one.name: one.metric for one in evaluation.metrics}

    def definition(
        self,
        evaluation: FunctionEvaluation,
        metric: str,
        spec: Mapping[str, Any],  # noqa: ARG002 - the suite says it all
    ) -> str:
        return evaluation.definition(metric)

    def known_metrics(self, evaluation: FunctionEvaluation) -> Collection[str]:
        return self.metrics(evaluation)

    def duration(self, spec: Mapping[str, Any], records: int) -> None:
        """A team's function takes what it takes."""

    def start(self, job: JobContext) -> str:
        """Nothing is started: each check asks the function, whose ARN stands for the job's."""
        return str(job.spec["function"])

    def requests(self, job: JobContext) -> list[Request]:
        """One per batch; of the samples it says how many there are."""
        return [
            Request(
                "lambda",
                "Invoke",
                {
                    "FunctionName": job.spec["function"],
                    "Payload": f"<{len(batch.ids):,} samples, {len(batch.payload):,} bytes>",
                },
            )
            for batch in asking.planned_batches(job)
        ]

    def check(self, job: JobContext, arn: str) -> Progress:  # noqa: ARG002
        return asking.ask(job)

    def collect(self, job: JobContext, arn: str) -> Collected:  # noqa: ARG002
        return collecting.collect(job)


KIND: Kind = LambdaScorer()


def _nothing_more(_: Sequence[Answered]) -> Checked:
    """What a scorer needs of a record, only the scorer knows."""
    return Checked()


def _job(evaluation: FunctionEvaluation, side: Side) -> PlannedJob:
    return PlannedJob(
        spec={
            "part": side.part,
            "candidate": side.label,
            "function": evaluation.function,
            "metrics": [metric.to_document() for metric in evaluation.metrics],
            "batchSize": evaluation.batch_size,
        },
        deadline_seconds=evaluation.deadline_hours * 3600,
    )


def _check_function(function: str, context: PlanContext) -> str | None:
    """Raises ScorerNotUsable unless it is allowed, here, and able to answer in time."""
    services, field = context.services, f"evaluations[{context.evaluation}].function"
    if function not in services.settings.lambda_scorer_arns:
        raise ScorerNotUsable(
            f"{function} is not one of the functions that the settings allow",
            where=field,
            action="Add it to lambdaScorerArns in the settings and deploy.",
        )
    return services.scorer_functions.check(function, field=field)
