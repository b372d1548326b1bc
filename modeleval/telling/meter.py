"""CloudWatch metrics, written as lines of the function's log in its embedded format.

Dimensions are bounded: stack, outcome, suites that were deployed, their evaluations and metrics.
The format and its limits: CloudWatch user guide, "Embedding metrics within logs".
"""

from __future__ import annotations

from collections.abc import Mapping

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from modeleval.suite.origins import DEPLOYED
from modeleval.telling.facts import Facts
from modeleval.workflow.timing import seconds_of

NAMESPACE = "modeleval"
MOST_SCORES = 50
"""Of one run: further metrics are in the table, and in no CloudWatch metric."""

_UNITS = {
    "Duration": MetricUnit.Seconds,
    "OldestQueued": MetricUnit.Seconds,
    "EstimatedCost": MetricUnit.NoUnit,
    "Mean": MetricUnit.NoUnit,
}


def put(values: Mapping[str, float], **dimensions: str) -> None:
    """Write one line; metrics that are not of `_UNITS` are counts."""
    metrics = EphemeralMetrics(namespace=NAMESPACE)
    for name, text in dimensions.items():
        metrics.add_dimension(name=name, value=text)
    for name, value in values.items():
        metrics.add_metric(name=name, unit=_UNITS.get(name, MetricUnit.Count), value=value)
    metrics.flush_metrics()


def measure_run(facts: Facts) -> None:
    """A run that has ended: that it did, how long it took, and what it was estimated at.

    Of a suite that was deployed also its scores, unless the run was a trial.
    """
    run = facts.run
    values = {"Runs": 1.0}
    if run.ended_at is not None:
        values["Duration"] = max(seconds_of(run.ended_at) - seconds_of(run.started_at), 0.0)
    usd = (run.estimate or {}).get("usd")
    if usd is not None:
        values["EstimatedCost"] = float(usd)
    put(values, Stack=facts.stack, Outcome=facts.outcome)
    if run.origin != DEPLOYED:
        return
    put(values, Stack=facts.stack, Suite=run.suite)
    if run.counts:
        for one in facts.means[:MOST_SCORES]:
            put(
                {"Mean": one.mean},
                Stack=facts.stack,
                Suite=run.suite,
                Evaluation=one.evaluation,
                Metric=one.metric,
            )
