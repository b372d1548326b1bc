"""The work of a job with human workers: a human loop per record, and the answers written to S3.

Output: user guide, "Review a human-based model evaluation job" and SageMaker's "Understand the
results of a human evaluation job", whose samples show every rating method.
"""

from __future__ import annotations

import hashlib
import json
import random
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from embedded_aws.bedrock import dataset, generation, output
from embedded_aws.bedrock.evaluation import EvaluationFailed, Tools, check_access
from embedded_aws.bedrock.human import creation, records
from embedded_aws.bedrock.human.people import Person, Shown
from embedded_aws.bedrock.human.records import Given
from embedded_aws.bedrock.jobs import Job
from embedded_aws.bedrock.requested import Subject, subjects_of

_LOOPS = ("DescribeHumanLoop", "StopHumanLoop", "DeleteHumanLoop")
_SECONDS = 20  # that a person takes for a record


class HumanEvaluation:
    """One run of one job."""

    def __init__(self, job: Job, tools: Tools, runs: Callable[[], bool]) -> None:
        self._job = job
        self._tools = tools
        self._runs = runs
        self._subjects = subjects_of(job.request)
        self._config: dict[str, Any] = job.evaluation
        self._destination = output.Destination.of(job.request)
        self._folder = str(uuid.uuid4())
        arn = creation.flow_definition(job.request)
        workflow = tools.resolver.registry.find("flow-definition", arn)
        workers = workflow.workers if workflow else 1
        self._people = [Person(number, arn) for number in range(workers)]

    def run(self) -> None:
        """Do all of it, or raise EvaluationFailed. A job that is stopped ends without results."""
        try:
            self._check_role()
            self._evaluate(*self._config["datasetMetricConfigs"])
        except dataset.DatasetError as error:
            raise EvaluationFailed(str(error)) from None
        except ClientError as error:
            code, arn = error.response["Error"]["Code"], self._tools.role.arn
            raise EvaluationFailed(f"{arn}: {code} on {error.operation_name}") from None

    def _check_role(self) -> None:
        """What the role needs of human loops and, for responses, of models."""
        role, arn = self._tools.role, creation.flow_definition(self._job.request)
        loops = f"arn:aws:sagemaker:{role.region}:{role.account}:human-loop/{'0' * 40}"
        needed = [("StartHumanLoop", arn), *((name, loops) for name in _LOOPS)]
        for name, resource in needed:
            if not role.allows(f"sagemaker:{name}", resource):
                raise EvaluationFailed(
                    f"The role {role.arn} is not authorized to perform sagemaker:{name} "
                    f"on {resource}"
                )
        for subject in self._subjects:
            if not subject.precomputed:
                check_access(self._tools.resolver.resolve(subject.identifier), self._tools)

    def _evaluate(self, config: dict[str, Any]) -> None:
        bucket, key = output.split_uri(config["dataset"]["datasetLocation"]["s3Uri"])
        data = self._tools.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        sources = [one.identifier for one in self._subjects if one.precomputed]
        given = records.read(data, sources, self._tools.settings.promptBytes)
        name = config["dataset"]["name"]
        folder = f"{self._destination.prefix}/{self._folder}/datasets/{name}"
        results = []
        for number, one in enumerate(given):
            if not self._runs():
                return
            results.append(self._result(one, f"{folder}/records/{number}"))
        target = f"{folder}/{uuid.uuid4()}_output.jsonl"
        self._put(target, output.lines(self._job, name, results, self._tools.faults))

    def _result(self, given: Given, folder: str) -> dict[str, Any]:
        """One record with everybody's answers, in the form of the user guide's sample."""
        responses = {one.identifier: self._response(one, given) for one in self._subjects}
        shown = ("prompt", "category", "referenceResponse")
        return {
            "humanEvaluationResult": self._answered(given, responses, folder),
            "inputRecord": {
                key: given.record.line[key] for key in shown if key in given.record.line
            },
            "modelResponses": [
                {"response": text, "modelIdentifier": source} for source, text in responses.items()
            ],
        }

    def _answered(self, given: Given, responses: dict[str, str], folder: str) -> dict[str, Any]:
        """What the people were shown, and what each said."""
        chance = random.Random(f"{self._job.name}/{given.record.prompt}")
        order = list(responses)
        chance.shuffle(order)
        ids = {str(number): source for number, source in enumerate(order)}
        by_id = {number: responses[source] for number, source in ids.items()}
        left = chance.choice(list(ids))
        shown = Shown(given.record.prompt, given.record.reference, by_id, left)
        additional = f"{folder}/human-loop-additional-data.json"
        self._put(additional, json.dumps({"prompt": given.record.prompt}).encode())
        workflow = self._config["humanWorkflowConfig"]
        return {
            "flowDefinitionArn": workflow["flowDefinitionArn"],
            "humanAnswers": [self._answer(person, shown, chance) for person in self._people],
            "humanLoopName": hashlib.sha1(additional.encode()).hexdigest(),  # noqa: S324
            "inputContent": {
                "additionalDataS3Uri": f"s3://{self._destination.bucket}/{additional}",
                "evaluationMetrics": [
                    _as_shown(metric) for metric in self._config["customMetrics"]
                ],
                "instructions": workflow.get("instructions", ""),
            },
            "modelResponseIdMap": ids,
        }

    def _response(self, subject: Subject, given: Given) -> str:
        if subject.precomputed:
            return given.responses[subject.identifier]
        target = self._tools.resolver.resolve(subject.identifier)
        text, _ = generation.respond(target.name, target.skill, given.record, subject.max_tokens)
        return text

    def _answer(self, person: Person, shown: Shown, chance: random.Random) -> dict[str, Any]:
        results: dict[str, list[dict[str, Any]]] = {}
        for metric in self._config["customMetrics"]:
            method = metric["ratingMethod"]
            key = method if self._tools.settings.humanKeys == "upper" else _lower(method)
            answers = person.answers(shown, metric["name"], method)
            results.setdefault(key, []).extend(answers)
        seconds = _SECONDS * (0.5 + chance.random())
        accepted = self._job.created + timedelta(seconds=_SECONDS * person.number)
        return {
            "acceptanceTime": _time(accepted),
            "answerContent": {"evaluationResults": results},
            "submissionTime": _time(accepted + timedelta(seconds=seconds)),
            "timeSpentInSeconds": round(seconds, 3),
            "workerId": person.identifier,
            "workerMetadata": {
                "identityData": {
                    "identityProviderType": "Cognito",
                    "issuer": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_standin",
                    "sub": person.subject,
                }
            },
        }

    def _put(self, key: str, body: bytes) -> None:
        self._tools.s3.put_object(
            Bucket=self._destination.bucket, Key=key, Body=body, **self._tools.encryption
        )


def _as_shown(metric: dict[str, Any]) -> dict[str, str]:
    return {
        "metricName": metric["name"],
        "metricType": metric["ratingMethod"],
        "description": metric.get("description", ""),
    }


def _lower(method: str) -> str:
    return method[0].lower() + method[1:]


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
