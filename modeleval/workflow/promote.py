"""After a run was published: what follows for the model package version that it evaluated.

Nothing here fails the run: what AWS refuses is kept with it as a warning.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from modeleval.artifacts import s3_uri, summary_key
from modeleval.promotion.decision import Decision, decide, versioned, why_not
from modeleval.promotion.description import STATUS, description
from modeleval.promotion.metadata import merged, results
from modeleval.promotion.writing import Unwritten, package_state, write_package
from modeleval.services import Services
from modeleval.store.items import Run
from modeleval.suite.gate import Action
from modeleval.workflow.keep import keep_run
from modeleval.workflow.load import suite_of
from modeleval.workflow.timing import timestamp

_DAY = 86_400
APPROVED = STATUS[Action.APPROVE]
_METADATA = "CustomerMetadataProperties"


class _Written(NamedTuple):
    """The version's approval status afterwards, whether that is what was decided, and a warning."""

    status: str | None
    done: bool
    warning: str | None = None


def promote_run(run_id: str, services: Services) -> dict[str, Any]:
    """Write the results and the approval to the model package, as far as the run may.

    What came of it is stored with the run, and answered; nothing for a run without a version. Done
    again, it changes nothing.
    """
    run = services.store.run(run_id)
    if run.promotion is not None or versioned(run) is None or not run.completed:
        return {} if run.promotion is None else {"promotion": run.promotion}
    summary = json.loads(services.objects.read(summary_key(run_id)))
    decision = decide(run, suite_of(run, services).gate, summary, services.settings)
    written = _write(run, decision, summary, services)
    if written.status == APPROVED:
        keep_run(run_id, "the version that it evaluated is approved", services)
    promotion = {
        "action": decision.action.value,
        "done": written.done,
        "why": decision.why,
        "status": written.status,
        "warning": written.warning,
    }
    promotion = {name: value for name, value in promotion.items() if value is not None}
    services.promotions.promoted(run_id, promotion, asked_until=_deadline(run, decision, services))
    return {"promotion": services.store.run(run_id).promotion or promotion}


def _write(
    run: Run, decision: Decision, summary: Mapping[str, Any], services: Services
) -> _Written:
    model = versioned(run)
    if model is None or why_not(run, services.settings) is not None:
        return _Written(model.approval_status if model else None, done=True)
    try:
        state = package_state(model.identifier, services)
        uri = s3_uri(services.objects.bucket, summary_key(run.run_id))
        metadata = merged(state.metadata, results(summary, uri), run.suite)
        wanted = STATUS.get(decision.action, state.approval)
        overruled = _overruled(decision, model.approval_status, state.approval)
        changes: dict[str, Any] = {}
        if wanted != state.approval and overruled is None:
            changes["ModelApprovalStatus"] = wanted
            changes["ApprovalDescription"] = description(run, decision.action, decision.why)
        if metadata.of(state.metadata) and metadata.put:
            changes[_METADATA] = metadata.put
        if metadata.remove:
            changes[f"{_METADATA}ToRemove"] = metadata.remove
        write_package(model.identifier, changes, services)
    except Unwritten as error:
        undone = decision.action in STATUS
        return _Written(model.approval_status, done=not undone, warning=str(error))
    warning = overruled
    if warning is None and metadata.left_out:
        warning = f"{metadata.left_out} results found no room in the package's metadata."
    status = wanted if overruled is None else state.approval
    return _Written(status, done=overruled is None, warning=warning)


def _overruled(decision: Decision, before: str | None, now: str | None) -> str | None:
    """Whoever changed the status while the run went on is not overruled by an approval."""
    if decision.action is not Action.APPROVE or now in (before, APPROVED):
        return None
    return f"The version became {now} while the run went on; a person may approve it."


def _deadline(run: Run, decision: Decision, services: Services) -> str | None:
    gate = suite_of(run, services).gate
    if decision.action is not Action.ASK or gate is None:
        return None
    return timestamp(services.now() + gate.days_to_answer * _DAY)
