"""An account in memory in which SageMaker's kinds plan, start, end and are collected."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from model_registry_fake import ACCOUNT, BASE, REGION, FakeSageMaker, arn
from pipelines_fake import FakePipelines
from unit_documents import BUCKET, JUDGE, RUN, settings
from unit_fakes import FakeStore, MemoryS3, bucket, run, services

from modeleval.artifacts import aggregates_key, output_prefix, record_scores_key
from modeleval.errors import JudgeNotAllowed
from modeleval.kinds.protocol import Collected, JobContext, Plan, PlanContext
from modeleval.kinds.registry import KINDS
from modeleval.sagemaker.hub import HubDataset, HubScorer
from modeleval.sagemaker.lineage import Lineage
from modeleval.sagemaker.pipelines import PipelineExecutions
from modeleval.sagemaker.recipes import EvaluationRecipe, ParameterSpec
from modeleval.sagemaker.registry import ModelRegistry
from modeleval.sagemaker.resolved import ModelSource, ResolvedModel
from modeleval.scores.aggregates import write_aggregates
from modeleval.scores.records import write_record_scores
from modeleval.store.items import Job
from modeleval.workflow.load import context_of

DATASET = "datasets/questions.jsonl"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/modeleval-sagemaker"
GROUP = arn("model-package-group/support-llama")
PACKAGE = arn("model-package/support-llama/3")
BASE_ARN = arn(f"hub-content/SageMakerPublicHub/Model/{BASE}/1.33.0", account="aws")
SCORER = arn("hub-content/my-hub/JsonDoc/my-scorer/1.0.0")
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:score"
NOVA = "nova-textgeneration-lite-v2"
SPECS = {
    "max_new_tokens": ParameterSpec(8192, "integer", 1, 16384),
    "temperature": ParameterSpec(0, "float", 0, 2),
    "aggregation": ParameterSpec("mean", "string", choices=("mean", "sum")),
    "postprocessing": ParameterSpec(False, "boolean"),
}
LINES = (
    {"query": "one?", "response": "1", "category": "a"},
    {"query": "two's?", "response": "2", "category": "b", "system": "Be brief."},
    {"query": "three?", "response": "3"},
)


def model(**changes: Any) -> ResolvedModel:
    fields: dict[str, Any] = {
        "asked": PACKAGE,
        "source": ModelSource.PACKAGE,
        "identifier": PACKAGE,
        "group": "support-llama",
        "group_arn": GROUP,
        "version": 3,
        "base_model_name": BASE,
        "base_model_version": "1.33.0",
        "base_model_arn": BASE_ARN,
    }
    return ResolvedModel(**fields | changes)


def unversioned() -> ResolvedModel:
    found = arn("model-package/alone")
    return model(asked=found, identifier=found, group=None, group_arn=None, version=None)


def jumpstart() -> ResolvedModel:
    return model(
        asked=BASE, source=ModelSource.JUMPSTART, identifier=BASE, group=None, group_arn=None,
        version=None,
    )  # fmt: skip


def nova() -> ResolvedModel:
    return model(base_model_name=NOVA, base_model_arn=BASE_ARN.replace(BASE, NOVA))


class ListedS3(MemoryS3):
    """An S3 client that lists, in pages of two, in the order of keys."""

    def get_paginator(self, operation: str) -> Any:
        assert operation == "list_objects_v2"
        return SimpleNamespace(paginate=self._pages)

    def _pages(self, *, Bucket: str, Prefix: str) -> Iterator[dict[str, Any]]:  # noqa: N803 - boto3's
        assert Bucket == BUCKET
        found = sorted(key for key in self.objects if key.startswith(Prefix))
        yield {}
        for start in range(0, len(found), 2):
            yield {"Contents": [{"Key": key} for key in found[start : start + 2]]}


class ResultStore(FakeStore):
    """A store that keeps where results are."""

    def __init__(self, *items: Any) -> None:
        super().__init__(*items)
        self.results: dict[str, tuple[str, int]] = {}

    def result(self, digest: str) -> tuple[str, int] | None:
        return self.results.get(digest)

    def keep_result(self, digest: str, run_id: str, job: int) -> None:
        self.results[digest] = (run_id, job)


class FakeHub:
    def __init__(self) -> None:
        self.asked: list[tuple[str, EvaluationRecipe]] = []

    def evaluation_parameters(self, name: str, recipe: EvaluationRecipe) -> Any:
        self.asked.append((name, recipe))
        return SPECS

    def scorer(self, text: str, *, field: str) -> HubScorer:
        assert field == "evaluations[0].scorer"
        return HubScorer(text, FUNCTION)

    def dataset_document(self, text: str, *, field: str) -> HubDataset:
        assert field == "evaluations[0].dataset"
        return HubDataset(BUCKET, DATASET, text, "1.0.0")


class Judges:
    def check(self, text: str, purpose: Any, *, allowed: Any, field: str) -> None:
        assert (purpose.noun, field) == ("judge", "evaluations[0].judge")
        if text not in allowed:
            raise JudgeNotAllowed(text, where=field, action="x")


class BedrockJobs:
    """Bedrock's jobs that run, by ARN, and where each writes."""

    def __init__(self) -> None:
        self.writing: dict[str, str] = {}
        self.stopped: list[str] = []

    def running_into(self, uri: str) -> Iterator[str]:
        return (one for one, place in self.writing.items() if place.startswith(uri))

    def stop(self, job: str) -> bool:
        self.stopped.append(job)
        del self.writing[job]
        return True


