"""The work of one job: read the datasets as the role, have records answered, judge, write."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from botocore.exceptions import ClientError

from embedded_aws.bedrock import dataset, generation, output
from embedded_aws.bedrock.jobs import Job
from embedded_aws.bedrock.requested import Subject, custom_metrics, judge_of, subject_of
from embedded_aws.bedrock.scoring import Answered, Scorer, Stopped
from embedded_aws.bedrock.service_role import ServiceRole
from embedded_aws.bedrock.settings import Settings
from embedded_aws.bedrock.targets import Resolver, Target
from embedded_aws.faults import Faults
from embedded_aws.judging import Judge, JudgeUnavailable, scales


class EvaluationFailed(Exception):
    """The job ends Failed; the text is its failure message."""


@dataclass(frozen=True)
class Tools:
    """What a job works with."""

    role: ServiceRole
    s3: Any
    judge: Judge
    settings: Settings
    resolver: Resolver
    faults: Faults
    encryption: dict[str, str]  # the arguments of PutObject that say how


class Evaluation:
    """One run of one job."""

    def __init__(self, job: Job, tools: Tools, runs: Callable[[], bool]) -> None:
        self._job = job
        self._tools = tools
        self._runs = runs
        self._targets = {name: tools.resolver.resolve(name) for name in self._called() if name}
        self._destination = output.Destination.of(job.request)
        self._folder = str(uuid.uuid4())

    @cached_property
    def _subject(self) -> Subject:
        return subject_of(self._job.request)

    def _called(self) -> list[str | None]:
        """The models that the job calls."""
        judges = [judge_of(self._job.request, custom) for custom in (False, True)]
        return [*judges, None if self._subject.precomputed else self._subject.identifier]

    def run(self) -> None:
        """Do all of it, or raise EvaluationFailed. A job that is stopped ends without results."""
        try:
            for target in self._targets.values():
                check_access(target, self._tools)
            for config in self._job.automated["datasetMetricConfigs"]:
                self._check_config(config)
            self._write_definitions()
            for config in self._job.automated["datasetMetricConfigs"]:
                self._evaluate(config)
        except (dataset.DatasetError, JudgeUnavailable) as error:
            raise EvaluationFailed(str(error)) from None
        except ClientError as error:
            code, arn = error.response["Error"]["Code"], self._tools.role.arn
            raise EvaluationFailed(f"{arn}: {code} on {error.operation_name}") from None
        except Stopped:
            return

    def _check_config(self, config: dict[str, Any]) -> None:
        """Fail on what the service takes at creation and fails on later, as users report."""
        if config["taskType"] != "General":
            raise EvaluationFailed("The task type is not supported for a job with a judge model")
        self._check_defined(config)

    def _check_defined(self, config: dict[str, Any]) -> None:
        defined = custom_metrics(self._job.request)
        for name in config["metricNames"]:
            if not name.startswith(scales.PREFIX) and name not in defined:
                raise EvaluationFailed("A custom metric of the job has no definition")

    def _write_definitions(self) -> None:
        for name, definition in custom_metrics(self._job.request).items():
            # In S3 the name's key is metricName, in the API it is name.
            stored = {"metricName": name, **{k: v for k, v in definition.items() if k != "name"}}
            self._put(
                self._destination.definition(self._folder, name),
                json.dumps({"customMetricDefinition": stored}).encode(),
            )

    def _evaluate(self, config: dict[str, Any]) -> None:
        records = self._own_records(config)
        answered = [answer for record in records if (answer := self._answer(record)) is not None]
        if all(answer.response is None for answer in answered):
            raise EvaluationFailed("The model gave no response to any prompt of the dataset")
        scorer = Scorer(
            self._job.request,
            self._tools.judge,
            self._tools.settings,
            shown={name: target.identifier for name, target in self._targets.items()},
            runs=self._runs,
        )
        results = scorer.results(answered, config["metricNames"])
        name = config["dataset"]["name"]
        target = self._destination.results(
            self._folder, self._model_folder(), config["taskType"], name
        )
        self._put(target, output.lines(self._job, name, results, self._tools.faults))

    def _own_records(self, config: dict[str, Any]) -> list[dataset.Record]:
        bucket, key = output.split_uri(config["dataset"]["datasetLocation"]["s3Uri"])
        data = self._tools.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        source = self._subject.identifier if self._subject.precomputed else None
        return dataset.read(data, source, self._tools.settings.promptBytes)

    def _answer(self, record: dataset.Record) -> Answered | None:
        """The record with its response; None if the generator failed and the record is dropped."""
        name = self._subject.identifier
        if record.response is not None:
            said = {"modelIdentifier": name, "response": record.response}
            return Answered(record, record.response, said)
        fault = self._tools.faults.take("generator", job_name=self._job.name)
        if fault:
            without = Answered(record, None, {"modelIdentifier": name})
            return without if fault.defect == "no-response" else None
        text, stopped = self._respond(self._targets[name], record)
        said = {"modelIdentifier": name, "response": text, "stopReason": stopped}
        return Answered(record, text, said)

    def _respond(self, target: Target, record: dataset.Record) -> tuple[str, str]:
        """A generator's response, and why it stopped."""
        return generation.respond(target.name, target.skill, record, self._subject.max_tokens)

    def _model_folder(self) -> str:
        """The model's name in the output's path: how an ARN is written there is not known."""
        identifier = self._subject.identifier
        if self._subject.precomputed or self._tools.settings.modelFolder == "identifier":
            return identifier
        return self._targets[identifier].name

    def _put(self, key: str, body: bytes) -> None:
        self._tools.s3.put_object(
            Bucket=self._destination.bucket, Key=key, Body=body, **self._tools.encryption
        )


def check_access(target: Target, tools: Tools) -> None:
    """May the account use the model, and may the role?"""
    for model in target.models:
        if _barred(tools.resolver.registry.availability(model)):
            raise EvaluationFailed(
                "You don't have access to the model with the specified model ID."
            )
    for needed in target.permissions:
        if not tools.role.allows(needed.action, needed.resource, dict(needed.context)):
            raise EvaluationFailed(
                f"The role {tools.role.arn} is not authorized to perform "
                f"{needed.action} on {needed.resource}"
            )


def _barred(availability: dict[str, str]) -> bool:
    return (
        availability["agreement"] != "AVAILABLE"
        or availability["authorization"] != "AUTHORIZED"
        or availability["entitlement"] != "AVAILABLE"
    )
