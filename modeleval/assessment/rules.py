"""The gate: each rule decided, each with one sentence of why, with the numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from statistics import fmean

from modeleval.assessment.decided import ALL, About, Decided, Material
from modeleval.assessment.intervals import NO_NUMBERS, aggregate_interval, scale_of
from modeleval.assessment.sentences import about_difference, about_mean, about_scored, called
from modeleval.assessment.subject import Scored
from modeleval.scores.aggregates import AggregateScore
from modeleval.scores.summary import Summary
from modeleval.statistics.gate import (
    decide_limit,
    decide_no_significant_regression,
    decide_regression,
)
from modeleval.statistics.verdict import Verdict
from modeleval.statistics.words import Decision, NoInterval, Word
from modeleval.suite.gate import Gate, Rule

__all__ = ["Decided", "Material", "decide"]

_ONE_SIDED = 0.90
"""A two-sided interval with this confidence ends where one-sided 95 % bounds do."""


def decide(gate: Gate, materials: Mapping[str, Material]) -> list[Decided]:
    """Every condition of every rule, in the gate's order."""
    return [
        decided for rule in gate.rules for decided in _rule(rule, gate, materials[rule.evaluation])
    ]


def _rule(rule: Rule, gate: Gate, material: Material) -> Iterator[Decided]:
    about = About(rule, material, rule.metric)
    scored = material.scored
    if scored is None:
        yield about.undecided(ALL, material.failure)
        return
    decided = [
        _doubted(one, gate, scored)
        for metric in _metrics(rule, scored)
        for one in _conditions(about._replace(metric=metric), metric, scored)
    ]
    if not decided:
        where = f" in the category {rule.category}" if rule.category is not None else ""
        what = "not scored" if rule.metric else "no metric that the rule applies to was scored"
        decided = [about.undecided(ALL, what + where)]
    yield from decided


def _metrics(rule: Rule, scored: Scored) -> list[str]:
    """The metrics that the rule is about, as far as there are any in its category."""
    named = dict.fromkeys([*scored.metrics, *scored.aggregate_metrics])
    wanted = [rule.metric] if rule.metric is not None else named
    return [
        name
        for name in wanted
        if scored.summary(name, rule.category) or scored.aggregate(name, rule.category)
    ]


def _doubted(decided: Decided, gate: Gate, scored: Scored) -> Decided:
    """Too few records scored: nothing is known of the mean, and what is low is low.

    Records that nobody scored may be of one sort, so that a mean without them says nothing, for or
    against; low scores that there are already too many of do not become fewer.
    """
    counted = _counted(decided.metric or "", decided.category, scored)
    share = counted.scored_share if counted is not None else None
    if counted is None or share is None or share >= gate.min_scored_share:
        return decided
    if decided.condition == "minScoredShare" or decided.verdict is Verdict.INCONCLUSIVE:
        return decided
    if decided.condition == "maxLowScores" and decided.verdict is Verdict.FAILED:
        return decided
    why = f"only {about_scored(counted, gate.min_scored_share)}"
    return replace(decided, verdict=Verdict.INCONCLUSIVE, why=f"{why}; {decided.why}")


def _counted(metric: str, category: str | None, scored: Scored) -> Summary | AggregateScore | None:
    """What knows how many records were scored; of an aggregate only the whole does."""
    return scored.summary(metric, category) or scored.aggregate(metric)


def _conditions(about: About, metric: str, scored: Scored) -> Iterator[Decided]:
    """A rule for all metrics leaves out what does not apply to one; a metric that is named is told
    why it cannot be decided.
    """
    rule = about.rule
    if rule.metric is not None or _has_mean(metric, scored, rule.category):
        yield from _of_means(about, metric, scored)
    if rule.max_low_scores is not None and (rule.metric or not _no_low_scores(metric, scored)):
        yield _low_scores(about, metric, scored, rule.max_low_scores)
    counted = _counted(metric, rule.category, scored)
    known = counted is not None and counted.scored_share is not None
    if rule.min_scored_share is not None and (rule.metric or known):
        yield _share(about, counted, rule.min_scored_share)


def _has_mean(metric: str, scored: Scored, category: str | None) -> bool:
    """Scores that are all texts have no mean."""
    summary = scored.summary(metric, category)
    return summary is None or summary.n > 0 or not summary.string_n


def _of_means(about: About, metric: str, scored: Scored) -> Iterator[Decided]:
    rule = about.rule
    for name, limit in (("minimum", rule.minimum), ("maximum", rule.maximum)):
        if limit is not None:
            decision = _limit(rule, metric, scored, name, limit)
            by = "" if scored.aggregate(metric, rule.category) is None else " by its standard error"
            yield about.decided(name, decision, about_mean(decision, name, by=by), limit=limit)
    if rule.max_regression is not None:
        yield _regression(about, metric, "maxRegression", rule.max_regression)
    if rule.no_significant_regression and rule.margin is not None:
        yield _regression(about, metric, "noSignificantRegression", rule.margin)