class World:
    """Runs of one evaluation each, one after another, in one stack."""

    def __init__(self, **changes: Any) -> None:
        self.client = FakePipelines()
        self.registry = FakeSageMaker()
        self.registry.hub[NOVA] = "1.33.0"
        self.hub = FakeHub()
        self.s3 = ListedS3(**{DATASET: jsonl(LINES)})
        self.store = ResultStore()
        self.bedrock = BedrockJobs()
        client: Any = self.client
        self.services = services(
            settings=settings(**{"scorerFunctionArns": [FUNCTION]} | changes),
            region=REGION,
            objects=bucket(self.s3),
            store=self.store,
            hub=self.hub,
            models=Judges(),
            model_registry=ModelRegistry(lambda: self.registry),
            lineage=Lineage(client),
            evaluation_jobs=self.bedrock,
            pipelines=PipelineExecutions(client, "modeleval", sleep=lambda _: None),
            environment=SimpleNamespace(
                stack_name="modeleval", bucket_name=BUCKET, sagemaker_role_arn=ROLE, kms_key_arn=""
            ),
        )

    def plan(
        self,
        given: Mapping[str, Any],
        of: ResolvedModel | None = None,
        *,
        run_id: str = RUN,
        sample: int | None = None,
        eula: bool = True,
    ) -> Plan:
        kind = KINDS[given["kind"]]
        context = PlanContext(run_id, 0, self.services, sample, of or model(), eula)
        return kind.plan(kind.document.model_validate(given), context)

    def job(self, given: Mapping[str, Any], planned: Plan, *, run_id: str = RUN) -> JobContext:
        """The plan's only job as it is read back from DynamoDB."""
        [one] = planned.jobs
        stored = Job(
            run_id=run_id,
            job=0,
            evaluation=0,
            evaluation_name=given["name"],
            kind=given["kind"],
            spec=one.spec,
            deadline_seconds=one.deadline_seconds,
        )
        item = TypeSerializer().serialize(stored.to_item())
        again = Job.from_item(TypeDeserializer().deserialize(item))
        return context_of(run(run_id=run_id, tags={"team": "search"}), again, self.services)

    def started(self, given: Mapping[str, Any], *args: Any, **kwargs: Any) -> Started:
        planned = self.plan(given, *args, **kwargs)
        job = self.job(given, planned, run_id=kwargs.get("run_id", RUN))
        return Started(self, given, planned, job)


