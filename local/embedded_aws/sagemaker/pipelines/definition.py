"""A pipeline definition, read strictly.

The schema "2020-12-01" (SageMaker's pipeline definition JSON schema), as far as pipelines of
evaluations use it: Lineage and serverless Training steps; and pipelines that ask for evaluations:
Callback, Condition and Fail steps. What is not known is refused.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from embedded_aws.sagemaker.pipelines import control_steps, expressions
from embedded_aws.sagemaker.pipelines.control_steps import ControlError, Placed
from embedded_aws.sagemaker.pipelines.expressions import ExpressionError

VERSION = "2020-12-01"
STEP_TYPES = ("Callback", "Condition", "Fail", "Lineage", "Training")
_TOP = {"Version", "Metadata", "MlflowConfig", "Parameters", "Steps"}
_STEP = {"Name", "DisplayName", "Description", "Type", "Arguments", "DependsOn"}
_PARAMETER = {"Name", "Type", "DefaultValue", "EnumValues"}
_PARAMETER_TYPES = ("String", "Integer", "Float", "Boolean")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
# CreateTrainingJob's shape MlFlowResourceArn.
_MLFLOW_ARN = re.compile(r"arn:aws[a-z\-]*:sagemaker:[a-z0-9\-]*:[0-9]{12}:mlflow-[a-zA-Z-]*/.*")
_LONGEST_ARN, _LONGEST_EXPERIMENT = 2048, 256


class DefinitionError(Exception):
    """What is wrong with a definition."""


@dataclass(frozen=True)
class Step:
    """One step. ``needs`` are the steps before it, those of its functions too."""

    name: str
    type: str
    arguments: dict[str, Any]
    needs: frozenset[str]
    display_name: str = ""
    description: str = ""
    queue_url: Any = None
    """Of a Callback step; a function or a text."""
    outputs: tuple[str, ...] = ()
    branch: tuple[str, bool] | None = None
    """The condition inside of which it stands, and the outcome that it is for."""


@dataclass(frozen=True)
class Definition:
    """A definition that is sound as far as it can be known before it runs."""

    steps: tuple[Step, ...]
    mlflow: dict[str, str]
    parameters: dict[str, dict[str, Any]]

    def values(self, given: list[dict[str, str]]) -> dict[str, Any]:
        """The parameters' values: those given, else the defaults; raises DefinitionError."""
        told = {entry["Name"]: entry["Value"] for entry in given}
        if unknown := sorted(set(told) - set(self.parameters)):
            raise DefinitionError(f"Unknown parameters: {unknown}")
        values = {name: entry.get("DefaultValue") for name, entry in self.parameters.items()} | told
        if missing := sorted(name for name, value in values.items() if value is None):
            raise DefinitionError(f"Parameters without a value: {missing}")
        return values


def parse(text: str) -> Definition:
    """Read a definition; raises DefinitionError with the first thing that is wrong."""
    value = _json(text)
    _known(value, _TOP, "the definition")
    if value.get("Version") != VERSION:
        raise DefinitionError(f"Version must be '{VERSION}'")
    if not isinstance(value.get("Metadata", {}), dict):
        raise DefinitionError("Metadata must be an object")
    parameters = _parameters(value.get("Parameters", []))
    steps = _steps(value.get("Steps"), set(parameters))
    return Definition(steps, _mlflow(value.get("MlflowConfig")), parameters)


