"""The operations on pipelines."""

from __future__ import annotations

from collections.abc import Callable

from embedded_aws.callers import Caller
from embedded_aws.fresh import now
from embedded_aws.sagemaker import listing
from embedded_aws.sagemaker.errors import conflict, invalid
from embedded_aws.sagemaker.naming import tagged
from embedded_aws.sagemaker.pipelines import arguments, definition, shown
from embedded_aws.sagemaker.pipelines.definition import Definition, DefinitionError
from embedded_aws.sagemaker.pipelines.records import RUNNING, Pipeline, Version
from embedded_aws.sagemaker.pipelines.shared import Answer, Request, Shared, chosen


class PipelineOperations:
    """Making, changing, showing and deleting pipelines."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    def by_name(self) -> dict[str, Callable[[Caller, Request], Answer]]:
        """The operations, by name."""
        return {
            "CreatePipeline": self._create,
            "UpdatePipeline": self._update,
            "DescribePipeline": self._describe,
            "ListPipelines": self._list,
            "DeletePipeline": self._delete,
        }

    def _create(self, caller: Caller, request: Request) -> Answer:
        arn = self._shared.arn(caller, request["PipelineName"])
        self._shared.permitted(caller, "CreatePipeline", arn)
        former = self._shared.store.by_token(
            caller.arn_of("pipeline/"), request["ClientRequestToken"]
        )
        if former is not None:
            return {"PipelineArn": former}
        self._shared.check_pass(caller, request["RoleArn"])
        tags = tagged(self._shared.service, caller, arn, request)
        version = self._version(1, arn, request)
        pipeline = Pipeline(arn, request["PipelineName"], request["RoleArn"], [version])
        _described(pipeline, request)
        if not self._shared.store.add_pipeline(pipeline):
            raise invalid(f"Pipeline names must be unique within an AWS account and region: {arn}")
        self._shared.service.tags.add(arn, tags)
        self._shared.store.remember(caller.arn_of("pipeline/"), request["ClientRequestToken"], arn)
        return {"PipelineArn": arn}

    def _update(self, caller: Caller, request: Request) -> Answer:
        pipeline = self._shared.existing(caller, "UpdatePipeline", request["PipelineName"])
        if "RoleArn" in request:
            self._shared.check_pass(caller, request["RoleArn"])
        changes = {"PipelineDefinition", "PipelineDefinitionS3Location"} & set(request)
        with self._shared.store.changed:
            number = pipeline.latest.id + 1
            latest = pipeline.latest
            version = (
                self._version(number, pipeline.arn, request)
                if changes
                else Version(number, latest.text, latest.definition)
            )
            pipeline.versions.append(version)
            pipeline.role = request.get("RoleArn", pipeline.role)
            _described(pipeline, request)
            pipeline.modified = now()
        return {"PipelineArn": pipeline.arn, "PipelineVersionId": number}

    def _version(self, number: int, arn: str, request: Request) -> Version:
        text = request.get("PipelineDefinition")
        if text is None:
            raise invalid("This stand-in needs the PipelineDefinition in the request.")
        return Version(number, text, _parsed(text, arn))

    def _describe(self, caller: Caller, request: Request) -> Answer:
        pipeline = self._shared.existing(caller, "DescribePipeline", request["PipelineName"])
        return shown.pipeline(pipeline, chosen(pipeline, request.get("PipelineVersionId")))

    def _list(self, caller: Caller, request: Request) -> Answer:
        self._shared.service.require(caller, "sagemaker:ListPipelines", "*")
        prefix = request.get("PipelineNamePrefix", "")
        known = [
            one
            for one in self._shared.store.pipelines(caller.arn_of("pipeline/"))
            if one.name.startswith(prefix)
        ]
        orders = {"Name": lambda one: one.name}
        wanted = {"SortOrder": "Descending", **request}
        found, token = self._shared.page(listing.chosen(known, wanted, orders), request)
        summaries = [shown.pipeline_summary(one) for one in found]
        return {"PipelineSummaries": summaries, "NextToken": token}

    def _delete(self, caller: Caller, request: Request) -> Answer:
        pipeline = self._shared.existing(caller, "DeletePipeline", request["PipelineName"])
        running = self._shared.store.executions(f"{pipeline.arn}/execution/")
        if any(one.status in RUNNING for one in running):
            raise conflict(f"Pipeline {pipeline.arn} has executions that are running.")
        self._shared.store.remove_pipeline(pipeline.arn)
        self._shared.service.tags.forget(pipeline.arn)
        return {"PipelineArn": pipeline.arn}


def _parsed(text: str, arn: str) -> Definition:
    """The definition, held against all that can be known now; raises a ValidationException."""
    execution = {
        "PipelineExecutionId": "abcdefghijkl",
        "PipelineExecutionArn": f"{arn}/execution/abcdefghijkl",
        "PipelineName": arn.rsplit("/", 1)[-1],
        "PipelineArn": arn,
    }
    try:
        found = definition.parse(text)
        arguments.check_trial(found, execution)
    except DefinitionError as error:
        raise invalid(f"Unable to parse pipeline definition. {error}") from None
    return found


def _described(pipeline: Pipeline, request: Request) -> None:
    pipeline.display_name = request.get("PipelineDisplayName", pipeline.display_name)
    pipeline.description = request.get("PipelineDescription", pipeline.description)
    parallelism = request.get("ParallelismConfiguration", {})
    pipeline.parallelism = parallelism.get("MaxParallelExecutionSteps", pipeline.parallelism)
