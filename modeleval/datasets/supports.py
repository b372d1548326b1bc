"""Which kinds of evaluation, and which metrics, a dataset is good for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from modeleval.datasets.formats import (
    FUNCTION,
    GENERATE,
    HUMAN,
    JUDGE,
    PROGRAMMATIC,
    REFERENCE,
    RETRIEVE,
    SAGEMAKER_JUDGE,
    SCORER,
    DatasetFormat,
)
from modeleval.scores.metrics import JUDGE_METRICS, Metric
from modeleval.scores.rag_metrics import (
    CITATION_METRICS,
    GENERATE_METRICS,
    REFERENCE_NEEDED,
    RETRIEVE_METRICS,
)

_NO_REFERENCE = "needs no reference"


class Shares(NamedTuple):
    """How many of the records (0 to 1) have a reference, have their citations, have one turn."""

    references: float
    cited: float
    single: float


class Supported(NamedTuple):
    """A metric (or "any") of a kind of evaluation, and what the data gives it. usable: at all."""

    kind: str
    metric: str
    usable: bool
    says: str


def supported(found: DatasetFormat, shares: Shares) -> tuple[Supported, ...]:
    """What data of that format can be evaluated on."""
    return tuple(one for kind in found.kinds for one in _OF_KIND[kind](found, shares))


def _judged(found: DatasetFormat, shares: Shares) -> Iterable[Supported]:
    del found  # live or not, the metrics are the same
    for name, metric in JUDGE_METRICS.items():
        yield Supported(JUDGE, name, True, _by_reference(metric, shares.references))


def _human(found: DatasetFormat, shares: Shares) -> Iterable[Supported]:
    del found, shares
    yield Supported(HUMAN, "any", True, "people judge by the metrics that the suite names")


def _retrieved(found: DatasetFormat, shares: Shares) -> Iterable[Supported]:
    for name in RETRIEVE_METRICS:
        if not found.responses and shares.single < 1:
            says = f"a retrieval has exactly one turn, and {shares.single:.0%} have one"
            yield Supported(RETRIEVE, name, False, says)
        elif name in REFERENCE_NEEDED:
            yield _needing(RETRIEVE, name, shares.references)
        else:
            yield Supported(RETRIEVE, name, True, _NO_REFERENCE)


def _generated(found: DatasetFormat, shares: Shares) -> Iterable[Supported]:
    for name, metric in GENERATE_METRICS.items():
        if name not in CITATION_METRICS:
            yield Supported(GENERATE, name, True, _by_reference(metric, shares.references))
        elif not found.responses:
            yield Supported(GENERATE, name, True, "the knowledge base gives the citations")
        elif shares.cited == 1:
            yield Supported(GENERATE, name, True, "judged by the citations")
        else:
            says = f"every answer needs its citations, and {shares.cited:.0%} have them"
            yield Supported(GENERATE, name, False, says)


def _programmatic(found: DatasetFormat, shares: Shares) -> Iterable[Supported]:
    del found
    for metric in ("Accuracy", "Robustness"):
        yield _needing(PROGRAMMATIC, metric, shares.references)
    yield Supported(PROGRAMMATIC, "Toxicity", True, _NO_REFERENCE)


def _referenced(found: DatasetFormat, shares: Shares) -> Iterable[Supported]:
    del found
    yield _needing(REFERENCE, "any", shares.references)


def _by_function(found: DatasetFormat, shares: Shares) -> Iterable[Supported]:
    del found, shares
    yield Supported(FUNCTION, "any", True, "the function decides what it needs")


def _scored(found: DatasetFormat, shares: Shares) -> Iterable[Supported]:
    del found
    yield _needing(SCORER, "any", shares.references)


def _sagemaker_judged(found: DatasetFormat, shares: Shares) -> Iterable[Supported]:
    del found, shares
    yield Supported(SAGEMAKER_JUDGE, "any", True, _NO_REFERENCE)


def _needing(kind: str, metric: str, references: float) -> Supported:
    if references == 1:
        return Supported(kind, metric, True, "compares with the references")
    says = f"every record needs a reference, and {references:.0%} have one"
    return Supported(kind, metric, False, says)


def _by_reference(metric: Metric, references: float) -> str:
    if not metric.uses_reference:
        return _NO_REFERENCE
    if references == 1:
        return "measured by the references"
    if not references:
        return "judged without a reference: there is none"
    return f"measured by the references, which {references:.0%} have"


_OF_KIND: dict[str, Callable[[DatasetFormat, Shares], Iterable[Supported]]] = {
    JUDGE: _judged,
    HUMAN: _human,
    PROGRAMMATIC: _programmatic,
    REFERENCE: _referenced,
    FUNCTION: _by_function,
    RETRIEVE: _retrieved,
    GENERATE: _generated,
    SCORER: _scored,
    SAGEMAKER_JUDGE: _sagemaker_judged,
}
"""By kind of evaluation: another kind is another row."""
