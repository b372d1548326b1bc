"""The part of a kind that is the same for all that score precomputed responses by themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from modeleval.collecting.document import CollectedFormat
from modeleval.cost.estimate import ModelEstimate
from modeleval.kinds.precomputed.dataset import Side
from modeleval.kinds.precomputed.document import PrecomputedEvaluation
from modeleval.kinds.protocol import JobContext, Plan, PlannedJob

if TYPE_CHECKING:
    from modeleval.services import Services


class PrecomputedKind:
    """A kind whose jobs run in modeleval's own functions; a subclass plans, checks and collects."""

    bedrock_terms = False
    eula = False
    needs_model = False
    collects: CollectedFormat | None = CollectedFormat.JUDGE
    queue = ""

    def check_room(self, evaluations: Sequence[Any], services: Services) -> None:
        """No service keeps these jobs, so none has to have room for them."""

    def known_categories(self, evaluation: Any) -> None:  # noqa: ARG002
        return None

    def compares_base_model(self, evaluation: Any) -> bool:  # noqa: ARG002
        return False

    def low_score_below(self, evaluation: PrecomputedEvaluation) -> float:
        return evaluation.low_score_below

    def unscored(self, job: JobContext) -> None:  # noqa: ARG002
        """A failed job is one candidate's all: there is no rest to be scored."""
        return

    def settle(self, jobs: Sequence[JobContext]) -> Iterable[str]:  # noqa: ARG002
        return ()

    def stop(self, job: JobContext, arn: str | None) -> bool:  # noqa: ARG002
        """Nothing runs but the step itself, and that ends with its run."""
        return False


def plan_of(
    evaluation: PrecomputedEvaluation,
    sides: Sequence[Side],
    job: Callable[[Side], PlannedJob],
    *,
    warnings: Sequence[str] = (),
    estimates: Sequence[ModelEstimate] = (),
) -> Plan:
    """One job per candidate; nothing that a service would be paid for but what `estimates` say."""
    own = sides[0]
    return Plan(
        jobs=[job(side) for side in sides],
        subject=evaluation.responses.subject,
        judge=None,
        records=own.records,
        estimates=estimates,
        warnings=[*warnings, *(warning for side in sides for warning in side.warnings)],
        dataset=own.document,
        candidates={one.name: one.subject for one in evaluation.candidates},
    )
