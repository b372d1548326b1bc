"""How far the settings' models reach: who may call them, and who may look at them.

Each kind of identifier names something else to IAM (user guide: inference-profiles-prereq,
global-cross-region-inference, automatic-service-roles, judge-service-roles).
"""

from __future__ import annotations

from aws_cdk import Stack, Token
from constructs import Construct

from modeleval.bedrock.model_ids import ModelId, ModelKind, parse_model_id, profile_arn
from modeleval.errors import SettingsInvalid
from modeleval.settings import CONTEXT_KEY, Settings
from stacks.statements import Statements, allow

INVOKE = [
    "bedrock:CreateModelInvocationJob",
    "bedrock:InvokeModel",
    "bedrock:InvokeModelWithResponseStream",
]
"""AWS's page on judges lists the first two, its managed policy for evaluation jobs all three."""

_LOOK = {
    ModelKind.PROFILE: ("LookAtProfiles", "bedrock:GetInferenceProfile"),
    ModelKind.APPLICATION_PROFILE: ("LookAtProfiles", "bedrock:GetInferenceProfile"),
    ModelKind.PROVISIONED: ("LookAtProvisionedModels", "bedrock:GetProvisionedModelThroughput"),
    ModelKind.IMPORTED: ("LookAtImportedModels", "bedrock:GetImportedModel"),
    ModelKind.PROMPT_ROUTER: ("LookAtRouters", "bedrock:GetPromptRouter"),
}
_BEHIND_UNKNOWN = (ModelKind.APPLICATION_PROFILE, ModelKind.PROMPT_ROUTER)
_PROFILES = (ModelKind.PROFILE, ModelKind.APPLICATION_PROFILE)


CONVERSE = ["bedrock:InvokeModel"]
"""What Converse asks for."""


