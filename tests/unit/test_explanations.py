"""Messages as the services write them, and the rows that they are explained by."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from modeleval.explanations import EXPLANATIONS, Explanation, explain, rows, with_explanation
from modeleval.workflow.failures import failure_of

DOCS = Path(__file__).parents[2] / "docs"
ROLE = "arn:aws:iam::111122223333:role/Evaluation"
SAID = [
    # What people met, in the services' words.
    ("Access denied when attempting to assume role " + ROLE, "trust policy"),
    (f"The provided role {ROLE} cannot be assumed by principal", "aws:SourceAccount"),
    ("DownstreamServiceUnavailable: Service is unavailable, try again later", "recipe"),
    (
        "MlflowExperimentName is required when ModelPackageGroupArn is not provided",
        "mlflowResourceArn",
    ),
    ("This model version has reached the end of its life.", "modeleval judges"),
    ("CreateEvaluationJob: model version has reached end of life", "modeleval judges"),
    ("Cross-account pass role is not allowed.", "bedrockRoleArn"),
    ("The provided model identifier is invalid.", "modeleval judges"),
    (
        (
            "Invocation of model ID x with on-demand throughput isn\u2019t supported. Retry your "
            "request with the ID or ARN of an inference profile that contains this model."
        ),
        "Name the profile",
    ),
    ("You don't have access to the model with the specified model ID.", "Open model access"),
    (
        (
            "User: arn:aws:sts::111122223333:assumed-role/Evaluation/x is not authorized to "
            "perform: bedrock:InvokeModel on resource: "
            "arn:aws:bedrock:us-east-1::foundation-model/y"
        ),
        "Open model access",
    ),
    (
        (
            f"User: arn:aws:sts::111122223333:assumed-role/Start/x is not authorized to perform: "
            f"iam:PassRole on resource: {ROLE}"
        ),
        "permissions boundary",
    ),
    ("includes both reference contexts and reference responses", "Leave one of the two out"),
    ("Invalid HubContentArn format", "modeleval register scorer"),
    (
        "Benchmark 'mmmu' is only supported for Nova models. The current model is not a Nova model",
        "modeleval benchmarks",
    ),
    ("Invalid subtask 'nope' for benchmark 'mmlu'.", "lists its subtasks"),
    ("ResourceLimitExceeded: The account-level service limit is 10", "modeleval resume"),
    ("ServiceQuotaExceededException: too many jobs", "modeleval resume"),
    ("ThrottlingException: Too many requests, please wait", "quotas on requests"),
    (
        (
            "User: x is not authorized to perform: kms:GenerateDataKey on resource: "
            "arn:aws:kms:us-east-1:111122223333:key/1"
        ),
        "customer key",
    ),
    (
        (
            "User: x is not authorized to perform: s3:GetObject on resource: "
            "arn:aws:s3:::weights/model.tar.gz"
        ),
        "modelBuckets",
    ),
    ("MaxRuntimeExceeded", "too slowly"),
    # What the collected error scenarios call it.
    ("Benchmark not supported in region", "modeleval benchmarks"),
    ("Model doesn't support evaluation format", "text generation"),
    ("Dataset doesn't match expected format", "modeleval peek"),
    ("Evaluation timeout", "too slowly"),
    ("Exceeded concurrent evaluation limit", "modeleval resume"),
    ("Bedrock model not available or no permissions", "Open model access"),
    ("model mapping error", "letter by letter"),
]
_NUMBERS = [f"message{number}" for number in range(len(SAID))]


@pytest.mark.parametrize(("message", "said"), SAID, ids=_NUMBERS)
def test_a_known_message_is_explained_by_the_row_that_is_meant(message: str, said: str) -> None:
    found = explain(message)
    assert found is not None
    assert said in str(found)


def test_every_row_is_met_by_a_message() -> None:
    met = {found for message, _ in SAID if (found := explain(message))}
    assert met == set(EXPLANATIONS)


@pytest.mark.parametrize(
    "message",
    [
        "",
        "The judge is gone.",
        "the service gave no reason",
        "s3://bucket/runs/x/outputs/ holds no output.jsonl",
        "arn:aws:sts::111122223333:assumed-role/Evaluation/x said no",
        "AlgorithmError (40 characters, in the log)",
        "States.QueryEvaluationError: D1012: Evaluation timeout after 1000 milliseconds.",
    ],
)
def test_words_that_are_not_known_are_left_alone(message: str) -> None:
    assert explain(message) is None
    assert with_explanation(message) == message


@pytest.mark.parametrize("row", EXPLANATIONS, ids=range(len(EXPLANATIONS)))
def test_a_row_is_said_once_however_often_it_is_asked(row: Explanation) -> None:
    once = with_explanation(SAID[0][0])
    assert with_explanation(once) == once
    assert not row.means.endswith(".")
    assert not row.action.endswith(".")


@pytest.mark.parametrize("name", ["JobFailed", "JobRefused", "ServiceRefused", "Lambda.Unknown"])
def test_what_is_kept_of_a_services_refusal_says_what_to_do(name: str) -> None:
    message = "failed: Access denied when attempting to assume role"
    kept = failure_of({"Error": name, "Cause": message})
    assert kept.message.startswith(f"{message} (The role's trust policy")
    assert "`modeleval doctor`" in kept.message


def test_our_own_words_are_not_taken_for_a_services() -> None:
    message = "the dataset does not match the expected format"
    assert failure_of({"Error": "DatasetInvalid", "Cause": message}).message == message


def test_the_page_has_every_row() -> None:
    page = (DOCS / "troubleshooting.md").read_text(encoding="utf-8")
    assert rows() in page, "python -m modeleval.explanations writes the table"


def test_the_page_names_only_commands_that_there_are() -> None:
    commands = (DOCS / "command-line.md").read_text(encoding="utf-8")
    for name in re.findall(r"`modeleval ([a-z-]+)", rows()):
        assert re.search(rf"^\| .*`{name}\b", commands, re.MULTILINE), name