class Started:
    """One evaluation whose execution runs; it ends as the test says."""

    def __init__(self, world: World, given: Mapping[str, Any], plan: Plan, job: JobContext) -> None:
        self.world, self.plan, self.job = world, plan, job
        self.kind = KINDS[given["kind"]]
        self.arn = self.kind.start(job)
        self.prefix = output_prefix(*job.ref)

    @property
    def definition(self) -> Any:
        return self.world.client.started(self.arn)

    @property
    def step_names(self) -> list[str]:
        return [step["Name"] for step in self.definition["Steps"]]

    def end(self, status: str = "Succeeded", *, reason: str = "", **failed: str) -> None:
        """All training steps succeed but those that are named with the reason why they failed."""
        self.world.client.end(self.arn, status, reason=reason)
        self.world.client.steps[self.arn] = [
            self._step(name, failed.get(name)) for name in self.step_names
        ]

    def _step(self, name: str, reason: str | None) -> dict[str, Any]:
        step: dict[str, Any] = {"StepName": name, "StepStatus": "Succeeded"}
        if name.startswith("Evaluate"):
            made = arn(f"training-job/pipelines-abc-{name}")
            step["Metadata"] = {"TrainingJob": {"Arn": made}}
        if reason is not None:
            step |= {"StepStatus": "Failed", "FailureReason": reason}
        return step

    def write(self, step: str, path: str, data: bytes) -> None:
        self.world.s3.objects[f"{self.prefix}pipelines-abc-{step}/output/output/{path}"] = data

    def results(self, step: str, *, note: str | None = None, **tasks: Mapping[str, float]) -> None:
        """What a benchmark or scorer leaves, where nobody named the job."""
        document = json.dumps({"config_general": {"note": note}, "results": tasks}).encode()
        self.write(step, "None/eval_results/results_2026-11-22T08-00-00.json", document)

    def judged(
        self,
        step: str,
        records: Sequence[Mapping[str, Any]],
        aggregate: Mapping[str, float] | None = None,
    ) -> None:
        """What a judging step leaves: its own file, and Bedrock's beside it."""
        name = f"bedrock-{step.lower()}"
        document = {"results": {one: {"score": of} for one, of in (aggregate or {}).items()}}
        self.write(step, f"{name}/bedrock_llm_judge_results.json", json.dumps(document).encode())
        key = f"{self.prefix}{name}/0f1e/models/m/taskTypes/General/datasets/d/2d3c_output.jsonl"
        self.world.s3.objects[key] = jsonl(records)

    def collect(self) -> Collected:
        return self.kind.collect(self.job, self.arn)

    def keep(self) -> Collected:
        """Collected as the step does it: kept in S3, and remembered."""
        collected = self.collect()
        run_id, number, _ = self.job.ref
        kept = list(collected.scores)
        with self.world.services.objects.writer(record_scores_key(run_id, number)) as file:
            write_record_scores(kept, file)
        self.world.s3.objects[aggregates_key(run_id, number)] = write_aggregates(
            collected.aggregates
        )
        for digest in collected.reusable:
            self.world.store.keep_result(digest, run_id, number)
        return collected._replace(scores=iter(kept))


def jsonl(records: Sequence[Mapping[str, Any]]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def benchmark(**changes: Any) -> dict[str, Any]:
    return {"name": "know", "kind": "sagemaker-benchmark", "benchmark": "mmlu"} | changes


def scorer(**changes: Any) -> dict[str, Any]:
    given = {"name": "sums", "kind": "sagemaker-scorer", "dataset": DATASET, "scorer": "prime_math"}
    return given | changes


def judge(**changes: Any) -> dict[str, Any]:
    given = {
        "name": "tone",
        "kind": "sagemaker-judge",
        "dataset": DATASET,
        "judge": JUDGE,
        "metrics": ["Correctness", "Harmfulness"],
    }
    return given | changes


def judged_record(number: int, **results: Any) -> dict[str, Any]:
    """The output's record of LINES[number]: prompt and response as Python writes them."""
    line = LINES[number]
    messages = [{"role": "user", "content": line["query"]}]
    if "system" in line:
        messages.insert(0, {"role": "system", "content": line["system"]})
    scores = [
        {
            "metricName": f"Builtin.{metric}" if metric != "Tone" else metric,
            "result": result,
            "evaluatorDetails": [{"modelIdentifier": JUDGE, "explanation": f"why {number}"}],
        }
        for metric, result in results.items()
    ]
    return {
        "inputRecord": {"prompt": repr(messages)},
        "modelResponses": [{"response": repr([f"it's {number}"])}],
        "automatedEvaluationResult": {"scores": scores},
    }
