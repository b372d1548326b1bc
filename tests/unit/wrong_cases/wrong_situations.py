"""Situations that no document causes: each calls the code that finds it, with a world of fakes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from botocore.exceptions import ClientError
from unit_documents import RUN
from unit_fakes import (
    NOBODY_TO_NOTIFY,
    NOW,
    FakeExecutions,
    FakeJobs,
    FakePipelines,
    FakeStore,
    MemoryS3,
    Told,
    bucket,
    job,
    repository,
    run,
    services,
)
from unit_table import MemoryTable

from lambdas.short_errors import short_errors
from modeleval.bedrock.evaluation_jobs import EvaluationJobs, JobDetails
from modeleval.bedrock.knowledge_bases import KnowledgeBases
from modeleval.bedrock.models import Models
from modeleval.cli import compare, init_outcome, local_file, needs_scipy, resume, stack
from modeleval.cli.deployed_code import DeployedCode
from modeleval.cli.download import RunFile, chosen, run_files
from modeleval.cli.start import Started, _check_execution
from modeleval.collecting.allowed import check_allowed
from modeleval.collecting.document import Target
from modeleval.collecting.refusals import asking
from modeleval.collecting.scenarios import parse_scenarios
from modeleval.cost.budget import check_budget
from modeleval.cost.estimate import RunEstimate, estimate_judge
from modeleval.errors import TransientServiceError
from modeleval.notebook.files import append, write_new
from modeleval.sagemaker.allowed import allowed
from modeleval.sagemaker.hub_arns import parse_evaluator
from modeleval.sagemaker.naming import parse_model
from modeleval.scores.records import read_record_scores
from modeleval.settings import parse_settings
from modeleval.store.items import Failure, RunStatus
from modeleval.store.table import RunStore
from modeleval.store.triggers import Claim
from modeleval.suite import terms
from modeleval.suite.source import load_suite
from modeleval.triggers.handle import handle
from modeleval.triggers.start import Occasion, start_once
from modeleval.workflow.collecting.assemble import Assembled
from modeleval.workflow.decide import _check_keys
from modeleval.workflow.delete import delete_run
from modeleval.workflow.draft_services import draft_services
from modeleval.workflow.events import JobEvent
from modeleval.workflow.jobs import check_job
from modeleval.workflow.load import open_run
from modeleval.workflow.monthly import reserve_usd
from modeleval.workflow.plan import _check_number, _nothing_to_judge
from modeleval.workflow.score import _nothing_scored
from modeleval.workflow.stop import check_stoppable
from modeleval.workflow.sweep import sweep
from modeleval.workflow.timing import timestamp

ACTIVE = {"status": "ACTIVE"}
THERE = {
    "agreementAvailability": {"status": "AVAILABLE"},
    "authorizationStatus": "AUTHORIZED",
    "entitlementAvailability": "AVAILABLE",
    "regionAvailability": "AVAILABLE",
}
HOUR = 3600


def refused(code: str, message: str = "", operation: str = "CreateEvaluationJob") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


class Bedrock:
    """Bedrock's answers about models: all are well but those that a case describes."""

    def __init__(self, told: dict[str, Any]) -> None:
        self._told = told

    def get_foundation_model(self, *, modelIdentifier: str) -> dict[str, Any]:  # noqa: N803
        told = self._told.get(modelIdentifier, {})
        if told == "gone":
            raise refused("ResourceNotFoundException", operation="GetFoundationModel")
        lifecycle = dict(told.get("modelLifecycle", ACTIVE))
        if "endOfLifeTime" in lifecycle:
            end = datetime.fromisoformat(lifecycle["endOfLifeTime"])
            lifecycle["endOfLifeTime"] = end.replace(tzinfo=UTC)
        kinds = told.get("inferenceTypesSupported", ["ON_DEMAND"])
        return {"modelDetails": {"modelLifecycle": lifecycle, "inferenceTypesSupported": kinds}}

    def get_foundation_model_availability(self, *, modelId: str) -> dict[str, Any]:  # noqa: N803
        told = self._told.get(modelId, {})
        return THERE | {name: told[name] for name in THERE if name in told}

    def get_paginator(self, operation: str) -> Any:
        assert operation == "list_inference_profiles"
        return SimpleNamespace(paginate=lambda **_: [{"inferenceProfileSummaries": []}])


