"""Which metrics each kind of evaluation offers, read from the tables that suites are checked by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from modeleval.kinds.custom_metrics import MAX_CUSTOM_METRICS
from modeleval.kinds.function_scorer.document import REWARD, ScoredMetric
from modeleval.kinds.human_metrics import MAX_HUMAN_METRICS, HumanMetric, RatingMethod
from modeleval.kinds.programmatic import table as programmatic
from modeleval.kinds.reference import table as reference
from modeleval.kinds.sagemaker_scorer import BUILT_IN
from modeleval.kinds.serverless.tasks import range_of
from modeleval.sagemaker.benchmarks import BENCHMARKS
from modeleval.scores.metrics import JUDGE_METRICS, Direction, Metric
from modeleval.scores.rag_metrics import (
    CITATION_METRICS,
    GENERATE_METRICS,
    REFERENCE_NEEDED,
    RETRIEVE_METRICS,
)

_NOTHING = "nothing more"
_REFERENCE = "a reference"
_REFERENCE_IF_ANY = "a reference, where there is one"


class Offer(NamedTuple):
    """One metric of a kind. needs: what a record must have for it, beside what the kind needs.

    of: what the metric belongs to where the kind has it several times (a task type, a benchmark).
    """

    metric: Metric
    needs: str
    of: str | None = None

    @property
    def scale(self) -> str:
        """The ends of the scale, and how many levels it has if they are few."""
        metric = self.metric
        ends = f"{metric.minimum:g} to {metric.maximum:g}"
        if not metric.bounded:
            return f"{ends}, and beyond"
        return f"{ends}, {metric.levels} levels" if metric.levels else ends


class KindOffers(NamedTuple):
    """What a kind offers, and in a sentence what a suite may add of its own."""

    kind: str
    offers: tuple[Offer, ...]
    own: str


def offers_of(kind: str) -> KindOffers:
    """The metrics of a kind of the registry."""
    offered, own = _OF_KIND[kind]
    return KindOffers(kind, tuple(offered()), own)


def _judged() -> Iterator[Offer]:
    for metric in JUDGE_METRICS.values():
        yield Offer(metric, _REFERENCE_IF_ANY if metric.uses_reference else _NOTHING)


def _judged_by_sagemaker() -> Iterator[Offer]:
    return (Offer(metric, _NOTHING) for metric in JUDGE_METRICS.values())


def _of_rag(metrics: Mapping[str, Metric]) -> Iterator[Offer]:
    for name, metric in metrics.items():
        if name in CITATION_METRICS:
            yield Offer(metric, "citations, of precomputed answers")
        elif name in REFERENCE_NEEDED:
            yield Offer(metric, _REFERENCE)
        else:
            yield Offer(metric, _REFERENCE_IF_ANY if metric.uses_reference else _NOTHING)


def _retrieved() -> Iterator[Offer]:
    return _of_rag(RETRIEVE_METRICS)


def _generated() -> Iterator[Offer]:
    return _of_rag(GENERATE_METRICS)


def _programmatic() -> Iterator[Offer]:
    for row in programmatic.TABLE:
        metric = programmatic.metric_of(row.task, row.metric, name=row.metric)
        needs = _REFERENCE if metric.uses_reference else _NOTHING
        yield Offer(metric, needs, of=str(row.task))


def _rated() -> Iterator[Offer]:
    for method in RatingMethod:
        asked = HumanMetric.model_validate({"name": str(method), "ratingMethod": str(method)})
        yield Offer(asked.metric, "two responses" if method.compares else "one or two responses")


def _benchmarks() -> Iterator[Offer]:
    for benchmark in BENCHMARKS.values():
        metric = Metric(
            name=benchmark.metric,
            direction=benchmark.direction,
            levels=None,
            meaning=benchmark.meaning,
        )
        yield Offer(metric, "no dataset", of=benchmark.name)


def _scored() -> Iterator[Offer]:
    for name in BUILT_IN:
        low, high = range_of(name, BUILT_IN)
        metric = Metric(
            name=name,
            direction=Direction.HIGHER,
            levels=None,
            minimum=low or 0.0,
            maximum=high or 1.0,
            meaning="as SageMaker computes it, beside the scorer's own metrics.",
        )
        yield Offer(metric, _REFERENCE)


def _referenced() -> Iterator[Offer]:
    for name, offered in reference.OFFERED.items():
        whole = "" if offered.per_record else "; one number for all records"
        yield Offer(reference.metric_of(name, offered), _REFERENCE + whole)


def _by_function() -> Iterator[Offer]:
    metric = ScoredMetric.model_validate(REWARD).metric
    yield Offer(metric, "what the function asks for")


_CUSTOM = f"customMetrics: up to {MAX_CUSTOM_METRICS} of your own, by instructions and a scale."
_OF_KIND: dict[str, tuple[Callable[[], Iterable[Offer]], str]] = {
    "bedrock-judge": (_judged, _CUSTOM),
    "bedrock-programmatic": (_programmatic, ""),
    "bedrock-rag-retrieve": (_retrieved, _CUSTOM),
    "bedrock-rag-generate": (_generated, _CUSTOM),
    "bedrock-human": (
        _rated,
        (
            f"metrics: up to {MAX_HUMAN_METRICS} that you name and describe, each by one of these "
            "rating methods."
        ),
    ),
    "sagemaker-benchmark": (_benchmarks, ""),
    "sagemaker-scorer": (_scored, "What your scorer's function reports stands beside them."),
    "sagemaker-judge": (_judged_by_sagemaker, _CUSTOM),
    "reference-metrics": (_referenced, ""),
    "lambda-scorer": (
        _by_function,
        (
            "metrics: what your function gives each record, with the scale and direction that you "
            "state."
        ),
    ),
}
"""By kind of evaluation: another kind is another row."""
