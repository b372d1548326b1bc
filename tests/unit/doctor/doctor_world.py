"""A stack to examine, whose clients answer what a test prepares, as the service models allow it."""

from __future__ import annotations

import json
import shlex
from functools import cache
from types import SimpleNamespace
from typing import Any

import boto3
from botocore.stub import Stubber
from unit_documents import settings

from modeleval.bedrock.evaluation_jobs import EvaluationJobs
from modeleval.bedrock.models import Models
from modeleval.doctor.patient import Identity, Missing, Patient
from modeleval.doctor.protocol import Check, Finding, State, answers
from modeleval.sagemaker.pipelines import PipelineExecutions

ACCOUNT = "111122223333"
REGION = "us-east-1"
BUCKET = "modeleval-bucket"
ROLES = f"arn:aws:iam::{ACCOUNT}:role/"
MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:Run"
JOBS = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:evaluation-job/*"
USER = f"arn:aws:iam::{ACCOUNT}:user/ada"


@cache
def _client(service: str) -> Any:
    return boto3.client(
        service,
        region_name=REGION,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",  # noqa: S106 - no secret
    )


class World:
    """One patient; each service is a stub that must be asked all that was prepared."""

    def __init__(self) -> None:
        self._stubs: dict[str, Stubber] = {}
        self.region, self.identity = REGION, Identity(ACCOUNT, USER)
        self.bedrock_role = f"{ROLES}stack/Bedrock"
        self.settings = settings()

    def stub(self, service: str) -> Stubber:
        if service not in self._stubs:
            self._stubs[service] = Stubber(_client(service))
            self._stubs[service].activate()
        return self._stubs[service]

    def client(self, service: str) -> Any:
        return self.stub(service).client

    def done(self) -> None:
        for stub in self._stubs.values():
            stub.assert_no_pending_responses()
            stub.deactivate()

    def patient(self, *, deployed: bool = True) -> Patient:
        services = SimpleNamespace(
            settings=self.settings,
            region=self.region,
            environment=SimpleNamespace(
                bucket_name=BUCKET,
                table_name="modeleval-table",
                bedrock_role_arn=self.bedrock_role,
                sagemaker_role_arn=f"{ROLES}SageMaker",
            ),
            evaluation_jobs=EvaluationJobs(self.client("bedrock")),
            models=Models(self.client("bedrock"), lambda: None),
            pipelines=PipelineExecutions(self.client("sagemaker"), "modeleval"),
        )
        deployment: Any = SimpleNamespace(services=services, state_machine_arn=MACHINE)
        missing = Missing("The stack modeleval was not found", "Deploy it (make deploy).")
        return Patient(
            stack="modeleval",
            region=self.region,
            identity=self.identity,
            deployment=deployment if deployed else missing,
            client=self.client,
        )

    def findings(self, check: Check, *, deployed: bool = True) -> list[Finding]:
        """What a check finds by its questions, of which none may raise."""
        patient = self.patient(deployed=deployed)
        return [one for asked in check.questions(patient) for one in answers(asked)]

    def finding(self, check: Check, what: str) -> Finding:
        [found] = [one for one in self.findings(check) if one.what == what]
        return found


def mended(finding: Finding, option: str) -> Any:
    """The JSON that the fix, a shell command, gives to an option."""
    assert finding.state is State.PROBLEM
    words = shlex.split(finding.fix)
    return json.loads(words[words.index(option) + 1])
