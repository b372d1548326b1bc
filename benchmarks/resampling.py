"""How often the interval of an aggregate (BLEU, macro F1 and their like) holds the truth.

`python -m benchmarks.resampling` writes resampling.md. Samples are drawn from a large population
whose own score is the truth; the interval is the score plus or minus 1.96 bootstrap errors, cut off
at the scale's ends, as it is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import numpy as np

from modeleval.kinds.reference import labels, overlap
from modeleval.kinds.reference.asked import ReferenceMetric
from modeleval.statistics import bootstrap
from modeleval.statistics.bootstrap import Array, bootstrap_error

SIZES = (20, 50, 100, 200, 400)
SAMPLES = 600
RESAMPLES = 300
PAGE = Path(__file__).with_suffix(".md")
_Z = 1.96
_WORDS = 60
_SHAPES = {
    "3 classes, even": ([1 / 3] * 3, [0.8, 0.7, 0.6]),
    "80, 15 and 5 %": ([0.8, 0.15, 0.05], [0.9, 0.6, 0.5]),
    "5 classes, 40 to 5 %": ([0.4, 0.3, 0.15, 0.1, 0.05], [0.9, 0.8, 0.7, 0.6, 0.5]),
}


_PREFACE = (
    "`python -m benchmarks.resampling` wrote this. Coverage of the 95 % interval of a score that "
    "is no mean, in {} samples of {} draws each: a number here is right to about two percent. In "
    "brackets the share of samples that have an interval at all, where it is not 100 %. Shown are "
    "only those of at least {} records or conversations."
)


class Case(NamedTuple):
    """A population's counts, what their sums come to, and the end of the scale."""

    name: str
    counts: Array
    value: Callable[[Array], Array]
    maximum: float


def cases(chance: np.random.Generator) -> Iterator[Case]:
    pairs = [_pair(chance) for _ in range(6000)]
    texts = [given for given, _ in pairs], [wanted for _, wanted in pairs]
    for name in ("BLEU", "chrF"):
        metric = overlap.n_grams(name, ReferenceMetric.model_validate(name).options)
        counts = np.array(metric.counts(*texts), dtype=np.float64)
        yield Case(name, counts, overlap.score_of(metric), 100)
    for shape, (shares, right) in _SHAPES.items():
        records = _labelled(chance, shares, right)
        classes = labels.classes_of(records)
        counts = labels.counts_of(records, classes)
        for metric, average in (("F1", "macro"), ("Precision", "macro"), ("F1", "weighted")):
            value = labels.score_of(metric, average, classes, None)
            yield Case(f"{metric}, {average}, {shape}", counts, value, 1)
    for share in (0.2, 0.05):
        records = _labelled(chance, [1 - share, share], [0.95, 0.6])
        classes = labels.classes_of(records)
        value = labels.score_of("F1", "binary", classes, "1")
        yield Case(f"F1 of a class of {share:.0%}", labels.counts_of(records, classes), value, 1)


def _pair(chance: np.random.Generator) -> tuple[str, str]:
    """A reference of 5 to 29 words by Zipf's law, and a response that has some of them."""
    shares = 1 / np.arange(1, _WORDS + 1)
    shares /= shares.sum()
    wanted = chance.choice(_WORDS, chance.integers(5, 30), p=shares)
    share = chance.beta(2, 1)
    given = [one if chance.random() < share else chance.choice(_WORDS, p=shares) for one in wanted]
    return " ".join(f"w{one}" for one in given), " ".join(f"w{one}" for one in wanted)


def _labelled(
    chance: np.random.Generator, shares: Sequence[float], right: Sequence[float]
) -> list[labels.Labelled]:
    """20,000 records of classes with these shares, each named right so often."""
    found = []
    for _ in range(20_000):
        wanted = int(chance.choice(len(shares), p=shares))
        hit = chance.random() < right[wanted]
        given = wanted if hit else int(chance.integers(len(shares)))
        found.append(labels.Labelled(str(wanted), str(given)))
    return found


def coverage(case: Case, size: int, chance: np.random.Generator) -> tuple[float, float]:
    """The share of intervals that hold the truth, and the share of samples that have one."""
    truth = case.value(case.counts.sum(axis=0, keepdims=True))[0]
    held = shown = 0
    for _ in range(SAMPLES):
        sample = case.counts[chance.integers(len(case.counts), size=size)]
        value = case.value(sample.sum(axis=0, keepdims=True))[0]
        with patch.multiple(bootstrap, RESAMPLES=RESAMPLES, LEAST_UNITS=2):
            error = bootstrap_error(sample, case.value)
        if error is None:
            continue
        shown += 1
        low, high = max(0.0, value - _Z * error), min(case.maximum, value + _Z * error)
        held += bool(low <= truth <= high)
    return (held / shown if shown else float("nan")), shown / SAMPLES


def page() -> str:
    chance = np.random.default_rng(1)
    heads = " | ".join(f"{size} records" for size in SIZES)
    lines = [
        "# Do the intervals of aggregates hold?",
        "",
        _PREFACE.format(SAMPLES, RESAMPLES, bootstrap.LEAST_UNITS),
        "",
        f"| score | {heads} |",
        f"|---|{'---:|' * len(SIZES)}",
    ]
    for case in cases(chance):
        cells = []
        for size in SIZES:
            held, shown = coverage(case, size, chance)
            cells.append(f"{held:.1%}" + ("" if shown == 1 else f" ({shown:.0%})"))
        lines.append(f"| {case.name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page())
