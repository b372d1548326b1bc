"""A run's results as a model package's CustomerMetadataProperties, within its limits.

Source: botocore's service model of `sagemaker` (CustomerMetadataMap): at most 50 entries; keys of 1
to 128 and values of 1 to 256 characters, letters, numbers, blanks and `_.:/=+-@`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from modeleval.digests import text_digest

PREFIX = "modeleval_"
MOST = 50
_KEY, _VALUE = 128, 256
_PUNCTUATION = frozenset(" _.:/=+-@")
_DIGITS = 8


class Changes(NamedTuple):
    """What UpdateModelPackage is asked for; `left_out` is how many results found no room.

    put: every entry that shall be there, also those that are there: whether the service adds to the
    entries or replaces them, nobody's are lost. remove: the suite's older ones.
    """

    put: dict[str, str]
    remove: list[str]
    left_out: int

    def of(self, existing: Mapping[str, str]) -> bool:
        """Whether they change anything."""
        return bool(self.remove) or self.put != dict(existing)


def results(summary: Mapping[str, Any], summary_uri: str) -> Iterator[tuple[str, str]]:
    """Key and value of each entry, the most important first.

    The run, its verdict and its summary document; then one entry per metric of the run's model:
    what the gate asks about before the others.
    """
    start = prefix(summary["suite"])
    yield f"{start}run", _text(summary["runId"], _VALUE)
    yield f"{start}verdict", _text((summary.get("gate") or {}).get("verdict") or "none", _VALUE)
    yield f"{start}summary", _text(summary_uri, _VALUE)
    for evaluation, score in sorted(_scores(summary), key=_asked_first(summary)):
        name = f"{start}{evaluation}_{score['metric']}"
        yield _key(name), _text(_numbers(score), _VALUE)


def prefix(suite: str) -> str:
    """What the keys of one suite begin with: suites' names have no underscore."""
    return f"{PREFIX}{suite}_"


def merged(existing: Mapping[str, str], entries: Iterator[tuple[str, str]], suite: str) -> Changes:
    """The entries that a package has, those of the suite's earlier runs replaced."""
    others = {key: text for key, text in existing.items() if not key.startswith(prefix(suite))}
    found = list(entries)
    room = max(0, MOST - len(others))
    own = dict(found[:room])
    old = [key for key in existing if key.startswith(prefix(suite)) and key not in own]
    return Changes({**others, **own}, sorted(old), len(found) - len(own))


def _scores(summary: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The overall summaries of evaluations of the run's model, with their evaluations' names."""
    for entry in summary["evaluations"]:
        for score in entry.get("summaries", []) if entry["ofModel"] else ():
            own = score.get("candidate") is None and score["category"] is None
            if own and score["mean"] is not None:
                yield entry["name"], score


def _asked_first(summary: Mapping[str, Any]) -> Any:
    conditions = (summary.get("gate") or {}).get("conditions", [])
    asked = {(one["evaluation"], one["metric"]) for one in conditions}
    return lambda found: (found[0], found[1]["metric"]) not in asked


def _numbers(score: Mapping[str, Any]) -> str:
    ends = score["interval"]
    said = [f"mean={score['mean']:.4g}"]
    if ends["low"] is not None and ends["high"] is not None:
        said += [f"low={ends['low']:.4g}", f"high={ends['high']:.4g}"]
    if score["n"] is not None:
        said.append(f"n={score['n']}")
    return " ".join(said)


def _key(name: str) -> str:
    """At most 128 characters; what is cut is told apart by a digest."""
    text = _text(name, len(name))
    if len(text) <= _KEY:
        return text
    return f"{text[: _KEY - _DIGITS - 1]}-{text_digest(name)[:_DIGITS]}"


def _text(value: str, most: int) -> str:
    return "".join(c if c.isalnum() or c in _PUNCTUATION else "-" for c in value)[:most]
