"""All checks, in the order in which one would mend what they find."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from modeleval.doctor.cors import Cors
from modeleval.doctor.judge_models import Judges
from modeleval.doctor.key import CustomerKey
from modeleval.doctor.patient import Missing, Patient
from modeleval.doctor.permissions import Permissions
from modeleval.doctor.protocol import Check, Finding, answers, problem, unknown
from modeleval.doctor.quotas import Quotas
from modeleval.doctor.surroundings import Bootstrap, Credentials, Region, Stack
from modeleval.doctor.trust import Trust

CHECKS: Sequence[Check] = (
    Credentials(),
    Region(),
    Bootstrap(),
    Stack(),
    Trust(),
    Permissions(),
    CustomerKey(),
    Cors(),
    Judges(),
    Quotas(),
)
"""Another check is its module and one line here."""


class Examined(NamedTuple):
    """A finding, and the name of its check."""

    check: str
    finding: Finding


def examine(patient: Patient | Missing) -> Iterator[Examined]:
    """Everything that can be looked at, one after another: each as soon as it is known."""
    if isinstance(patient, Missing):
        first, *others = CHECKS
        yield Examined(first.name, problem("who you are, and where", *patient))
        for check in others:
            yield _not_looked(check, "AWS could not be asked", "See the credentials above.")
        return
    for check in CHECKS:
        if check.needs_stack and isinstance(patient.deployment, Missing):
            yield _not_looked(check, "there is no stack to look at", "See the stack above.")
            continue
        for question in check.questions(patient):
            for finding in answers(question):
                yield Examined(check.name, finding)


def _not_looked(check: Check, why: str, fix: str) -> Examined:
    return Examined(check.name, unknown(check.name, why, fix))
