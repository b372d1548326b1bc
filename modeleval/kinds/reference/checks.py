"""What is wrong with a dataset for the metrics that are asked for: found before anything runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from modeleval.datasets.report import Problem
from modeleval.kinds.precomputed.dataset import Answered, Checked
from modeleval.kinds.reference.asked import ReferenceMetric
from modeleval.kinds.reference.texts import class_of, label_of, number_of

MOST_LABELS = 100
LONGEST_SECONDS = 500
"""The function that collects has 900; the estimate is rough."""

_CHARACTERS_PER_SECOND = {
    "BLEU": 600_000,
    "SentenceBLEU": 600_000,
    "chrF": 200_000,
    "SentenceChrF": 200_000,
    "ROUGE": 1_000_000,
}
"""Of both texts, by a function of 1 GB: 0.6 of what one core of 2024 was measured at."""
_ROUGE_L_STEPS_PER_SECOND = 2_000_000
"""The longest common subsequence takes a step per pair of words."""

_FIELD = "referenceResponse"
_LABELLED = ("Precision", "Recall", "F1")


def check(metrics: Sequence[ReferenceMetric], records: Sequence[Answered]) -> Checked:
    """Every record needs what its metrics compare with; labels must be labels."""
    problems = [*_references(metrics, records)]
    if not problems:
        problems = [*_labels(metrics, records), *_lengths(metrics, records)]
    return Checked(problems, [] if problems else [*_warnings(metrics, records)])


def _references(
    metrics: Sequence[ReferenceMetric], records: Sequence[Answered]
) -> Iterator[Problem]:
    wanted = ", ".join(dict.fromkeys(metric.name for metric in metrics))
    numeric = [metric.name for metric in metrics if metric.threshold is not None]
    for record in records:
        if record.response is None:
            continue
        if record.reference is None or not record.reference.strip():
            action = f"Write what is right: {wanted} compare with it; or remove the record"
            yield Problem(line=record.entry.line, field=_FIELD, what="is missing", action=action)
        elif numeric and number_of(record.reference) is None:
            action = f"Write 0 or 1: {', '.join(numeric)} with a threshold compare numbers"
            what = f"is no number ({len(record.reference):,} characters)"
            yield Problem(line=record.entry.line, field=_FIELD, what=what, action=action)


def _labels(metrics: Sequence[ReferenceMetric], records: Sequence[Answered]) -> Iterator[Problem]:
    asked = [one for one in metrics if one.name in _LABELLED and one.threshold is None]
    if not asked:
        return
    found = {label_of(one.reference or "") for one in records if one.response is not None}
    names = ", ".join(one.name for one in asked)
    if len(found) > MOST_LABELS:
        what = f"has {len(found):,} different references, which are no labels"
        action = f"{names} take at most {MOST_LABELS} labels; TokenF1 compares free text"
        yield Problem(line=None, field=None, what=what, action=action)
    for metric in asked:
        if metric.positive_label is not None and label_of(metric.positive_label) not in found:
            what = "has no reference that is the positiveLabel"
            action = f"Correct positiveLabel of {metric.name}; case does not matter"
            yield Problem(line=None, field=None, what=what, action=action)


def _lengths(metrics: Sequence[ReferenceMetric], records: Sequence[Answered]) -> Iterator[Problem]:
    seconds = estimated_seconds(metrics, records)
    if seconds > LONGEST_SECONDS:
        what = (
            f"is too much for one function: about {seconds:,.0f} seconds of computing, and at most "
            f"{LONGEST_SECONDS} fit"
        )
        action = "Draw a sample, or ask for fewer of BLEU, chrF and ROUGE; ROUGE-L takes longest"
        yield Problem(line=None, field=None, what=what, action=action)


def estimated_seconds(metrics: Sequence[ReferenceMetric], records: Sequence[Answered]) -> float:
    """How long the metrics will take, about."""
    pairs = [(one.response, one.reference or "") for one in records if one.response is not None]
    characters = sum(len(given) + len(wanted) for given, wanted in pairs)
    steps = sum(len(given.split()) * len(wanted.split()) for given, wanted in pairs)
    seconds = 0.0
    for metric in metrics:
        if metric.name in _CHARACTERS_PER_SECOND:
            seconds += characters / _CHARACTERS_PER_SECOND[metric.name]
        if "rougeL" in metric.options.get("types", ()):
            seconds += steps / _ROUGE_L_STEPS_PER_SECOND
    return seconds


def _warnings(metrics: Sequence[ReferenceMetric], records: Sequence[Answered]) -> Iterator[str]:
    scored = [one for one in records if one.response is not None]
    for metric in metrics:
        if metric.threshold is not None:
            lost = sum(number_of(one.response or "") is None for one in scored)
            if lost:
                yield f"{metric.published[0]}: {lost} responses are no numbers, and so unscored"
        elif metric.name in _LABELLED:
            known = {class_of(one.reference or "", None) for one in scored}
            stray = sum(class_of(one.response or "", None) not in known for one in scored)
            if stray:
                yield (
                    f"{metric.published[0]}: {stray} of {len(scored)} responses name none of the "
                    f"{len(known)} labels; they are missed in their own class"
                )
