"""What the settings' targets add to the role that asks them, and that nothing else is added."""

from __future__ import annotations

from typing import Any

import pytest
from aws_cdk import App, Stack
from policy_rows import ACCOUNT, REGION
from variants import GENERATORS

from modeleval.settings import parse_settings
from stacks.collecting_access import CollectingAccess
from stacks.statements import as_text

JUDGES = ["amazon.nova-pro-v1:0"]
BOT = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:bot"
TOOL = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:tool"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:bot-AbCdEf"
GUARDRAIL = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:guardrail/xyz789"
PROFILE = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:guardrail-profile/us.guardrail.v1:0"


def statements(*, looks: bool = False, **settings: Any) -> dict[str, tuple[Any, Any, Any]]:
    """Actions, resources and conditions by Sid."""
    stack = Stack(App(), "Test", env={"account": ACCOUNT, "region": REGION})
    access = CollectingAccess(stack, parse_settings({"judgeModels": JUDGES, **settings}))
    found = [
        as_text(stack.resolve(one.to_statement_json()))
        for one in (access.look() if looks else access.statements())
    ]
    assert {one["Effect"] for one in found} <= {"Allow"}
    by_sid = {one["Sid"]: (one["Action"], one["Resource"], one.get("Condition")) for one in found}
    assert len(by_sid) == len(found)
    return by_sid


def test_settings_without_targets_allow_nothing_not_even_the_judges() -> None:
    assert statements() == {}


@pytest.mark.parametrize("setting", ["rerankerModels", "lambdaScorerArns", "targetEndpoints"])
def test_what_others_may_is_not_for_who_collects(setting: str) -> None:
    values = {"rerankerModels": "amazon.rerank-v1:0", "lambdaScorerArns": BOT}
    assert statements(**{setting: [values.get(setting, "https://bot.example.com/")]}) == {}


def test_each_setting_adds_its_own() -> None:
    found = statements(
        generatorModels=["amazon.nova-lite-v1:0"],
        targetFunctionArns=[BOT],
        toolFunctionArns=[TOOL, BOT],
        targetSecretArns=[SECRET],
        guardrailIds=["abc123", GUARDRAIL, PROFILE],
    )
    arn = f"arn:<AWS::Partition>:bedrock:{REGION}"
    assert found == {
        "InvokeModels": (
            "bedrock:InvokeModel", f"{arn}::foundation-model/amazon.nova-lite-v1:0", None,
        ),
        "ApplyGuardrails": (
            "bedrock:ApplyGuardrail", [f"{arn}:{ACCOUNT}:guardrail/abc123", GUARDRAIL, PROFILE],
            None,
        ),
        "InvokeTargets": ("lambda:InvokeFunction", [BOT, TOOL], None),
        "ReadSecrets": ("secretsmanager:GetSecretValue", SECRET, None),
    }  # fmt: skip


def test_a_profile_is_called_and_its_model_only_through_it() -> None:
    found = statements(generatorModels=["us.amazon.nova-lite-v1:0"])
    here = f"arn:<AWS::Partition>:bedrock:{REGION}:{ACCOUNT}"
    profile = f"{here}:inference-profile/us.amazon.nova-lite-v1:0"
    assert found == {
        "InvokeModels": ("bedrock:InvokeModel", profile, None),
        "InvokeBehindProfile1": (
            "bedrock:InvokeModel",
            "arn:<AWS::Partition>:bedrock:*::foundation-model/amazon.nova-lite-v1:0",
            {"StringEquals": {"bedrock:InferenceProfileArn": profile}},
        ),
    }


def test_every_kind_of_generator_is_called_and_never_in_batches() -> None:
    found = statements(generatorModels=GENERATORS)
    actions = {action for action, _, _ in found.values()}
    assert actions == {"bedrock:InvokeModel", "sagemaker:InvokeEndpoint"}
    assert set(found) == {
        "InvokeModels",
        "InvokeBehindProfile1",
        "InvokeBehindRouter1",
        "InvokeEndpoints",
        "InvokeMarketplaceModels",
    }


def test_who_plans_looks_at_the_functions_and_nothing_else() -> None:
    found = statements(
        looks=True,
        generatorModels=GENERATORS,
        targetFunctionArns=[BOT],
        toolFunctionArns=[TOOL, BOT],
        targetSecretArns=[SECRET],
        guardrailIds=["abc123"],
    )
    assert found == {"LookAtTargets": ("lambda:GetFunctionConfiguration", [BOT, TOOL], None)}
    assert statements(looks=True, targetSecretArns=[SECRET]) == {}
