"""SageMaker's pipelines and lineage in memory: versions, executions, steps; in pages of two."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import botocore.session
from botocore.exceptions import ClientError, ReadTimeoutError
from botocore.validate import ParamValidator

PAGE = 2
PLACE = "arn:aws:sagemaker:us-west-2:111122223333"
_SERVICE = botocore.session.get_session().get_service_model("sagemaker")
_DESCRIBED = _SERVICE.operation_model("DescribePipelineExecution").output_shape
STATUSES: list[str] = _DESCRIBED.members["PipelineExecutionStatus"].enum
"""Of an execution, as the service model has them."""


def refusal(code: str, message: str = "no", status: int = 400) -> ClientError:
    return ClientError(
        {
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {"HTTPStatusCode": status},
        },
        "Operation",
    )


class FakePipelines:
    """Answers as botocore shapes them, and checks each request against the service model.

    failures: by operation, what is raised instead of doing it, once each. lost: operations that are
    done and whose answer never comes, once each. before: by operation, what happens just before.
    """

    def __init__(self) -> None:
        self.pipelines: dict[str, list[str]] = {}
        self.executions: list[dict[str, Any]] = []
        self.steps: dict[str, list[dict[str, Any]]] = {}
        self.artifacts: list[dict[str, Any]] = []
        self.tags: dict[str, dict[str, str]] = {}
        self.failures: dict[str, list[Exception]] = {}
        self.lost: list[str] = []
        self.before: dict[str, Callable[[], object]] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def asked(self, operation: str) -> list[dict[str, Any]]:
        return [request for called, request in self.calls if called == operation]

    def fail(self, operation: str, *errors: Exception) -> None:
        self.failures[operation] = list(errors)

    def run(
        self, name: str, status: str = "Executing", *, pipeline: str = "p", days: int = 0
    ) -> str:
        """An execution that is there already; its ARN."""
        self.pipelines.setdefault(pipeline, ["{}"])
        return self._add(pipeline, name, status, days=days)

    def _add(self, pipeline: str, name: str, status: str, *, days: int = 0, **more: Any) -> str:
        arn = f"{PLACE}:pipeline/{pipeline}/execution/{len(self.executions):012d}"
        self.executions.insert(
            0,
            {
                "PipelineExecutionArn": arn,
                "PipelineExecutionDisplayName": name,
                "PipelineExecutionStatus": status,
                "started": datetime.now(UTC) - timedelta(days=days),
                "pipeline": pipeline,
            }
            | more,
        )
        return arn

    def end(self, arn: str, status: str, *, reason: str = "") -> None:
        self._execution(arn).update(PipelineExecutionStatus=status, FailureReason=reason)

    def started(self, arn: str) -> Any:
        """The definition that an execution was started with."""
        return json.loads(self._execution(arn)["definition"])

    def _execution(self, arn: str) -> dict[str, Any]:
        for one in self.executions:
            if one["PipelineExecutionArn"] == arn:
                return one
        raise refusal("ResourceNotFound")

    def _called(self, operation: str, request: dict[str, Any]) -> None:
        shape = _SERVICE.operation_model(operation.title().replace("_", "")).input_shape
        report = ParamValidator().validate(request, shape)
        assert not report.has_errors(), report.generate_report()
        for member, value in request.items():
            said = shape.members[member].metadata
            if isinstance(value, str) and "pattern" in said:
                assert re.match(said["pattern"], value), member
            assert not isinstance(value, str) or len(value) <= said.get("max", 1 << 30), member
        self.calls.append((operation, request))
        if operation in self.before:
            self.before.pop(operation)()
        if self.failures.get(operation):
            raise self.failures[operation].pop(0)

    def _done(self, operation: str) -> None:
        if operation in self.lost:
            self.lost.remove(operation)
            raise ReadTimeoutError(endpoint_url="https://sagemaker")

    def create_pipeline(self, **request: Any) -> dict[str, Any]:
        self._called("create_pipeline", request)
        name = request["PipelineName"]
        if name in self.pipelines:
            raise refusal("ValidationException", "Pipeline names must be unique")
        self.pipelines[name] = [request["PipelineDefinition"]]
        self._done("create_pipeline")
        return {"PipelineArn": f"{PLACE}:pipeline/{name}"}

    def update_pipeline(self, **request: Any) -> dict[str, Any]:
        self._called("update_pipeline", request)
        versions = self._versions(request["PipelineName"])
        versions.append(request["PipelineDefinition"])
        self._done("update_pipeline")
        arn = f"{PLACE}:pipeline/{request['PipelineName']}"
        return {"PipelineArn": arn, "PipelineVersionId": len(versions)}

    def describe_pipeline(self, **request: Any) -> dict[str, Any]:
        self._called("describe_pipeline", request)
        self._versions(request["PipelineName"])
        return {"PipelineStatus": "Active"}

    def _versions(self, name: str) -> list[str]:
        if name not in self.pipelines:
            raise refusal("ResourceNotFound")
        return self.pipelines[name]

    def add_tags(self, **request: Any) -> dict[str, Any]:
        self._called("add_tags", request)
        given = {tag["Key"]: tag["Value"] for tag in request["Tags"]}
        self.tags.setdefault(request["ResourceArn"], {}).update(given)
        return {}

    def start_pipeline_execution(self, **request: Any) -> dict[str, Any]:
        self._called("start_pipeline_execution", request)
        versions = self._versions(request["PipelineName"])
        arn = self._add(
            request["PipelineName"],
            request["PipelineExecutionDisplayName"],
            "Executing",
            definition=versions[request["PipelineVersionId"] - 1],
            description=request["PipelineExecutionDescription"],
        )
        self._done("start_pipeline_execution")
        return {"PipelineExecutionArn": arn}

    def describe_pipeline_execution(self, **request: Any) -> dict[str, Any]:
        self._called("describe_pipeline_execution", request)
        return self._execution(request["PipelineExecutionArn"])

    def stop_pipeline_execution(self, **request: Any) -> dict[str, Any]:
        self._called("stop_pipeline_execution", request)
        self.end(request["PipelineExecutionArn"], "Stopping")
        return {}

    def create_artifact(self, **request: Any) -> dict[str, Any]:
        self._called("create_artifact", request)
        arn = f"{PLACE}:artifact/{len(self.artifacts):032d}"
        self.artifacts.append({"ArtifactArn": arn, "Source": request["Source"]})
        return {"ArtifactArn": arn}

    def get_paginator(self, operation: str) -> FakePages:
        return FakePages(self, operation)

    def listed(self, operation: str, request: dict[str, Any]) -> tuple[str, list[Any]]:
        self._called(operation, request)
        if operation == "list_pipeline_executions":
            self._versions(request["PipelineName"])
            return "PipelineExecutionSummaries", [
                one
                for one in self.executions
                if one["pipeline"] == request["PipelineName"]
                and one["started"] >= request["CreatedAfter"]
            ]
        if operation == "list_pipeline_execution_steps":
            return "PipelineExecutionSteps", self.steps.get(request["PipelineExecutionArn"], [])
        uri = request["SourceUri"]
        found = [one for one in self.artifacts if one["Source"]["SourceUri"] == uri]
        return "ArtifactSummaries", found


class FakePages:
    def __init__(self, client: FakePipelines, operation: str) -> None:
        self._client = client
        self._operation = operation

    def paginate(self, **request: Any) -> Iterator[dict[str, Any]]:
        """The first page is empty, as services may answer."""
        member, found = self._client.listed(self._operation, request)
        yield {member: []}
        for start in range(0, len(found), PAGE):
            yield {member: found[start : start + PAGE]}
