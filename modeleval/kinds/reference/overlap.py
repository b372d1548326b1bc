"""N-grams that response and reference share: BLEU and chrF by sacrebleu, ROUGE by rouge-score.

BLEU and chrF of many records are no mean of those of each: they are made of summed counts, which
sacrebleu keeps per record for its own resampling.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics.base import Metric
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from modeleval.statistics.bootstrap import Array

_ROUGE_READS = re.compile("[a-z0-9]")

Counts = Sequence[Sequence[int]]


class NGrams(Protocol):
    """A metric of sums: the counts of each pair, and what some counts come to (0 to 100)."""

    def counts(self, responses: Sequence[str], references: Sequence[str]) -> Counts: ...

    def score(self, counts: Sequence[float]) -> float: ...


class _Counted(Metric):
    """What sacrebleu keeps for its resampling, by names that others may call."""

    def counts(self, responses: Sequence[str], references: Sequence[str]) -> Counts:
        found: Counts = self._extract_corpus_statistics(responses, [references])
        return found

    def score(self, counts: Sequence[float]) -> float:
        return float(self._compute_score_from_stats([*map(int, counts)]).score)


class _Bleu(_Counted, BLEU):
    """BLEU, counted."""


class _Chrf(_Counted, CHRF):
    """chrF, counted."""


def n_grams(name: str, options: Mapping[str, Any]) -> NGrams:
    """The metric of that name: BLEU or chrF, of all records or of sentences."""
    if name in ("chrF", "SentenceChrF"):
        return _Chrf(
            char_order=options["charOrder"],
            word_order=options["wordOrder"],
            beta=options["beta"],
            lowercase=options["lowercase"],
        )
    return _Bleu(
        lowercase=options["lowercase"],
        force=True,
        tokenize=options["tokenizer"],
        smooth_method=options["smoothing"],
        smooth_value=options["smoothingValue"],
        max_ngram_order=options["maxOrder"],
        # Orders that are longer than a sentence do not count against it.
        effective_order=name == "SentenceBLEU",
    )


def score_of(metric: NGrams) -> Callable[[Array], Array]:
    """From sums of counts, a row per draw, to scores."""
    return lambda sums: np.array([metric.score(row) for row in sums.tolist()])


def rouge(options: Mapping[str, Any]) -> Callable[[str, str], dict[str, float | None]]:
    """From response and reference to the F-measure by type; None where it does not apply.

    rouge-score reads a to z and digits only: it would give 0 to any response to a reference that
    has none of them.
    """
    types = list(options["types"])
    scorer = RougeScorer(types, use_stemmer=options["stemmer"])

    def score(response: str, reference: str) -> dict[str, float | None]:
        if not _ROUGE_READS.search(reference.lower()):
            return dict.fromkeys(types)
        found = scorer.score(reference, response)
        return {name: float(found[name].fmeasure) for name in types}

    return score
