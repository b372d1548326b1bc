"""A judging step: an evaluation job in Bedrock over the answers, and what it leaves.

The container hands its own role to Bedrock, so that role is assumed by bedrock.amazonaws.com here
too, for the ARN of an evaluation job, and the judge is called with what that role may.
"""

from __future__ import annotations

import ast
import json
import math
import random
import uuid
from typing import Any

from embedded_aws.bedrock import catalog, metric_definitions, service_role
from embedded_aws.bedrock.dataset import MAX_RECORDS, Record
from embedded_aws.bedrock.output import with_defect
from embedded_aws.bedrock.protocol import service_model
from embedded_aws.bedrock.scoring import Answered, Scorer
from embedded_aws.bedrock.scoring import Stopped as ScoringStopped
from embedded_aws.bedrock.settings import Settings as BedrockSettings
from embedded_aws.bedrock.targets import Resolver, Target
from embedded_aws.errors import ServiceError
from embedded_aws.fresh import new_identifier
from embedded_aws.judging import JudgeUnavailable
from embedded_aws.judging.scales import BUILT_IN, PREFIX
from embedded_aws.sagemaker.pipelines import permissions
from embedded_aws.sagemaker.pipelines.work import StepFailed, Stopped, Work
from embedded_aws.validation import validate

_PASSED = 0.5  # from this score on, an evaluation counts as passed


def run(work: Work) -> None:
    """Judge the answers, and write the aggregate and the records."""
    job_arn = f"arn:aws:bedrock:{work.role.region}:{work.role.account}:evaluation-job/"
    job_arn += new_identifier()
    permissions.check_judging(work.role, job_arn)
    try:
        metrics, definitions = _metrics(work)
        judge = _judge(work, bool(metrics), bool(definitions))
        bedrock_role = service_role.assume(work.role.arn, work.role.region, job_arn)
        for needed in judge.permissions:
            if not bedrock_role.allows(needed.action, needed.resource, dict(needed.context)):
                raise StepFailed(
                    f"ClientError: the role {work.role.arn} is not authorized to perform "
                    f"{needed.action} on {needed.resource}"
                )
        scored = _scored(work, judge, [*metrics, *definitions], definitions)
    except ServiceError as error:
        raise StepFailed(
            f"ClientError: {error.code} of CreateEvaluationJob: {error.message}"
        ) from None
    except JudgeUnavailable as error:
        raise StepFailed(str(error)) from None
    except ScoringStopped:
        raise Stopped from None
    _write(work, scored)


def _metrics(work: Work) -> tuple[list[str], dict[str, dict[str, Any]]]:
    """The built-in metrics, with their prefix, and the custom ones by name."""
    try:
        names = json.loads(work.parameter("llmaj_metrics"))
    except ValueError:
        names = None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise StepFailed("ClientError: llmaj_metrics must be a JSON array of names, as a string")
    if unknown := [name for name in names if name not in BUILT_IN]:
        raise StepFailed(
            f"ClientError: there is no metric '{unknown[0][:64]}'; there are {', '.join(BUILT_IN)}"
        )
    definitions = _definitions(work)
    if not names and not definitions:
        raise StepFailed("ClientError: neither llmaj_metrics nor custom_metrics name a metric")
    return [PREFIX + name for name in names], definitions


def _definitions(work: Work) -> dict[str, dict[str, Any]]:
    uri = work.parameters.get("custom_metrics")
    if uri is None:
        return {}
    try:
        entries = json.loads(work.place.read(uri))
    except ValueError:
        raise StepFailed("ClientError: custom_metrics is not valid JSON") from None
    validate(service_model().shape_for("AutomatedEvaluationCustomMetrics"), entries)
    found = [entry["customMetricDefinition"] for entry in entries]
    metric_definitions.check(found)
    return {one["name"]: one for one in found}


