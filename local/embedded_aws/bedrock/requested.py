"""What a CreateEvaluationJob request asks for, by the names it is spoken of here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from embedded_aws.errors import invalid


def dataset_configs(request: dict[str, Any]) -> list[dict[str, Any]]:
    """The datasets of a request with their metrics, whoever judges them."""
    (config,) = request["evaluationConfig"].values()
    return list(config["datasetMetricConfigs"])


def custom_metrics(request: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The custom metrics that a request defines, by name."""
    config = request["evaluationConfig"]["automated"].get("customMetricConfig", {})
    definitions = [entry["customMetricDefinition"] for entry in config.get("customMetrics", [])]
    return {definition["name"]: definition for definition in definitions}


def judge_of(request: dict[str, Any], custom: bool) -> str | None:
    """The judge of the built-in or of the custom metrics; None where a request names none."""
    automated = request["evaluationConfig"]["automated"]
    config = automated.get("customMetricConfig", {}) if custom else automated
    models = config.get("evaluatorModelConfig", {}).get("bedrockEvaluatorModels", [])
    return models[0]["modelIdentifier"] if models else None


@dataclass(frozen=True)
class Subject:
    """What is judged: a source of precomputed responses, or a model that answers in the job."""

    identifier: str
    precomputed: bool
    parameters: dict[str, Any]

    @property
    def max_tokens(self) -> int | None:
        """The limit that the inference parameters set, if they do."""
        config = self.parameters.get("inferenceConfig")
        limit = config.get("maxTokens") if isinstance(config, dict) else None
        return limit if isinstance(limit, int) else None


def is_human(request: dict[str, Any]) -> bool:
    """Whether people answer, and no judge."""
    return "human" in request["evaluationConfig"]


def subject_of(request: dict[str, Any]) -> Subject:
    """The one subject of a request; raises ValidationException on unsound parameters."""
    (subject,) = subjects_of(request)
    return subject


def subjects_of(request: dict[str, Any]) -> list[Subject]:
    """Every subject of a request, in its order."""
    return [_subject(model) for model in request["inferenceConfig"]["models"]]


def _subject(model: dict[str, Any]) -> Subject:
    if "precomputedInferenceSource" in model:
        source = model["precomputedInferenceSource"]["inferenceSourceIdentifier"]
        return Subject(source, precomputed=True, parameters={})
    generator = model["bedrockModel"]
    parameters = _parameters(generator.get("inferenceParams", "{}"))
    return Subject(generator["modelIdentifier"], precomputed=False, parameters=parameters)


def _parameters(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise invalid("inferenceParams must be a JSON object, written as a string.")
    return value


def _no_constant(_: str) -> None:
    raise ValueError
