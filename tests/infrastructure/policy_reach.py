"""What no statement may reach, and the few that reach further: for test_policy_reach.py."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from policy_evaluator import _like
from policy_rows import ACCOUNT, REGION
from policy_table import RESOURCES, TABLE
from template_reader import as_list

Stated = Iterable[tuple[str, Mapping[str, Any]]]


def _arn(service: str, resource: str, account: str = ACCOUNT, region: str = REGION) -> str:
    return f"arn:aws:{service}:{region}:{account}:{resource}"


ELSEWHERE = {
    "a bucket": "arn:aws:s3:::somebodys",
    "an object": "arn:aws:s3:::somebodys/x",
    "a dataset of ours": "${StorageBucket.Arn}/datasets/x",
    "a suite of ours": "${StorageBucket.Arn}/suites/x",
    "a stray file of a run": "${StorageBucket.Arn}/runs/r/stray/x",
    "a role": f"arn:aws:iam::{ACCOUNT}:role/admin",
    "a function": _arn("lambda", "function:other"),
    "a function of ours": "${FunctionsOther.Arn}",
    "a machine": _arn("states", "stateMachine:other"),
    "an execution": _arn("states", "execution:other:x"),
    "a table": _arn("dynamodb", "table/other"),
    "a model": _arn("bedrock", "foundation-model/other.model-v1:0", account=""),
    "a model elsewhere": _arn("bedrock", "foundation-model/other.m-v1:0", "", "eu-west-1"),
    "a profile": _arn("bedrock", "inference-profile/us.other.model-v1:0"),
    "a knowledge base": _arn("bedrock", "knowledge-base/OTHER"),
    "a guardrail": _arn("bedrock", "guardrail/other"),
    "a job of another account": _arn("bedrock", "evaluation-job/x", "999999999999"),
    "a version": _arn("sagemaker", "model-package/other/1"),
    "a version of another account": _arn("sagemaker", "model-package/other/1", "999999999999"),
    "a group": _arn("sagemaker", "model-package-group/other"),
    "a pipeline": _arn("sagemaker", "pipeline/other"),
    "an execution of a pipeline": _arn("sagemaker", "pipeline/other/execution/x"),
    "an endpoint": _arn("sagemaker", "endpoint/other"),
    "a review workflow": _arn("sagemaker", "flow-definition/other"),
    "a training job": _arn("sagemaker", "training-job/other"),
    "a hub": _arn("sagemaker", "hub/other"),
    "a hub of AWS's own": _arn("sagemaker", "hub/other", "aws"),
    "what Bedrock has besides models": _arn("bedrock", "other/x", account=""),
    "the same elsewhere": _arn("bedrock", "other/x", "", "eu-west-1"),
    "the same in no Region": _arn("bedrock", "other/x", "", ""),
    "a key": _arn("kms", "key/other"),
    "a secret": _arn("secretsmanager", "secret:other"),
    "a topic": _arn("sns", "other"),
    "a queue": _arn("sqs", "other"),
    "a log": _arn("logs", "log-group:/aws/lambda/other"),
    "an event bus": _arn("events", "event-bus/other"),
    "a rule": _arn("events", "rule/other"),
    "a parameter": _arn("ssm", "parameter/other"),
    "an image": _arn("ecr", "repository/other"),
    "what ECR has besides images": _arn("ecr", "other/x"),
    "a stack": _arn("cloudformation", "stack/other/x"),
}
"""Things that no setting names, each of a kind that the stack has or could have to do with."""

_READING = {("PrepareRun", "ReadSuites"), ("PlanJobs", "ReadDatasets")}
_ASKING = ("BedrockRole", "CollectBatch")
_BEHIND = {
    (role, sid) for role in _ASKING for sid in ("InvokeBehindProfile#", "InvokeBehindRouter#")
}
_LOOKING = {("ResolveModel", "LookAtModels"), ("PlanJobs", "LookAtModels")}
_VERSIONS = {("ResolveModel", "LookAtPackages"), ("SageMakerRole", "LookAtModels")}
REACHED = {
    "a dataset of ours": _READING,
    "a suite of ours": _READING,
    "a stray file of a run": _READING,  # and `locate` refuses what lies below runs/
    "a model": _BEHIND | _LOOKING,  # through the profile or router alone; or to look at it
    "a model elsewhere": _BEHIND,
    "a profile": {(role, "InvokeBehindRouter#") for role in _ASKING},
    "a version": _VERSIONS,
    "a version of another account": _VERSIONS,
    "a group": _VERSIONS | {("PlanJobs", "LookAtGroups")},
    "a training job": {("SageMakerRole", "RunJobs")},  # SageMaker chooses their names
    "a hub": {("PlanJobs", "ReadHubs"), ("SageMakerRole", "ReadHubs")},
    "an image": {("SageMakerRole", "PullImages")},  # AWS's own, in accounts that differ by Region
}
"""What is reached all the same, by role and Sid: to read or look at, or behind a condition."""

UNBOUND = {
    "AnswerSteps",
    "CreateJobs",
    "CreateJudgeJobs",
    "DeliverLogs",
    "FindArtifacts",
    "FindLineage",
    "JoinTheVpc",
    "ListJobs",
    "ListPackages",
    "ListProfiles",
    "ListVersions",
    "LogInToRegistries",
    "PutMetrics",
    "RefuseSteps",
    "Rerank",
    "SeeAvailability",
    "SendTraces",
}
"""Sids of statements on `*`: IAM knows no resource for what they allow."""

_VIA_KMS = {("StringEquals", "kms:ViaService")}
_PASSED = {("StringEquals", "iam:PassedToService")}
_PROFILE = {("StringEquals", "bedrock:InferenceProfileArn")}
_TLS = {("Bool", "aws:SecureTransport")}
_ACCOUNT = ("StringEquals", "aws:SourceAccount")
CONDITIONS: dict[str, set[tuple[str, str]]] = {
    "DecryptDatasets": _VIA_KMS,
    "DecryptSuites": _VIA_KMS,
    "DenyOldTls": {("NumericLessThan", "s3:TlsVersion")},
    "DenyPlainHttp": _TLS,
    "EncryptEvaluationJobs": {
        _ACCOUNT,
        ("StringLike", "aws:SourceArn"),
        ("StringLike", "kms:EncryptionContext:evaluationJobArn"),
    },
    "EncryptLogGroups": {("ArnLike", "kms:EncryptionContext:aws:logs:arn")},
    "InvokeBehindProfile#": _PROFILE,
    "InvokeBehindProfiles": _PROFILE,
    "InvokeBehindRouter#": {("StringEquals", "bedrock:PromptRouterArn")},
    "ListRuns": {("StringLike", "s3:prefix")},
    "ModelTriggersDeadLetters KeepFailedEvents": {("ArnEquals", "aws:SourceArn")},
    "PassItselfToBedrock": _PASSED,
    "PassItselfToJobs": _PASSED,
    "PassTheBedrockRole": _PASSED,
    "PassTheSageMakerRole": _PASSED,
    "PutMetrics": {("StringLike", "cloudwatch:namespace")},
    "BedrockRole Trust": {_ACCOUNT, ("ArnEquals", "aws:SourceArn")},
    "ModelTriggersScheduleRole Trust": {_ACCOUNT, ("StringEquals", "aws:SourceArn")},
    "TriggersSweepRole Trust": {_ACCOUNT, ("StringEquals", "aws:SourceArn")},
    "TrustBedrock": {_ACCOUNT, ("ArnEquals", "aws:SourceArn")},
    "TrustSageMaker": {_ACCOUNT, ("ArnLike", "aws:SourceArn")},
    "UseTheKeyForItems": _VIA_KMS,
    "UseTheKeyForMessages": _VIA_KMS,
    "UseTheKeyForObjects": _VIA_KMS,
}
"""Operators and keys of a statement's conditions, by Sid, or by role and Sid; all others: none."""

