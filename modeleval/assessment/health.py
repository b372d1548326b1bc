"""What is odd about a metric, and what helps; where a mean hides that a category got worse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from modeleval.assessment.comparisons import Compared
from modeleval.assessment.subject import Scored
from modeleval.scores.metrics import Direction, Metric
from modeleval.scores.summary import Summary
from modeleval.statistics.words import Word

_MOSTLY_NOT_APPLICABLE = 0.6
_ENOUGH = 10
"""So few records may well all be right."""


def metric_health(scored: Scored) -> Iterator[str]:
    """One sentence per oddity: what was seen, what it means, what to do."""
    for metric in scored.metrics.values():
        summary = scored.summary(metric.name)
        if summary is None or not summary.records:
            continue
        share = summary.not_applicable / summary.records
        if share > _MOSTLY_NOT_APPLICABLE:
            yield (
                f"{metric.name}: not applicable to {share:.0%} of the records. It is too narrow "
                "for this dataset: split the dataset, limit the metric to categories, or widen it"
            )
        if _all_at_the_top(metric, summary):
            yield (
                f"{metric.name}: all {summary.n} scored records have the best score, so it tells "
                "no versions apart. Its instructions may be too lenient: say what fails, or ask "
                "harder questions"
            )


def _all_at_the_top(metric: Metric, summary: Summary) -> bool:
    best = metric.maximum if metric.direction is Direction.HIGHER else metric.minimum
    return metric.bounded and summary.n >= _ENOUGH and summary.minimum == summary.maximum == best


def hidden_regressions(compared: Sequence[Compared]) -> Iterator[str]:
    """Categories that regressed while their metric as a whole did not."""
    whole = {(one.against.label, one.metric): one for one in compared if one.category is None}
    for one in compared:
        above = whole.get((one.against.label, one.metric))
        if (
            one.category is not None
            and one.result.word is Word.REGRESSED
            and above is not None
            and above.result.word is not Word.REGRESSED
        ):
            yield (
                f"{one.metric}: regressed in the category {one.category} ({one.result.reason}), "
                f"although not as a whole ({above.result.word.value})"
            )
