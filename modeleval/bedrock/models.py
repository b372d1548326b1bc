"""Judges and generators: is it there, may it be called, how long will it be there.

Everything that a job would fail with late is asked for before anything is paid for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from modeleval.bedrock.lookup import Lookup, NotThere
from modeleval.bedrock.model_ids import ModelId, ModelKind, parse_model_id
from modeleval.documents import closest
from modeleval.errors import (
    GeneratorNotAllowed,
    GeneratorNotFound,
    GeneratorNotUsable,
    JudgeNotAllowed,
    JudgeNotFound,
    JudgeNotUsable,
    Refused,
)

if TYPE_CHECKING:
    from mypy_boto3_bedrock import BedrockClient


class Purpose(NamedTuple):
    """What a model is wanted for, where it is allowed, and how its refusals are called."""

    noun: str
    setting: str
    not_found: type[Refused]
    not_allowed: type[Refused]
    not_usable: type[Refused]


JUDGE = Purpose("judge", "judgeModels", JudgeNotFound, JudgeNotAllowed, JudgeNotUsable)
GENERATOR = Purpose(
    "generator", "generatorModels", GeneratorNotFound, GeneratorNotAllowed, GeneratorNotUsable
)
RERANKER = Purpose(
    "reranker", "rerankerModels", GeneratorNotFound, GeneratorNotAllowed, GeneratorNotUsable
)


class Wanted(NamedTuple):
    """A model that a suite names: for what, and in which field."""

    purpose: Purpose
    model: ModelId
    field: str

    def unusable(self, what: str, action: str) -> Refused:
        return self.purpose.not_usable(f"{self.model.text} {what}", where=self.field, action=action)


class Models:
    """Checks models against Bedrock (and SageMaker, for endpoints)."""

    def __init__(self, bedrock: BedrockClient, sagemaker: Callable[[], Any]) -> None:
        self._lookup = Lookup(bedrock, sagemaker)

    def check(
        self,
        text: str,
        purpose: Purpose,
        *,
        allowed: Sequence[str],
        field: str,
        now: datetime | None = None,
    ) -> ModelId:
        """The model, understood; raises the purpose's refusals.

        `allowed` are the settings' models, `field` is where the suite names this one.
        """
        model = parse_model_id(text)
        if model is None or text not in allowed:
            raise _not_allowed(text, purpose, allowed, field)
        wanted = Wanted(purpose, model, field)
        if purpose is JUDGE and not model.may_judge:
            raise wanted.unusable(
                f"cannot judge: Bedrock takes no {model.kind} as a judge",
                "A judge is a foundation model, or an inference profile that AWS defines.",
            )
        try:
            self._checks[model.kind](self, wanted, now or datetime.now(UTC))
        except NotThere:
            raise purpose.not_found(
                f"There is no {model.kind} {text} in this Region: it was never there, or is past "
                "its end of life",
                where=field,
                action=f"Choose another {purpose.noun}.",
            ) from None
        return model

    def end_of_life(self, model: ModelId) -> datetime | None:
        """When the model (of a profile, the first of its models) ends; None if no date is set.

        Asks again: it is for lists that people read. Raises NotThere.
        """
        names = [model.model or model.name]
        if model.kind is ModelKind.PROFILE:
            names = _behind(self._lookup.profile(model.text))
        looks = (self._lookup.foundation_model(one).get("modelLifecycle", {}) for one in names)
        return min((one["endOfLifeTime"] for one in looks if "endOfLifeTime" in one), default=None)

    def _foundation(self, wanted: Wanted, now: datetime) -> None:
        name = wanted.model.model or wanted.model.name
        details = self._lookup.foundation_model(name)
        _check_lifecycle(wanted, name, details.get("modelLifecycle", {}), now)
        if "ON_DEMAND" not in details.get("inferenceTypesSupported", ["ON_DEMAND"]):
            profiles = self._lookup.profiles_of(name)
            advice = f"Use the profile {profiles[0]}" if profiles else "Use an inference profile"
            others = f" (or {', '.join(profiles[1:])})" if profiles[1:] else ""
            raise wanted.unusable(
                "cannot be called on demand, only through an inference profile",
                f"{advice}{others}, and list it in {wanted.purpose.setting}.",
            )
        self._check_available(wanted, name)

    def _profile(self, wanted: Wanted, now: datetime) -> None:
        """A profile is as good as its models."""
        profile = self._lookup.profile(wanted.model.text)
        if profile["status"] != "ACTIVE":
            raise wanted.unusable(f"is {profile['status']}", "Choose one that is active.")
        for name in _behind(profile):
            details = self._lookup.foundation_model(name)
            _check_lifecycle(wanted, name, details.get("modelLifecycle", {}), now)
            self._check_available(wanted, name)

    def _check_available(self, wanted: Wanted, name: str) -> None:
        """Agreement, authorization, entitlement, Region: what CreateEvaluationJob does not say."""
        found = self._lookup.availability(name)
        wrong = [
            f"{what} is {status}"
            for what, status, right in (
                ("agreement", found["agreementAvailability"]["status"], "AVAILABLE"),
                ("authorization", found["authorizationStatus"], "AUTHORIZED"),
                ("entitlement", found["entitlementAvailability"], "AVAILABLE"),
                ("region", found["regionAvailability"], "AVAILABLE"),
            )
            if status != right
        ]
        if wrong:
            raise wanted.unusable(
                f"is not available to this account: {', '.join(wrong)}",
                "Open model access in the Bedrock console of this Region, then start again.",
            )

    def _in_status(self, wanted: Wanted, _: datetime, *, look: str, right: str) -> None:
        status = getattr(self._lookup, look)(wanted.model)
        if status != right:
            raise wanted.unusable(f"is {status}", f"Wait until it is {right}, or choose another.")

    _checks: dict[ModelKind, Callable[[Models, Wanted, datetime], None]] = {  # noqa: RUF012
        ModelKind.FOUNDATION: _foundation,
        ModelKind.PROFILE: _profile,
        ModelKind.APPLICATION_PROFILE: _profile,
        ModelKind.PROVISIONED: partial(_in_status, look="provisioned", right="InService"),
        ModelKind.IMPORTED: partial(_in_status, look="imported", right="InService"),
        ModelKind.PROMPT_ROUTER: partial(_in_status, look="router", right="AVAILABLE"),
        ModelKind.ENDPOINT: partial(_in_status, look="endpoint", right="InService"),
    }


def _behind(profile: Any) -> list[str]:
    """The foundation models of a profile: the same one in several Regions, as a rule."""
    return sorted({model["modelArn"].rsplit("/", 1)[-1] for model in profile["models"]})


def _not_allowed(text: str, purpose: Purpose, allowed: Sequence[str], field: str) -> Refused:
    near = closest(text, list(allowed))
    if not allowed:
        action = f"List it in {purpose.setting} in cdk.json and deploy."
    elif near:
        action = f"Did you mean {near}? Allowed are: {', '.join(allowed)}."
    else:
        action = (
            f"Use one of {', '.join(allowed)}, or add it to {purpose.setting} in cdk.json and "
            "deploy."
        )
    return purpose.not_allowed(
        f"{text[:200]} is not among the {purpose.noun}s that the settings allow",
        where=field,
        action=action,
    )


def _check_lifecycle(wanted: Wanted, name: str, lifecycle: Any, now: datetime) -> None:
    of = "" if wanted.model.text == name else f" (its model {name})"
    end: datetime | None = lifecycle.get("endOfLifeTime")
    if end is not None and end <= now:
        raise wanted.unusable(
            f"reached its end of life on {end:%Y-%m-%d}{of}",
            f"Choose a {wanted.purpose.noun} that is active.",
        )
    status = lifecycle.get("status", "ACTIVE")
    if status != "ACTIVE":
        until = f" and ends on {end:%Y-%m-%d}" if end else ""
        raise wanted.unusable(
            f"is not active: its lifecycle status is {status}{until}{of}",
            f"Choose a {wanted.purpose.noun} that is active: scores from one that goes away cannot "
            "be compared with later ones.",
        )
