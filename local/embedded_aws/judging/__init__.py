"""Who judges in an evaluation job: one small protocol, so that a judge can be exchanged.

A judge sees what the service's judge sees (a metric, a prompt, a response, perhaps a reference) and
answers with one level of the metric's own scale, or with none, and says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from embedded_aws.judging.scales import Level, Scale


@dataclass(frozen=True)
class Question:
    """What is to be judged; ``instructions`` are a custom metric's own.

    ``asked`` is the question where the metric's name does not say it; ``context`` the passages that
    the response rests on, ``reference_contexts`` those that it should rest on, ``history`` the
    earlier turns.
    """

    metric: str
    scale: Scale
    judge_model: str
    prompt: str
    response: str
    reference: str | None = None
    instructions: str = ""
    asked: str = ""
    context: str = ""
    reference_contexts: str = ""
    history: str = ""


@dataclass(frozen=True)
class Verdict:
    """The judge's answer: a level of the scale, or None where the metric does not apply.

    ``unscored`` means that there is no answer at all: the judge said nothing that can be used.
    """

    level: Level | None
    explanation: str
    unscored: bool = False


class JudgeUnavailable(Exception):
    """The judge cannot be asked; the text says why, and becomes a job's failure message."""


class Judge(Protocol):
    """Anything that judges. ``at_once`` is how many questions it takes at the same time."""

    at_once: int

    def judge(self, question: Question) -> Verdict:
        """Answer one question; raises JudgeUnavailable, and nothing else."""
        ...
