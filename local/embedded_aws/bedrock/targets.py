"""What a model identifier stands for, and what a role must be allowed for calling it.

Profiles: "Prerequisites for inference profiles" (the profile, and its model in every Region that it
routes to); "Global cross-Region inference" (the Region-less model, aws:RequestedRegion
"unspecified"). Routers: the router and its models. Endpoints of Marketplace models: the endpoint,
and ``marketplace/model-endpoint/all-access``, as the user guide's service roles have it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from embedded_aws.bedrock import catalog, profiles
from embedded_aws.bedrock.registry import Registered, Registry
from embedded_aws.errors import invalid

INVOKE = "bedrock:InvokeModel"
_ARN = re.compile(r"arn:aws:(bedrock|sagemaker):([a-z0-9-]*):(\d{12})?:([a-z-]+)/(.+)")
_DEFAULT_SKILL = 0.7


@dataclass(frozen=True)
class Permission:
    """One thing a role must be allowed, with the condition keys of the request."""

    action: str
    resource: str
    context: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Target:
    """A model that can be called. ``models`` are the foundation models that answer."""

    kind: str
    identifier: str
    name: str
    permissions: tuple[Permission, ...]
    models: tuple[str, ...] = ()
    skill: float = _DEFAULT_SKILL


@dataclass(frozen=True)
class Resolver:
    """Finds targets, as one account sees them from one Region."""

    registry: Registry
    account: str
    region: str

    def resolve(self, identifier: str) -> Target:
        """The target; raises ValidationException if it is unknown, ended or not in service."""
        kind, name = self._split(identifier)
        if kind == "foundation-model":
            return self._foundation(name, identifier)
        if kind == "inference-profile":
            return self._profile(name)
        registered = self.registry.find(kind, identifier)
        if registered is None:
            raise catalog.unknown_identifier()
        if not registered.usable:
            raise invalid(f"The {kind} is {registered.status} and cannot be used.")
        return self._registered(registered)

    def _split(self, identifier: str) -> tuple[str, str]:
        """Kind and name; an ARN must be of this Region, and of this account if it has one."""
        if not identifier.startswith("arn:"):
            is_profile = profiles.is_profile(identifier)
            return ("inference-profile" if is_profile else "foundation-model"), identifier
        found = _ARN.fullmatch(identifier)
        if not found:
            raise catalog.unknown_identifier()
        _, region, account, kind, name = found.groups()
        owner = None if kind == "foundation-model" else self.account
        if region != self.region or account != owner:
            raise catalog.unknown_identifier()
        return ("prompt-router" if kind == "default-prompt-router" else kind), name

    def _foundation(self, model: str, identifier: str) -> Target:
        entry = catalog.on_demand(model)
        self._offered(model)
        permission = Permission(INVOKE, catalog.arn(model, self.region))
        return Target("model", identifier, model, (permission,), (model,), entry["skill"])

    def _profile(self, name: str) -> Target:
        profile = profiles.find(name, self.region)
        if profile is None:
            raise catalog.unknown_identifier()
        entry = catalog.living(profile.model)
        self._offered(profile.model)
        arn = profile.arn(self.account)
        permissions = (Permission(INVOKE, arn), *_routed(arn, profile.model, profile.regions))
        return Target("profile", arn, name, permissions, (profile.model,), entry["skill"])

    def _offered(self, model: str) -> None:
        if self.registry.availability(model)["region"] != "AVAILABLE":
            raise catalog.unknown_identifier()

    def _registered(self, model: Registered) -> Target:
        own = Permission(INVOKE, model.arn)
        name = model.arn.rsplit("/", 1)[-1]
        target = Target(model.kind, model.arn, name, (own,), skill=model.skill or _DEFAULT_SKILL)
        if model.kind == "endpoint":
            return replace(target, permissions=self._endpoint(model.arn))
        if model.kind == "imported-model" or not model.models:
            return target
        if model.kind == "provisioned-model":
            base = catalog.entries()[model.models[0].rsplit("/", 1)[-1]]
            return replace(target, skill=model.skill or base["skill"])
        behind = [self.resolve(each) for each in model.models]
        permissions = [own]
        for one in behind:
            permissions += self._through(model, one)
        return replace(
            target,
            permissions=tuple(permissions),
            models=tuple(each for one in behind for each in one.models),
            skill=model.skill or behind[0].skill,
        )

    def _through(self, model: Registered, behind: Target) -> list[Permission]:
        """What the model behind needs when called by this one, not by itself."""
        if model.kind == "prompt-router":
            key = ("bedrock:PromptRouterArn", model.arn)
            return [replace(each, context=(*each.context, key)) for each in behind.permissions]
        (foundation,) = behind.models
        profile = profiles.find(behind.name, self.region) if behind.kind == "profile" else None
        regions = profile.regions if profile else (self.region,)
        return list(_routed(model.arn, foundation, regions))

    def _endpoint(self, arn: str) -> tuple[Permission, ...]:
        called = (
            ("aws:CalledViaLast", "bedrock.amazonaws.com"),
            ("aws:ResourceTag/sagemaker-sdk:bedrock", "compatible"),
        )
        every = (
            f"arn:aws:bedrock:{self.region}:{self.account}:marketplace/model-endpoint/all-access"
        )
        return Permission("sagemaker:InvokeEndpoint", arn, called), Permission(INVOKE, every)


def _routed(profile: str, model: str, regions: tuple[str, ...]) -> tuple[Permission, ...]:
    return tuple(
        Permission(
            INVOKE,
            catalog.arn(model, region),
            (
                ("bedrock:InferenceProfileArn", profile),
                ("aws:RequestedRegion", region or "unspecified"),
            ),
        )
        for region in regions
    )
