"""What each step's role allows: the table of actions and resources, one method per step."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from modeleval.artifacts import INPUTS, OUTPUTS, RUNS
from modeleval.settings import Settings
from modeleval.store import keys
from stacks.model_access import ModelAccess
from stacks.sagemaker_access import SageMakerAccess
from stacks.statements import Statements, allow, through
from stacks.storage import Storage


class Access:
    """Policy statements, named by what they are for."""

    def __init__(
        self,
        scope: Construct,
        *,
        storage: Storage,
        bedrock_role: str,
        sagemaker_role: str,
        settings: Settings,
    ) -> None:
        self._stack = Stack.of(scope)
        self._bucket = storage.bucket
        self._table = storage.table
        self._bedrock_role = bedrock_role
        self._sagemaker_role = sagemaker_role
        self._sagemaker = SageMakerAccess(scope)
        self._key = storage.key
        self._models = ModelAccess(scope, settings)
        self._settings = settings

    # -- one method per step -------------------------------------------------------------------

    def prepare_run(self) -> Statements:
        return [
            self._items("Get", "Put", "Update"),
            *self._read_sources("Suites"),
            self._write(f"{RUNS}*/suite.json"),
        ]

    def resolve_model(self) -> Statements:
        return [
            self._items("Get", "Update"),
            self._read(f"{RUNS}*/suite.json"),
            self._find_runs(),
            *self._sagemaker.resolve(),
            *self._models.look(),
        ]

    def plan_jobs(self) -> Statements:
        return [
            self._items("Get", "Put", "Update"),
            *self._read_sources("Datasets"),
            self._write(f"{RUNS}*/{INPUTS}/*", f"{RUNS}*/index/*", f"{RUNS}*/validation/*"),
            self._list_jobs(),
            *self._models.look(),
            *self._sagemaker.plan(),
        ]

    def check_budget(self) -> Statements:
        return [self._items("Get", "Query", "Update"), self._read(f"{RUNS}*/suite.json")]

    def start_job(self) -> Statements:
        return [
            self._items("Get", "Update"),
            # Its resources in IAM are models, which a request need not name by their ARN.
            allow("CreateJobs", ["bedrock:CreateEvaluationJob"], "*"),
            self._list_jobs(),
            allow("TagJobs", ["bedrock:TagResource"], self._jobs()),
            self._stop(),
            allow(
                "PassTheBedrockRole",
                ["iam:PassRole"],
                self._bedrock_role,
                conditions={"StringEquals": {"iam:PassedToService": "bedrock.amazonaws.com"}},
            ),
            *self._key.for_jobs(),
            *self._sagemaker.start(self._sagemaker_role),
        ]

    def check_job(self) -> Statements:
        return [
            self._items("Get"),
            allow("LookAtJobs", ["bedrock:GetEvaluationJob"], self._jobs()),
            *self._sagemaker.check(),
        ]

    def collect_job(self) -> Statements:
        return [
            self._items("Get", "Put", "Update"),
            # The scores of another run: of the base model, where they can be used again.
            self._read(f"{RUNS}*/{OUTPUTS}/*", f"{RUNS}*/index/*", f"{RUNS}*/scores/*"),
            allow(
                "ListRuns",
                ["s3:ListBucket"],
                self._bucket.bucket_arn,
                conditions={"StringLike": {"s3:prefix": [f"{RUNS}*"]}},
            ),
            self._write(f"{RUNS}*/scores/*"),
            *self._sagemaker.collect(),
        ]

    def fail_job(self) -> Statements:
        return [self._items("Get", "Update"), *self._stop_jobs()]

    def score_run(self) -> Statements:
        return [
            self._items("Get", "Query", "Update"),
            # Also another run's: the baseline's.
            self._read(f"{RUNS}*/suite.json", f"{RUNS}*/scores/*", f"{RUNS}*/summary.json"),
            self._write(f"{RUNS}*/summary.json"),
        ]

    def publish_run(self) -> Statements:
        return [
            self._items("Get", "Update", "BatchWrite"),
            self._read(f"{RUNS}*/summary.json"),
        ]

    def fail_run(self) -> Statements:
        return [self._items("Get", "Put", "Update")]

    def reap_run(self) -> Statements:
        return [
            self._items("Get", "Put", "Query", "Update"),
            *self._stop_jobs(),
        ]

    def sweep_runs(self) -> Statements:
        return [
            self._items("Get", "Query", "Update"),
            allow(
                "FindOpenRuns",
                ["dynamodb:Query"],
                f"{self._table.table_arn}/index/{keys.OPEN_INDEX}",
            ),
            *self._stop_jobs(),
            allow("DeleteOldJobs", ["bedrock:BatchDeleteEvaluationJob"], self._jobs()),
        ]

    def trigger_run(self) -> Statements:
        listing = allow(
            "ListVersions",
            ["sagemaker:ListModelPackageGroups", "sagemaker:ListModelPackages"],
            "*",
        )
        reconciles = self._settings.reconcile_triggers
        return [self._items("Get", "Update"), *([listing] if reconciles else [])]

    def enable_triggers(self) -> Statements:
        return [self._items("Get", "Update")]

    # -- what they are made of -------------------------------------------------------------------

    def _items(self, *operations: str) -> iam.PolicyStatement:
        suffixes = {"BatchWrite": "BatchWriteItem", "Query": "Query"}
        actions = [f"dynamodb:{suffixes.get(name, f'{name}Item')}" for name in operations]
        return allow("RunItems", actions, self._table.table_arn)

    def _find_runs(self) -> iam.PolicyStatement:
        """The runs of a suite, newest first: one of them may be the baseline."""
        index = f"{self._table.table_arn}/index/{keys.LISTS_INDEX}"
        return allow("FindRuns", ["dynamodb:Query"], index)

    def _read(self, *patterns: str) -> iam.PolicyStatement:
        objects = [self._bucket.arn_for_objects(pattern) for pattern in patterns]
        return allow("ReadRuns", ["s3:GetObject"], *objects)

    def _write(self, *patterns: str) -> iam.PolicyStatement:
        objects = [self._bucket.arn_for_objects(pattern) for pattern in patterns]
        return allow("WriteRuns", ["s3:PutObject", "s3:AbortMultipartUpload"], *objects)

    def _read_sources(self, what: str) -> Statements:
        """Datasets and suites: in the own bucket, and in those of the settings."""
        others = self._settings.dataset_buckets
        arns = [f"arn:{self._stack.partition}:s3:::{bucket.name}" for bucket in others]
        statements = [
            allow(
                f"Read{what}",
                ["s3:GetObject"],
                self._bucket.arn_for_objects("*"),
                *(f"{arn}/*" for arn in arns),
            ),
            # Without it a missing key is answered as a forbidden one.
            allow(f"Find{what}", ["s3:ListBucket"], self._bucket.bucket_arn, *arns),
        ]
        key_arns = [bucket.kms_key_arn for bucket in others if bucket.kms_key_arn]
        if key_arns:
            statements.append(
                allow(
                    f"Decrypt{what}",
                    ["kms:Decrypt"],
                    *key_arns,
                    conditions=through(self._stack, "s3"),
                )
            )
        return statements

    def _stop_jobs(self) -> Statements:
        return [self._list_jobs(), self._stop(), *self._sagemaker.stop()]

    def _stop(self) -> iam.PolicyStatement:
        # A job that cannot be stopped is looked at: it may have ended by itself.
        actions = ["bedrock:GetEvaluationJob", "bedrock:StopEvaluationJob"]
        return allow("StopJobs", actions, self._jobs())

    def _list_jobs(self) -> iam.PolicyStatement:
        # IAM knows no resource for this action.
        return allow("ListJobs", ["bedrock:ListEvaluationJobs"], "*")

    def _jobs(self) -> str:
        return self._bedrock("evaluation-job", "*")

    def _bedrock(self, resource: str, name: str, *, account: str | None = None) -> str:
        return self._stack.format_arn(
            service="bedrock", resource=resource, resource_name=name, account=account
        )
