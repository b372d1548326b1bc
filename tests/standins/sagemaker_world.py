"""What the tests of SageMaker's stand-in build: clients, groups, packages, rules."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from ssl import create_default_context
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from standin_world import FAST, World, unique

BASE = "meta-textgeneration-llama-3-2-1b-instruct"
UNCHECKED = Config(retries={"total_max_attempts": 1}, parameter_validation=False)


class SageMakerWorld:
    """The shared embedded AWS, as seen by who works with SageMaker."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.client = world.aws.client("sagemaker", config=FAST)

    def control(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Call the stand-in's part of the control API."""
        answer: dict[str, Any] = self.world.aws.control(method, f"sagemaker/{path}", body)
        return answer

    def arn(self, resource: str) -> str:
        """An ARN of the account."""
        aws = self.world.aws
        return f"arn:aws:sagemaker:{aws.region}:{aws.account}:{resource}"

    def user(self, *statements: dict[str, Any]) -> dict[str, str]:
        """The keys of a user with these statements and nothing else, as a client takes them."""
        keys = self.world.caller(list(statements))._request_signer._credentials
        return {
            "aws_access_key_id": keys.access_key,
            "aws_secret_access_key": keys.secret_key,
        }

    def caller(self, *statements: dict[str, Any]) -> Any:
        """A SageMaker client of such a user."""
        return self.world.aws.client("sagemaker", config=FAST, **self.user(*statements))

    def group(self) -> str:
        """A new group; its name."""
        name = unique("models")
        self.client.create_model_package_group(ModelPackageGroupName=name)
        return name

    def package(self, group: str, **more: Any) -> str:
        """A new version, fine-tuned by SageMaker; its ARN."""
        request = {"ModelPackageGroupName": group, "InferenceSpecification": tuned(), **more}
        arn: str = self.client.create_model_package(**request)["ModelPackageArn"]
        return arn

    def raw(self, operation: str, body: Any) -> tuple[int, dict[str, Any]]:
        """A signed call past botocore's own checks: status and body."""
        aws = self.world.aws
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": f"SageMaker.{operation}",
        }
        request = AWSRequest("POST", f"{aws.endpoint}/", headers, data)
        SigV4Auth(Credentials("test", "test"), "sagemaker", aws.region).add_auth(request)
        sent = urllib.request.Request(  # noqa: S310 - our own endpoint
            f"{aws.endpoint}/", data, dict(request.headers), method="POST"
        )
        context = create_default_context(cafile=aws.ca_bundle)
        try:
            with urllib.request.urlopen(sent, context=context) as answer:  # noqa: S310
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)


class Inbox:
    """What a rule on SageMaker's events delivers to a queue."""

    def __init__(self, world: World, pattern: dict[str, Any]) -> None:
        events = world.aws.client("events")
        self._sqs = world.aws.client("sqs")
        name = unique("inbox")
        self._url = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        attributes = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        events.put_rule(Name=name, EventPattern=json.dumps(pattern))
        arn = attributes["Attributes"]["QueueArn"]
        events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])

    def wait(self, count: int, seconds: float = 5) -> list[dict[str, Any]]:
        """The first events, in their order; fails if fewer come."""
        found: list[dict[str, Any]] = []
        end = time.monotonic() + seconds
        while len(found) < count and time.monotonic() < end:
            found += self.now()
            time.sleep(0.02)
        assert len(found) >= count, f"{len(found)} of {count} events came"
        return found

    def now(self) -> list[dict[str, Any]]:
        """The events that are there."""
        answer = self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10)
        messages = answer.get("Messages", [])
        for message in messages:
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in messages]


def tuned(base: str = BASE, version: str = "1.33.0") -> dict[str, Any]:
    """An inference specification as fine-tuning leaves it."""
    data = {
        "S3Uri": "s3://models/run-1/output/model/",
        "S3DataType": "S3Prefix",
        "CompressionType": "None",
    }
    container = {
        "ModelDataSource": {"S3DataSource": data},
        "BaseModel": {"HubContentName": base, "HubContentVersion": version},
    }
    return {"Containers": [container]}


def refused(call: Any, code: str, **request: Any) -> str:
    """Call, and have it refused with this error; its message."""
    with pytest.raises(ClientError) as caught:
        call(**request)
    error = caught.value.response["Error"]
    assert error["Code"] == code, error
    return str(error["Message"])