def _limit(rule: Rule, metric: str, scored: Scored, condition: str, limit: float) -> Decision:
    aggregate = scored.aggregate(metric, rule.category)
    if aggregate is not None:
        return _aggregate_limit(aggregate, condition, limit)
    values = scored.table.values(metric, category=rule.category)
    if not values:
        return _undecided(limit, None, NO_NUMBERS)
    labels = scored.table.clusters(values)
    decision = decide_limit(
        list(values.values()),
        limit,
        rule="minimum" if condition == "minimum" else "maximum",
        scale=scale_of(scored.metrics[metric], averaged=scored.averaged),
        clusters=[labels.get(key, (key,)) for key in values] if labels else None,
    )
    return replace(decision, value=fmean(values.values()))  # also where no interval exists


def _undecided(limit: float, value: float | None, reason: str) -> Decision:
    return Decision(
        verdict=Verdict.INCONCLUSIVE,
        limit=limit,
        value=value,
        lower_bound=None,
        upper_bound=None,
        reason=reason,
    )


def _aggregate_limit(score: AggregateScore, condition: str, limit: float) -> Decision:
    interval = aggregate_interval(score, confidence=_ONE_SIDED)
    if isinstance(interval, NoInterval):
        return _undecided(limit, score.value, interval.reason)
    low, high = interval.low, interval.high
    kept = low >= limit if condition == "minimum" else high <= limit
    broken = high < limit if condition == "minimum" else low > limit
    verdict = Verdict.PASSED if kept else Verdict.FAILED if broken else Verdict.INCONCLUSIVE
    return Decision(
        verdict=verdict,
        limit=limit,
        value=score.value,
        lower_bound=low,
        upper_bound=high,
        reason="",
    )


def _regression(about: About, metric: str, condition: str, margin: float) -> Decided:
    material, category = about.material, about.rule.category
    against = material.against
    if against is None and material.lost_baseline:
        return about.undecided(condition, material.lost_baseline, limit=margin)
    if against is None:
        why = f"{material.missing_baseline or 'no baseline'}: nothing to regress from"
        return replace(about.says(condition, Verdict.PASSED, why, limit=margin), evidence=False)
    wanted = (against.label, metric, category)
    found = next(
        (
            one
            for one in material.compared
            if (one.against.label, one.metric, one.category) == wanted
        ),
        None,
    )
    if found is None or found.result.word is Word.NOT_COMPARABLE:
        where = f" in the category {category}" if category is not None else ""
        why = found.result.reason if found else f"it has no {metric}{where}"
        why = f"not comparable with {called(against)}: {why}"
        return about.undecided(condition, why, limit=margin)
    maximal = condition == "maxRegression"
    decide_by = decide_regression if maximal else decide_no_significant_regression
    decision = decide_by(found.result.interval, margin)
    why = about_difference(found, decision, margin)
    return about.decided(condition, decision, why, limit=margin)


def _low_scores(about: About, metric: str, scored: Scored, limit: int) -> Decided:
    category = about.rule.category
    refused = _no_low_scores(metric, scored)
    summary = scored.summary(metric, category)
    if not refused and (summary is None or not summary.n + summary.string_n):
        refused = "no record has a score"
    if refused:
        return about.undecided("maxLowScores", refused, limit=limit)
    count = scored.low_count(metric, category)
    verdict = Verdict.PASSED if count <= limit else Verdict.FAILED
    why = f"{count} low score{'' if count == 1 else 's'}, and at most {limit} may be"
    return about.says("maxLowScores", verdict, why, limit=limit, value=count)


def _no_low_scores(metric: str, scored: Scored) -> str:
    """Why low scores of a metric mean nothing; empty if they do."""
    defined = scored.metrics.get(metric)
    if defined is None:
        return "low scores are records, and only the aggregate is known"
    if defined.custom and defined.worst_level is None:
        return "its scale has no worst level, so no score is low"
    if not defined.bounded:
        return "its scale has no end, so no score is low"
    return ""


def _share(about: About, counted: Summary | AggregateScore | None, limit: float) -> Decided:
    share = counted.scored_share if counted is not None else None
    if counted is None or share is None:
        why = "how many records were scored is not known"
        return about.undecided("minScoredShare", why, limit=limit)
    verdict = Verdict.PASSED if share >= limit else Verdict.FAILED
    decided = about.says(
        "minScoredShare", verdict, about_scored(counted, limit), limit=limit, value=share
    )
    # That all were scored says nothing of how well.
    return replace(decided, evidence=verdict is Verdict.FAILED)
