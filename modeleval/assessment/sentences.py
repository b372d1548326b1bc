"""Why a condition came out as it did: one sentence, with the numbers, without a full stop."""

from __future__ import annotations

from modeleval.assessment.comparisons import Against, Compared
from modeleval.scores.aggregates import AggregateScore
from modeleval.scores.summary import Summary
from modeleval.statistics.verdict import Verdict
from modeleval.statistics.words import Decision

_CALLED = {"base-model": "the base model ", "previous": "the previous ", "run": ""}


def about_mean(decision: Decision, condition: str, *, by: str = "") -> str:
    """`minimum` or `maximum`: the mean, its bounds and the limit. `by`: what the bounds rest on."""
    low, high = decision.lower_bound, decision.upper_bound
    if decision.value is None:
        return decision.reason
    mean = f"mean {decision.value:.3g}"
    if low is None or high is None:
        return f"{mean}, but {decision.reason}"
    limit = decision.limit
    between = f"{mean}, between {_number(low, limit)} and {_number(high, limit)}{by}"
    if decision.verdict is Verdict.INCONCLUSIVE:
        return f"{between}, with {limit:.3g} in between"
    asked = "at least" if condition == "minimum" else "at most"
    return f"{between}, and {asked} {limit:.3g} is asked"


def about_difference(found: Compared, decision: Decision, margin: float) -> str:
    """The rules on regression: the difference, its bounds and the margin; better and worse are by
    the metric's own direction.
    """
    result, low, high = found.result, decision.lower_bound, decision.upper_bound
    known = result.difference
    said = "as good as" if not known else f"{_side(known, margin)} than"
    told = f"{said} {called(found.against)}"
    if low is None or high is None:
        return f"{told}, but {decision.reason}"
    told += f", {_between(low, high, margin)}"
    if not result.paired:
        told += " by their standard errors"
    if decision.verdict is Verdict.INCONCLUSIVE:
        told += f", with the margin of {margin:.3g} in between"
    elif decision.verdict is Verdict.FAILED and decision.limit == 0:
        told += ", which is a certain loss"
    else:
        told += f", and at most {margin:.3g} worse may be"
    apart = (result.only_new or 0) + (result.only_base or 0)
    if apart:
        told += f" ({result.matched} records are in both, {apart} in only one)"
    return told


def about_scored(counted: Summary | AggregateScore, share: float) -> str:
    records = counted.records or 0
    scored = records - counted.unscored
    return f"{scored} of {records} records were scored, and {100 * share:.4g} % must be"


def called(against: Against) -> str:
    """The other side of a comparison, as a person calls it."""
    name = _CALLED.get(against.label, f"the {against.label} ") + against.subject
    return f"{name} (run {against.run_id})" if against.run_id else name


def _between(low: float, high: float, margin: float) -> str:
    if low * high <= 0:
        return f"between {_side(low, margin)} and {_side(high, margin)}"
    near, far = sorted((abs(low), abs(high)))
    return f"between {_number(near, margin)} and {_side(far if low > 0 else -far, margin)}"


def _side(difference: float, margin: float) -> str:
    if not difference:
        return "no difference"
    return f"{_number(abs(difference), margin)} {'better' if difference > 0 else 'worse'}"


def _number(number: float, limit: float) -> str:
    """Three digits, or more where three would show a number as the limit that it is not."""
    text = f"{number:.3g}"
    return f"{number:.7g}" if text == f"{limit:.3g}" and number != limit else text
