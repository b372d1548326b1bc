"""Rules of a system prompt, judges that look weaker, and what a workflow's state knows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from modeleval.init.rules import metric_of, rules_of
from modeleval.init.state import FILE, State, read_state
from modeleval.init.strength import looks_weaker
from modeleval.kinds.custom_metrics import CustomMetric
from modeleval.settings import ModelPrice

PROMPT = """\
You are the support assistant of a parcel service. Be friendly.

## Rules
- Always ask for confirmation before you cancel an order.
2. Never give legal advice. The weather is fine.
* You must answer in the customer's language; do not translate names.
- never give legal advice.
Never
"""


def test_lines_and_sentences_that_state_a_rule_are_found_once() -> None:
    assert rules_of(PROMPT) == (
        "Always ask for confirmation before you cancel an order.",
        "Never give legal advice.",
        "You must answer in the customer's language;",
        "do not translate names.",
    )
    assert rules_of(PROMPT, most=1) == ("Always ask for confirmation before you cancel an order.",)
    assert rules_of("You are a parrot.") == ()


def test_a_rule_becomes_a_metric_that_bedrock_takes() -> None:
    rule = "Never show {{secrets}} or {name}."
    first = metric_of(rule, [])
    second = metric_of(rule, [first["name"]])
    assert [first["name"], second["name"]] == [
        "never_show_secrets_name",
        "never_show_secrets_name_2",
    ]
    metric = CustomMetric.model_validate(first)
    assert "Rule: Never show ((secrets)) or (name)." in metric.instructions
    assert metric.levels == (-1, 0, 1)


def test_a_rule_without_letters_of_ours_has_a_name_too() -> None:
    assert metric_of("Нельзя never", [])["name"] == "never"
    assert metric_of("Нельзя", [])["name"] == "rule"


@pytest.mark.parametrize(
    ("judge", "judged", "why"),
    [
        (
            "amazon.nova-lite-v1:0",
            "amazon.nova-premier-v1:0",
            "$0.24 beside $12.50 per million output tokens",
        ),
        ("amazon.nova-premier-v1:0", "amazon.nova-lite-v1:0", None),
        ("amazon.nova-pro-v1:0", "amazon.nova-pro-v1:0", None),
        ("meta.llama3-8b-new", "meta-textgeneration-llama-3-70b", "8 beside 70 billion parameters"),
        ("meta.llama3-70b-new", "meta-textgeneration-llama-3-70b", None),
        ("vendor.mini-9", "other.large-2", "by the sizes in their names"),
        ("vendor.opus-9", "other.large-2", None),
        ("vendor.mini-9", "support-bot-v1", None),
    ],
    ids=["price", "dearer", "same", "parameters", "as-many", "words", "as-large", "unknown"],
)
def test_a_judge_that_looks_weaker_is_told_by_what_both_have(
    judge: str, judged: str, why: str | None
) -> None:
    assert looks_weaker(judge, judged, {}) == why


def test_prices_of_the_settings_count() -> None:
    prices = {
        "vendor.opus-9": ModelPrice.model_validate({"input": 1, "output": 1}),
        "other.mini-2": ModelPrice.model_validate({"input": 1, "output": 3}),
    }
    said = looks_weaker("vendor.opus-9", "other.mini-2", prices)
    assert said == "$1 beside $3 per million output tokens"


ARN = "arn:aws:sagemaker:eu-west-1:111122223333:model-package/support-llama/4"


@pytest.mark.parametrize(
    ("document", "state"),
    [
        (
            {
                "training": {"model_package_arn": ARN, "training_job_name": "t"},
                "datasets": {
                    "training_dataset": "s3://b/train.jsonl",
                    "evaluation_dataset": "s3://b/eval.jsonl",
                },
            },
            State(ARN, "s3://b/eval.jsonl", "eu-west-1"),
        ),
        (
            {"steps": [{"modelPackageGroupName": "support-llama", "dataset_path": "a.jsonl"}]},
            State("support-llama", "a.jsonl", None),
        ),
        ({"notes": ["arn:aws:s3:::b", 5, None, {"data": "a folder"}]}, State()),
        (["model_package_group", "x"], State()),
    ],
    ids=["nested", "group", "nothing", "a-list"],
)
def test_what_a_state_file_knows_is_found_however_it_is_built(
    document: Any, state: State, tmp_path: Path
) -> None:
    (tmp_path / FILE).write_text(json.dumps(document))
    assert read_state(tmp_path) == state


def test_a_state_file_that_cannot_be_read_knows_nothing(tmp_path: Path) -> None:
    assert read_state(tmp_path) == State()
    (tmp_path / FILE).write_text("{")
    assert read_state(tmp_path) == State()