def _judge(work: Work, builtin: bool, custom: bool) -> Target:
    resolver = Resolver(work.service.registry, work.role.account, work.role.region)
    target = resolver.resolve(work.parameter("judge_model_id"))
    (model,) = target.models
    wanted = ({"builtin"} if builtin else set()) | ({"custom"} if custom else set())
    if not wanted <= set(catalog.entries()[model]["judges"]):
        raise StepFailed("ClientError: the judge model cannot judge these metrics")
    return target


def _scored(
    work: Work, judge: Target, metrics: list[str], definitions: dict[str, dict[str, Any]]
) -> list[dict[str, Any]]:
    """One output record per answer, as Bedrock writes it."""
    evaluator = {"bedrockEvaluatorModels": [{"modelIdentifier": judge.identifier}]}
    custom = [{"customMetricDefinition": one} for one in definitions.values()]
    automated = {
        "evaluatorModelConfig": evaluator,
        "customMetricConfig": {"customMetrics": custom, "evaluatorModelConfig": evaluator},
    }
    scorer = Scorer(
        {"evaluationConfig": {"automated": automated}},
        work.judge,
        BedrockSettings(),
        shown={judge.identifier: judge.identifier},
        runs=work.runs,
    )
    found = scorer.results(_answers(work), metrics)
    if work.service.settings.judgeMetricNames == "bare":
        for record in found:
            for score in record["automatedEvaluationResult"]["scores"]:
                score["metricName"] = score["metricName"].removeprefix(PREFIX)
    return found


def _answers(work: Work) -> list[Answered]:
    """The answers of the inference step, read as the role."""
    text = work.place.read(work.parameter("inference_data_s3_path")).decode()
    lines = [json.loads(line) for line in text.split("\n") if line]
    if len(lines) > MAX_RECORDS:
        raise StepFailed(f"ClientError: The dataset has more than {MAX_RECORDS} records")
    return [_answered(line) for line in lines]


def _answered(line: dict[str, Any]) -> Answered:
    """What is judged is the text; what is shown is the repr that stands in the file."""
    (shown,) = line["modelResponses"]
    prompt = "\n".join(message["content"] for message in ast.literal_eval(line["prompt"]))
    (response,) = ast.literal_eval(shown["response"])
    record = Record(line, prompt, line.get("referenceResponse"), response)
    return Answered(record, response, shown)


def _write(work: Work, scored: list[dict[str, Any]]) -> None:
    name = f"{work.parameter('name')}-{new_identifier(6)}"
    aggregate = {
        "job_name": name,
        "note": "stand-in: no model judged",
        "results": _aggregate(scored),
    }
    way = f"{work.job.name}/output/output/{name}/eval_results/bedrock_llm_judge_results.json"
    work.place.write(work.output, way, json.dumps(aggregate, indent=2).encode())
    shuffled = list(scored)
    random.Random(work.job.name).shuffle(shuffled)
    while fault := work.service.faults.take("output", job_name=work.job.name):
        shuffled = with_defect(fault.defect, shuffled)
    body = "".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in shuffled)
    folder = f"{name}/{uuid.uuid4()}/models/model/taskTypes/General/datasets/inference_output"
    where = work.parameters.get("output_path", work.output)
    work.place.write(where, f"{folder}/{uuid.uuid4()}_output.jsonl", body.encode())


def _aggregate(scored: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Per metric with numbers: mean, spread and counts over the records that have a score."""
    values: dict[str, list[float]] = {}
    for record in scored:
        for score in record["automatedEvaluationResult"]["scores"]:
            value = score.get("result")
            if isinstance(value, int | float):
                values.setdefault(score["metricName"], []).append(float(value))
    return {name: _summary(each) for name, each in values.items()}


def _summary(values: list[float]) -> dict[str, Any]:
    count = len(values)
    mean = sum(values) / count
    spread = sum((value - mean) ** 2 for value in values)
    passed = sum(value >= _PASSED for value in values)
    return {
        "score": mean,
        "std_deviation": math.sqrt(spread / (count - 1)) if count > 1 else None,
        "total_evaluations": count,
        "passed": passed,
        "failed": count - passed,
    }
