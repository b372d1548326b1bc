"""A custom scorer step: text metrics, and the rewards of a preset or of a registered Lambda."""

from __future__ import annotations

import json
import re
from typing import Any

from botocore.exceptions import ClientError

from embedded_aws.sagemaker.pipelines import inference, models, results, text_scores
from embedded_aws.sagemaker.pipelines.clients import lambda_client
from embedded_aws.sagemaker.pipelines.data import Record
from embedded_aws.sagemaker.pipelines.work import StepFailed, Stopped, Work

PRESETS = ("prime_math", "prime_code")
_LAMBDA = re.compile(r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:.+")
_OK = 200


def run(work: Work) -> None:
    """Answer, score, and write results and answers."""
    if (work.parameter("task"), work.parameter("strategy")) != ("gen_qa", "gen_qa"):
        raise StepFailed("AlgorithmError: a custom scorer has the task and the strategy 'gen_qa'")
    function = _function(work)
    answered = inference.answers(work, work.records(references=True), "gen_qa")
    pairs = [(response, record.reference or "") for record, response in answered]
    found = text_scores.summary(text_scores.scored(pairs))
    found |= _by_lambda(work, function, answered) if function else _preset(pairs)
    inference.write(work, answered)
    results.write(work, {results.key(work, "gen_qa", "gen_qa"): found}, {})


def _function(work: Work) -> str | None:
    """The Lambda function of the evaluator; None where a preset scores."""
    arn = work.job.request["ServerlessJobConfig"].get("EvaluatorArn")
    preset = work.parameters.get("preset_reward_function")
    if not arn:
        if preset not in PRESETS:
            raise StepFailed(
                f"AlgorithmError: preset_reward_function must be one of {PRESETS}, where no "
                "EvaluatorArn is given"
            )
        return None
    if preset is not None:
        raise StepFailed(
            "AlgorithmError: an EvaluatorArn and a preset_reward_function exclude each other"
        )
    document = models.evaluator(work.service, arn)
    reference = document.get("Reference")
    if not isinstance(reference, str) or not _LAMBDA.fullmatch(reference):
        raise StepFailed(f"ValidationException: the evaluator {arn} refers to no Lambda function")
    return reference


def _preset(pairs: list[tuple[str, str]]) -> dict[str, float]:
    """The built-in reward: 1 for the very words of the reference."""
    rewards = [
        float(text_scores.words(response) == text_scores.words(reference))
        for response, reference in pairs
    ]
    return text_scores.summary({"reward_score": rewards})


def _by_lambda(work: Work, function: str, answered: list[tuple[Record, str]]) -> dict[str, float]:
    """The means of the function's metrics; what it failed on is counted."""
    if not work.role.allows("lambda:InvokeFunction", function):
        raise StepFailed(
            f"AccessDeniedException: {work.role.arn} is not authorized to perform "
            f"lambda:InvokeFunction on {function}"
        )
    client = lambda_client(work.role, work.service.home)
    values: dict[str, list[float]] = {}
    failures = 0
    for number, (record, response) in enumerate(answered):
        if not work.runs():
            raise Stopped
        told = _asked(client, function, _sample(number, record, response))
        failures += told is None
        for name, value in (told or {}).items():
            values.setdefault(name, []).append(value)
    return {**text_scores.summary(values), "byoc_failure_count": float(failures)}


def _sample(number: int, record: Record, response: str) -> dict[str, Any]:
    """One sample as the function sees it: the dataset's own line and the answer."""
    messages = [*record.messages, {"role": "assistant", "content": response}]
    return {
        **record.line,
        "id": str(number),
        "messages": messages,
        "reference_answer": record.reference,
    }


def _asked(client: Any, function: str, sample: dict[str, Any]) -> dict[str, float] | None:
    """The metrics of one sample; None where the function fails or its reply cannot be read."""
    try:
        reply = client.invoke(FunctionName=function, Payload=json.dumps([sample]).encode())
        payload = json.loads(reply["Payload"].read())
    except (ClientError, ValueError):
        return None
    if "FunctionError" in reply:
        return None
    try:
        return _metrics(payload)
    except (LookupError, TypeError, ValueError):
        return None


def _metrics(payload: Any) -> dict[str, float]:
    if isinstance(payload, dict):
        if payload["statusCode"] != _OK:
            raise ValueError
        payload = json.loads(payload["body"])
    (one,) = payload
    listed = {entry["name"]: float(entry["value"]) for entry in one.get("metrics_list", [])}
    return {"aggregate_reward_score": float(one["aggregate_reward_score"]), **listed}
