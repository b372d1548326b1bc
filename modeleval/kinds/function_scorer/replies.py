"""A scorer's reply, read so that nothing odd becomes a score: what cannot be told is unscored.

The contract (SageMaker's documentation of custom scorers): a list of
`{"id", "aggregate_reward_score": <number>, "metrics_list"?: [{"name", "value", "type"}]}`, or
`{"statusCode": 200, "body": "<that list as JSON>"}`.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from modeleval.kinds.function_scorer.document import REWARD
from modeleval.scores.metrics import Metric

_OK = 200

TROUBLES = {
    "missing": "records are not in the function's reply",
    "twice": "records are in a reply more than once",
    "unknown": "entries of replies have no id that was asked about",
    "noMetric": "values are missing in a reply",
    "metricTwice": "values are in a reply more than once",
    "noNumber": "values are no numbers",
    "notFinite": "values are not finite",
    "offScale": "values are outside of the scale that the suite states",
}


class Result(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What one batch came to: scores by record and metric, how often what was odd, or why there is
    none at all (`failure`)."""

    scores: dict[str, dict[str, float]] = {}
    troubles: dict[str, int] = {}
    failure: str | None = None
    records: int = 0


class _Unreadable(Exception):
    """No reply of the contract's form; says why."""


def read_reply(payload: bytes, ids: Sequence[str], metrics: Mapping[str, Metric]) -> Result:
    """The scores of one batch; a reply that is none is a failure, and raises nothing."""
    try:
        entries = _entries(payload)
    except _Unreadable as error:
        return Result(failure=str(error), records=len(ids))
    troubles: Counter[str] = Counter()
    by_id = _by_id(entries, frozenset(ids), troubles)
    scores = {}
    for one in ids:
        entry = by_id.get(one)
        if entry is None:
            troubles["missing"] += one not in by_id
            continue
        found = dict(_values(entry, metrics, troubles))
        if found:
            scores[one] = found
    return Result(scores=scores, troubles={**+troubles}, records=len(ids))


def _entries(payload: bytes) -> list[Any]:
    reply = _json(payload)
    if isinstance(reply, dict):
        status = reply.get("statusCode")
        if status != _OK:
            told = status if isinstance(status, int) else "none"
            raise _Unreadable(f"the reply has no statusCode of {_OK} ({told})")
        body = reply.get("body")
        reply = _json(body) if isinstance(body, str) else body
    if not isinstance(reply, list):
        raise _Unreadable("the reply is no list of scores")
    return reply


def _json(text: bytes | str) -> Any:
    """Python's own reader: a scorer in Python writes NaN, which is no JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise _Unreadable("the reply is no JSON") from None


def _by_id(
    entries: Sequence[Any], ids: frozenset[str], troubles: Counter[str]
) -> dict[str, Mapping[str, Any] | None]:
    """The entry of each id; None for one that comes twice: nobody knows which is meant."""
    found: dict[str, Mapping[str, Any] | None] = {}
    for entry in entries:
        known = entry.get("id") if isinstance(entry, dict) else None
        if not isinstance(known, str) or known not in ids:
            troubles["unknown"] += 1
        elif known in found:
            troubles["twice"] += found[known] is not None
            found[known] = None
        else:
            found[known] = entry
    return found


def _values(
    entry: Mapping[str, Any], metrics: Mapping[str, Metric], troubles: Counter[str]
) -> Iterator[tuple[str, float]]:
    listed = entry.get("metrics_list")
    given = [
        (one.get("name"), one.get("value"))
        for one in (listed if isinstance(listed, list) else ())
        if isinstance(one, dict)
    ]
    for name, metric in metrics.items():
        values = [value for known, value in given if known == name]
        if name == REWARD and REWARD in entry:
            values = [entry[REWARD]]
        if len(values) != 1:
            troubles["metricTwice" if values else "noMetric"] += 1
            continue
        number, trouble = _number(values[0], metric)
        if trouble:
            troubles[trouble] += 1
        else:
            yield name, number


def _number(value: Any, metric: Metric) -> tuple[float, str | None]:
    """The value, or what is wrong with it."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0, "noNumber"
    try:
        number = float(value)
    except OverflowError:
        return 0.0, "notFinite"
    if not math.isfinite(number):
        return 0.0, "notFinite"
    if not metric.minimum <= number <= metric.maximum:
        return 0.0, "offScale"
    return number, None
