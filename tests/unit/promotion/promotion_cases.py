"""A run of a model package version, its summary document and its gate, to change."""

from __future__ import annotations

from typing import Any

from unit_documents import RUN, settings
from unit_fakes import run

from modeleval.sagemaker.resolved import ModelSource, ResolvedModel
from modeleval.settings import Settings
from modeleval.store.items import Run, RunStatus
from modeleval.suite.gate import Gate

ACCOUNT = "111122223333"
PLACE = f"arn:aws:sagemaker:us-east-1:{ACCOUNT}"
PACKAGE = f"{PLACE}:model-package/support-llama/3"
EXECUTION = f"arn:aws:states:us-east-1:{ACCOUNT}:execution:Run:one"
ACTIONS = {"onPass": "approve", "onFail": "reject", "onInconclusive": "reject"}
RULE = {"evaluation": "answers", "metric": "Correctness", "minimum": 0.7}


def model(**changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "asked": "support-llama",
        "source": ModelSource.PACKAGE,
        "identifier": PACKAGE,
        "group": "support-llama",
        "group_arn": f"{PLACE}:model-package-group/support-llama",
        "version": 3,
        "approval_status": "PendingManualApproval",
    }
    return ResolvedModel(**fields | changes).to_document()


def promotable(**changes: Any) -> Run:
    fields: dict[str, Any] = {
        "execution_arn": EXECUTION,
        "origin": "deployed",
        "status": RunStatus.SUCCEEDED,
        "published": True,
        "resolved_model": model(),
    }
    return run(**fields | changes)


def gate(**changes: Any) -> Gate:
    return Gate.model_validate({"rules": [RULE], **ACTIONS} | changes)


def condition(verdict: str = "passed", **changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "evaluation": "answers",
        "metric": "Correctness",
        "category": None,
        "condition": "minimum",
        "verdict": verdict,
        "ofModel": True,
        "evidence": True,
    }
    return fields | changes


def score(metric: str = "Correctness", **changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "metric": metric,
        "category": None,
        "mean": 0.8125,
        "n": 30,
        "interval": {"low": 0.7, "high": 0.9},
    }
    return fields | changes


def summary(
    verdict: str = "passed", *conditions: dict[str, Any], scores: tuple[Any, ...] = ()
) -> dict[str, Any]:
    return {
        "runId": RUN,
        "suite": "support",
        "gate": {
            "verdict": verdict,
            "why": f"It {verdict}.",
            "conditions": list(conditions) or [condition(verdict)],
        },
        "evaluations": [
            {"name": "answers", "ofModel": True, "summaries": list(scores) or [score()]}
        ],
    }


def approving(*groups: str) -> Settings:
    return settings(approvalGroups=list(groups or ["support-llama"]))
