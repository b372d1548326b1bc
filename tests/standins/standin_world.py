"""What the tests of the stand-ins build in an embedded AWS: a bucket, roles, callers, requests."""

from __future__ import annotations

import copy
import json
import time
import urllib.error
import urllib.request
import uuid
from ssl import create_default_context
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from demo.embedded import EmbeddedAws

BUCKET = "standin-data"
JUDGE = "amazon.nova-pro-v1:0"
RESPONSE = ["The", "Elbe", "ends", "in", "the", "North", "Sea"]
FAST = Config(retries={"total_max_attempts": 1})


def unique(prefix: str) -> str:
    """A name that no other test has."""
    return f"{prefix}-{uuid.uuid4().hex[:10]}"


def statement(actions: str | list[str], resources: str | list[str], **more: Any) -> dict[str, Any]:
    """An Allow statement."""
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def records(count: int = 3, source: str = "bot") -> list[dict[str, Any]]:
    """Records with precomputed responses, the responses more and less like the references."""
    return [
        {
            "prompt": f"Name {n} rivers of the north and say where they end.",
            "referenceResponse": "The Elbe ends in the North Sea and the Oder in the Baltic.",
            "category": "rivers",
            "modelResponses": [
                {
                    "response": " ".join(RESPONSE[: n % 8]) or "No",
                    "modelIdentifier": source,
                }
            ],
        }
        for n in range(count)
    ]


