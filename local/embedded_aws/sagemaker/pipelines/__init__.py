"""Evaluation pipelines: definitions that are kept, executions that run their steps over time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from embedded_aws.callers import Caller
from embedded_aws.sagemaker.pipelines.callbacks import CallbackOperations
from embedded_aws.sagemaker.pipelines.execution_operations import ExecutionOperations
from embedded_aws.sagemaker.pipelines.operations import PipelineOperations
from embedded_aws.sagemaker.pipelines.records import Execution
from embedded_aws.sagemaker.pipelines.runner import Runner
from embedded_aws.sagemaker.pipelines.shared import Shared
from embedded_aws.sagemaker.pipelines.store import Store

if TYPE_CHECKING:
    from embedded_aws.sagemaker.service import SageMaker


class Pipelines:
    """Everything of pipelines, for one stand-in."""

    def __init__(self, service: SageMaker) -> None:
        self.store = Store()
        self.runner = Runner(service, self.store)
        shared = Shared(service, self.store)
        self.operations = {
            **PipelineOperations(shared).by_name(),
            **ExecutionOperations(shared, self.runner).by_name(),
            **CallbackOperations(shared).by_name(),
        }


_of: WeakKeyDictionary[SageMaker, Pipelines] = WeakKeyDictionary()


def of(service: SageMaker) -> Pipelines:
    """The pipelines of a stand-in."""
    if service not in _of:
        _of[service] = Pipelines(service)
    return _of[service]


def operations(service: SageMaker) -> dict[str, Callable[[Caller, dict[str, Any]], dict[str, Any]]]:
    """The operations, by name."""
    return of(service).operations


def routes(service: SageMaker) -> dict[tuple[str, str], Callable[[Any], Any]]:
    """The routes of the control API."""
    store = of(service).store
    return {
        ("GET", "executions"): lambda _: {"executions": [_told(one) for one in store.executions()]}
    }


def reset(service: SageMaker) -> None:
    """Forget everything; the threads end."""
    pipelines = of(service)
    pipelines.store.clear()
    pipelines.runner.lineage.clear()


def _told(execution: Execution) -> dict[str, Any]:
    return {
        "arn": execution.arn,
        "pipeline": execution.pipeline.name,
        "version": execution.version.id,
        "displayName": execution.display_name,
        "status": execution.status,
        "failure": execution.failure,
        "steps": [
            {
                "name": run.step.name,
                "status": run.status,
                "failure": run.failure,
                "job": run.job.name if run.job else "",
            }
            for run in execution.runs.values()
        ],
    }