def models(told: dict[str, Any]) -> Models:
    """The account's models; `told` has what is wrong with some of them, by their id."""
    client: Any = Bedrock(told)
    return Models(client, lambda: None)


def knowledge_bases(told: dict[str, str]) -> KnowledgeBases:
    """The account's knowledge bases: by id the status; another one is not there."""

    def get(*, knowledgeBaseId: str) -> dict[str, Any]:  # noqa: N803 - boto3's
        if knowledgeBaseId not in told:
            raise refused("ResourceNotFoundException", operation="GetKnowledgeBase")
        return {"knowledgeBase": {"status": told[knowledgeBaseId]}}

    return KnowledgeBases(lambda: SimpleNamespace(get_knowledge_base=get))


def _too_many_jobs() -> None:
    suite: Any = SimpleNamespace(evaluations=[SimpleNamespace(name="answers", kind="x")])
    plan: Any = SimpleNamespace(jobs=range(1001))
    _check_number(suite, [plan], services())


def _wrong_scenarios() -> None:
    text = b"- {id: a, category: greeting, turns: []}\n- {id: a, categori: x, turns: [hello]}\n"
    parse_scenarios(text, source="scenarios/support.yaml")


def _nothing_collected() -> None:
    failure = Failure(name="TargetRefused", message="Bedrock answers AccessDeniedException.")
    suite: Any = SimpleNamespace(evaluations=[SimpleNamespace(name="answers")])
    raise _nothing_to_judge(suite, Assembled(failures={0: failure}))


def _estimate(judge: str) -> RunEstimate:
    return RunEstimate((estimate_judge(evaluation="a", records=1000, metrics=11, judge=judge),))


def _check_job(status: str, failure: str = "", *, hours: float = 0) -> None:
    asked = timestamp(NOW - hours * HOUR)
    begun = job(job_name=f"{RUN}-j0-a1", job_arn="arn:job", asked_at=asked, status="running")
    jobs: Any = FakeJobs()
    jobs.get = lambda _: JobDetails(status, failure)
    world = services(
        store=FakeStore(run(), begun),
        evaluation_jobs=jobs,
        environment=SimpleNamespace(
            stack_name="modeleval", bucket_name="b", bedrock_role_arn="arn:role", kms_key_arn=""
        ),
    )
    event = {"runId": RUN, "job": 0, "executionArn": "arn:child"}
    check_job(JobEvent.model_validate(event), world)


def _create(code: str, message: str = "", *, running: int = 0, held: int = 0) -> None:
    jobs = EvaluationJobs(SimpleNamespace())  # type: ignore[arg-type]
    counted = lambda *, enough, **filters: min(enough, running if filters else held)  # noqa: E731
    with patch.object(jobs, "count", counted):
        jobs._refuse(refused(code, message))


class Denied(MemoryS3):
    def get_object(self, **_: Any) -> dict[str, Any]:
        raise refused("AccessDenied", operation="GetObject")


def _changed() -> None:
    objects = bucket(MemoryS3(**{"datasets/answers.jsonl": b"{}"}))
    objects.open("datasets/answers.jsonl", etag="another")


def _stack(error: ClientError, *others: str) -> None:
    def describe(**_: Any) -> None:
        raise error

    outputs = [{"OutputKey": name, "OutputValue": "x"} for name in stack._NEEDED]
    page = {"Stacks": [{"StackName": name, "Outputs": outputs} for name in others]}
    listed = SimpleNamespace(paginate=lambda: [page])
    client = SimpleNamespace(describe_stacks=describe, get_paginator=lambda _: listed)
    with patch.object(stack.boto3, "client", lambda *_, **__: client):
        stack.Deployment("modeleval")


