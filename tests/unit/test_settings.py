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


def test_settings_without_judges_are_refused_with_the_place_and_the_page() -> None:
    with pytest.raises(SettingsInvalid) as caught:
        parse_settings({})
    assert "judgeModels: Field required" in str(caught.value)
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


@pytest.mark.parametrize(
    "judge",
    [
        "us.amazon.nova-pro-v1:0",
        "us-gov.amazon.nova-pro-v1:0",
        "eu.anthropic.claude-haiku-4-5-20251001-v1:0",
        "apac.amazon.nova-pro-v1:0",
        "au.anthropic.claude-haiku-4-5-20251001-v1:0",
        "jp.anthropic.claude-haiku-4-5-20251001-v1:0",
        "global.anthropic.claude-haiku-4-5-20251001-v1:0",
        "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0",
        "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abcdefghijkl",
    ],
)
def test_profiles_and_arns_are_refused_as_judges(judge: str) -> None:
    message = refusal(judgeModels=[JUDGE, judge])
    assert "judgeModels[1]" in message
    assert "inference profiles and ARNs are not built yet" in message


@pytest.mark.parametrize("judge", ["", "nova", "Amazon Nova Pro", "amazon."])
def test_what_is_no_model_identifier_is_refused_as_judge(judge: str) -> None:
    assert "judgeModels[0]" in refusal(judgeModels=[judge])


@pytest.mark.parametrize(
    ("field", "value", "path"),
    [
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
