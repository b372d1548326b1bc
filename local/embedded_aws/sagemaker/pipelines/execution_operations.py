"""The operations on executions, their steps, and the training jobs of steps."""

from __future__ import annotations

from collections.abc import Callable

from embedded_aws.callers import Caller
from embedded_aws.fresh import new_identifier
from embedded_aws.sagemaker import listing
from embedded_aws.sagemaker.errors import ServiceError, conflict, invalid, missing
from embedded_aws.sagemaker.pipelines import role, shown
from embedded_aws.sagemaker.pipelines.definition import DefinitionError
from embedded_aws.sagemaker.pipelines.records import RUNNING, Execution, Pipeline
from embedded_aws.sagemaker.pipelines.role import RoleRefused
from embedded_aws.sagemaker.pipelines.runner import Runner, too_many
from embedded_aws.sagemaker.pipelines.shared import Answer, Request, Shared, chosen


class ExecutionOperations:
    """Starting, showing and stopping executions."""

    def __init__(self, shared: Shared, runner: Runner) -> None:
        self._shared = shared
        self._runner = runner

    def by_name(self) -> dict[str, Callable[[Caller, Request], Answer]]:
        """The operations, by name."""
        return {
            "StartPipelineExecution": self._start,
            "DescribePipelineExecution": self._describe_execution,
            "ListPipelineExecutions": self._list_executions,
            "ListPipelineExecutionSteps": self._list_steps,
            "StopPipelineExecution": self._stop,
            "DescribeTrainingJob": self._describe_job,
        }

    def _start(self, caller: Caller, request: Request) -> Answer:
        pipeline = self._shared.existing(caller, "StartPipelineExecution", request["PipelineName"])
        former = self._shared.store.by_token(pipeline.arn, request["ClientRequestToken"])
        if former is not None:
            return self._repeated(former, request)
        if "SelectiveExecutionConfig" in request:
            raise invalid("This stand-in runs whole pipelines only.")
        self._shared.check_pass(caller, pipeline.role)
        execution = self._execution(pipeline, request)
        try:
            role.assume(pipeline.role, caller.region, pipeline.arn)
        except RoleRefused as error:
            raise invalid(str(error)) from None
        kept = self._shared.store.add_execution(execution, self._check_room)
        if kept is execution:
            self._runner.start(execution)
        return {"PipelineExecutionArn": kept.arn}

    def _repeated(self, former: str, request: Request) -> Answer:
        execution = self._shared.store.execution(former)
        if execution is not None and execution.request != request:
            raise conflict("The client request token was used with other parameters.")
        return {"PipelineExecutionArn": former}

    def _execution(self, pipeline: Pipeline, request: Request) -> Execution:
        version = chosen(pipeline, request.get("PipelineVersionId"))
        try:
            values = version.definition.values(request.get("PipelineParameters", []))
        except DefinitionError as error:
            raise invalid(str(error)) from None
        mlflow = dict(version.definition.mlflow)
        if "MlflowExperimentName" in request:
            if not mlflow:
                raise invalid("MlflowExperimentName needs a pipeline with an MlflowConfig.")
            mlflow["MlflowExperimentName"] = request["MlflowExperimentName"]
        return Execution(
            f"{pipeline.arn}/execution/{new_identifier()}",
            pipeline,
            version,
            pipeline.role,
            values,
            mlflow,
            self._shared.service.settings.stepSeconds,
            request.get("PipelineExecutionDisplayName", ""),
            request.get("PipelineExecutionDescription", ""),
            request["ClientRequestToken"],
            request,
        )

    def _check_room(self, existing: list[Execution]) -> None:
        settings = self._shared.service.settings
        running = sum(one.status in RUNNING for one in existing)
        if settings.concurrencyError == "start" and running >= settings.concurrentEvaluations:
            raise ServiceError(
                "ResourceLimitExceeded",
                too_many(settings.concurrentEvaluations).partition(": ")[2],
                400,
            )

    def _running(self, caller: Caller, operation: str, arn: str) -> Execution:
        self._shared.permitted(caller, operation, arn)
        found = self._shared.store.execution(arn)
        if found is None:
            raise missing(f"Pipeline execution '{arn}' does not exist.")
        return found

    def _describe_execution(self, caller: Caller, request: Request) -> Answer:
        arn = request["PipelineExecutionArn"]
        with self._shared.store.changed:
            return shown.execution(self._running(caller, "DescribePipelineExecution", arn))

    def _list_executions(self, caller: Caller, request: Request) -> Answer:
        pipeline = self._shared.existing(caller, "ListPipelineExecutions", request["PipelineName"])
        known = self._shared.store.executions(f"{pipeline.arn}/execution/")
        wanted = {"SortOrder": "Descending", **request}
        found = listing.chosen(known, wanted, {"PipelineExecutionArn": lambda one: one.arn})
        page, token = self._shared.page(found, request)
        summaries = [shown.execution_summary(one) for one in page]
        return {"PipelineExecutionSummaries": summaries, "NextToken": token}

    def _list_steps(self, caller: Caller, request: Request) -> Answer:
        arn = request.get("PipelineExecutionArn")
        if arn is None:
            raise invalid("PipelineExecutionArn is required.")
        execution = self._running(caller, "ListPipelineExecutionSteps", arn)
        with self._shared.store.changed:
            steps = [shown.step(run) for run in execution.runs.values()]
        if request.get("SortOrder", "Descending") == "Descending":
            steps.reverse()
        page, token = self._shared.page(steps, request)
        return {"PipelineExecutionSteps": page, "NextToken": token}

    def _stop(self, caller: Caller, request: Request) -> Answer:
        arn = request["PipelineExecutionArn"]
        execution = self._running(caller, "StopPipelineExecution", arn)
        with self._shared.store.changed:
            if execution.status == "Executing":
                self._runner.stop(execution)
            elif execution.status != "Stopping":
                raise invalid(
                    f"Only an Executing execution can be stopped; {arn} is {execution.status}."
                )
        return {"PipelineExecutionArn": arn}

    def _describe_job(self, caller: Caller, request: Request) -> Answer:
        arn = caller.arn_of(f"training-job/{request['TrainingJobName']}")
        self._shared.permitted(caller, "DescribeTrainingJob", arn)
        with self._shared.store.changed:
            job = self._shared.store.job(arn)
            if job is None:
                raise invalid("Requested resource not found.")
            return shown.training_job(job)
