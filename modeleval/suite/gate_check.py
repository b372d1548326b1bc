"""Rules that could never be decided are found before the run is paid for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from modeleval.documents import closest
from modeleval.kinds.protocol import Evaluation
from modeleval.kinds.registry import KINDS
from modeleval.suite.gate import Gate, Rule
from modeleval.suite.gate_limits import limit_problems


def rule_problems(
    gate: Gate, baseline: str | None, evaluations: Sequence[Evaluation]
) -> Iterator[str]:
    """One line per part of a rule that the suite's evaluations and baseline cannot decide."""
    by_name = {evaluation.name: evaluation for evaluation in evaluations}
    for number, rule in enumerate(gate.rules):
        at = f"gate.rules[{number}]"
        evaluation = by_name.get(rule.evaluation)
        if evaluation is None:
            hint = _hint(rule.evaluation, by_name)
            yield f"{at}.evaluation: no evaluation of the suite is called so; {hint}"
            continue
        yield from _names(at, rule, evaluation)
        yield from _conditions(at, rule, evaluation)
        yield from limit_problems(at, rule, KINDS[evaluation.kind].metrics(evaluation))
        if rule.margins:
            yield from _baseline(at, baseline, evaluation)


def _names(at: str, rule: Rule, evaluation: Evaluation) -> Iterator[str]:
    kind = KINDS[evaluation.kind]
    metrics = kind.known_metrics(evaluation)
    if rule.metric is not None and metrics is not None and rule.metric not in metrics:
        hint = _hint(rule.metric, metrics)
        yield f"{at}.metric: {evaluation.name} has no such metric; {hint}"
    categories = kind.known_categories(evaluation)
    if rule.category is not None and categories is not None and rule.category not in categories:
        hint = _hint(rule.category, categories)
        yield f"{at}.category: {evaluation.name} has no such category; {hint}"


def _conditions(at: str, rule: Rule, evaluation: Evaluation) -> Iterator[str]:
    """What needs records of an evaluation that reports none."""
    kind = KINDS[evaluation.kind]
    if kind.metrics(evaluation) or kind.known_metrics(evaluation) is None:
        return
    for name, asked in (
        ("maxLowScores", rule.max_low_scores),
        ("minScoredShare", rule.min_scored_share),
    ):
        if asked is not None:
            yield f"{at}.{name}: {evaluation.name} reports no records, only scores over all of them"


def _baseline(at: str, baseline: str | None, evaluation: Evaluation) -> Iterator[str]:
    if baseline == "none":
        yield f"{at}: a regression from nothing; baseline is none"
    if baseline == "base-model" and not KINDS[evaluation.kind].compares_base_model(evaluation):
        yield f"{at}: {evaluation.name} does not evaluate the base model, which is the baseline"


def _hint(name: str, known: Collection[str]) -> str:
    near = closest(name, list(known))
    return f"did you mean {near}?" if near else f"there are {', '.join(known) or 'none'}"
