"""After a run was published: what follows for the model package version that it evaluated.

Nothing here fails the run: what AWS refuses is kept with it as a warning.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from modeleval.artifacts import kept_key, s3_uri, suite_key, summary_key
from modeleval.digests import canonical, text_digest
from modeleval.errors import ModelevalError, TransientServiceError
from modeleval.objects import ObjectChanged
from modeleval.promotion.decision import Decision, decide, why_not
from modeleval.promotion.description import STATUS, description, is_own_rejection
from modeleval.promotion.metadata import Changes, merged, results
from modeleval.promotion.version import versioned
from modeleval.promotion.writing import PackageState, Unwritten, package_state, write_package
from modeleval.services import Services
from modeleval.store.items import Run
from modeleval.suite.gate import Action, Gate
from modeleval.workflow.keep import keep_run
from modeleval.workflow.kept_suite import suite_of
from modeleval.workflow.timing import timestamp

_DAY = 86_400
APPROVED, REJECTED = STATUS[Action.APPROVE], STATUS[Action.REJECT]
_METADATA = "CustomerMetadataProperties"


class _Written(NamedTuple):
    """The version's approval status afterwards, whether that is what was decided, and warnings."""

    status: str | None
    done: bool
    warnings: tuple[str, ...] = ()


class _Wanted(NamedTuple):
    """The approval status that a version is to have, and what stands against an approval."""

    status: str | None
    against: str | None


def promote_run(run_id: str, services: Services) -> dict[str, Any]:
    """Write the results and the approval to the model package, as far as the run may.

    What came of it is stored with the run, and answered; nothing for a run without a version. Done
    again, it changes nothing.
    """
    run = services.store.run(run_id)
    if run.promotion is not None or versioned(run) is None or not run.completed:
        return {} if run.promotion is None else {"promotion": run.promotion}
    summary = json.loads(services.objects.read(summary_key(run_id)))
    decision = decide(run, _gate_of(run, services), summary, services.settings)
    written = _write(run, decision, summary, services)
    promotion = {
        "action": decision.action.value,
        "done": written.done,
        "why": decision.why,
        "status": written.status,
        "warning": " ".join(written.warnings) or None,
    }
    promotion = {name: value for name, value in promotion.items() if value is not None}
    services.promotions.promoted(run_id, promotion, asked_until=_deadline(run, decision, services))
    return {"promotion": services.store.run(run_id).promotion or promotion}


def _gate_of(run: Run, services: Services) -> Gate | None:
    """The gate that the run was started with. Raises ObjectChanged if its suite is another now."""
    key = suite_key(run.run_id)
    document = json.loads(services.objects.read(key))
    if run.suite_digest is not None and text_digest(canonical(document)) != run.suite_digest:
        raise ObjectChanged(key)
    return suite_of(run, services).gate


def _write(
    run: Run, decision: Decision, summary: Mapping[str, Any], services: Services
) -> _Written:
    model = versioned(run)
    before = model.approval_status if model else None
    if model is None or why_not(run, services.settings) is not None:
        return _Written(before, True, _kept(run, services) if before == APPROVED else ())
    try:
        state = package_state(model.identifier, services)
        wanted = _wanted(decision, before, state)
        # Kept before the version says so: its links must not lead to what has expired.
        unkept = _kept(run, services) if wanted.status == APPROVED else ()
        key = summary_key(run.run_id)
        if wanted.status == APPROVED and not unkept:
            key = kept_key(key)
        metadata = merged(
            state.metadata, results(summary, s3_uri(services.objects.bucket, key)), run.suite
        )
        approval = _approval(run, decision, wanted, state)
        unwritten = _put(model.identifier, approval, metadata, state, services)
    except Unwritten as error:
        return _Written(before, decision.action not in STATUS, (str(error),))
    warnings = [*unkept, *unwritten]
    if wanted.against is not None:
        warnings.append(wanted.against)
    elif metadata.left_out:
        warnings.append(f"{metadata.left_out} results found no room in the package's metadata.")
    return _Written(wanted.status, wanted.against is None, tuple(warnings))


def _wanted(decision: Decision, before: str | None, state: PackageState) -> _Wanted:
    """An approval overrules no person: nobody who rejected the version, before the run or since,
    and nobody who changed its status while the run went on."""
    status = STATUS.get(decision.action, state.approval)
    if decision.action is not Action.APPROVE or state.approval == APPROVED:
        return _Wanted(status, None)
    if state.approval != before:
        changed = f"The version became {state.approval} while the run went on"
        return _Wanted(state.approval, f"{changed}; a person may approve it.")
    if state.approval == REJECTED and not is_own_rejection(state.because):
        return _Wanted(state.approval, "Somebody rejected the version; a person may approve it.")
    return _Wanted(status, None)


def _approval(run: Run, decision: Decision, wanted: _Wanted, state: PackageState) -> dict[str, Any]:
    if wanted.against is not None or wanted.status == state.approval:
        return {}
    return {
        "ModelApprovalStatus": wanted.status,
        "ApprovalDescription": description(run, decision.action, decision.why),
    }


def _put(
    arn: str,
    approval: Mapping[str, Any],
    metadata: Changes,
    state: PackageState,
    services: Services,
) -> tuple[str, ...]:
    """Write both in one call; the approval alone where SageMaker does not take the results."""
    described: dict[str, Any] = {}
    if metadata.of(state.metadata) and metadata.put:
        described[_METADATA] = metadata.put
    if metadata.remove:
        described[f"{_METADATA}ToRemove"] = metadata.remove
    try:
        write_package(arn, {**approval, **described}, services)
    except Unwritten as error:
        if not approval or not described:
            raise
        write_package(arn, approval, services)
        return (f"The results were not written: {error}",)
    return ()


def _kept(run: Run, services: Services) -> tuple[str, ...]:
    """Keep the run of an approved version; what went wrong is a warning."""
    try:
        keep_run(run.run_id, "the version that it evaluated is approved", services)
    except TransientServiceError:
        raise
    except (ModelevalError, ClientError) as error:
        return (f"The run could not be kept beyond the retention: {type(error).__name__}.",)
    return ()


def _deadline(run: Run, decision: Decision, services: Services) -> str | None:
    gate = suite_of(run, services).gate
    if decision.action is not Action.ASK or gate is None:
        return None
    return timestamp(services.now() + gate.days_to_answer * _DAY)
