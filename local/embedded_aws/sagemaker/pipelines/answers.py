"""What the stand-in's models answer: the reference, with more or fewer of its words."""

from __future__ import annotations

from embedded_aws.sagemaker.pipelines.data import Record
from embedded_aws.sagemaker.pipelines.skills import Subject, fraction

_LEAST, _MOST = 0.1, 0.6  # the share of the words that is left in a poor answer


def answer(subject: Subject, skill: float, record: Record) -> str:
    """A whole reference with the skill's probability, else one that lacks words here and there.

    Where there is no reference, the prompt's words stand for it. The same model always answers a
    record in the same way.
    """
    words = (record.reference or record.text).split()
    if fraction(subject.key, record.text, "good") < skill:
        return " ".join(words)
    share = _LEAST + (_MOST - _LEAST) * fraction(subject.key, record.text, "share")
    kept = [
        word
        for place, word in enumerate(words)
        if fraction(subject.key, record.text, str(place)) < share
    ]
    return " ".join(kept) or "no answer"
