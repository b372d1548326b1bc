"""First step: give the run its id, read and validate the suite, keep it."""

from __future__ import annotations

import json
from pathlib import Path

from modeleval.artifacts import suite_key
from modeleval.digests import canonical, text_digest
from modeleval.documents import closest
from modeleval.errors import SuiteInvalid
from modeleval.ids import milliseconds
from modeleval.services import Services
from modeleval.store.items import UNKNOWN_SUITE, Run
from modeleval.suite.document import Suite, parse_suite
from modeleval.suite.includes import with_files
from modeleval.suite.origins import DEPLOYED
from modeleval.suite.source import SuiteSource, load_suite
from modeleval.suite.terms import TERMS_DIGEST, refuse_unaccepted, refuse_unaccepted_eula
from modeleval.workflow.events import ExecutionEvent
from modeleval.workflow.timing import timestamp

_INPUT_FIELDS = ("suite", "model", "sample", "which", "triggeredBy")
_WHICH = ("latest", "approved")
_TRIGGERS = ("event", "schedule", "reconciler", "pipeline")
_LONGEST = 2048


def prepare_run(event: ExecutionEvent, services: Services, suites: Path) -> str:
    """Create the run, even for a suite that is refused: a refusal has an id and a place too.

    Returns the run's id. Raises SuiteNotFound, SuiteInvalid or TermsNotAccepted.
    """
    services.store.create_run(
        Run(
            run_id=event.run_id,
            suite=_asked_name(event.input),
            model=_asked_text(event.input, "model"),
            which=_asked_text(event.input, "which"),
            triggered_by=_asked_text(event.input, "triggeredBy"),
            execution_arn=event.execution_arn,
            started_at=timestamp(milliseconds(event.start_time) / 1000),
        )
    )
    source = _suite_source(event.input, services, suites)
    document = with_files(source.document, services.objects, services.settings)
    if event.input.get("sample") is not None and isinstance(document, dict):
        document = {**document, "sample": event.input["sample"]}
    suite = parse_suite(document, source=source.name)
    _check_name(suite, source)
    if suite.needs_bedrock_terms and not suite.terms_accepted:
        refuse_unaccepted()
    if suite.needs_eula and not suite.eula_accepted:
        refuse_unaccepted_eula()
    if not services.objects.write_new_json(suite_key(event.run_id), document):
        # This step ran before, perhaps with another version of the suite: that one it is.
        document = json.loads(services.objects.read(suite_key(event.run_id)))
        suite = parse_suite(document, source=source.name)
    services.store.name_run(event.run_id, suite.name)
    services.store.update_run(
        event.run_id,
        phase="resolve",
        origin=source.origin,
        tags=dict(suite.tags),
        sample=suite.sample,
        suiteDigest=text_digest(canonical(document)),
        termsAcceptedAt=timestamp(services.now()),
        termsDigest=TERMS_DIGEST,
    )
    return event.run_id


def _asked_name(given: object) -> str:
    """What the run is listed under until its suite is read, and for good if it cannot be."""
    asked = given.get("suite") if isinstance(given, dict) else None
    name = asked.get("name") if isinstance(asked, dict) else asked
    return name[:200] if isinstance(name, str) and name else UNKNOWN_SUITE


def _asked_text(given: object, field: str) -> str | None:
    value = given.get(field) if isinstance(given, dict) else None
    return value[:_LONGEST] if isinstance(value, str) else None


def _suite_source(given: object, services: Services, suites: Path) -> SuiteSource:
    if not isinstance(given, dict):
        raise SuiteInvalid(
            "The execution's input is not an object",
            where="input",
            action='Start with {"suite": "<name>"}.',
        )
    for name in given:
        if name not in _INPUT_FIELDS:
            near = closest(str(name), list(_INPUT_FIELDS))
            raise SuiteInvalid(
                "The execution's input has an unknown field",
                where=f"input.{str(name)[:80]}",
                action=f"Did you mean {near}?"
                if near
                else f"Known fields: {', '.join(_INPUT_FIELDS)}.",
            )
    _check_texts(given)
    return load_suite(
        given.get("suite"), folder=suites, objects=services.objects, settings=services.settings
    )


def _check_texts(given: dict[str, object]) -> None:
    if not isinstance(given.get("model"), str | None):
        raise SuiteInvalid(
            "The model is not a text",
            where="input.model",
            action="Name one model, or leave model out.",
        )
    for field, known in (("which", _WHICH), ("triggeredBy", _TRIGGERS)):
        if given.get(field) not in (None, *known):
            raise SuiteInvalid(
                f"It is none of {', '.join(known)}",
                where=f"input.{field}",
                action="Choose one of them, or leave it out.",
            )


def _check_name(suite: Suite, source: SuiteSource) -> None:
    stem = Path(source.name).stem
    if source.origin == DEPLOYED and suite.name != stem:
        raise SuiteInvalid(
            f"The deployed suite calls itself {suite.name}",
            where=source.name,
            action=f"Rename the file to {suite.name}.yaml, or set name: {stem}.",
        )
