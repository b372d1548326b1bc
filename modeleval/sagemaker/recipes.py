"""Evaluation recipes: what a base model's hub content says about evaluating it.

A hub content document carries `RecipeCollection`, a list of objects. Those with `Type`
"Evaluation" have an `EvaluationType`, and in `SmtjOverrideParamsS3Uri` the place of a JSON file
`{name: {default, type, min, max, enum, required}}`: the hyperparameters and their ranges. The field
names are those that the SageMaker Python SDK reads (`train/common_utils/recipe_utils.py`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from modeleval.errors import ModelNotUsable
from modeleval.sagemaker.decoding import finite

PARAMETERS = (
    "max_new_tokens",
    "temperature",
    "top_k",
    "top_p",
    "max_model_len",
    "aggregation",
    "postprocessing",
)
"""What an evaluation sends, in the order of a pipeline definition; files hold more."""

_KINDS = {"int": "integer", "bool": "boolean", "str": "string", "double": "float"}
"""Other names of the types."""
_URI = re.compile(r"s3://(?P<bucket>[^/]+)/(?P<key>.+)")
_CHOOSE = "Choose a model whose base model SageMaker evaluates."


class EvaluationRecipe(StrEnum):
    """The `EvaluationType` of the recipe that an evaluation needs."""

    DETERMINISTIC = "DeterministicEvaluation"
    NOVA_TEXT = "DeterministicTextBenchmark"
    NOVA_MULTIMODAL = "DeterministicMultiModalBenchmark"


def benchmark_recipe(base_model_name: str, benchmark: str) -> EvaluationRecipe:
    """The recipe that a benchmark needs; custom scorers always need DETERMINISTIC."""
    if "nova" not in base_model_name.lower():
        return EvaluationRecipe.DETERMINISTIC
    if benchmark == "mmmu":
        return EvaluationRecipe.NOVA_MULTIMODAL
    return EvaluationRecipe.NOVA_TEXT


class ParameterSpec(NamedTuple):
    """One hyperparameter. `kind` is integer, float, string, boolean, or None if not said."""

    default: Any
    kind: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[Any, ...] = ()
    required: bool = False


class FilePlace(NamedTuple):
    bucket: str
    key: str


def parameters_file(document: str, recipe: EvaluationRecipe, *, base_model_name: str) -> FilePlace:
    """Where the recipe's file of hyperparameters lies; raises ModelNotUsable if there is none."""
    recipes = list(_evaluation_recipes(document, base_model_name))
    found = next((one for one in recipes if one.get("EvaluationType") == recipe), None)
    if found is None:
        others = sorted({str(one.get("EvaluationType")) for one in recipes})
        has = f"; it has {', '.join(others)}" if others else ""
        raise ModelNotUsable(
            f"The base model {base_model_name} has no evaluation recipe {recipe.value}{has}. "
            "SageMaker would start the evaluation and fail it with DownstreamServiceUnavailable",
            action=_CHOOSE,
        )
    match = _URI.fullmatch(str(found.get("SmtjOverrideParamsS3Uri") or ""))
    if match is None:
        raise ModelNotUsable(
            f"The base model {base_model_name} has an evaluation recipe {recipe.value} that names "
            "no file of hyperparameters (SmtjOverrideParamsS3Uri)",
            action=_CHOOSE,
        )
    return FilePlace(match["bucket"], match["key"])


def _evaluation_recipes(document: str, base_model_name: str) -> Iterator[Mapping[str, Any]]:
    try:
        content = json.loads(document)
    except ValueError:
        raise ModelNotUsable(
            f"The hub content document of the base model {base_model_name} is not JSON",
            action=_CHOOSE,
        ) from None
    recipes = content.get("RecipeCollection") if isinstance(content, Mapping) else None
    for recipe in recipes if isinstance(recipes, list) else ():
        if isinstance(recipe, Mapping) and recipe.get("Type") == "Evaluation":
            yield recipe


def parameter_specs(data: bytes, *, base_model_name: str) -> dict[str, ParameterSpec]:
    """The file's hyperparameters that an evaluation sends, in the order of PARAMETERS.

    One without a default is not sent, as the SDK does not send it. Raises ModelNotUsable if the
    file cannot be read.
    """
    try:
        file = json.loads(data)
    except ValueError:
        file = None
    if not isinstance(file, Mapping):
        raise ModelNotUsable(
            f"The hyperparameters of the base model {base_model_name} are not a JSON object",
            action=_CHOOSE,
        )
    return {
        name: _spec(entry)
        for name in PARAMETERS
        if isinstance(entry := file.get(name), Mapping) and "default" in entry
    }


def _spec(entry: Mapping[str, Any]) -> ParameterSpec:
    kind, choices = entry.get("type"), entry.get("enum")
    return ParameterSpec(
        default=entry["default"],
        kind=_KINDS.get(kind.lower(), kind.lower()) if isinstance(kind, str) else None,
        minimum=_number(entry.get("min")),
        maximum=_number(entry.get("max")),
        choices=tuple(choices) if isinstance(choices, list) else (),
        required=entry.get("required") is True,
    )


def _number(value: object) -> float | None:
    """A limit, also where it was written as a text; what is no number limits nothing."""
    if isinstance(value, str):
        try:
            value = float(value) if set(value) & set(".eE") else int(value)
        except ValueError:
            return None
    return finite(value) if isinstance(value, float) else _whole(value)


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
