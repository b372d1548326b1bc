"""One condition of the gate: what it is about, and what it came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from modeleval.assessment.comparisons import Against, Compared
from modeleval.assessment.subject import Scored
from modeleval.statistics.verdict import Verdict
from modeleval.statistics.words import Decision
from modeleval.suite.gate import Rule

ALL = "all"
"""Stands for every condition of a rule, where none of them could be looked at."""


@dataclass(frozen=True, kw_only=True)
class Decided:
    """One condition of a rule on one metric. `evidence`: scores decided it, for or against.

    Without a baseline yet a regression rule passes, and is no evidence.
    """

    evaluation: str
    metric: str | None
    category: str | None
    condition: str
    limit: float | None
    verdict: Verdict
    why: str
    of_model: bool
    evidence: bool = True
    value: float | None = None

    def to_document(self) -> dict[str, Any]:
        return {
            "evaluation": self.evaluation,
            "metric": self.metric,
            "category": self.category,
            "condition": self.condition,
            "limit": self.limit,
            "verdict": self.verdict.value,
            "value": self.value,
            "ofModel": self.of_model,
            "evidence": self.evidence,
            "why": self.why,
        }


class Material(NamedTuple):
    """What the rules of one evaluation are decided by.

    scored is None, and `failure` says why, for an evaluation without scores; `pending` if it will
    have some. `missing_baseline`
    says why there is nothing to compare with yet; `lost_baseline` why what there was cannot be
    compared with.
    """

    scored: Scored | None
    failure: str
    of_model: bool
    compared: Sequence[Compared] = ()
    against: Against | None = None
    missing_baseline: str = ""
    lost_baseline: str = ""
    pending: bool = False


class About(NamedTuple):
    """What a condition is about: its rule, what decides it, and the metric."""

    rule: Rule
    material: Material
    metric: str | None

    def says(
        self,
        condition: str,
        verdict: Verdict,
        why: str,
        *,
        limit: float | None = None,
        value: float | None = None,
    ) -> Decided:
        return Decided(
            evaluation=self.rule.evaluation,
            metric=self.metric,
            category=self.rule.category,
            condition=condition,
            limit=limit,
            verdict=verdict,
            why=why,
            of_model=self.material.of_model,
            value=value,
        )

    def decided(self, condition: str, decision: Decision, why: str, *, limit: float) -> Decided:
        return self.says(condition, decision.verdict, why, limit=limit, value=decision.value)

    def undecided(self, condition: str, why: str, *, limit: float | None = None) -> Decided:
        verdict = Verdict.PENDING if self.material.pending else Verdict.INCONCLUSIVE
        return self.says(condition, verdict, why, limit=limit)
