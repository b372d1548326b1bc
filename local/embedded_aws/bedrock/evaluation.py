"""The work of one job: read the datasets as the role, judge every record, write the results."""

from __future__ import annotations

import json
import uuid
from typing import Any

from botocore.exceptions import ClientError

from embedded_aws.bedrock import catalog, dataset, output
from embedded_aws.bedrock.faults import Faults
from embedded_aws.bedrock.jobs import Job
from embedded_aws.bedrock.service_role import ServiceRole
from embedded_aws.bedrock.settings import Settings
from embedded_aws.judging import Judge, Question, Verdict, scales


class EvaluationFailed(Exception):
    """The job ends Failed; the text is its failure message."""


class Evaluation:
    """One run of one job."""

    def __init__(
        self, job: Job, role: ServiceRole, s3: Any, judge: Judge, settings: Settings
    ) -> None:
        self._job = job
        self._role = role
        self._s3 = s3
        self._judge = judge
        self._settings = settings
        self._metrics = custom_metrics(job.request)
        self._model, self._source = _subject(job.request)
        self._destination = output.Destination.of(job.request)
        self._folder = str(uuid.uuid4())

    def run(self, faults: Faults) -> None:
        """Do all of it, or raise EvaluationFailed."""
        try:
            self._check_models()
            for config in self._job.automated["datasetMetricConfigs"]:
                self._check_config(config)
            self._write_definitions()
            for config in self._job.automated["datasetMetricConfigs"]:
                self._evaluate(config, faults)
        except dataset.DatasetError as error:
            raise EvaluationFailed(str(error)) from None
        except ClientError as error:
            code = error.response["Error"]["Code"]
            raise EvaluationFailed(f"{self._role.arn}: {code} on {error.operation_name}") from None

    def _check_models(self) -> None:
        wanted = [judge_of(self._job.request, name) for name in (False, True)]
        generator = None if self._source else self._model
        for identifier in {model for model in (*wanted, generator) if model}:
            for arn, context in catalog.resources_of(
                identifier, self._role.account, self._job.region
            ):
                if not self._role.allows("bedrock:InvokeModel", arn, context):
                    raise EvaluationFailed(
                        f"The role {self._role.arn} is not authorized to perform "
                        f"bedrock:InvokeModel on {arn}"
                    )

    def _check_config(self, config: dict[str, Any]) -> None:
        """Fail on what the service takes at creation and fails on later, as users report."""
        if config["taskType"] != "General":
            raise EvaluationFailed("The task type is not supported for a job with a judge model")
        for name in config["metricNames"]:
            if not name.startswith(scales.PREFIX) and name not in self._metrics:
                raise EvaluationFailed("A custom metric of the job has no definition")

    def _write_definitions(self) -> None:
        for name, definition in self._metrics.items():
            # In S3 the name's key is metricName, in the API it is name.
            stored = {"metricName": name, **{k: v for k, v in definition.items() if k != "name"}}
            self._put(
                self._destination.definition(self._folder, name),
                json.dumps({"customMetricDefinition": stored}).encode(),
            )

    def _evaluate(self, config: dict[str, Any], faults: Faults) -> None:
        bucket, key = output.split_uri(config["dataset"]["datasetLocation"]["s3Uri"])
        data = self._s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        records = dataset.read(data, self._source, self._settings.promptBytes)
        results = [self._result(record, config["metricNames"]) for record in records]
        name = config["dataset"]["name"]
        target = self._destination.results(self._folder, self._model, config["taskType"], name)
        self._put(target, output.lines(self._job, name, results, faults))

    def _put(self, key: str, body: bytes) -> None:
        self._s3.put_object(Bucket=self._destination.bucket, Key=key, Body=body)

    def _result(self, record: dataset.Record, metrics: list[str]) -> dict[str, Any]:
        response = record.response
        answer = {"modelIdentifier": self._model, "response": response}
        if response is None:
            answer["response"] = response = f"Stand-in response of {self._model}: {record.prompt}"
            answer["stopReason"] = "end_turn"
        scores = [self._score(name, record, response) for name in metrics]
        return {
            "automatedEvaluationResult": {"scores": scores},
            "inputRecord": record.line,
            "modelResponses": [answer],
        }

    def _score(self, name: str, record: dataset.Record, response: str) -> dict[str, Any]:
        definition = self._metrics.get(name)
        model = judge_of(self._job.request, custom=definition is not None) or ""
        metric = name.removeprefix(scales.PREFIX)
        scale = (
            scales.custom(definition.get("ratingScale", []))
            if definition
            else scales.built_in(metric, model)
        )
        verdict = self._judge.judge(
            Question(
                metric=metric,
                scale=scale,
                judge_model=model,
                prompt=record.prompt,
                response=response,
                reference=record.reference,
                instructions=definition["instructions"] if definition else "",
            )
        )
        score: dict[str, Any] = {"metricName": name}
        if definition is None or "ratingScale" in definition:
            score["result"] = self._value(verdict, scale, custom=definition is not None)
        score["evaluatorDetails"] = [{"modelIdentifier": model, "explanation": verdict.explanation}]
        return score

    def _value(self, verdict: Verdict, scale: scales.Scale, *, custom: bool) -> float | str | None:
        """Built-in: the raw rating over its maximum, to four digits, as in real output."""
        if verdict.level is None or isinstance(verdict.level.value, str):
            return verdict.level.value if verdict.level else None
        if custom and self._settings.customResults == "raw":
            return verdict.level.value
        return round(verdict.level.value / scale.maximum, 4)


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


def _subject(request: dict[str, Any]) -> tuple[str, str | None]:
    """The identifier of what is judged, and the same again if its responses are precomputed."""
    (model,) = request["inferenceConfig"]["models"]
    if "precomputedInferenceSource" in model:
        source = model["precomputedInferenceSource"]["inferenceSourceIdentifier"]
        return source, source
    return model["bedrockModel"]["modelIdentifier"], None