class ModelAccess:
    """Statements over the judges and generators of the settings."""

    def __init__(
        self,
        scope: Construct,
        settings: Settings,
        *,
        judges_only: bool = False,
        generators_only: bool = False,
        invoke: list[str] = INVOKE,
    ) -> None:
        """invoke: the actions by which the models are called."""
        self._stack = Stack.of(scope)
        judges = () if generators_only else settings.judge_models
        generators = () if judges_only else settings.generator_models
        self._invoke = invoke
        self._judges_only = judges_only
        self._rerankers = () if judges_only or generators_only else settings.reranker_models
        names = dict.fromkeys((*judges, *generators))
        self._models = [found for name in names if (found := parse_model_id(name))]
        for model in self._models:
            self._check_region(model)

    def invoke(self) -> Statements:
        """For the role that Bedrock assumes."""
        return [
            *self.call(),
            allow(
                "RunBatches",
                ["bedrock:CreateModelInvocationJob", "bedrock:StopModelInvocationJob"],
                self._bedrock("model-invocation-job", "*"),
            ),
            *self._look(),
            *self._list_profiles(self._of(*_PROFILES)),
        ]

    def call(self) -> Statements:
        """For whoever asks the models himself; nothing if there are none."""
        called = [self._arn(model) for model in self._models if not _is_endpoint(model)]
        return [
            *([allow("InvokeModels", self._invoke, *dict.fromkeys(called))] if called else []),
            *self._invoke_behind_profiles(),
            *self._invoke_behind_routers(),
            *self._invoke_endpoints(),
        ]

    def look(self) -> Statements:
        """For the step that checks judges and generators before anything is paid for."""
        rerankers = [found for name in self._rerankers if (found := parse_model_id(name))]
        known = [model.model for model in (*self._models, *rerankers) if model.model]
        names = ["*"] if self._of(*_BEHIND_UNKNOWN) else list(dict.fromkeys(known))
        endpoints = [model.text for model in self._of(ModelKind.ENDPOINT)]
        statements = [
            allow(
                "LookAtModels",
                ["bedrock:GetFoundationModel"],
                *(self._bedrock("foundation-model", name, account="") for name in names),
            ),
            # IAM knows no resource for this action, nor for the listing of profiles, which is
            # how a profile is suggested for a model that cannot be called on demand.
            allow("SeeAvailability", ["bedrock:GetFoundationModelAvailability"], "*"),
            *self._list_profiles(self._models),
            *self._look(),
        ]
        if endpoints:
            statements.append(allow("LookAtEndpoints", ["sagemaker:DescribeEndpoint"], *endpoints))
        return statements

    def _check_region(self, model: ModelId) -> None:
        """Bedrock takes no model of another Region; the stack's is known if the CLI names it."""
        region = self._stack.region
        if model.region and model.region != region and not Token.is_unresolved(region):
            raise SettingsInvalid(
                f"The ARN of a model is of {model.region}, and the stack goes to {region}",
                where=f"cdk.json, context.{CONTEXT_KEY}",
                action="Name a model of that Region in judgeModels and generatorModels, or a "
                "profile by its id.",
            )

    # -- what they are made of -----------------------------------------------------------------

    def _invoke_behind_profiles(self) -> Statements:
        """A profile's models in every Region that it routes to, through that profile only.

        For judges alone in one statement, which is shorter: a profile calls its own models anyway.
        """
        if self._judges_only:
            return self._invoke_behind_judges(self._of(ModelKind.PROFILE))
        return [
            allow(
                f"InvokeBehindProfile{number}",
                self._invoke,
                *self._foundation_models(model.model or "*", anywhere=model.is_global),
                conditions={"StringEquals": {"bedrock:InferenceProfileArn": self._arn(model)}},
            )
            for number, model in enumerate(self._of(*_PROFILES), start=1)
        ]

    def _invoke_behind_judges(self, profiles: list[ModelId]) -> Statements:
        if not profiles:
            return []
        models = [
            arn
            for profile in profiles
            for arn in self._foundation_models(profile.model or "*", anywhere=profile.is_global)
        ]
        return [
            allow(
                "InvokeBehindProfiles",
                self._invoke,
                *dict.fromkeys(models),
                conditions={
                    "StringEquals": {
                        "bedrock:InferenceProfileArn": [self._arn(profile) for profile in profiles]
                    }
                },
            )
        ]

    def _invoke_behind_routers(self) -> Statements:
        return [
            allow(
                f"InvokeBehindRouter{number}",
                self._invoke,
                *self._foundation_models("*"),
                self._bedrock("inference-profile", "*"),
                conditions={"StringEquals": {"bedrock:PromptRouterArn": model.text}},
            )
            for number, model in enumerate(self._of(ModelKind.PROMPT_ROUTER), start=1)
        ]

    def _invoke_endpoints(self) -> Statements:
        endpoints = [model.text for model in self._of(ModelKind.ENDPOINT)]
        if not endpoints:
            return []
        everyone = self._bedrock("marketplace", "model-endpoint/all-access")
        return [
            allow("InvokeEndpoints", ["sagemaker:InvokeEndpoint"], *endpoints),
            allow("InvokeMarketplaceModels", ["bedrock:InvokeModel"], everyone),
        ]

    def _look(self) -> Statements:
        wanted: dict[tuple[str, str], list[str]] = {}
        for model in self._models:
            if model.kind in _LOOK:
                wanted.setdefault(_LOOK[model.kind], []).append(self._arn(model))
        return [
            allow(sid, [action], *dict.fromkeys(arns)) for (sid, action), arns in wanted.items()
        ]

    def _list_profiles(self, because: list[ModelId]) -> Statements:
        return [allow("ListProfiles", ["bedrock:ListInferenceProfiles"], "*")] if because else []

    def _foundation_models(self, name: str, *, anywhere: bool = False) -> list[str]:
        """In every Region; for what may go anywhere also the form without a Region."""
        regions = ["*", ""] if anywhere or name == "*" else ["*"]
        return [
            self._bedrock("foundation-model", name, account="", region=region) for region in regions
        ]

    def _arn(self, model: ModelId) -> str:
        if model.kind is ModelKind.PROFILE:
            stack = self._stack
            return profile_arn(
                model, partition=stack.partition, region=stack.region, account=stack.account
            )
        if model.is_arn:
            return model.text
        return self._bedrock("foundation-model", model.name, account="")

    def _of(self, *kinds: ModelKind) -> list[ModelId]:
        return [model for model in self._models if model.kind in kinds]

    def _bedrock(
        self, resource: str, name: str, *, account: str | None = None, region: str | None = None
    ) -> str:
        return self._stack.format_arn(
            service="bedrock",
            resource=resource,
            resource_name=name,
            account=account,
            region=region,
        )


def _is_endpoint(model: ModelId) -> bool:
    return model.kind is ModelKind.ENDPOINT
