"""What the tests of evaluation pipelines build: roles, packages, definitions, executions."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from typing import Any

from standin_world import BUCKET, FAST, JUDGE, World, statement, unique

BASE = "meta-textgeneration-llama-3-2-1b-instruct"
BASE_ARN = f"arn:aws:sagemaker:us-east-1:aws:hub-content/SageMakerPublicHub/Model/{BASE}/1.33.0"
SCOPE = "arn:aws:sagemaker:us-east-1:000000000000"
MLFLOW = {
    "MlflowResourceArn": f"{SCOPE}:mlflow-app/app-ABCDEFGHIJKL",
    "MlflowExperimentName": "experiment",
}
EXECUTION = {"Get": "Execution.PipelineExecutionId"}
DONE = ("Succeeded", "Failed", "Stopped", "CompletedWithFailures")
QUESTIONS = [
    {
        "query": f"Who's at the river number {n}, and what's \"its\" end?",
        "response": f"It's the Elbe's mouth number {n} in the North Sea, isn't it",
    }
    for n in range(12)
]


class Pipelines:
    """Pipelines in one embedded AWS."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.client = world.aws.client("sagemaker", config=FAST)
        self.control = world.aws.control
        self.role = self.make_role()
        self.group = unique("group")

    def settings(self, **changes: Any) -> None:
        """Change settings of the SageMaker stand-in."""
        self.control("POST", "sagemaker/settings", changes)

    def trust(self) -> dict[str, Any]:
        """A trust policy for SageMaker, and for the evaluation jobs that it starts in Bedrock."""
        account = {"aws:SourceAccount": "000000000000"}
        arns = [f"{SCOPE}:pipeline/*", f"{SCOPE}:training-job/*"]
        return {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "sagemaker.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                    "Condition": {
                        "StringEquals": account,
                        "ArnLike": {"aws:SourceArn": arns},
                    },
                },
                *self.world.trust()["Statement"],
            ],
        }

    def reach(self, role: str) -> dict[str, dict[str, Any]]:
        """The statements that the role of a pipeline and its jobs needs, by what they are for."""
        bucket, jobs = f"arn:aws:s3:::{BUCKET}", f"{SCOPE}:training-job/*"
        logs = "arn:aws:logs:us-east-1:000000000000:log-group:/aws/sagemaker/TrainingJobs"
        to = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
        to_bedrock = {"StringEquals": {"iam:PassedToService": "bedrock.amazonaws.com"}}
        own = [f"{SCOPE}:{kind}/*" for kind in ("action", "context", "artifact")]
        registry = [f"{SCOPE}:model-package/*", f"{SCOPE}:model-package-group/*"]
        jobs_of_bedrock = self.world.job_arns
        model = self.world.model_arn(JUDGE)
        return {
            "read": statement("s3:GetObject", f"{bucket}/*"),
            "bucket": statement(["s3:ListBucket", "s3:GetBucketLocation"], bucket),
            "write": statement("s3:PutObject", f"{bucket}/evals/*"),
            "jobs": statement(
                [
                    "sagemaker:CreateTrainingJob",
                    "sagemaker:DescribeTrainingJob",
                    "sagemaker:AddTags",
                ],
                jobs,
            ),
            "pass": statement("iam:PassRole", role, Condition=to),
            "action": statement("sagemaker:CreateAction", own),
            "context": statement("sagemaker:CreateContext", own),
            "artifact": statement("sagemaker:CreateArtifact", own),
            "association": statement("sagemaker:AddAssociation", own),
            "hub": statement("sagemaker:DescribeHubContent", "*"),
            "package": statement("sagemaker:DescribeModelPackage", registry),
            "group": statement("sagemaker:DescribeModelPackageGroup", registry),
            "log group": statement(
                ["logs:CreateLogGroup", "logs:DescribeLogStreams"], [logs, f"{logs}:*"]
            ),
            "log": statement(["logs:CreateLogStream", "logs:PutLogEvents"], f"{logs}:*"),
            "metrics": statement(
                "cloudwatch:PutMetricData",
                "*",
                Condition={"StringEquals": {"cloudwatch:namespace": "/aws/sagemaker/TrainingJobs"}},
            ),
            "evaluation": statement("bedrock:CreateEvaluationJob", jobs_of_bedrock),
            "evaluated": statement("bedrock:GetEvaluationJob", jobs_of_bedrock),
            "pass on": statement("iam:PassRole", role, Condition=to_bedrock),
            "judge": statement("bedrock:InvokeModel", model),
            "tracking": statement("sagemaker:DescribeMlflowApp", MLFLOW["MlflowResourceArn"]),
            "track": statement("sagemaker-mlflow:*", MLFLOW["MlflowResourceArn"]),
        }

    def make_role(self, *missing: str, trust: dict[str, Any] | None = None) -> str:
        """A role that lacks the statements named; its ARN."""
        name = unique("evaluator")
        arn = f"arn:aws:iam::000000000000:role/{name}"
        iam = self.world.iam
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust or self.trust()))
        allowed = [item for what, item in self.reach(arn).items() if what not in missing]
        document = json.dumps({"Version": "2012-10-17", "Statement": allowed})
        iam.put_role_policy(RoleName=name, PolicyName="reach", PolicyDocument=document)
        return arn

    def package(self, version: int = 1, base: str = BASE) -> str:
        """A fine-tuned model package; its ARN."""
        arn = f"{SCOPE}:model-package/{self.group}/{version}"
        container = {"Image": "i", "BaseModel": {"HubContentName": base}}
        specification = {"Containers": [container]}
        told = {"arn": arn, "InferenceSpecification": specification}
        self.control("POST", "sagemaker/packages", told)
        return arn

    def dataset(self, lines: list[dict[str, Any]] | None = None) -> str:
        """Put a dataset into the bucket; its URI."""
        key = f"in/{unique('questions')}.jsonl"
        body = "".join(json.dumps(line) + "\n" for line in lines or QUESTIONS)
        self.world.s3.put_object(Bucket=BUCKET, Key=key, Body=body)
        return f"s3://{BUCKET}/{key}"

    def register(self, kind: str, document: dict[str, str]) -> str:
        """Put a content into a hub of its own; its ARN."""
        hub = unique("hub")
        self.client.create_hub(HubName=hub, HubDescription="of a test")
        answer = self.client.import_hub_content(
            HubName=hub,
            HubContentType=kind,
            HubContentName=f"my-{kind.lower()}",
            HubContentVersion="1.0.0",
            DocumentSchemaVersion="2.0.0",
            HubContentDocument=json.dumps(document),
        )
        return str(answer["HubContentArn"])

    def arguments(self, kind: str, package: str | None, **more: Any) -> dict[str, Any]:
        """The arguments of a Training step; ``more`` are members, and "output" and "role"."""
        output = more.pop("output", f"s3://{BUCKET}/evals/")
        role = more.pop("role", self.role)
        config = {
            "BaseModelArn": BASE_ARN,
            "AcceptEula": True,
            "JobType": "Evaluation",
            "EvaluationType": kind,
            **more.pop("serverless", {}),
        }
        arguments = {
            "RoleArn": role,
            "ServerlessJobConfig": config,
            "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
            "OutputDataConfig": {"S3OutputPath": output, "CompressionType": "NONE"},
            **more,
        }
        if package:
            group = package.rsplit("/", 1)[0].replace(":model-package/", ":model-package-group/")
            arguments["ModelPackageConfig"] = {
                "ModelPackageGroupArn": group,
                "SourceModelPackageArn": package,
            }
        return arguments

    def benchmark(self, package: str | None, task: str = "gpqa", **more: Any) -> dict[str, Any]:
        """A benchmark step of the custom model, or of the base model."""
        name = "EvaluateCustomModel" if package else "EvaluateBaseModel"
        found = {"task": task, "strategy": "zs_cot", "evaluation_metric": "accuracy"}
        found.update(more.pop("parameters", {}))
        arguments = self.arguments("BenchmarkEvaluation", package, HyperParameters=found, **more)
        return {"Name": name, "Type": "Training", "Arguments": arguments}

    def scorer(self, package: str | None, uri: str, **more: Any) -> dict[str, Any]:
        """A custom scorer step."""
        found = {"task": "gen_qa", "strategy": "gen_qa", "evaluation_metric": "all"}
        found.update(more.pop("parameters", {"preset_reward_function": "prime_math"}))
        arguments = self.arguments(
            "CustomScorerEvaluation",
            package,
            HyperParameters=found,
            InputDataConfig=channel(uri),
            **more,
        )
        return {"Name": "EvaluateCustomModel", "Type": "Training", "Arguments": arguments}

    def judged(self, package: str, uri: str, **parameters: Any) -> list[dict[str, Any]]:
        """The two steps of a judge: inference, and metrics."""
        output = f"s3://{BUCKET}/evals"
        inference = self.arguments(
            "BenchmarkEvaluation",
            package,
            output=output,
            TrainingJobName="CustomInference",
            HyperParameters={"name": "CustomInference", "task": "inference_only"},
            InputDataConfig=channel(uri),
        )
        step = "Steps.EvaluateCustomInferenceModel"
        name = join("-", "custom-llmaj-eval", EXECUTION)
        where = join(
            "",
            {"Get": f"{step}.OutputDataConfig.S3OutputPath"},
            "/",
            {"Get": f"{step}.TrainingJobName"},
            "/output/output/",
            "CustomInference",
            "/eval_results/inference_output.jsonl",
        )
        found = {
            "name": name,
            "judge_model_id": JUDGE,
            "inference_data_s3_path": where,
            "output_path": output,
            "llmaj_metrics": '["Correctness", "FollowingInstructions"]',
            "max_new_tokens": "8192",
            **parameters,
        }
        metrics = self.arguments(
            "LLMAJEvaluation", package, output=output, TrainingJobName=name, HyperParameters=found
        )
        return [
            {
                "Name": "EvaluateCustomInferenceModel",
                "Type": "Training",
                "Arguments": inference,
                "DependsOn": ["CreateEvaluationAction"],
            },
            {"Name": "EvaluateCustomModelMetrics", "Type": "Training", "Arguments": metrics},
        ]

    def action(self, package: str) -> dict[str, Any]:
        """The Lineage step before all others."""
        source = {"SourceUri": package, "SourceType": "ModelPackage"}
        return {
            "Name": "CreateEvaluationAction",
            "Type": "Lineage",
            "Arguments": {
                "Actions": [
                    {"ActionName": EXECUTION, "ActionType": "Evaluation", "Source": source}
                ],
                "Contexts": [
                    {
                        "ContextName": EXECUTION,
                        "ContextType": "PipelineExecution",
                        "Source": {"SourceUri": {"Get": "Execution.PipelineExecutionArn"}},
                    }
                ],
                "Associations": [
                    {
                        "Source": {"Name": EXECUTION, "Type": "Action"},
                        "Destination": {"Name": EXECUTION, "Type": "Context"},
                        "AssociationType": "ContributedTo",
                    }
                ],
            },
        }

    def report(self, step: str) -> dict[str, Any]:
        """The Lineage step after all others."""
        name = join("-", EXECUTION, "report")
        return {
            "Name": "AssociateLineage",
            "Type": "Lineage",
            "DependsOn": ["CreateEvaluationAction"],
            "Arguments": {
                "Artifacts": [
                    {
                        "ArtifactName": name,
                        "ArtifactType": "EvaluationReport",
                        "Source": {
                            "SourceUri": {"Get": f"Steps.{step}.OutputDataConfig.S3OutputPath"}
                        },
                    }
                ],
                "Associations": [
                    {
                        "Source": {"Name": name, "Type": "Artifact"},
                        "Destination": {"Arn": join("/", f"{SCOPE}:action", EXECUTION)},
                        "AssociationType": "ContributedTo",
                    }
                ],
            },
        }

    def whole(self, package: str, *steps: dict[str, Any]) -> dict[str, Any]:
        """A definition with lineage around the steps."""
        return definition(self.action(package), *steps, self.report(steps[-1]["Name"]))

    def create(self, value: dict[str, Any] | str, **more: Any) -> str:
        """Create a pipeline; its name."""
        name = unique("SagemakerEvaluation")
        text = value if isinstance(value, str) else json.dumps(value)
        request = {"RoleArn": self.role, "ClientRequestToken": str(uuid.uuid4()), **more}
        self.client.create_pipeline(PipelineName=name, PipelineDefinition=text, **request)
        return name

    def start(self, name: str, **more: Any) -> str:
        """Start a pipeline; the execution's ARN."""
        request = {"PipelineExecutionDisplayName": unique("run"), **more}
        answer = self.client.start_pipeline_execution(PipelineName=name, **request)
        return str(answer["PipelineExecutionArn"])

    def wait(self, arn: str, *wanted: str, seconds: float = 30) -> dict[str, Any]:
        """The execution once it has one of the wanted states (default: a final one)."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found: dict[str, Any] = self.client.describe_pipeline_execution(
                PipelineExecutionArn=arn
            )
            if found["PipelineExecutionStatus"] in (wanted or DONE):
                return found
            time.sleep(0.05)
        raise AssertionError(f"the execution is still {found['PipelineExecutionStatus']}")

    def steps(self, arn: str) -> dict[str, dict[str, Any]]:
        """The steps of an execution by name, in the order in which they were started."""
        pages = self.client.get_paginator("list_pipeline_execution_steps").paginate(
            PipelineExecutionArn=arn, SortOrder="Ascending"
        )
        return {step["StepName"]: step for page in pages for step in page["PipelineExecutionSteps"]}

    def run(self, value: dict[str, Any], **more: Any) -> dict[str, dict[str, Any]]:
        """Run a definition to its success; its steps."""
        arn = self.start(self.create(value, **more))
        found = self.wait(arn)
        steps = self.steps(arn)
        assert found["PipelineExecutionStatus"] == "Succeeded", [
            (name, step.get("FailureReason")) for name, step in steps.items()
        ]
        return steps

    def failure(self, value: dict[str, Any], **more: Any) -> str:
        """Run a definition that must fail; the one reason of its steps."""
        arn = self.start(self.create(value, **more))
        found = self.wait(arn)
        assert found["PipelineExecutionStatus"] == "Failed"
        assert "One or multiple steps failed" in found["FailureReason"]
        (reason,) = [
            step["FailureReason"] for step in self.steps(arn).values() if "FailureReason" in step
        ]
        return str(reason)

    def outputs(self, prefix: str) -> dict[str, bytes]:
        """The objects below a key of the bucket, by the rest of their keys."""
        found = self.world.s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
        read: Callable[[str], bytes] = lambda key: (  # noqa: E731
            self.world.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        )
        return {one["Key"].removeprefix(prefix): read(one["Key"]) for one in found}

    def results(self, step: dict[str, Any]) -> dict[str, Any]:
        """The results file of a step."""
        prefix = f"evals/{job_of(step)}/output/output/None/eval_results/results_"
        (body,) = self.outputs(prefix).values()
        found: dict[str, Any] = json.loads(body)
        return found


def definition(*steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A definition of the steps; ``more`` replaces its members."""
    empty: dict[str, Any] = {"Version": "2020-12-01", "Metadata": {}, "Parameters": []}
    return {**empty, "Steps": list(steps), **more}


def join(on: str, *values: Any) -> dict[str, Any]:
    """A Std:Join."""
    return {"Std:Join": {"On": on, "Values": list(values)}}


def channel(uri: str) -> list[dict[str, Any]]:
    """An input channel of S3 objects."""
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}}
    return [{"ChannelName": "train", "DataSource": source}]


def job_of(step: dict[str, Any]) -> str:
    """The name of a step's training job."""
    return str(step["Metadata"]["TrainingJob"]["Arn"].rsplit("/", 1)[-1])
