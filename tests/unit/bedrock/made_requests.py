"""From a suite to the requests for its jobs, as the workflow makes them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from unit_documents import BUCKET, JUDGE, RUN

from modeleval.kinds import judge_jobs
from modeleval.kinds.judge_dataset import PreparedDataset, PreparedGroup, PreparedSide
from modeleval.kinds.judge_metrics import groups_of
from modeleval.kinds.parts import Part
from modeleval.services import Environment
from modeleval.store.items import Job, Run, to_dynamodb
from modeleval.suite.document import parse_suite
from modeleval.workflow.load import context_of

ENVIRONMENT = {
    "BUCKET_NAME": BUCKET,
    "TABLE_NAME": "table",
    "SETTINGS": "{}",
    "STACK_NAME": "modeleval",
    "BEDROCK_ROLE_ARN": "arn:aws:iam::111122223333:role/modeleval-bedrock",
}

KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
SPEC = {
    "part": 0,
    "judge": JUDGE,
    "metrics": ["Refusal"],
    "customMetrics": [],
    "precomputed": "a",
    "model": None,
    "inferenceParams": "{}",
    "latency": None,
    "datasetName": "a",
}


def through_dynamodb(value: Any) -> Any:
    """A value as the table gives it back: its numbers as Decimals."""
    return TypeDeserializer().deserialize(TypeSerializer().serialize(to_dynamodb(value)))


def services(**variables: str) -> Any:
    environment = Environment.model_validate(ENVIRONMENT | variables)
    return SimpleNamespace(environment=environment, region="us-east-1")


def context(spec: dict[str, Any], *, number: int = 0, attempt: int = 1, **labels: str) -> Any:
    """The context of a job that a test specifies itself."""
    run = Run(run_id=RUN, suite="support", execution_arn="arn", started_at="now", tags=labels)
    job = Job(
        run_id=RUN,
        job=number,
        evaluation=0,
        evaluation_name="answers",
        kind="bedrock-judge",
        spec=spec,
        deadline_seconds=3600,
        attempt=attempt,
    )
    return context_of(run, job, services())


def requests_for(document: dict[str, Any], **variables: str) -> list[dict[str, Any]]:
    """The requests for the jobs of a suite's first evaluation."""
    parsed = parse_suite(document, source="s")
    entry: Any = parsed.evaluations[0]
    report: Any = None
    groups = tuple(
        PreparedGroup(group.names, 1, 10, (Part(number, 1),))
        for number, group in enumerate(groups_of(entry))
    )
    planned = judge_jobs.planned(PreparedSide(None, entry, PreparedDataset(report, {}, 1, groups)))
    run = Run(
        run_id=RUN,
        suite=parsed.name,
        execution_arn="arn",
        started_at="2026-11-22T08:00:00.000Z",
        tags=dict(parsed.tags),
    )
    jobs = [
        Job(
            run_id=RUN,
            job=number,
            evaluation=0,
            evaluation_name=entry.name,
            kind=entry.kind,
            spec=through_dynamodb(one.spec),
            deadline_seconds=one.deadline_seconds,
        )
        for number, one in enumerate(planned)
    ]
    outside = services(**variables)
    return [judge_jobs.request(context_of(run, job, outside)) for job in jobs]


def request_for(document: dict[str, Any], **variables: str) -> dict[str, Any]:
    [made] = requests_for(document, **variables)
    return made
