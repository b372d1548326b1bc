"""From answered records to the records of the output file: each metric put to the judge."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from embedded_aws.bedrock.dataset import Record
from embedded_aws.bedrock.requested import custom_metrics, judge_of
from embedded_aws.bedrock.settings import Settings
from embedded_aws.judging import Judge, Question, Verdict, scales


class Stopped(Exception):
    """The job was stopped meanwhile: no further question is worth its price."""


@dataclass(frozen=True)
class Answered:
    """A record with its response, and the response as the output shows it."""

    record: Record
    response: str | None
    shown: dict[str, Any]


class Scorer:
    """Scores the records of one dataset. ``shown`` is how the output names each judge."""

    def __init__(
        self,
        request: dict[str, Any],
        judge: Judge,
        settings: Settings,
        *,
        shown: dict[str, str],
        runs: Callable[[], bool],
    ) -> None:
        self._request = request
        self._judge = judge
        self._settings = settings
        self._shown = shown
        self._runs = runs
        self._metrics = custom_metrics(request)

    def results(self, answered: list[Answered], metrics: list[str]) -> list[dict[str, Any]]:
        """One output record per answered record, as many judged at once as the judge likes."""
        if self._judge.at_once == 1:
            return [self._result(one, metrics) for one in answered]
        with ThreadPoolExecutor(self._judge.at_once, "judge") as pool:
            tasks = [pool.submit(self._result, one, metrics) for one in answered]
            try:
                return [task.result() for task in tasks]
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _result(self, answered: Answered, metrics: list[str]) -> dict[str, Any]:
        response = answered.response
        scores = [] if response is None else [self._score(n, answered, response) for n in metrics]
        hidden = set() if answered.record.response is not None else {"modelResponses"}
        record = {k: v for k, v in answered.record.line.items() if k not in hidden}
        return {
            "automatedEvaluationResult": {"scores": scores},
            "inputRecord": record,
            "modelResponses": [answered.shown],
        }

    def _score(self, name: str, answered: Answered, response: str) -> dict[str, Any]:
        if not self._runs():
            raise Stopped
        definition = self._metrics.get(name)
        model = judge_of(self._request, custom=definition is not None) or ""
        scale = self._scale(name, definition, model)
        question = Question(
            metric=name.removeprefix(scales.PREFIX),
            scale=scale,
            judge_model=model,
            prompt=answered.record.prompt,
            response=response,
            reference=answered.record.reference,
            instructions=definition["instructions"] if definition else "",
        )
        verdict = self._judge.judge(question)
        score: dict[str, Any] = {"metricName": name}
        if scale.levels and not verdict.unscored:
            custom = definition is not None
            score["result"] = value_of(verdict, scale, self._settings, custom=custom)
        judge = self._shown.get(model, model)
        score["evaluatorDetails"] = [{"modelIdentifier": judge, "explanation": verdict.explanation}]
        return score

    def _scale(self, name: str, definition: dict[str, Any] | None, model: str) -> scales.Scale:
        if definition is None:
            return scales.built_in(name.removeprefix(scales.PREFIX), model)
        return scales.custom(definition.get("ratingScale", []))


def value_of(
    verdict: Verdict, scale: scales.Scale, settings: Settings, *, custom: bool
) -> float | str | None:
    """Built-in: the raw rating over its maximum, to four digits, as in real output."""
    if verdict.level is None or isinstance(verdict.level.value, str):
        return verdict.level.value if verdict.level else None
    value = verdict.level.value
    if custom and value == -1 and settings.minusOne == "null":
        return None
    if custom and settings.customResults == "raw":
        return value
    return round(value / scale.maximum, 4)
