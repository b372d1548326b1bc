"""The documents of hub contents: what an import must bring.

The forms of DataSet and JsonDoc documents are those that SageMaker's Python SDK sends
(``DataSet.create`` and ``Evaluator.create``); the service's own schemas are not published.
"""

from __future__ import annotations

import json
from typing import Any

from embedded_aws.sagemaker.errors import invalid

_SCHEMAS = {
    "Model": ("1.", "2."),
    "Notebook": ("1.",),
    "ModelReference": (),
    "DataSet": ("2.0.0",),
    "JsonDoc": ("2.0.0",),
}
_EVALUATORS = ("RewardFunction", "RewardPrompt")


def check(kind: str, schema: str, document: str) -> None:
    """Raise a ValidationException that says what is wrong with a document."""
    known = _SCHEMAS[kind]
    if not any(schema.startswith(each) for each in known):
        raise invalid(f"DocumentSchemaVersion {schema} is not supported for {kind}.")
    value = _object(document, "HubContentDocument")
    if kind == "DataSet":
        _strings(value, "HubContentDocument", "DatasetS3Bucket", "DatasetS3Prefix")
    if kind == "JsonDoc":
        _strings(value, "HubContentDocument", "SubType", "JsonContent")
        if value["SubType"] == "AWS/Evaluator":
            _evaluator(_object(value["JsonContent"], "JsonContent"))


def _evaluator(value: dict[str, Any]) -> None:
    _strings(value, "JsonContent", "Reference", "EvaluatorType")
    if value["EvaluatorType"] not in _EVALUATORS:
        raise invalid(f"JsonContent: EvaluatorType must be one of {', '.join(_EVALUATORS)}.")
    start = "arn:aws:lambda:" if value["EvaluatorType"] == "RewardFunction" else "s3://"
    if not value["Reference"].startswith(start):
        raise invalid(f"JsonContent: Reference of this EvaluatorType must start with {start}.")


def _object(text: str, where: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise invalid(f"{where} is not a JSON object.")
    return value


def _strings(value: dict[str, Any], where: str, *names: str) -> None:
    for name in names:
        if not isinstance(value.get(name), str) or not value[name]:
            raise invalid(f"{where} needs {name}, a string.")
