from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from unit_documents import JUDGE

from modeleval.errors import SettingsInvalid
from modeleval.settings import (
    Settings,
    parse_settings,
    settings_from_context,
    settings_from_json,
)


def refusal(**changes: Any) -> str:
    with pytest.raises(SettingsInvalid) as caught:
        parse_settings({"judgeModels": [JUDGE]} | changes)
    return str(caught.value)


def test_only_the_judges_have_no_default() -> None:
    settings = parse_settings({"judgeModels": [JUDGE]})
    assert settings.judge_models == (JUDGE,)
    assert settings.retention_days == 365
    assert settings.default_budget_usd is None
    assert not settings.remove_data_on_destroy
    assert settings.generator_models == ()
    assert {settings.customer_key, settings.console_cors} == {False}
    assert settings.customer_key_arn is None
    assert settings.bedrock_role_arn is None
    assert settings.sagemaker_role_arn is None
    assert settings.mlflow_resource_arn is None
    assert (settings.subnet_ids, settings.security_group_ids) == ((), ())
    assert (settings.scorer_function_arns, settings.model_buckets) == ((), ())
    assert settings.triggered_runs_per_day == 20
    assert settings.triggered_budget_usd == Decimal(25)
    assert settings.reconcile_triggers is False


def test_settings_without_judges_are_refused_with_the_place_and_the_page() -> None:
    with pytest.raises(SettingsInvalid) as caught:
        parse_settings({})
    assert "judgeModels: missing" in str(caught.value)
    assert "cdk.json, context.modeleval" in str(caught.value)
    assert "docs/settings.md" in str(caught.value)


def test_an_empty_list_of_judges_is_refused() -> None:
    assert "judgeModels" in refusal(judgeModels=[])


def test_an_unknown_setting_is_answered_with_the_nearest() -> None:
    assert "retentionDay: unknown field; did you mean 'retentionDays'?" in refusal(retentionDay=3)


def test_pythons_spelling_is_an_unknown_setting() -> None:
    message = refusal(retention_days=3)
    assert "retention_days: unknown field; did you mean 'retentionDays'?" in message


def test_jobs_are_not_kept_longer_than_their_runs() -> None:
    message = refusal(retentionDays=10, jobRetentionDays=11)
    assert "jobRetentionDays must not exceed retentionDays" in message


def test_jobs_may_be_kept_as_long_as_their_runs() -> None:
    settings = parse_settings({"judgeModels": [JUDGE], "retentionDays": 9, "jobRetentionDays": 9})
    assert settings.job_retention_days == settings.retention_days


ARN = "arn:aws:bedrock:us-east-1:111122223333:"
PROFILES = [
    "us.amazon.nova-pro-v1:0",
    "us-gov.amazon.nova-pro-v1:0",
    "eu.anthropic.claude-haiku-4-5-20251001-v1:0",
    "apac.amazon.nova-pro-v1:0",
    "au.anthropic.claude-haiku-4-5-20251001-v1:0",
    "jp.anthropic.claude-haiku-4-5-20251001-v1:0",
    "global.anthropic.claude-haiku-4-5-20251001-v1:0",
    f"{ARN}inference-profile/us.amazon.nova-pro-v1:0",
]
FOUNDATION_ARN = "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0"
GENERATORS_ONLY = {
    f"{ARN}application-inference-profile/abcdefghijkl": "application inference profile",
    f"{ARN}provisioned-model/abcdefghijkl": "provisioned model",
    f"{ARN}imported-model/abcdefghijkl": "imported model",
    f"{ARN}default-prompt-router/anthropic.claude:1": "prompt router",
    "arn:aws:sagemaker:us-east-1:111122223333:endpoint/mine": "SageMaker endpoint",
}


@pytest.mark.parametrize("judge", [*PROFILES, FOUNDATION_ARN])
def test_models_and_the_profiles_that_aws_defines_may_judge(judge: str) -> None:
    assert parse_settings({"judgeModels": [judge]}).judge_models == (judge,)


@pytest.mark.parametrize(("judge", "kind"), GENERATORS_ONLY.items())
def test_no_other_kind_of_model_may_judge(judge: str, kind: str) -> None:
    message = refusal(judgeModels=[JUDGE, judge])
    assert "judgeModels[1]" in message
    assert f"Bedrock takes no {kind} as a judge" in message
    assert judge not in message


@pytest.mark.parametrize("generator", [JUDGE, *PROFILES, FOUNDATION_ARN, *GENERATORS_ONLY])
def test_every_kind_of_model_may_generate(generator: str) -> None:
    settings = parse_settings({"judgeModels": [JUDGE], "generatorModels": [generator]})
    assert settings.generator_models == (generator,)


@pytest.mark.parametrize("generator", ["", "nova", "arn:aws:s3:::b", f"{ARN}custom-model/x"])
def test_what_is_no_model_identifier_is_refused_as_generator(generator: str) -> None:
    message = refusal(generatorModels=[generator])
    assert "generatorModels[0]: " in message
    assert "no model identifier" in message


