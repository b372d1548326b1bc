"""How often the gate and the words err: at most 5 % each is the aim."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import ndtr
from scipy.stats import wilcoxon

from benchmarks.statistics import methods, scenarios
from benchmarks.statistics.scenarios import SIZES, Discrete
from modeleval.statistics.bounded import centre_root
from modeleval.statistics.flips import flip
from modeleval.statistics.intervals import LEAST_UNITS
from modeleval.statistics.units import Floats, Kinds
from modeleval.statistics.words import Method

SAMPLES = 20_000
MARGINS = (0.05, 0.1)
_CLUSTERED = 6000
_TESTED = 5000
_WILCOXON = 500
_ERROR = 0.05
_LEAST = LEAST_UNITS[Method.BOUNDED]
Draw = Callable[[np.random.Generator, Discrete, int, int], Kinds]


def _in(sizes: tuple[int, ...]) -> Draw:
    return lambda chance, one, n, samples: scenarios.clustered(chance, one, n, samples, sizes)


_DRAWS: dict[str, Draw] = {
    "records": scenarios.independent,
    "conversations of 4": scenarios.clustered,
    "conversations of 1 to 9": _in(scenarios.UNEQUAL),
    "conversations, one in 10 of 20": _in(scenarios.FEW_LONG),
    "conversations, one in 30 of 50": _in(scenarios.ONE_LONG),
}
_FEWER = 2000  # samples of the last two, which are large


def gate(chance: np.random.Generator) -> list[dict[str, Any]]:
    """P(failed | no difference) for both rules, P(passed | difference = -margin)."""
    rows = []
    for unit, draw in _DRAWS.items():
        samples = _FEWER if "one in" in unit else _CLUSTERED
        samples = SAMPLES if draw is scenarios.independent else samples
        for n in SIZES:
            for one in scenarios.NO_DIFFERENCE:
                kinds = draw(chance, one, n, samples)
                enough = methods.shown(kinds, _LEAST)
                failed = enough & methods.below(kinds, -MARGINS[0], 1.0, _ERROR)
                significant = enough & methods.below(kinds, 0.0, 1.0, _ERROR)
                rows.append(
                    {
                        "truth": "no difference",
                        "unit": unit,
                        "records": n,
                        "samples": samples,
                        "shape": one.name,
                        "margin": None,
                        "failed": _share(failed),
                        "failed_significance": _share(significant),
                    }
                )
            for margin in MARGINS:
                for one in scenarios.worse(margin):
                    about = {"unit": unit, "records": n, "samples": samples, "shape": one.name}
                    rows.append(about | _passed(draw(chance, one, n, samples), margin))
    return rows


def _passed(kinds: Kinds, margin: float) -> dict[str, Any]:
    naive, _ = methods.student(kinds, _ERROR)
    enough = methods.shown(kinds, _LEAST)
    return {
        "truth": "worse by the margin",
        "margin": margin,
        "passed": _share(enough & methods.above(kinds, -margin, -1.0, _ERROR)),
        "student": _share(naive > -margin + 1e-9),
    }


def limits(chance: np.random.Generator) -> list[dict[str, Any]]:
    """minimum: P(passed) and P(failed) where the true mean lies just beside the limit."""
    rows = []
    for name, distributions in scenarios.SCORES.items():
        if name == "all equal":
            continue
        for n in SIZES:
            passed, failed = [], []
            for one in distributions:
                kinds = scenarios.independent(chance, one, n, SAMPLES)
                passed.append(_share(methods.above(kinds, one.mean, 0.0, _ERROR)))
                failed.append(_share(methods.below(kinds, one.mean, 1.0, _ERROR)))
            rows.append({"scenario": name, "records": n, "passed": passed, "failed": failed})
    return rows


def words(chance: np.random.Generator) -> list[dict[str, Any]]:
    """P(improved or regressed) where the means are equal and the differences are asymmetric."""
    rows = []
    for one in scenarios.ASYMMETRIC:
        for n in SIZES:
            kinds = scenarios.independent(chance, one, n, _TESTED)
            flipped = _flipped(one, kinds)
            ours = np.maximum(flipped, _bounded_p(kinds))
            signed = np.array(
                [_wilcoxon(_terms(one, counts)) for counts in kinds.counts[:_WILCOXON]]
            )
            rows.append(
                {
                    "gain": float(one.chances[0]),
                    "loss": float(one.chances[1]),
                    "records": n,
                    "words": _share(ours <= _ERROR),
                    "flip_alone": _share(flipped <= _ERROR),
                    "wilcoxon": _share(signed <= _ERROR),
                }
            )
    return rows


def _flipped(one: Discrete, kinds: Kinds) -> Floats:
    """The sign-flip test's p-value of each sample; equal samples are tested once."""
    different, which = np.unique(kinds.counts, axis=0, return_inverse=True)
    p_values = np.array([flip(_terms(one, counts)).either for counts in different])
    return p_values[which.ravel()]


def _terms(one: Discrete, counts: Floats) -> Floats:
    return np.repeat(one.values, counts.astype(int))


def _bounded_p(kinds: Kinds) -> Floats:
    sign = np.where(kinds.means >= 0, 1.0, -1.0)
    turned = kinds._replace(totals=kinds.totals * sign[:, None])
    return np.minimum(1, 2 * ndtr(centre_root(turned, -1.0, np.zeros(len(sign)))))


def _wilcoxon(terms: Floats) -> float:
    if not terms.any():
        return 1.0
    return float(wilcoxon(terms, method="asymptotic").pvalue)


def _share(which: Any) -> float:
    return round(float(np.mean(which)), 4)