def _used_up() -> None:
    """Of 30 USD others of the month reserved 15."""
    store = RunStore(MemoryTable())  # type: ignore[arg-type]
    suite = {"origin": "deployed", "maxUsdPerMonth": Decimal(30)}
    first, second = (run(run_id=run_id, **suite) for run_id in (RUN, RUN[:-1] + "7"))
    reserve_usd(first, Decimal("15.5"), services(store=store))
    reserve_usd(second, Decimal("20.24"), services(store=store))


def _no_checkout() -> None:
    with patch.object(local_file.modeleval, "__file__", "/opt/lib/modeleval/__init__.py"):
        local_file.use_local()


def _without_scipy() -> None:
    missing = ModuleNotFoundError("No module named 'scipy'", name="scipy")
    with patch.object(needs_scipy, "import_module", side_effect=missing):
        compare._comparer()


def _sweep() -> None:
    class Deaf(FakeJobs):
        def list(self, **_: Any) -> Any:
            raise TransientServiceError("Bedrock does not answer", action="Later.")

    sweep(
        services(
            store=FakeStore(),
            evaluation_jobs=Deaf(),
            pipelines=FakePipelines(),
            executions=FakeExecutions(),
            environment=NOBODY_TO_NOTIFY,
            telling=Told(),
        )
    )


def _one_run_too_many() -> None:
    class Full:
        def claim(self, *_: Any, **__: Any) -> Any:
            return Claim.OURS

        def count(self, *_: Any, **__: Any) -> bool:
            return False

        def release(self, *_: Any, **__: Any) -> None: ...

    occasion = Occasion("support-answers", "TIME#2026-11-22T08:00:00Z", {}, "holder")
    start_once(occasion, services(triggers=Full()))


def _failed_execution() -> None:
    executions = SimpleNamespace(end=lambda _: ("FAILED", "States.Runtime"))
    deployment: Any = SimpleNamespace(services=SimpleNamespace(executions=executions))
    _check_execution(deployment, Started(RUN, "arn:execution"))


def _registering() -> None:
    with allowed("sagemaker:ImportHubContent", "modeleval-hub", "SageMaker"):
        raise refused("AccessDeniedException", operation="ImportHubContent")


def _unexpected() -> None:
    with short_errors():
        raise refused("AccessDenied", "a policy says no", "PutItem")


def _no_suite() -> None:
    load_suite(
        "support-answer",
        folder=repository() / "suites",
        objects=bucket(MemoryS3()),
        settings=services().settings,
    )


def _no_code() -> None:
    environment = {"BUCKET_NAME": "b", "TABLE_NAME": "t", "SETTINGS": "{}", "STACK_NAME": "s"}
    configuration = {"Environment": {"Variables": environment}}
    found = {"Code": {"Location": "https://code"}, "Configuration": configuration}
    code = DeployedCode("decide", SimpleNamespace(get_function=lambda **_: found))
    with patch.object(code, "_download", return_value=b"<html>"), TemporaryDirectory() as folder:
        code.write_suites(Path(folder))


def _no_file_beside_the_suite() -> None:
    place = Path("suites")
    real = services(store=FakeStore(), objects=bucket(MemoryS3()))
    draft_services(real, run_id=RUN, folder=place, beside=place).objects.open("./none.jsonl")


def _taken() -> None:
    def put_object(**_: object) -> None:
        raise refused("PreconditionFailed", "", "PutObject")

    client = SimpleNamespace(put_object=put_object)
    with patch.object(init_outcome.boto3, "client", return_value=client):
        init_outcome.upload(repository() / "README.md", "bucket", "datasets/a.jsonl", force=False)


def _nothing_scored_of(name: str) -> None:
    error = {"name": "JobFailed", "message": "The judge is gone"}
    raise _nothing_scored([{"name": name, "error": error}])


def _target_not_listed() -> None:
    document = Target.model_validate({"name": "bot", "endpoint": "https://bot.example.com/chat"})
    settings = parse_settings({"judgeModels": ["amazon.nova-pro-v1:0"]})
    check_allowed(document, settings, field="evaluations[0].dataset.target")


def _target_refuses() -> None:
    denied = {
        "Error": {"Code": "AccessDeniedException", "Message": "You don't have access to the model"},
        "ResponseMetadata": {"HTTPStatusCode": 403},
    }
    with asking("Bedrock", "amazon.nova-lite-v1:0"):
        raise ClientError(denied, "Converse")  # type: ignore[arg-type]