def test_a_key_is_made_or_named() -> None:
    arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    assert parse_settings({"judgeModels": [JUDGE], "customerKeyArn": arn}).customer_key_arn == arn
    assert "customerKey makes a key" in refusal(customerKey=True, customerKeyArn=arn)


@pytest.mark.parametrize("judge", ["", "nova", "Amazon Nova Pro", "amazon."])
def test_what_is_no_model_identifier_is_refused_as_judge(judge: str) -> None:
    assert "judgeModels[0]" in refusal(judgeModels=[judge])


@pytest.mark.parametrize(
    ("field", "value", "path"),
    [
        ("bedrockRoleArn", "arn:aws:iam::12:role/x", "bedrockRoleArn"),
        ("bedrockRoleArn", "evaluations", "bedrockRoleArn"),
        ("customerKeyArn", "arn:aws:kms:us-east-1:111122223333:alias/mine", "customerKeyArn"),
        ("customerKey", "yes please", "customerKey"),
        ("consoleCors", [], "consoleCors"),
        ("retentionDays", 0, "retentionDays"),
        ("retentionDays", 3651, "retentionDays"),
        ("defaultBudgetUsd", 0, "defaultBudgetUsd"),
        ("architecture", "mips", "architecture"),
        ("datasetBuckets", [{"name": "Not_A_Bucket"}], "datasetBuckets[0].name"),
        ("datasetBuckets", [{"name": "b-1", "account": "12"}], "datasetBuckets[0].account"),
        ("datasetBuckets", [{"name": "b-1", "kmsKeyArn": "key"}], "datasetBuckets[0].kmsKeyArn"),
        ("prices", {JUDGE: {"input": -1, "output": 1}}, f"prices.{JUDGE}.input"),
        ("prices", {JUDGE: {"input": 1}}, f"prices.{JUDGE}.output"),
    ],
)
def test_a_wrong_value_is_refused_at_its_path(field: str, value: object, path: str) -> None:
    assert f"{path}: " in refusal(**{field: value})


def test_values_that_were_given_are_never_repeated() -> None:
    arn = "arn:aws:kms:us-east-1:111122223333:alias/of-somebody"
    message = refusal(datasetBuckets=[{"name": "b-1", "kmsKeyArn": arn}], architecture=arn)
    assert arn not in message


def test_a_missing_context_is_answered_with_an_example() -> None:
    with pytest.raises(SettingsInvalid) as caught:
        settings_from_context(None, {})
    assert '"judgeModels": ["amazon.nova-pro-v1:0"]' in str(caught.value)


def test_the_command_line_stands_above_cdk_json() -> None:
    base = {"judgeModels": [JUDGE], "retentionDays": 100}
    settings = settings_from_context(
        base, {"retentionDays": "200", "removeDataOnDestroy": "true", "defaultBudgetUsd": "2.50"}
    )
    assert settings.retention_days == 200
    assert settings.remove_data_on_destroy
    assert settings.default_budget_usd == Decimal("2.50")


def test_a_list_on_the_command_line_is_json() -> None:
    settings = settings_from_context(
        {"judgeModels": [JUDGE]}, {"judgeModels": '["amazon.nova-micro-v1:0"]'}
    )
    assert settings.judge_models == ("amazon.nova-micro-v1:0",)


def test_a_broken_list_on_the_command_line_is_refused_as_the_setting_it_is_for() -> None:
    with pytest.raises(SettingsInvalid, match="judgeModels"):
        settings_from_context({"judgeModels": [JUDGE]}, {"judgeModels": "[amazon.nova"})


def test_other_context_is_not_the_settings_business() -> None:
    assert settings_from_context({"judgeModels": [JUDGE]}, {"stackName": "x"}) == parse_settings(
        {"judgeModels": [JUDGE]}
    )


def test_settings_survive_the_functions_environment() -> None:
    settings = parse_settings(
        {
            "judgeModels": [JUDGE],
            "defaultBudgetUsd": "12.5",
            "prices": {JUDGE: {"input": "0.8", "output": "3.2"}},
            "datasetBuckets": [{"name": "other-bucket", "account": "111122223333"}],
        }
    )
    assert settings_from_json(settings.model_dump_json(exclude_none=True)) == settings
    assert Settings.model_validate(settings.to_document()) == settings


def test_a_bucket_is_found_by_its_exact_name() -> None:
    settings = parse_settings({"judgeModels": [JUDGE], "datasetBuckets": [{"name": "data-1"}]})
    found = settings.bucket("data-1")
    assert found is not None
    assert found.name == "data-1"
    assert settings.bucket("data-11") is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("triggeredRunsPerDay", 0),
        ("triggeredRunsPerDay", 1001),
        ("triggeredBudgetUsd", 0),
        ("reconcileTriggers", "perhaps"),
    ],
)
def test_what_triggers_may_is_limited(field: str, value: object) -> None:
    assert f"{field}: " in refusal(**{field: value})


