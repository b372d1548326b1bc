"""Credentials, Region, CDK's bootstrap and the stack: what there must be before anything runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from botocore.exceptions import ClientError, EndpointConnectionError

from modeleval.aws import error_code
from modeleval.doctor.patient import Missing, Patient
from modeleval.doctor.protocol import Finding, Question, ok, problem, unknown

_BOOTSTRAP = "/cdk-bootstrap/hnb659fds/version"
"""Where CDK's default bootstrap keeps its version."""
_OLDEST = 6
"""Of the bootstrap: what CDK's own templates ask for."""

_NO_OPERATION = ("UnknownOperationException", "UnrecognizedClientException")
_JUDGE_REGIONS = ("ap-northeast-1", "eu-west-1", "us-east-1", "us-west-2")
"""Where SageMaker's SDK lets its judges run, by its table of August 2026. Bedrock's own evaluation
jobs are in more Regions, of which AWS publishes no list."""


class Credentials:
    """Who asks, and where. Where nobody may, `examine` says so, and asks nothing."""

    name = "credentials"
    needs_stack = False

    def questions(self, patient: Patient) -> Iterable[Question]:
        why = f"{patient.identity.arn} in account {patient.account}, Region {patient.region}"
        return [Question("who you are", lambda: [ok("who you are", why)])]


class Region:
    """Whether the services answer in this Region."""

    name = "Region"
    needs_stack = False

    def questions(self, patient: Patient) -> Iterable[Question]:
        def jobs() -> object:
            return patient.client("bedrock").list_evaluation_jobs(maxResults=1)

        def pipelines() -> object:
            return patient.client("sagemaker").list_pipelines(MaxResults=1)

        asked = (
            ("Bedrock's evaluation jobs", jobs, "bedrock:ListEvaluationJobs"),
            ("SageMaker's pipelines", pipelines, "sagemaker:ListPipelines"),
        )
        for what, ask, needs in asked:
            yield Question(what, partial(self._answers, patient, what, ask), (needs,))
        yield Question("SageMaker's judges", partial(self._judges, patient))

    def _answers(self, patient: Patient, what: str, ask: Callable[[], object]) -> Iterator[Finding]:
        fix = "Choose a Region that has them with AWS_REGION, and deploy there."
        try:
            ask()
        except EndpointConnectionError:
            yield problem(what, f"nobody answers in {patient.region}", fix)
        except ClientError as error:
            if error_code(error) not in _NO_OPERATION:
                raise
            yield problem(what, f"{patient.region} does not have them, or is not enabled", fix)
        else:
            yield ok(what, f"{patient.region} answers")

    def _judges(self, patient: Patient) -> Iterator[Finding]:
        if patient.region in _JUDGE_REGIONS:
            yield ok("SageMaker's judges", f"{patient.region} is among their Regions")
        else:
            yield unknown(
                "SageMaker's judges",
                f"known of {', '.join(_JUDGE_REGIONS)}, not of {patient.region}",
                "Judge with the kind bedrock-judge where sagemaker-judge is refused.",
            )


class Bootstrap:
    """What CDK needs in an account before it deploys."""

    name = "bootstrap"
    needs_stack = False

    def questions(self, patient: Patient) -> Iterable[Question]:
        return [Question("CDK's bootstrap", partial(self._look, patient), ("ssm:GetParameter",))]

    def _look(self, patient: Patient) -> Iterator[Finding]:
        fix = f"npx cdk bootstrap aws://{patient.account}/{patient.region}"
        try:
            found = patient.client("ssm").get_parameter(Name=_BOOTSTRAP)["Parameter"]["Value"]
        except ClientError as error:
            if error_code(error) != "ParameterNotFound":
                raise
            yield problem("CDK's bootstrap", "the account is not bootstrapped in this Region", fix)
            return
        if found.isdecimal() and int(found) >= _OLDEST:
            yield ok("CDK's bootstrap", f"version {found}")
        else:
            why = f"its version is {found[:20]}, and {_OLDEST} is needed"
            yield problem("CDK's bootstrap", why, fix)


class Stack:
    """Whether the stack is deployed, and whole."""

    name = "stack"
    needs_stack = False

    def questions(self, patient: Patient) -> Iterable[Question]:
        what = f"stack {patient.stack}"
        return [
            Question(what, partial(self._look, patient, what), ("cloudformation:DescribeStacks",))
        ]

    def _look(self, patient: Patient, what: str) -> Iterator[Finding]:
        if isinstance(patient.deployment, Missing):
            yield problem(what, patient.deployment.why, patient.deployment.fix)
            return
        stacks = patient.client("cloudformation").describe_stacks(StackName=patient.stack)
        status = stacks["Stacks"][0]["StackStatus"]
        if status.endswith("_IN_PROGRESS"):
            yield unknown(what, f"it is {status}", "Wait until the deployment has ended.")
        elif status.endswith("_FAILED") or status in ("ROLLBACK_COMPLETE", "DELETE_COMPLETE"):
            yield problem(what, f"it is {status}", f"make deploy STACK={patient.stack}")
        else:
            yield ok(what, status)
