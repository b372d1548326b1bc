"""Reading results: those of built-in metrics as they are, custom ones on the scale they came on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

from modeleval.kinds.custom_metrics import CustomMetric
from modeleval.scores.custom_results import Scale, level_of, scale_of
from modeleval.scores.metrics import Metric
from modeleval.scores.results import ParsedResult, parse_result


class JudgeScore(Protocol):
    """One metric's score in a judge's output; `result` means nothing without `has_result`."""

    @property
    def result(self) -> Any: ...
    @property
    def has_result(self) -> bool: ...
    @property
    def explanation(self) -> str | None: ...
    @property
    def judge(self) -> str | None: ...


_UNSCORED = ParsedResult(None, False)


@dataclass(frozen=True)
class Reading:
    """How one metric's results are to be read; a built-in metric needs no more than the default."""

    metric: Metric | None = None
    levels: tuple[float, ...] = ()
    scale: Scale = Scale.RAW

    def parse(self, score: JudgeScore) -> ParsedResult:
        apart = self.metric.not_applicable_results if self.metric else frozenset()
        # A number is compared with the scale's own levels, so it is brought back to them first.
        result = parse_result(score.result, score.has_result)
        if not self.levels or not isinstance(result.value, float):
            return parse_result(score.result, score.has_result, not_applicable=apart)
        level = level_of(result.value, self.scale, self.levels)
        if level is None:
            return _UNSCORED
        return parse_result(level, True, not_applicable=apart)

    def raw(self, score: JudgeScore, parsed: ParsedResult) -> float | None:
        """The judge's own number, if something else was made of it."""
        number = parse_result(score.result, score.has_result).value if self.levels else None
        return number if isinstance(number, float) and number != parsed.value else None


def readings(
    definitions: Sequence[CustomMetric],
    records: Collection[Mapping[str, JudgeScore]],
    *,
    parts: int = 1,
) -> tuple[dict[str, Reading], list[str]]:
    """How to read each custom metric of a job, decided by all its results, and what to tell.

    Of several `parts` nothing: once they are there, all together decide (`judge_scales`).
    """
    found: dict[str, Reading] = {}
    warnings: list[str] = []
    for definition in definitions:
        if isinstance(definition.levels[0], str):
            found[definition.name] = Reading(definition.metric)
            continue
        found[definition.name] = reading_of(definition, _numbers(definition.name, records))
        warnings += doubts(definition.name, found[definition.name].scale)
    return found, warnings if parts == 1 else []


def reading_of(definition: CustomMetric, results: Iterable[float]) -> Reading:
    """How to read a metric with a numeric scale, by all the numbers that there are."""
    levels = cast("tuple[float, ...]", definition.levels)
    return Reading(definition.metric, levels, scale_of(results, levels))


def doubts(metric: str, scale: Scale) -> Iterator[str]:
    """What to tell of a metric's scale."""
    if scale is Scale.AMBIGUOUS:
        yield (
            f"{metric}: the results are levels of the scale both as it was written and divided by "
            "its maximum, and would mean different things; they count as unscored. A scale from 0 "
            "to 1 has no such doubt"
        )
    if scale is Scale.NEITHER:
        yield f"{metric}: some results are no level of its scale"


def _numbers(metric: str, records: Collection[Mapping[str, JudgeScore]]) -> list[float]:
    results = (record[metric] for record in records if metric in record)
    parsed = (parse_result(score.result, score.has_result).value for score in results)
    return [value for value in parsed if isinstance(value, float)]