class World:
    """One embedded AWS, with one bucket that only takes TLS."""

    def __init__(self, aws: EmbeddedAws) -> None:
        self.aws = aws
        self.s3 = aws.client("s3")
        self.iam = aws.client("iam")
        self.bedrock = aws.client("bedrock", config=FAST)
        self.job_arns = f"arn:aws:bedrock:{aws.region}:{aws.account}:evaluation-job/*"
        self._make_bucket()
        self.role = self.make_role()

    def _make_bucket(self) -> None:
        self.s3.create_bucket(Bucket=BUCKET)
        arn = f"arn:aws:s3:::{BUCKET}"
        deny = statement("s3:*", [arn, f"{arn}/*"], Effect="Deny", Principal="*")
        deny["Condition"] = {"Bool": {"aws:SecureTransport": "false"}}
        policy = {"Version": "2012-10-17", "Statement": [deny]}
        self.s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))

    def trust(self, **changes: Any) -> dict[str, Any]:
        """A trust policy as the user guide has it; ``changes`` replace parts of its statement."""
        allowed = {
            "Effect": "Allow",
            "Principal": {"Service": "bedrock.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": self.aws.account},
                "ArnEquals": {"aws:SourceArn": self.job_arns},
            },
        }
        return {"Version": "2012-10-17", "Statement": [{**allowed, **changes}]}

    def reach(self) -> dict[str, dict[str, Any]]:
        """The statements that a job's role needs, by what they are for."""
        arn = f"arn:aws:s3:::{BUCKET}"
        model = f"arn:aws:bedrock:{self.aws.region}::foundation-model/{JUDGE}"
        bucket_actions = ["s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads"]
        return {
            "read": statement("s3:GetObject", f"{arn}/in/*"),
            "bucket": statement(bucket_actions, arn),
            "write": statement(["s3:PutObject", "s3:AbortMultipartUpload"], f"{arn}/out/*"),
            "judge": statement("bedrock:InvokeModel", model),
        }

    def make_role(
        self,
        trust: dict[str, Any] | None = None,
        statements: list[dict[str, Any]] | None = None,
    ) -> str:
        """A role for jobs; its ARN. Everything a job needs is the default."""
        name = unique("role")
        document = json.dumps(trust or self.trust())
        self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)
        allowed = list(self.reach().values()) if statements is None else statements
        policy = json.dumps({"Version": "2012-10-17", "Statement": allowed})
        self.iam.put_role_policy(RoleName=name, PolicyName="reach", PolicyDocument=policy)
        return f"arn:aws:iam::{self.aws.account}:role/{name}"

    def role_with(self, *more: dict[str, Any]) -> str:
        """A role with everything a job needs, and more statements."""
        return self.make_role(statements=[*self.reach().values(), *more])

    def model_arn(self, model: str, region: str | None = None) -> str:
        """The ARN of a foundation model, in this Region or another ("" is none)."""
        where = self.aws.region if region is None else region
        return f"arn:aws:bedrock:{where}::foundation-model/{model}"

    def arn_of(self, resource: str) -> str:
        """The ARN of a Bedrock resource of the account."""
        return f"arn:aws:bedrock:{self.aws.region}:{self.aws.account}:{resource}"

    def register(self, kind: str, **more: Any) -> str:
        """Register a model of the account; its ARN."""
        told = self.aws.control("POST", "models", {"kind": kind, **more})
        return str(told.get("arn", ""))

    def caller(self, statements: list[dict[str, Any]]) -> Any:
        """A Bedrock client of a user with these statements and nothing else."""
        name = unique("user")
        self.iam.create_user(UserName=name)
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        self.iam.put_user_policy(UserName=name, PolicyName="calls", PolicyDocument=policy)
        key = self.iam.create_access_key(UserName=name)["AccessKey"]
        return self.aws.client(
            "bedrock",
            config=FAST,
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
        )

    def dataset(self, content: list[dict[str, Any]] | str | bytes | None = None) -> str:
        """Put a dataset into the bucket; its URI."""
        if content is None:
            content = records()
        if isinstance(content, list):
            content = "".join(json.dumps(record) + "\n" for record in content)
        key = f"in/{unique('set')}.jsonl"
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=content)
        return f"s3://{BUCKET}/{key}"

    def request(self, uri: str | None = None, **changes: Any) -> dict[str, Any]:
        """A sound request; ``changes`` replace its top-level members."""
        request = {
            "jobName": unique("job"),
            "roleArn": self.role,
            "evaluationConfig": self.evaluation(uri or self.dataset()),
            "inferenceConfig": precomputed("bot"),
            "outputDataConfig": {"s3Uri": f"s3://{BUCKET}/out/runs"},
        }
        return {**request, **changes}

    def evaluation(
        self, uri: str, metrics: tuple[str, ...] = ("Builtin.Correctness",), **more: Any
    ) -> dict[str, Any]:
        """An evaluation configuration of one dataset."""
        dataset = {"name": "answers", "datasetLocation": {"s3Uri": uri}}
        config = {"taskType": "General", "dataset": dataset, "metricNames": list(metrics)}
        automated = {"datasetMetricConfigs": [config], "evaluatorModelConfig": judged_by(JUDGE)}
        return {"automated": {**automated, **more}}

    def create(self, **changes: Any) -> str:
        """Create a job; its ARN."""
        arn: str = self.bedrock.create_evaluation_job(**self.request(**changes))["jobArn"]
        return arn

    def status(self, arn: str) -> str:
        """A job's status."""
        status: str = self.bedrock.get_evaluation_job(jobIdentifier=arn)["status"]
        return status

    def wait(self, arn: str, *wanted: str, seconds: float = 15) -> dict[str, Any]:
        """The job once it has one of the wanted states (default: a final one)."""
        final = wanted or ("Completed", "Failed", "Stopped")
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            job: dict[str, Any] = self.bedrock.get_evaluation_job(jobIdentifier=arn)
            if job["status"] in final:
                return job
            time.sleep(0.05)
        raise AssertionError(f"the job is still {job['status']}")

    def failure(self, **changes: Any) -> str:
        """Create a job that must fail; what it says."""
        job = self.wait(self.create(**changes))
        assert job["status"] == "Failed"
        return " ".join(job["failureMessages"])

    def outputs(self, name: str) -> dict[str, str]:
        """What a job left in the bucket: the keys below the job's name, with their text."""
        prefix = f"out/runs/{name}/"
        found = self.s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
        keys = [entry["Key"] for entry in found]
        return {
            key.removeprefix(prefix): self.s3.get_object(Bucket=BUCKET, Key=key)["Body"]
            .read()
            .decode()
            for key in keys
        }

    def results(self, **changes: Any) -> list[dict[str, Any]]:
        """Run a job to its end; the records of its output file."""
        request = self.request(**changes)
        arn = self.bedrock.create_evaluation_job(**request)["jobArn"]
        job = self.wait(arn)
        assert job["status"] == "Completed", job
        (text,) = [
            text
            for key, text in self.outputs(request["jobName"]).items()
            if key.endswith("_output.jsonl")
        ]
        # not splitlines(): it also ends lines at characters that JSON leaves in strings
        return [json.loads(line) for line in text.split("\n") if line]

    def calls(self, operation: str) -> list[dict[str, Any]]:
        """The calls of one operation since the last reset."""
        every = self.aws.control("GET", "calls")["calls"]
        return [call for call in every if call["operation"] == operation]

    def raw(self, method: str, path: str, body: Any) -> tuple[int, dict[str, str], dict[str, Any]]:
        """A signed call past botocore's own checks: status, headers, body."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"content-type": "application/json"}
        request = AWSRequest(method, self.aws.endpoint + path, headers, data)
        signer = SigV4Auth(Credentials("test", "test"), "bedrock", self.aws.region)
        signer.add_auth(request)
        sent = urllib.request.Request(  # noqa: S310 - our own endpoint
            self.aws.endpoint + path, data, dict(request.headers), method=method
        )
        context = create_default_context(cafile=self.aws.ca_bundle)
        try:
            with urllib.request.urlopen(sent, context=context) as answer:  # noqa: S310
                return answer.status, dict(answer.headers), json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, dict(error.headers), json.load(error)


def precomputed(source: str) -> dict[str, Any]:
    """An inference configuration of precomputed responses."""
    return {"models": [{"precomputedInferenceSource": {"inferenceSourceIdentifier": source}}]}


def generated_by(model: str, **more: Any) -> dict[str, Any]:
    """An inference configuration of one Bedrock model."""
    return {"models": [{"bedrockModel": {"modelIdentifier": model, **more}}]}


def judged_by(model: str) -> dict[str, Any]:
    """An evaluator configuration."""
    return {"bedrockEvaluatorModels": [{"modelIdentifier": model}]}


def custom(*definitions: dict[str, Any], judge: str = JUDGE) -> dict[str, Any]:
    """A custom metric configuration."""
    metrics = [{"customMetricDefinition": definition} for definition in definitions]
    return {"customMetrics": metrics, "evaluatorModelConfig": judged_by(judge)}


def put(value: dict[str, Any], path: str, item: Any) -> dict[str, Any]:
    """A copy with one member changed; ``a.0.b`` leads through a list."""
    result = copy.deepcopy(value)
    inner: Any = result
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    for part in way:
        inner = inner[part]
    inner[last] = item
    return result
