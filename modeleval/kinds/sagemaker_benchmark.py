"""`sagemaker-benchmark`: the run's model, and its base model, on one of SageMaker's benchmarks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Literal

from pydantic import field_validator

from modeleval.digests import text_digest
from modeleval.errors import SuiteInvalid
from modeleval.kinds.protocol import Collected, Evaluation, JobContext, Kind, Plan, PlanContext
from modeleval.kinds.serverless.document import ServerlessEvaluation, Text
from modeleval.kinds.serverless.kind import ServerlessKind
from modeleval.kinds.serverless.planning import Prepared, inference_parameters, plan, run_model
from modeleval.kinds.serverless.specs import settled
from modeleval.kinds.serverless.tasks import collect_tasks
from modeleval.sagemaker.benchmarks import check_model, check_subtasks, find_benchmark
from modeleval.sagemaker.definition import Benchmark
from modeleval.sagemaker.recipes import benchmark_recipe


class BenchmarkEvaluation(ServerlessEvaluation):
    """A `sagemaker-benchmark` entry of a suite. subtasks: all of them if left out."""

    kind: Literal["sagemaker-benchmark"]
    benchmark: Text
    subtasks: Text | tuple[Text, ...] | None = None

    @field_validator("benchmark")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            return find_benchmark(name).name
        except SuiteInvalid as error:
            raise ValueError(str(error)) from None

    @field_validator("subtasks")
    @classmethod
    def _known_subtasks(cls, asked: Any, info: Any) -> Any:
        if "benchmark" in info.data:
            try:
                return check_subtasks(find_benchmark(info.data["benchmark"]), asked) or None
            except SuiteInvalid as error:
                raise ValueError(str(error)) from None
        return asked


class SageMakerBenchmark(ServerlessKind):
    """The kind."""

    name = "sagemaker-benchmark"
    document: type[Evaluation] = BenchmarkEvaluation

    def plan(self, evaluation: BenchmarkEvaluation, context: PlanContext) -> Plan:
        at = f"evaluations[{context.evaluation}]"
        if context.sample is not None:
            raise SuiteInvalid(
                "A benchmark cannot be tried on a sample: SageMaker runs it as a whole",
                where=f"{at}, sample",
                action="Leave sample out, or ask for a few subtasks.",
            )
        benchmark = find_benchmark(evaluation.benchmark)
        model = run_model(context)
        base = str(model.base_model_name)
        check_model(benchmark, is_nova=model.is_nova, model=base, field=f"{at}.benchmark")
        recipe = benchmark_recipe(base, benchmark.name)
        asked = Benchmark(
            task=benchmark.name,
            strategy=benchmark.strategy,
            metric=benchmark.metric,
            subtasks=check_subtasks(benchmark, evaluation.subtasks),
            parameters=inference_parameters(evaluation, model, recipe, context),
            compare_base=evaluation.compare_base_model,
        )
        return plan(evaluation, context, Prepared(asked))

    def definition(
        self,
        evaluation: BenchmarkEvaluation,  # noqa: ARG002 - the spec has what it came to
        metric: str,
        spec: Mapping[str, Any],
    ) -> str:
        return text_digest(metric, settled(spec))

    def known_metrics(self, evaluation: BenchmarkEvaluation) -> Collection[str]:
        return (find_benchmark(evaluation.benchmark).metric,)

    def known_categories(self, evaluation: BenchmarkEvaluation) -> Collection[str]:
        benchmark = find_benchmark(evaluation.benchmark)
        return check_subtasks(benchmark, evaluation.subtasks or None) or benchmark.subtasks

    def collect(self, job: JobContext, arn: str) -> Collected:
        return collect_tasks(job, arn, known=(str(job.spec["evaluation"]["metric"]),))


KIND: Kind = SageMakerBenchmark()
