"""One question per assumption; each answers with what it saw, content excepted."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from modeleval.artifacts import output_prefix
from modeleval.aws import error_code
from modeleval.bedrock.outputs import OutputRecord, is_output, read_output
from modeleval.services import Services
from modeleval.smoke.dataset import CUSTOM
from modeleval.store.items import Job, Run, RunStatus

_GONE_MODEL = "anthropic.claude-3-5-sonnet-20240620-v1:0"
_CUSTOM_LEVELS = (2.0, 4.0, 10.0)


class Finding(NamedTuple):
    """What was seen of one assumption; `held` is None where it could not be seen."""

    assumption: str
    held: bool | None
    seen: str


class Seen(NamedTuple):
    """The smoke run, its job, its output, and the client that asks further."""

    services: Services
    bedrock: Any
    run: Run
    job: Job
    request: dict[str, Any]
    output: list[OutputRecord]


def output_of(services: Services, job: Job) -> list[OutputRecord]:
    keys = services.objects.keys(output_prefix(*job.ref))
    return [
        record
        for key in keys
        if is_output(key)
        for record in read_output(services.objects.lines(key))
    ]


def accepted(seen: Seen) -> Finding:
    held = seen.run.status is RunStatus.SUCCEEDED
    return Finding("request-accepted", held, f"the run ended as {seen.run.status}")


def output_place(seen: Seen) -> Finding:
    found = f"{len(seen.output)} records found by listing"
    return Finding("output-place", bool(seen.output), found)


def output_record(seen: Seen) -> Finding:
    inside = sum(record.input_record.model_responses is not None for record in seen.output)
    warnings = "; ".join(seen.job.warnings) or "every record was matched"
    what = f"{warnings}; responses in inputRecord: {inside}"
    return Finding("output-record", not seen.job.warnings, what)


def metric_names(seen: Seen) -> Finding:
    names = sorted({score.metric_name for record in seen.output for score in record.scores})
    return Finding("metric-names", "Builtin.Correctness" in names, ", ".join(names))


def built_in_scale(seen: Seen) -> Finding:
    results = _results(seen, "Correctness")
    held = bool(results) and set(results) <= {0, 0.5, 1}
    return Finding("built-in-scale", held, f"Correctness: {results}")


def custom_scale(seen: Seen) -> Finding:
    results = [result for result in _results(seen, CUSTOM) if isinstance(result, float | int)]
    raw = all(result in _CUSTOM_LEVELS for result in results)
    normalized = all(round(result * 10, 3) in _CUSTOM_LEVELS for result in results)
    scale = "raw" if raw else "normalized" if normalized else "neither"
    return Finding("custom-scale", bool(results) and (raw or normalized), f"{scale}: {results}")


def list_filter(seen: Seen) -> Finding:
    name = str(seen.job.job_name)
    found = seen.services.evaluation_jobs.find(name)
    return Finding("list-filter", found is not None, f"nameContains found {found is not None}")


def same_token(seen: Seen) -> Finding:
    arn, code = _create(seen, seen.request)
    return Finding("same-token", arn == seen.job.job_arn, code or "the same job was answered")


def taken_name(seen: Seen) -> Finding:
    """Asks for the name again, with another token: the error decides whether a job is adopted."""
    arn, code = _create(seen, {**seen.request, "clientRequestToken": uuid.uuid4().hex})
    if arn is not None and arn != seen.job.job_arn:
        seen.services.evaluation_jobs.stop(arn)
        return Finding("taken-name", False, "a second job of the same name was made (and stopped)")
    return Finding("taken-name", code in ("ConflictException", "ValidationException"), str(code))


def stop_of_an_ended_job(seen: Seen) -> Finding:
    code = _code(lambda: seen.bedrock.stop_evaluation_job(jobIdentifier=seen.job.job_arn))
    held = code in ("ConflictException", "ValidationException", "ResourceNotFoundException")
    return Finding("stop-refusal", held, code or "no error")


def end_of_life(seen: Seen) -> Finding:
    code = _code(lambda: seen.bedrock.get_foundation_model(modelIdentifier=_GONE_MODEL))
    held = None if code is None else code in ("ResourceNotFoundException", "ValidationException")
    return Finding("end-of-life", held, f"{_GONE_MODEL}: {code or 'still described'}")


CHECKS: tuple[Callable[[Seen], Finding], ...] = (
    accepted,
    output_place,
    output_record,
    metric_names,
    built_in_scale,
    custom_scale,
    list_filter,
    same_token,
    taken_name,
    stop_of_an_ended_job,
    end_of_life,
)


def findings(seen: Seen) -> Iterator[Finding]:
    for check in CHECKS:
        yield check(seen)


def _results(seen: Seen, metric: str) -> list[Any]:
    return [
        score.result
        for record in seen.output
        for score in record.scores
        if score.metric_name.removeprefix("Builtin.") == metric and score.has_result
    ]


def _create(seen: Seen, request: dict[str, Any]) -> tuple[str | None, str | None]:
    try:
        return seen.bedrock.create_evaluation_job(**request)["jobArn"], None
    except ClientError as error:
        return None, error_code(error)


def _code(call: Callable[[], object]) -> str | None:
    try:
        call()
    except ClientError as error:
        return error_code(error)
    return None
