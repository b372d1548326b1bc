"""The arguments of a step, resolved and held against the shapes of the service model."""

from __future__ import annotations

import functools
import re
from typing import Any

from botocore.model import Shape

from embedded_aws.errors import ServiceError
from embedded_aws.sagemaker import protocol
from embedded_aws.sagemaker.pipelines import control_steps
from embedded_aws.sagemaker.pipelines.definition import Definition, DefinitionError, Step
from embedded_aws.sagemaker.pipelines.expressions import (
    ExpressionError,
    parameter_of,
    resolve,
    step_of,
    within,
)
from embedded_aws.validation import validate

_LINEAGE: dict[str, tuple[set[str], set[str], int]] = {
    # What a Lineage step makes: the members it must have, those it may have, how many at most
    # (the maxima of LineageMetadata in the service model).
    "Actions": (
        {"ActionName", "ActionType", "Source"},
        {"Properties", "Status", "Description"},
        5,
    ),
    "Artifacts": ({"ArtifactType", "Source"}, {"ArtifactName", "Properties"}, 5),
    "Contexts": ({"ContextName", "ContextType", "Source"}, {"Properties", "Description"}, 5),
    "Associations": ({"Source", "Destination"}, {"AssociationType"}, 10),
}
_ENDS = ({"Arn"}, {"Name", "Type"})
# A step of an evaluation has no name of its own, and these are asked of it elsewhere.
_OUTPUT = re.compile(r"OutputParameters\['([^']+)'\]")
_TRIAL_NAME = "pipelines-abcdefghijkl-step"


class ArgumentsError(Exception):
    """What is wrong with a step's arguments."""


@functools.cache
def _shape(name: str) -> Shape:
    return protocol.service_model().shape_for(name)


def check_trial(definition: Definition, execution: dict[str, str]) -> None:
    """Hold every step against its shape, with values as they will be; raises DefinitionError.

    ``execution`` are stand-ins for the execution's properties, by name.
    """
    values = {
        name: entry.get("DefaultValue", "value") for name, entry in definition.parameters.items()
    }
    by_name = {step.name: step for step in definition.steps}

    def lookup(path: str) -> Any:
        inside = step_of(path)
        if inside:
            step = by_name[inside[0]]
            if step.outputs:
                return declared(step, inside[1])
            known = {"TrainingJobName": _TRIAL_NAME, **step.arguments}
            return resolve(within(known, inside[1]), lookup)
        name = parameter_of(path)
        return values[name] if name else execution[path.removeprefix("Execution.")]

    for step in definition.steps:
        try:
            check(step, resolve(step.arguments, lookup), resolve(step.queue_url, lookup))
        except (ArgumentsError, ExpressionError) as error:
            raise DefinitionError(f"Step '{step.name}': {error}") from None


def check(step: Step, arguments: dict[str, Any], queue_url: Any = None) -> None:
    """Raise ArgumentsError unless the resolved arguments have the shape of the step's kind."""
    if step.type == "Lineage":
        _check_lineage(arguments)
    elif step.type == "Training":
        _check_training(arguments)
    else:
        try:
            control_steps.check(step.type, arguments, queue_url)
        except control_steps.ControlError as error:
            raise ArgumentsError(str(error)) from None


def declared(step: Step, way: str) -> str:
    """The output that a way such as `OutputParameters['verdict']` names; raises ExpressionError."""
    found = _OUTPUT.fullmatch(way)
    if not found or found.group(1) not in step.outputs:
        raise ExpressionError(f"the step '{step.name}' has no '{way}'")
    return found.group(1)


def _check_training(arguments: dict[str, Any]) -> None:
    if "ServerlessJobConfig" not in arguments:
        raise ArgumentsError("this stand-in runs serverless training jobs only")
    request = {"TrainingJobName": _TRIAL_NAME, **arguments}
    for name in ("MlflowConfig", "ExperimentConfig"):
        if name in arguments:
            raise ArgumentsError(f"{name} is the pipeline's, not a step's")
    try:
        validate(_shape("CreateTrainingJobRequest"), request)
    except ServiceError as error:
        raise ArgumentsError(error.message) from None


def _check_lineage(arguments: dict[str, Any]) -> None:
    if unknown := sorted(set(arguments) - set(_LINEAGE)):
        raise ArgumentsError(f"a Lineage step has no {unknown}; it has {sorted(_LINEAGE)}")
    for name, (needed, possible, most) in _LINEAGE.items():
        entries = arguments.get(name, [])
        if not isinstance(entries, list) or len(entries) > most:
            raise ArgumentsError(f"{name} must be a list of at most {most}")
        for entry in entries:
            _check_members(entry, name, needed, possible)
    for association in arguments.get("Associations", []):
        for end in ("Source", "Destination"):
            if not isinstance(association[end], dict) or set(association[end]) not in _ENDS:
                raise ArgumentsError("an end of an association has an Arn, or a Name and a Type")


def _check_members(entry: Any, where: str, needed: set[str], possible: set[str]) -> None:
    if not isinstance(entry, dict):
        raise ArgumentsError(f"{where} must hold objects")
    if missing := sorted(needed - set(entry)):
        raise ArgumentsError(f"{where}: {missing} missing")
    if unknown := sorted(set(entry) - needed - possible):
        raise ArgumentsError(f"{where}: {unknown} unknown")
