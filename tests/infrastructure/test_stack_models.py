"""What each kind of model in the settings adds to the policies, and that it adds nothing else."""

from __future__ import annotations

import pytest
from stack_synthesis import Synthesize
from template_reader import Statement, Template
from variants import GENERATORS, HERE

ROLE = "BedrockRole"
PLAN = "FunctionsPlanJobsRole"
RESOLVE = "FunctionsResolveModelRole"
COLLECT = "FunctionsCollectBatchRole"
NOVA = "amazon.nova-pro-v1:0"
HERE_AS_TEXT = "arn:${AWS::Partition}:bedrock:${AWS::Region}:${AWS::AccountId}:"
FOUNDATION = "arn:${AWS::Partition}:bedrock:${AWS::Region}::foundation-model/"
ANYWHERE = "arn:${AWS::Partition}:bedrock:*::foundation-model/"
REGIONLESS = "arn:${AWS::Partition}:bedrock:::foundation-model/"
LISTING = {"ListProfiles"}
APPLICATION, PROVISIONED, IMPORTED, ROUTER, ENDPOINT = GENERATORS


def by_sid(template: Template, role: str) -> dict[str | None, Statement]:
    return {statement.sid: statement for statement in template.statements(role)}


def added(template: Template, more: Template, role: str) -> set[str | None]:
    return set(by_sid(more, role)) - set(by_sid(template, role))


@pytest.mark.parametrize("given", ["us.amazon.nova-pro-v1:0", "arn"])
def test_a_profile_reaches_its_model_in_every_region_through_itself(
    synthesize: Synthesize, given: str
) -> None:
    own = given == "arn"
    here = HERE if own else HERE_AS_TEXT
    profile = f"{here}inference-profile/us.amazon.nova-pro-v1:0"
    statements = by_sid(synthesize(judgeModels=[profile if own else given]), ROLE)
    assert statements["InvokeModels"].resources == {profile}
    behind = statements["InvokeBehindProfile1"]
    assert behind.resources == {ANYWHERE + NOVA}
    assert behind.conditions == {"StringEquals": {"bedrock:InferenceProfileArn": profile}}


def test_a_global_profile_reaches_the_form_without_a_region_too(synthesize: Synthesize) -> None:
    model = "anthropic.claude-haiku-4-5-20251001-v1:0"
    statements = by_sid(synthesize(judgeModels=[f"global.{model}"]), ROLE)
    assert statements["InvokeBehindProfile1"].resources == {ANYWHERE + model, REGIONLESS + model}


def test_a_profile_is_looked_at_and_so_is_its_model(synthesize: Synthesize) -> None:
    statements = by_sid(synthesize(judgeModels=["us.amazon.nova-pro-v1:0"]), PLAN)
    assert statements["LookAtModels"].resources == {FOUNDATION + NOVA}
    assert statements["LookAtProfiles"].resources == {
        f"{HERE_AS_TEXT}inference-profile/us.amazon.nova-pro-v1:0"
    }


@pytest.mark.parametrize(
    ("generator", "sids", "looks"),
    [
        ("amazon.nova-lite-v1:0", set(), set()),
        (
            APPLICATION,
            {"InvokeBehindProfile1", "LookAtProfiles", "ListProfiles"},
            {"LookAtProfiles"},
        ),
        (PROVISIONED, {"LookAtProvisionedModels"}, {"LookAtProvisionedModels"}),
        (IMPORTED, {"LookAtImportedModels"}, {"LookAtImportedModels"}),
        (ROUTER, {"InvokeBehindRouter1", "LookAtRouters"}, {"LookAtRouters"}),
        (ENDPOINT, {"InvokeEndpoints", "InvokeMarketplaceModels"}, {"LookAtEndpoints"}),
    ],
)
def test_a_generator_adds_what_its_kind_needs(
    template: Template, synthesize: Synthesize, generator: str, sids: set[str], looks: set[str]
) -> None:
    more = synthesize(generatorModels=[generator])
    assert added(template, more, ROLE) == sids
    assert added(template, more, PLAN) == added(template, more, RESOLVE) == looks
    called = by_sid(more, ROLE)["InvokeModels"].resources
    wanted = FOUNDATION + generator if "arn:" not in generator else generator
    assert (wanted in called) == (generator != ENDPOINT)


@pytest.mark.parametrize(
    ("generator", "sid", "key"),
    [
        (APPLICATION, "InvokeBehindProfile1", "bedrock:InferenceProfileArn"),
        (ROUTER, "InvokeBehindRouter1", "bedrock:PromptRouterArn"),
    ],
)
def test_any_model_may_be_behind_it_and_only_through_it(
    synthesize: Synthesize, generator: str, sid: str, key: str
) -> None:
    more = synthesize(generatorModels=[generator])
    statement = by_sid(more, ROLE)[sid]
    assert {f"{ANYWHERE}*", f"{REGIONLESS}*"} <= statement.resources
    assert statement.conditions == {"StringEquals": {key: generator}}
    assert by_sid(more, PLAN)["LookAtModels"].resources == {f"{FOUNDATION}*"}


def test_no_statement_over_any_model_is_without_a_condition(synthesize: Synthesize) -> None:
    for statement in synthesize(generatorModels=GENERATORS).statements(ROLE):
        if any(resource.endswith("foundation-model/*") for resource in statement.resources):
            assert statement.conditions


def test_only_the_bedrock_role_and_what_checks_or_asks_models_know_them(
    template: Template, synthesize: Synthesize
) -> None:
    before = list(template.policies())
    more = synthesize(generatorModels=GENERATORS).policies()
    changed = {role for role, statement in more if (role, statement) not in before}
    assert changed == {ROLE, PLAN, RESOLVE, COLLECT}


def test_a_model_that_judges_and_generates_is_named_once(synthesize: Synthesize) -> None:
    model = "us.amazon.nova-pro-v1:0"
    both = synthesize(judgeModels=[model], generatorModels=[model])
    assert "InvokeBehindProfile2" not in by_sid(both, ROLE)
