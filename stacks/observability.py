"""What the account's operators look at: a dashboard, and alarms that say what to do.

The runs' own metrics are modeleval/telling/meter.py's and modeleval/workflow/gauges.py's. Alarms
notify nobody by themselves: CloudWatch cannot publish to a topic that AWS's own key encrypts.
"""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from modeleval.telling.meter import NAMESPACE

HOUR = Duration.hours(1)
_HALF, _HEIGHT = 12, 6
OUTCOMES = ("passed", "failed", "inconclusive", "error")


class Observability(Construct):
    """One dashboard per stack, with its alarms and those of its queues (`alarms`)."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        functions: Sequence[lambda_.Function],
        machines: Sequence[sfn.StateMachine],
        alarms: Sequence[cloudwatch.Alarm],
    ) -> None:
        super().__init__(scope, construct_id)
        self._stack = Stack.of(self).stack_name
        self._functions = functions
        self._machines = machines
        self._alarms = [*self._of_runs(), self._throttling(), *alarms]
        self._dashboard()

    # -- alarms --------------------------------------------------------------------------------

    def _of_runs(self) -> list[cloudwatch.Alarm]:
        failed = self._alarm(
            "RunsFailed",
            self._metric("Runs", "Sum", Outcome="error"),
            "A run ended without scores, or in part: modeleval list --status failed, then "
            "modeleval status RUN.",
        )
        late = self._alarm(
            "JobsPastDeadline",
            self._metric("JobsPastDeadline", "Maximum"),
            "A job is past its deadline and still open: modeleval list --status running, then "
            "modeleval stop RUN.",
        )
        return [failed, late]

    def _throttling(self) -> cloudwatch.Alarm:
        return self._alarm(
            "Throttling",
            self._machines[0].metric_throttled(period=HOUR, statistic="Sum"),
            "Step Functions throttles the run state machine: ask for a higher quota of state "
            "transitions.",
        )

    def _alarm(self, name: str, metric: cloudwatch.IMetric, description: str) -> cloudwatch.Alarm:
        return cloudwatch.Alarm(
            self,
            name,
            metric=metric,
            alarm_description=description,
            threshold=1,
            evaluation_periods=1,
            comparison_operator=(cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD),
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )

    # -- dashboard -----------------------------------------------------------------------------

    def _dashboard(self) -> None:
        dashboard = cloudwatch.Dashboard(
            self, "Dashboard", default_interval=Duration.days(14), start=None
        )
        dashboard.add_widgets(
            cloudwatch.AlarmStatusWidget(
                title="Alarms", alarms=list(self._alarms), width=2 * _HALF, height=3
            )
        )
        dashboard.add_widgets(
            self._graph(
                "Runs by what came of them",
                [self._metric("Runs", "Sum", label=name, Outcome=name) for name in OUTCOMES],
                stacked=True,
            ),
            self._graph(
                "What goes on, once an hour",
                [
                    self._metric(name, "Maximum", label=name)
                    for name in ("OpenRuns", "JobsRunning", "JobsQueued", "JobsPastDeadline")
                ],
            ),
        )
        dashboard.add_widgets(
            self._search("How long runs take, by suite (seconds)", "Suite", "Duration", "Average"),
            self._search("Estimated cost, by suite (USD)", "Suite", "EstimatedCost", "Sum"),
        )
        dashboard.add_widgets(
            self._search(
                "Mean scores of deployed suites",
                "Suite,Evaluation,Metric",
                "Mean",
                "Average",
                width=2 * _HALF,
            )
        )
        dashboard.add_widgets(*self._of_the_services())

    def _of_the_services(self) -> list[cloudwatch.IWidget]:
        return [
            self._graph(
                "Functions: errors and throttles",
                [
                    metric
                    for one in self._functions
                    for metric in (
                        one.metric_errors(period=HOUR, label=f"{one.node.id} errors"),
                        one.metric_throttles(period=HOUR, label=f"{one.node.id} throttles"),
                    )
                ],
            ),
            self._graph(
                "Executions that failed, were stopped, or timed out; and throttling",
                [
                    metric
                    for one in self._machines
                    for metric in (
                        one.metric_failed(period=HOUR, statistic="Sum"),
                        one.metric_aborted(period=HOUR, statistic="Sum"),
                        one.metric_timed_out(period=HOUR, statistic="Sum"),
                        one.metric_throttled(period=HOUR, statistic="Sum"),
                    )
                ],
            ),
        ]

    def _metric(
        self, name: str, statistic: str, label: str | None = None, **dimensions: str
    ) -> cloudwatch.Metric:
        """One metric. An alarm takes none with a label."""
        return cloudwatch.Metric(
            namespace=NAMESPACE,
            metric_name=name,
            statistic=statistic,
            period=HOUR,
            label=label,
            dimensions_map={"Stack": self._stack, **dimensions},
        )

    def _graph(
        self, title: str, metrics: Sequence[cloudwatch.IMetric], *, stacked: bool = False
    ) -> cloudwatch.GraphWidget:
        return cloudwatch.GraphWidget(
            title=title, left=list(metrics), stacked=stacked, width=_HALF, height=_HEIGHT
        )

    def _search(
        self, title: str, dimensions: str, metric: str, statistic: str, width: int = _HALF
    ) -> cloudwatch.GraphWidget:
        """All series of some dimensions: which suites there are is not known at deployment."""
        expression = (
            f'SEARCH(\'{{{NAMESPACE},Stack,{dimensions}}} MetricName="{metric}" '
            f"Stack=\"{self._stack}\"', '{statistic}', {HOUR.to_seconds():.0f})"
        )
        found = cloudwatch.MathExpression(
            expression=expression, using_metrics={}, label="", period=HOUR
        )
        return cloudwatch.GraphWidget(title=title, left=[found], width=width, height=_HEIGHT)
