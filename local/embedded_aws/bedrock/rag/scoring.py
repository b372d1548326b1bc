"""From turns with outputs to the results of their metrics: each put to the judge.

Two metrics are asked once per passage, and averaged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any

from embedded_aws.bedrock.rag import metrics
from embedded_aws.bedrock.rag.dataset import Turn
from embedded_aws.bedrock.rag.outputs import Output
from embedded_aws.bedrock.requested import custom_metrics, judge_of
from embedded_aws.bedrock.scoring import Stopped, value_of
from embedded_aws.bedrock.settings import Settings
from embedded_aws.judging import Judge, Question, Verdict, scales
from embedded_aws.judging.scales import Scale


@dataclass(frozen=True)
class RagScorer:
    """Scores turns. ``shown`` is how the output names each judge."""

    request: dict[str, Any]
    judge: Judge
    settings: Settings
    shown: dict[str, str]
    runs: Callable[[], bool]

    def results(
        self, turn: Turn, output: Output, history: Sequence[str], names: Sequence[str]
    ) -> list[dict[str, Any]]:
        """A turn's results, one per metric; none where there is nothing to judge."""
        if output.empty:
            return []
        asked = _Asked(turn, output, "\n".join(history))
        return [self._result(name, asked) for name in names]

    def _result(self, name: str, asked: _Asked) -> dict[str, Any]:
        definition = custom_metrics(self.request).get(name)
        model = judge_of(self.request, custom=definition is not None) or ""
        metric = name.removeprefix(scales.PREFIX)
        if definition is None:
            scale = metrics.scale_of(metric, model)
            questions = asked.built_in(metric, scale, model)
        else:
            scale = scales.custom(definition.get("ratingScale", []))
            questions = [asked.custom(metric, scale, model, definition["instructions"])]
        verdicts = [self._verdict(question) for question in questions]
        judge = self.shown.get(model, model)
        said = [verdict.explanation for verdict in verdicts] or ["There is no passage to judge."]
        result: dict[str, Any] = {
            "metricName": name,
            "evaluatorDetails": [{"modelIdentifier": judge, "explanation": one} for one in said],
        }
        if scale.levels and not any(verdict.unscored for verdict in verdicts):
            result["result"] = self._value(verdicts, scale, custom=definition is not None)
        return result

    def _verdict(self, question: Question) -> Verdict:
        if not self.runs():
            raise Stopped
        return self.judge.judge(question)

    def _value(self, verdicts: list[Verdict], scale: Scale, *, custom: bool) -> float | str | None:
        values = [value_of(one, scale, self.settings, custom=custom) for one in verdicts]
        if len(values) == 1:
            return values[0]
        numbers = [value for value in values if isinstance(value, float)]
        return round(fmean(numbers), 4) if numbers else None


@dataclass(frozen=True)
class _Asked:
    """The questions that can be asked about one turn."""

    turn: Turn
    output: Output
    history: str

    @property
    def _context(self) -> str:
        return "\n\n".join(self.output.passages)

    def _question(self, metric: str, scale: Scale, model: str) -> Question:
        return Question(
            metric=metric,
            scale=scale,
            judge_model=model,
            prompt=self.turn.prompt,
            response=self.output.text or self._context,
            reference="\n\n".join(self.turn.references) or None,
            asked=metrics.QUESTIONS.get(metric, ""),
            history=self.history,
        )

    def custom(self, metric: str, scale: Scale, model: str, instructions: str) -> Question:
        return replace(
            self._question(metric, scale, model),
            instructions=instructions,
            context=self._context,
            reference_contexts="\n\n".join(self.turn.contexts),
        )

    def built_in(self, metric: str, scale: Scale, model: str) -> list[Question]:
        """The metric's questions: one, or one per passage."""
        plain = self._question(metric, scale, model)
        said = [(one.said, text) for one in self.output.citations or [] for text in one.cited]
        if metric == "ContextRelevance":
            return [replace(plain, response=one, reference=None) for one in self.output.passages]
        if metric == "CitationPrecision":
            return [replace(plain, reference=part, response=text) for part, text in said]
        if metric == "CitationCoverage":
            cited = "\n\n".join(text for _, text in said)
            return [replace(plain, reference=self.output.text, response=cited)]
        if metric == "Faithfulness":
            return [replace(plain, reference=None, context=self._context)]
        return [replace(plain, reference=None) if metric == "LogicalCoherence" else plain]
