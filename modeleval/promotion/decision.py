"""The three keys: may this run approve or reject its model package, and does it?

A pure function of the run, its summary document, its suite's gate and the settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from modeleval.promotion.version import versioned
from modeleval.sagemaker.arns import parse_arn
from modeleval.sagemaker.resolved import ResolvedModel
from modeleval.settings import Settings
from modeleval.store.items import Run, RunStatus
from modeleval.suite.gate import Action, Gate
from modeleval.suite.origins import DEPLOYED


class Decision(NamedTuple):
    """What follows for the model package, and why in one sentence."""

    action: Action
    why: str


def decide(run: Run, gate: Gate | None, summary: Mapping[str, Any], settings: Settings) -> Decision:
    """Approve and reject need a deployed suite, a group of `approvalGroups`, and a condition about
    the run's model that scores decided as the verdict says; to ask a person needs the first two.
    """
    decided = summary.get("gate")
    if gate is None or not decided:
        return Decision(Action.LEAVE, "The suite has no gate.")
    verdict = str(decided["verdict"])
    asked = gate.action(verdict)
    if asked is Action.LEAVE:
        return Decision(asked, f"The suite leaves a version whose gate is {verdict} as it is.")
    against = why_not(run, settings) or _why_not_run(run) or _why_not_gate(asked, decided)
    if against:
        return Decision(Action.LEAVE, against)
    why = str(decided["why"])
    return Decision(asked, f"A person decides: {why}" if asked is Action.ASK else why)


def why_not(run: Run, settings: Settings) -> str | None:
    """Why this run may write nothing to its model package, not even results; None if it may.

    Whoever reads the results there would take those of another suite with the same name for them.
    """
    model = versioned(run)
    if model is None:
        return "The run's model is no version in a model package group."
    if not _is_of_this_account(model, run):
        return "The model package belongs to another account."
    if run.origin != DEPLOYED:
        return "Only a suite that is deployed with the stack promotes; this one was not."
    if not settings.may_approve(str(model.group)):
        return f"The settings' approvalGroups do not name the group {model.group}."
    if not run.published or run.sample is not None:
        return "A trial, or a run without scores, decides nothing."
    return None


def _why_not_run(run: Run) -> str | None:
    if run.status is not RunStatus.SUCCEEDED:
        return "An evaluation of the run, or a job of one, failed."
    return None


def _why_not_gate(asked: Action, decided: Mapping[str, Any]) -> str | None:
    """Rules on another subject count for the verdict, and promote nothing by themselves."""
    own = [one for one in decided["conditions"] if one["ofModel"]]
    verdict = decided["verdict"]
    if not own:
        return "No rule of the gate is about the run's model."
    if asked is Action.ASK or any(one["evidence"] and one["verdict"] == verdict for one in own):
        return None
    return f"The gate is {verdict}, but no rule about the run's model was decided so by scores."


def _is_of_this_account(model: ResolvedModel, run: Run) -> bool:
    """The run's execution is in the stack's own account and Region."""
    package, execution = parse_arn(model.identifier), parse_arn(run.execution_arn)
    if package is None or execution is None:
        return False
    return (package.account, package.region) == (execution.account, execution.region)