SAGEMAKER = "arn:aws:sagemaker:us-east-1:111122223333:"
LAMBDA = "arn:aws:lambda:us-east-1:111122223333:function:"
FURTHER: dict[str, Any] = {
    "sagemakerRoleArn": "arn:aws:iam::111122223333:role/teams/sagemaker",
    "mlflowResourceArn": f"{SAGEMAKER}mlflow-app/app-ABCDEFGHIJKL",
    "subnetIds": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    "securityGroupIds": ["sg-0123456789abcdef0"],
    "scorerFunctionArns": [f"{LAMBDA}SageMaker-score"],
    "lambdaScorerArns": [f"{LAMBDA}team-scorer"],
    "modelBuckets": ["team-models"],
}


def test_what_others_need_survives_the_functions_environment() -> None:
    settings = parse_settings({"judgeModels": [JUDGE], **FURTHER})
    assert settings_from_json(settings.to_json()) == settings
    given = settings.to_document()
    assert {name: given[name] for name in FURTHER} == FURTHER


def test_a_tracking_server_may_keep_the_metrics() -> None:
    arn = f"{SAGEMAKER}mlflow-tracking-server/mine"
    settings = parse_settings({"judgeModels": [JUDGE], "mlflowResourceArn": arn})
    assert settings.mlflow_resource_arn == arn


@pytest.mark.parametrize("field", ["subnetIds", "securityGroupIds"])
def test_half_a_vpc_is_refused(field: str) -> None:
    assert "go together; name both or neither" in refusal(**{field: FURTHER[field]})


@pytest.mark.parametrize(
    ("field", "value", "path"),
    [
        ("sagemakerRoleArn", "evaluations", "sagemakerRoleArn"),
        ("mlflowResourceArn", "None", "mlflowResourceArn"),
        ("mlflowResourceArn", "", "mlflowResourceArn"),
        ("mlflowResourceArn", f"{SAGEMAKER}pipeline/mine", "mlflowResourceArn"),
        ("subnetIds", ["sg-0123"], "subnetIds[0]"),
        ("subnetIds", ["subnet-1"] * 17, "subnetIds"),
        ("securityGroupIds", ["subnet-0123"], "securityGroupIds[0]"),
        ("securityGroupIds", ["sg-1"] * 6, "securityGroupIds"),
        ("scorerFunctionArns", ["score"], "scorerFunctionArns[0]"),
        ("scorerFunctionArns", [f"{LAMBDA}score:1"], "scorerFunctionArns[0]"),
        ("scorerFunctionArns", [f"{LAMBDA}*"], "scorerFunctionArns[0]"),
        ("lambdaScorerArns", [f"{LAMBDA}score:live"], "lambdaScorerArns[0]"),
        ("lambdaScorerArns", ["*"], "lambdaScorerArns[0]"),
        ("lambdaScorerArns", [f"{LAMBDA}score"] * 21, "lambdaScorerArns"),
        ("modelBuckets", ["s3://team-models/"], "modelBuckets[0]"),
        ("modelBuckets", ["*"], "modelBuckets[0]"),
    ],
)
def test_such_a_wrong_setting_is_refused_at_its_path(field: str, value: object, path: str) -> None:
    assert f"{path}: " in refusal(**{**FURTHER, field: value})


def test_nothing_is_approved_unless_its_group_is_named() -> None:
    without = parse_settings({"judgeModels": [JUDGE]})
    assert (without.approval_groups, without.may_approve("support")) == ((), False)
    named = parse_settings({"judgeModels": [JUDGE], "approvalGroups": ["Support"]})
    assert [named.may_approve(name) for name in ("Support", "support", "support-2")] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    "group", ["support-*", "*", "", "a/b", "arn:aws:sagemaker:us-east-1:1:model-package-group/a"]
)
def test_approval_groups_are_whole_names(group: str) -> None:
    assert "approvalGroups[0]: this is no model package group's name" in refusal(
        approvalGroups=[group]
    )


@pytest.mark.parametrize("wrong", ["abcdefghij", "ABCDEFGHI", "arn:aws:bedrock:x"])
def test_a_knowledge_base_is_named_by_its_id(wrong: str) -> None:
    assert "knowledgeBaseIds" in refusal(knowledgeBaseIds=[wrong])
    taken = parse_settings({"judgeModels": [JUDGE], "knowledgeBaseIds": ["ABCDEFGHI1"]})
    assert taken.knowledge_base_ids == ("ABCDEFGHI1",)


def test_a_reranker_is_a_foundation_model() -> None:
    said = refusal(rerankerModels=["us.amazon.nova-pro-v1:0"])
    assert "a reranker is a foundation model" in said
