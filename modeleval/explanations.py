"""What a service's words mean, and what to do: the one table, read wherever a failure is told.

The words are the services' own, as AWS's documentation and people who met them quote them. Rows are
tried in their order: what is said of one thing stands above what is said of many. `docs/
troubleshooting.md` has the same rows (`python -m modeleval.explanations`); a test holds it to them.
"""

from __future__ import annotations

import re
import sys
from typing import NamedTuple


class Explanation(NamedTuple):
    """words: how a page names the message. pattern: what is looked for in it, without case.

    means and action are sentences without their last dot.
    """

    words: str
    pattern: str
    means: str
    action: str

    def __str__(self) -> str:
        return f"{self.means}. {self.action}"


EXPLANATIONS: tuple[Explanation, ...] = (
    Explanation(
        "access denied when attempting to assume role; sts:AssumeRole",
        r"assum(?:e|ed|ing)(?: the| a| this)?(?: \w+)? role|sts:AssumeRole|cannot be assumed",
        "The role's trust policy does not let the service in, or has no condition on "
        "aws:SourceAccount, without which Bedrock takes no role",
        "`modeleval doctor` names the role and prints the trust policy that it needs: "
        "bedrock.amazonaws.com, and for SageMaker's evaluations sagemaker.amazonaws.com too",
    ),
    Explanation(
        "DownstreamServiceUnavailable",
        r"DownstreamServiceUnavailable",
        "SageMaker says so when it has no evaluation recipe for this base model: another try will "
        "not help, another base model will",
        "Evaluate a model that was fine-tuned from another base model, or collect its responses "
        "and judge them with the kind bedrock-judge",
    ),
    Explanation(
        "MlflowExperimentName is required",
        r"MlflowExperimentName is required",
        "SageMaker does not evaluate a model without package, as a base or a JumpStart model, "
        "without MLflow",
        "Set mlflowResourceArn in the settings and deploy, or leave a base model out with "
        "compareBaseModel: false",
    ),
    Explanation(
        "model version has reached end of life",
        r"reached (?:its |the )?end of (?:its )?life",
        "The model was withdrawn after the run had checked it",
        "Name another in the suite and the settings; `modeleval judges` lists those that can be "
        "used, with their last days",
    ),
    Explanation(
        "on-demand throughput isn't supported",
        r"on-demand throughput (?:isn.t|is not) supported",
        "The model can only be called through an inference profile",
        "Name the profile (such as us. and the model's id) in the suite and in the settings",
    ),
    Explanation(
        "Cross-account pass role is not allowed",
        r"Cross-account pass role",
        "The role that Bedrock is to assume is another account's",
        "Name a role of this account in bedrockRoleArn, or leave it out, and deploy",
    ),
    Explanation(
        "not authorized to perform: iam:PassRole",
        r"iam:PassRole|pass(?: the| this)? role",
        "The function that starts the job may not hand the role to the service",
        "Look for a service control policy or a permissions boundary above the stack's policy",
    ),
    Explanation(
        "KMS; kms:Decrypt, kms:GenerateDataKey",
        r"kms:\w+|KMSAccessDenied|KMS\.\w+|\bKMS key\b|AccessDeniedException.*\bKMS\b",
        "The customer key may not be used: by its own policy, by the role's, or because it is "
        "disabled",
        "`modeleval doctor` looks at the key and its policy; docs/permissions.md has what it needs",
    ),
    Explanation(
        "You don't have access to the model with the specified model ID",
        r"don.t have access to the model|access to (?:this|the) model (?:is|was) denied|"
        r"not authorized to perform: bedrock:InvokeModel|model access (?:is )?denied|"
        r"model (?:is )?not available or no permissions",
        "The account has no access to the model, or the role may not call it",
        "Open model access in the Bedrock console of this Region, and list the model in the "
        "settings; `modeleval doctor` looks at every judge",
    ),
    Explanation(
        "The provided model identifier is invalid",
        r"(?:model )?identifier is invalid",
        "Evaluation jobs do not take that model in this Region, though other calls may",
        "Name another; `modeleval judges` lists those that can be used",
    ),
    Explanation(
        "Could not find the model mapping; modelIdentifier",
        r"model mapping|(?:modelIdentifier|inferenceSourceIdentifier).*(?:match|not found|missing)",
        "The dataset's modelIdentifier is not, letter by letter, the name of the responses in the "
        "request",
        "Write the same name in the suite's responses and in every line; `modeleval validate "
        "FILE --identifier NAME` shows the lines that differ",
    ),
    Explanation(
        "includes both reference contexts and reference responses",
        r"both reference contexts and reference responses",
        "Built-in RAG metrics take reference responses, and only custom ones reference contexts",
        "Leave one of the two out of the dataset, or judge custom metrics in an evaluation of "
        "their own",
    ),
    Explanation(
        "Invalid HubContentArn format",
        r"Invalid HubContentArn",
        "SageMaker takes a scorer as hub content, and not a Lambda function's ARN",
        "Register the function: `modeleval register scorer` prints the ARN to use",
    ),
    Explanation(
        "only supported for Nova models; benchmark not supported",
        r"(?:only|not) supported for Nova models|benchmark (?:'\w+' )?(?:is )?not supported",
        "SageMaker does not offer that benchmark for this model or in this Region",
        "`modeleval benchmarks` says which models each takes; choose another",
    ),
    Explanation(
        "Subtask is not supported; Invalid subtask",
        r"Invalid subtask|Subtask is not supported",
        "The benchmark has no subtask of that name",
        "`modeleval benchmarks NAME` lists its subtasks",
    ),
    Explanation(
        "doesn't support evaluation format",
        r"(?:doesn.t|does not) support (?:the )?evaluation format|must support text generation",
        "The model does not generate text from a prompt, as an evaluation asks it to",
        "Evaluate a model for text generation; `modeleval find-model` shows base models",
    ),
    Explanation(
        "doesn't match expected format",
        r"(?:doesn.t|does not) match (?:the )?expected format|dataset format error",
        "The service reads the dataset otherwise than it was validated",
        "`modeleval peek FILE` says what the dataset looks like, `modeleval validate FILE` "
        "checks every line, `modeleval convert` writes another format",
    ),
    Explanation(
        "MaxRuntimeExceeded; evaluation timed out",
        r"MaxRuntimeExceeded|(?:evaluation|inference) (?:job )?(?:timed out|timeout(?! after))|"
        r"exceeded .*(?:timeout|MaxRuntimeInSeconds)",
        "The model answered too slowly for as many records",
        "Take fewer records (`--sample`), shorter answers (max_new_tokens) or a smaller model",
    ),
    Explanation(
        "ServiceQuotaExceededException, ResourceLimitExceeded",
        r"ServiceQuotaExceeded|ResourceLimitExceeded|exceeded (?:the )?concurrent evaluation limit|"
        r"concurrent evaluations?",
        "As many evaluations run in the account as it may run at once",
        "Wait for others to end and `modeleval resume` the run; modeleval queues by itself, so "
        "that another program holds the room: `modeleval doctor` counts the jobs",
    ),
    Explanation(
        "ThrottlingException, Too many requests",
        r"ThrottlingException|TooManyRequests|too many (?:requests|tokens)|rate exceeded",
        "The model's quotas on requests or tokens per minute were used up",
        "Resume the run when less is going on, name a profile that routes to several Regions, or "
        "ask for a higher quota of that model",
    ),
    Explanation(
        "not authorized to perform: s3:…; S3 Access Denied",
        r"s3:\w+|S3.*(?:Access ?Denied|403|Forbidden)|(?:Access ?Denied|Forbidden).*\bS3\b",
        "The role may not read or write there in S3",
        "Of a model's weights: add their bucket to modelBuckets in the settings and deploy. Else "
        "`modeleval doctor` says what the role lacks",
    ),
)
_PATTERNS = [(re.compile(one.pattern, re.IGNORECASE), one) for one in EXPLANATIONS]


def explain(message: str) -> Explanation | None:
    """What a service's message means; None if it is not one that is known."""
    return next((one for pattern, one in _PATTERNS if pattern.search(message)), None)


def with_explanation(message: str, *, of: str | None = None) -> str:
    """The message and, if it is known and was not said yet, what it means.

    of: the whole message, where only a part of it may be told.
    """
    found = explain(message if of is None else of)
    said = found is None or str(found) in message or any(str(e) in message for e in EXPLANATIONS)
    return message if said else f"{message} ({found}.)"


def rows() -> str:
    """The table of the page, as Markdown."""
    head = "| the service says | it means | what to do |\n|---|---|---|\n"
    lines = (f"| {one.words} | {one.means} | {one.action} |\n" for one in EXPLANATIONS)
    return head + "".join(lines)


if __name__ == "__main__":
    sys.stdout.write(rows())
