"""What cdk-nag finds and is meant: each finding on the construct that has it, with its reason.

A wildcard that no pattern here explains stays a finding, and tests/infrastructure/test_cdk_nag.py
fails.
"""

from __future__ import annotations

import re

from aws_cdk import Stack, Validations
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.statements import as_text

_BECAUSE = (
    (r"<\w+\.Arn>/(runs|kept)/\*/.+", "A run's id is not known when the stack is deployed."),
    (
        r"(<\w+\.Arn>|arn:<AWS::Partition>:s3:::[a-z0-9.-]+)/\*",
        "Datasets, suites and weights are the team's: they lie under any key of an allowed bucket.",
    ),
    (
        r"arn:.+:bedrock:.+:(evaluation-job|model-invocation-job)/\*",
        "The ids of jobs are the service's, and not known when the stack is deployed.",
    ),
    (
        r"arn:.+:sagemaker:.+:(training-job|artifact|action|context)/\*",
        "SageMaker and its pipelines name these; the names are not known at deployment.",
    ),
    (
        r"arn:.+:sagemaker:.+:pipeline/modeleval-[a-z0-9-]+/execution/\*",
        "Executions are started later; the pipeline is this stack's own.",
    ),
    (
        r"arn:.+:sagemaker:.+:(model-package|model-package-group)/\*",
        "Which models a run evaluates is said when it starts; they are only looked at.",
    ),
    (
        r"arn:.+:sagemaker:.+:model-package/[^*/]+/\*",
        "Versions are registered later; the group is one of the settings' approvalGroups.",
    ),
    (
        r"arn:.+:sagemaker:.+:(hub|hub-content)/.*\*.*",
        "Base models, scorers and datasets are named by suites; they are only read.",
    ),
    (
        r"arn:.+:s3:::jumpstart-cache-prod-.+/\*",
        "AWS keeps the evaluation recipes there, under names that hub content tells.",
    ),
    (
        r"arn:.+:sagemaker:.+:human-loop/\*",
        "Bedrock names the loops of its human jobs; the workflow that they use is the settings'.",
    ),
    (
        r"arn:.+:logs:.+:log-group:/aws/sagemaker/TrainingJobs:\*",
        "Log streams are named by SageMaker's jobs.",
    ),
    (
        r"arn:.+:ecr:.+:\*:repository/\*",
        "Images are AWS's own, in accounts that differ by Region.",
    ),
    (
        r"arn:.+:states:.+:execution:<\w+\.Name>:\*",
        "Executions are made later; the name is that of this stack's own state machine.",
    ),
    (
        r"arn:.+:lambda:.+:function:[A-Za-z0-9_-]+:\*",
        "Versions and aliases of one function, which the settings name.",
    ),
    (
        r"arn:.+:bedrock:\*::foundation-model/[^*]+",
        "A profile routes to Regions of AWS's choosing; the condition names the profile.",
    ),
    (
        r"arn:.+:bedrock:.*::foundation-model/\*|arn:.+:bedrock:.+:inference-profile/\*",
        "What is behind an application profile or a router is not known; a condition names it.",
    ),
)

_OF_ANY = {
    "bedrock:CreateEvaluationJob": "Its resources in IAM are models, which a request need not name "
    "by their ARNs.",
    "ec2:CreateNetworkInterface": "SageMaker makes network interfaces for its jobs and removes "
    "them; AWS documents these actions on any resource.",
}
"""Why an action is allowed on any resource although IAM knows some for it."""


def acknowledge(construct: Construct, rule: str, reason: str) -> None:
    """`Validations.acknowledge` refuses ids with more than one `::`; this is what it writes."""
    construct.node.add_metadata(Validations.ACKNOWLEDGED_RULES_METADATA_KEY, {rule: reason})


def acknowledge_wildcards(policy: iam.Policy, statement: iam.PolicyStatement) -> None:
    """Explain the wildcards of one statement's resources, each finding by itself."""
    stack = Stack.of(policy)
    for resource in statement.resources:
        text = as_text(stack.resolve(resource))
        reason = _reason(text, statement.actions)
        if "*" in text and reason:
            acknowledge(policy, f"AwsSolutions-IAM5[Resource::{text}]", reason)


def _reason(resource: str, actions: list[str]) -> str | None:
    if resource == "*":
        known = next((why for action, why in _OF_ANY.items() if action in actions), None)
        return known or f"IAM knows no resource for {', '.join(actions)}."
    return next((why for form, why in _BECAUSE if re.fullmatch(form, resource)), None)
