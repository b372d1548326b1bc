"""Which metrics there are, which options each takes, and what their numbers mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from modeleval.documents import closest
from modeleval.scores.metrics import Direction, Metric

SACREBLEU = "2.6.0"
ROUGE_SCORE = "0.1.2"
"""Another version may count otherwise: its scores are not compared with those of this one."""


class Offered(NamedTuple):
    """A metric: its options with their defaults, whether records have it, and its scale.

    per_record: without it there is one number for all records and each category. library: whose
    arithmetic it is, with the version.
    """

    options: Mapping[str, Any]
    per_record: bool
    meaning: str
    maximum: float = 1.0
    levels: int | None = None
    library: str = ""


_LABELS: Mapping[str, Any] = {"average": "macro", "threshold": None, "positiveLabel": None}
_BLEU: Mapping[str, Any] = {
    "maxOrder": 4,
    "smoothing": "exp",
    "smoothingValue": None,
    "tokenizer": "13a",
    "lowercase": False,
}
_CHRF: Mapping[str, Any] = {"charOrder": 6, "wordOrder": 0, "beta": 2, "lowercase": False}
_SACRE = f"sacrebleu {SACREBLEU}"

OFFERED: Mapping[str, Offered] = {
    "ExactMatch": Offered({}, True, "1: the reference, but for blanks at its ends.", levels=2),
    "QuasiExactMatch": Offered(
        {}, True, "1: the reference, but for case, punctuation, articles and blanks.", levels=2
    ),
    "TokenF1": Offered({}, True, "1: the reference's words, in any order, and no others."),
    "Accuracy": Offered(
        {"threshold": None}, True, "1: the response is the reference's label.", levels=2
    ),
    "Precision": Offered(_LABELS, False, "1: no response names a wrong label."),
    "Recall": Offered(_LABELS, False, "1: every label is found where it belongs."),
    "F1": Offered(_LABELS, False, "1: precision and recall are both 1."),
    "BLEU": Offered(_BLEU, False, "100: all n-grams are the references'.", 100.0, None, _SACRE),
    "SentenceBLEU": Offered(
        _BLEU, True, "100: all n-grams are the reference's.", 100.0, None, _SACRE
    ),
    "chrF": Offered(_CHRF, False, "100: all character n-grams agree.", 100.0, None, _SACRE),
    "SentenceChrF": Offered(_CHRF, True, "100: all character n-grams agree.", 100.0, None, _SACRE),
    "ROUGE": Offered(
        {"types": ("rouge1", "rouge2", "rougeL"), "stemmer": False},
        True,
        "1: response and reference have the same n-grams, or the same sequence of words.",
        library=f"rouge-score {ROUGE_SCORE}",
    ),
}
ROUGE_NAMES = {"rouge1": "ROUGE-1", "rouge2": "ROUGE-2", "rougeL": "ROUGE-L"}

_REFUSED = {
    "meteor": "METEOR needs WordNet, which would be downloaded while it runs. ROUGE with "
    "stemmer: true credits inflected words, and chrF parts of words",
    "bertscore": "BERTScore needs a language model, which no function holds. Accuracy of "
    "bedrock-programmatic is BERTScore for the task type Summarization; bedrock-judge judges "
    "Correctness",
}
_ALIASES = {
    "em": "ExactMatch",
    "qem": "QuasiExactMatch",
    "f1scorequasi": "TokenF1",
    "chrfplusplus": "chrF",
}


def offered_name(given: str) -> str:
    """The metric that a name means, in its own spelling. Raises ValueError for others."""
    plain = re.sub(r"[^a-z0-9]", "", given.lower())
    if plain in _REFUSED:
        raise ValueError(_REFUSED[plain])
    if plain in _ALIASES:
        return _ALIASES[plain]
    known = {name.lower(): name for name in OFFERED}
    if plain in known:
        return known[plain]
    near = closest(given, [*OFFERED])
    hint = f"did you mean {near}?" if near else f"there are {', '.join(OFFERED)}"
    raise ValueError(f"there is no such metric; {hint}")


def rouge_type(given: str) -> str | None:
    """The type that a name such as `rouge-1` or `ROUGE-L` means by itself."""
    plain = re.sub(r"[^a-z0-9]", "", given.lower())
    return next((one for one in ROUGE_NAMES if one.lower() == plain), None)


def metric_of(name: str, offered: Offered) -> Metric:
    return Metric(
        name=name,
        direction=Direction.HIGHER,
        levels=offered.levels,
        maximum=offered.maximum,
        uses_reference=True,
        meaning=offered.meaning,
    )