SITUATIONS: dict[str, Callable[[], object]] = {
    "a suite that is not deployed": _no_suite,
    "terms": terms.refuse_unaccepted,
    "licence": terms.refuse_unaccepted_eula,
    "no model": lambda: parse_model("", field="input.model"),
    "a Lambda as the model": lambda: parse_model(
        "arn:aws:lambda:us-east-1:111122223333:function:x", field="input.model"
    ),
    "a scorer misspelt": lambda: parse_evaluator("prime_maths", field="evaluations[0].scorer"),
    "a scorer that is a file": lambda: parse_evaluator("score.py", field="evaluations[0].scorer"),
    "registering without permission": _registering,
    "no price": lambda: check_budget(_estimate("openai.gpt-5.4"), Decimal(5)),
    "too dear": lambda: check_budget(_estimate("amazon.nova-pro-v1:0"), Decimal(5)),
    "a month's budget that is used up": _used_up,
    "5,000 jobs": lambda: _create("ServiceQuotaExceededException", held=5000),
    "more jobs than a run may have": _too_many_jobs,
    "a budget that is none": lambda: resume._usd("much"),
    "20 jobs run": lambda: _create("ServiceQuotaExceededException", running=20),
    "a request that Bedrock refuses": lambda: _create("ValidationException", "no such thing"),
    "a name that is taken": lambda: _create("ConflictException"),
    "no scipy": _without_scipy,
    "a stack whose code cannot be read": _no_code,
    "a plan whose dataset is not beside the suite": _no_file_beside_the_suite,
    "no stack": lambda: _stack(refused("ValidationError", "Stack does not exist")),
    "no stack of that name, and one of another": lambda: _stack(
        refused("ValidationError", "Stack does not exist"), "evaluations"
    ),
    "stopping what has ended": lambda: check_stoppable(run(status=RunStatus.SUCCEEDED)),
    "a notebook to add to that is none": lambda: append(Path("no-such.ipynb"), []),
    "a notebook in the place of a folder": lambda: write_new(Path("/"), []),
    "files of a run that expired": lambda: run_files(RUN, bucket(MemoryS3())),
    "files that a run has not": lambda: chosen([RunFile("k", "suite.json")], ["scores"], RUN),
    "an upload over another dataset": _taken,
    "an installed package that has no embedded AWS": _no_checkout,
    "no run": lambda: RunStore(MemoryTable()).run("menosuchrun0000000"),  # type: ignore[arg-type]
    "a decision on a run that asks nobody": lambda: _check_keys(
        run(status=RunStatus.SUCCEEDED, origin="deployed"), services()
    ),
    "deleting a run that goes on": lambda: delete_run(RUN, services(store=FakeStore(run()))),
    "a job that failed": lambda: _check_job("Failed", "The judge is not available"),
    "a job that somebody stopped": lambda: _check_job("Stopped"),
    "a job that takes too long": lambda: _check_job("InProgress", hours=2),
    "scores that cannot be read": lambda: list(read_record_scores([b'{"record": 1}\n'])),
    "no evaluation was scored": lambda: _nothing_scored_of("answers"),
    "an object that expired": lambda: bucket(MemoryS3()).read("runs/x/summary.json"),
    "an object that may not be read": lambda: bucket(Denied()).read("runs/x/summary.json"),
    "an object that changed": _changed,
    "AWS refuses what it should not": _unexpected,
    "an execution that failed at once": _failed_execution,
    "a sweep before a deaf service": _sweep,
    "a target that the settings do not list": _target_not_listed,
    "a target that refuses every request": _target_refuses,
    "a file of scenarios with mistakes": _wrong_scenarios,
    "scenarios without a response": _nothing_collected,
    "an event of somebody else": lambda: handle(
        {"source": "aws.s3"}, services(), repository() / "suites"
    ),
    "a run too many for a day": _one_run_too_many,
    "a step after the end": lambda: open_run(
        RUN, services(store=FakeStore(run(status=RunStatus.STOPPED)))
    ),
}