def _json(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise DefinitionError("The pipeline definition is not valid JSON") from None
    if not isinstance(value, dict):
        raise DefinitionError("The pipeline definition is not a JSON object")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise DefinitionError("An object of the pipeline definition has the same key twice")
    return result


def _no_constant(_: str) -> None:
    raise ValueError


def _known(value: dict[str, Any], names: set[str], where: str) -> None:
    if unknown := sorted(set(value) - names):
        raise DefinitionError(f"Unknown properties in {where}: {unknown}")


def _mlflow(value: Any) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise DefinitionError("MlflowConfig must be an object")
    _known(value, {"MlflowResourceArn", "MlflowExperimentName"}, "MlflowConfig")
    arn = value.get("MlflowResourceArn")
    if not isinstance(arn, str) or len(arn) > _LONGEST_ARN or not _MLFLOW_ARN.fullmatch(arn):
        raise DefinitionError(
            "MlflowConfig.MlflowResourceArn must satisfy regular expression pattern: "
            f"{_MLFLOW_ARN.pattern}"
        )
    name = value.get("MlflowExperimentName", "x")
    if not isinstance(name, str) or not 1 <= len(name) <= _LONGEST_EXPERIMENT:
        raise DefinitionError("MlflowConfig.MlflowExperimentName must have 1 to 256 characters")
    return value


def _parameters(value: Any) -> dict[str, dict[str, Any]]:
    if not isinstance(value, list):
        raise DefinitionError("Parameters must be a list")
    result: dict[str, dict[str, Any]] = {}
    for entry in value:
        if not isinstance(entry, dict) or not isinstance(entry.get("Name"), str):
            raise DefinitionError("A parameter must be an object with a Name")
        _known(entry, _PARAMETER, "a parameter")
        if entry.get("Type") not in _PARAMETER_TYPES:
            raise DefinitionError(f"A parameter's Type must be one of {_PARAMETER_TYPES}")
        if entry["Name"] in result:
            raise DefinitionError("Parameter names must be unique")
        result[entry["Name"]] = entry
    return result


def _steps(value: Any, parameters: set[str]) -> tuple[Step, ...]:
    if not isinstance(value, list) or not value:
        raise DefinitionError("Steps must be a list of at least one step")
    try:
        placed = list(control_steps.flattened(value))
    except ControlError as error:
        raise DefinitionError(str(error)) from None
    names = [_name(one.entry) for one in placed]
    if len(set(names)) != len(names):
        raise DefinitionError("Step names must be unique within a pipeline")
    steps = tuple(_step(one, set(names), parameters) for one in placed)
    try:
        TopologicalSorter({step.name: step.needs for step in steps}).prepare()
    except CycleError:
        raise DefinitionError("The steps depend on each other in a cycle") from None
    return steps


def _name(entry: Any) -> str:
    name = entry.get("Name") if isinstance(entry, dict) else None
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise DefinitionError(
            "A step must be an object with a Name of letters, digits, '-' and '_'"
        )
    return name


def _step(placed: Placed, names: set[str], parameters: set[str]) -> Step:
    entry = placed.entry
    name, kind = entry["Name"], entry.get("Type")
    members = control_steps.CALLBACK_MEMBERS if kind == control_steps.CALLBACK else set()
    _known(entry, _STEP | members, f"step '{name}'")
    if kind not in STEP_TYPES:
        raise DefinitionError(f"Step '{name}': this stand-in runs steps of type {STEP_TYPES} only")
    arguments = control_steps.own_arguments(entry)
    if not isinstance(arguments, dict):
        raise DefinitionError(f"Step '{name}': Arguments must be an object")
    queue_url = entry.get("SqsQueueUrl")
    asked = [arguments, queue_url]
    needs = _depends(entry, names) | _implied(name, asked, names, parameters)
    if placed.branch:
        needs.add(placed.branch[0])
    try:
        outputs = control_steps.outputs(entry)
    except ControlError as error:
        raise DefinitionError(f"Step '{name}': {error}") from None
    return Step(
        name,
        kind,
        arguments,
        frozenset(needs),
        str(entry.get("DisplayName", "")),
        str(entry.get("Description", "")),
        queue_url,
        outputs,
        placed.branch,
    )


def _depends(entry: dict[str, Any], names: set[str]) -> set[str]:
    listed = entry.get("DependsOn", [])
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        raise DefinitionError(f"Step '{entry['Name']}': DependsOn must be a list of step names")
    if unknown := sorted(set(listed) - names):
        raise DefinitionError(f"Step '{entry['Name']}' depends on unknown steps: {unknown}")
    return set(listed)


def _implied(name: str, arguments: Any, names: set[str], parameters: set[str]) -> set[str]:
    """The steps whose properties the arguments Get."""
    needs = set()
    try:
        for path in expressions.paths(arguments):
            if not expressions.is_known(path):
                raise DefinitionError(f"Step '{name}': 'Get' of an unknown property: {path[:128]}")
            step = expressions.step_of(path)
            if step and step[0] not in names:
                raise DefinitionError(f"Step '{name}': 'Get' of an unknown step: {step[0]}")
            parameter = expressions.parameter_of(path)
            if parameter and parameter not in parameters:
                raise DefinitionError(f"Step '{name}': 'Get' of an unknown parameter: {parameter}")
            needs |= {step[0]} if step else set()
    except ExpressionError as error:
        raise DefinitionError(f"Step '{name}': {error}") from None
    return needs