SERVICES = {
    "BedrockRole": "bedrock",
    "SageMakerRole TrustSageMaker": "sagemaker",
    "SageMakerRole TrustBedrock": "bedrock",
    "ModelTriggersScheduleRole": "scheduler",
    "TriggersSweepRole": "scheduler",
    "WorkflowRunRole": "states",
    "WorkflowJobRole": "states",
    "WorkflowBatchRole": "states",
    "EncryptionKey EncryptEvaluationJobs": "bedrock",
    "EncryptionKey EncryptLogGroups": f"logs.{REGION}",
    "ModelTriggersDeadLetters KeepFailedEvents": "events",
}
"""Whom a trust policy or a resource's policy lets in; a function's role: Lambda."""


def findings(stated: Stated) -> Iterator[str]:
    """What is wider than it should be."""
    for holder, statement in stated:
        sid = re.sub(r"\d+$", "#", statement.get("Sid", ""))
        named = f"{holder} {sid}"
        row = TABLE.get(holder, {}).get(sid)
        if row is None or sorted(as_list(statement["Action"])) != sorted(row.actions.split()):
            yield f"{named}: actions that its row does not have"
        known = CONDITIONS.get(named, CONDITIONS.get(sid, set()))
        tests = statement.get("Condition", {})
        if {(operator, key) for operator, keys in tests.items() for key in keys} != known:
            yield f"{named}: other conditions"
        if statement["Effect"] != "Allow":
            continue
        if "Principal" in statement and not _is_expected(holder, sid, statement["Principal"]):
            yield f"{named}: another principal"
        if holder not in RESOURCES and not sid.startswith("Trust"):
            yield from (f"{named}: reaches {what}" for what in _reached(holder, sid, statement))


def _is_expected(holder: str, sid: str, principal: Any) -> bool:
    if (holder, sid) == ("EncryptionKey", "LetIamDecide"):
        return bool(principal == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    service = SERVICES.get(f"{holder} {sid}", SERVICES.get(holder, "lambda"))
    return bool(principal == {"Service": f"{service}.amazonaws.com"})


def _reached(holder: str, sid: str, statement: Mapping[str, Any]) -> Iterator[str]:
    patterns = as_list(statement["Resource"])
    if "*" in patterns:
        if sid not in UNBOUND or patterns != ["*"]:
            yield "everything"
        return
    step = holder.removeprefix("Functions")
    who = (step.removesuffix("Role") if step != holder else holder, sid)
    for what, resource in ELSEWHERE.items():
        reaches = any(_like(resource, pattern) for pattern in patterns)
        if reaches and who not in REACHED.get(what, set()):
            yield what
