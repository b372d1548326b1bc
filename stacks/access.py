"""What each step's role allows: the table of actions and resources, one method per step."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from modeleval.artifacts import COLLECTED, INPUTS, KEPT, OUTPUTS, RUNS
from modeleval.settings import Settings
from modeleval.store import keys
from stacks.collecting_access import CollectingAccess
from stacks.knowledge_bases import KnowledgeBaseAccess
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
        topic: str,
        settings: Settings,
    ) -> None:
        self._stack = Stack.of(scope)
        self._bucket = storage.bucket
        self._table = storage.table
        self._bedrock_role = bedrock_role
        self._sagemaker_role = sagemaker_role
        self._sagemaker = SageMakerAccess(scope)
        self._topic = topic
        self._key = storage.key
        self._models = ModelAccess(scope, settings)
        self._knowledge_bases = KnowledgeBaseAccess(scope, settings)
        self._collecting = CollectingAccess(scope, settings)
        self._settings = settings

    # -- one method per step -------------------------------------------------------------------

    def prepare_run(self) -> Statements:
        return [
            self._items("Get", "Put", "Update"),
            *self._read_sources("Suites"),
            self._write(f"{RUNS}*/suite.json"),
        ]

    def resume_run(self) -> Statements:
        return [
            self._items("Get", "Query", "Update"),
            self._read(f"{RUNS}*/suite.json"),
            self._list_jobs(),
        ]

    def resolve_model(self) -> Statements:
        return [
            self._items("Get", "Query", "Update"),
            *self._keep(),
            self._find_runs(),
            *self._sagemaker.resolve(),
            *self._models.look(),
        ]

    def plan_jobs(self) -> Statements:
        return [
            self._items("Get", "Put", "Query", "Update"),
            *self._read_sources("Datasets"),
            self._write(
                *(f"{RUNS}*/{place}/*" for place in (INPUTS, "index", "validation", COLLECTED))
            ),
            self._list_jobs(),
            *self._models.look(),
            *self._knowledge_bases.look(),
            *self._sagemaker.plan(),
            *self._on_scorers("LookAtScorers", "lambda:GetFunctionConfiguration"),
            *self._look_at_workflows(),
            *self._collecting.look(),
        ]

    def collect_batch(self) -> Statements:
        return [
            self._items("Get", "Query", "Update"),
            self._read(f"{RUNS}*/suite.json", f"{RUNS}*/{COLLECTED}/*"),
            self._list_runs(),
            self._write(f"{RUNS}*/{COLLECTED}/*"),
            *self._collecting.statements(),
        ]

    def check_budget(self) -> Statements:
        return [self._items("Get", "Query", "Update"), self._read(f"{RUNS}*/suite.json")]

    def start_job(self) -> Statements:
        return [
            self._items("Get", "Query", "Update"),
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
            *self._look_at_workflows(),
        ]

    def check_job(self) -> Statements:
        return [
            self._items("Get"),
            allow("LookAtJobs", ["bedrock:GetEvaluationJob"], self._jobs()),
            *self._sagemaker.check(),
            *(self._score() if self._settings.lambda_scorer_arns else []),
        ]

    def collect_job(self) -> Statements:
        return [
            self._items("Get", "Put", "Update"),
            # What own functions score; the scores of another run: of the base model, where they can
            # be used again.
            self._read(
                *(f"{RUNS}*/{place}/*" for place in (INPUTS, OUTPUTS, "index", "scores")),
            ),
            self._list_runs(),
            self._write(f"{RUNS}*/scores/*"),
            *self._sagemaker.collect(),
        ]

    def fail_job(self) -> Statements:
        return [self._items("Get", "Update"), *self._stop_jobs()]

    def score_run(self) -> Statements:
        return [
            self._items("Get", "Query", "Update"),
            # Also another run's: the baseline's.
            self._read(f"{RUNS}*/index/*", *_worth_keeping(RUNS), *_worth_keeping(KEPT)),
            # The scores of jobs that failed: their records, unscored.
            self._write(f"{RUNS}*/summary.json", f"{RUNS}*/scores/*"),
        ]

    def publish_run(self) -> Statements:
        return [
            self._items("Get", "Query", "Update", "BatchWrite"),
            self._read(f"{RUNS}*/summary.json"),
        ]

    def promote_run(self) -> Statements:
        return [
            self._items("Get", "Query", "Update"),
            *self._keep(),
            *self._sagemaker.promote(self._settings.approval_groups),
        ]

    def report_run(self) -> Statements:
        return [
            self._items("Get", "Query", "Update"),
            # The texts of the records with the lowest scores, and the summary.
            self._read(
                f"{RUNS}*/summary.json",
                *(f"{RUNS}*/{place}/*" for place in (INPUTS, OUTPUTS, "index")),
            ),
            self._list_runs(),
            self._write(f"{RUNS}*/report.html"),
        ]

    def decide_run(self) -> Statements:
        return self.promote_run()

    def fail_run(self) -> Statements:
        return [self._items("Get", "Put", "Update")]

    def reap_run(self) -> Statements:
        return [
            self._items("Get", "Put", "Query", "Update"),
            *self._stop_jobs(),
            *self._tell(),
        ]

    def tell_run(self) -> Statements:
        return [self._items("Get", "Update"), *self._tell()]

    def sweep_runs(self) -> Statements:
        return [
            self._items("Get", "Query", "Update"),
            allow(
                "FindOpenRuns",
                ["dynamodb:Query"],
                f"{self._table.table_arn}/index/{keys.OPEN_INDEX}",
            ),
            *self._stop_jobs(),
            *self._tell(),
            allow("DeleteOldJobs", ["bedrock:BatchDeleteEvaluationJob"], self._jobs()),
        ]

    def trigger_run(self) -> Statements:
        listing = allow(
            "ListVersions",
            ["sagemaker:ListModelPackageGroups", "sagemaker:ListModelPackages"],
            "*",
        )
        reconciles = self._settings.reconcile_triggers
        return [
            self._items("BatchGet", "Get", "Query", "Update"),
            self._find_runs(),
            *self._keep(),
            *([listing] if reconciles else []),
        ]

    def enable_triggers(self) -> Statements:
        return [self._items("Get", "Update")]

    def pipeline_step(self) -> Statements:
        answer = ["sagemaker:SendPipelineExecutionStepFailure"]
        return [
            self._items("Get", "Put", "Update"),
            *([allow("RefuseSteps", answer, "*")] if self._settings.pipeline_callbacks else []),
        ]

    # -- what they are made of -------------------------------------------------------------------

    def _items(self, *operations: str) -> iam.PolicyStatement:
        suffixes = {"BatchWrite": "BatchWriteItem", "Query": "Query"}
        actions = [f"dynamodb:{suffixes.get(name, f'{name}Item')}" for name in operations]
        return allow("RunItems", actions, self._table.table_arn)

    def _find_runs(self) -> iam.PolicyStatement:
        """The runs of a suite, newest first: one of them may be the baseline."""
        index = f"{self._table.table_arn}/index/{keys.LISTS_INDEX}"
        return allow("FindRuns", ["dynamodb:Query"], index)

    def _keep(self) -> Statements:
        """Copy what comparisons and reports need of a run to where nothing expires."""
        return [
            self._read(*_worth_keeping(RUNS)),
            self._list_runs(),
            self._write(*_worth_keeping(KEPT)),
        ]

    def _score(self) -> Statements:
        """Hand a run's records to the settings' scorers, and keep what they answer."""
        return [
            self._read(f"{RUNS}*/{INPUTS}/*", f"{RUNS}*/{OUTPUTS}/*", f"{RUNS}*/index/*"),
            self._list_runs(),
            self._write(f"{RUNS}*/{OUTPUTS}/*"),
            *self._on_scorers("InvokeScorers", "lambda:InvokeFunction"),
        ]

    def _on_scorers(self, sid: str, action: str) -> Statements:
        arns = self._settings.lambda_scorer_arns
        return [allow(sid, [action], *arns)] if arns else []

    def _list_runs(self) -> iam.PolicyStatement:
        return allow(
            "ListRuns",
            ["s3:ListBucket"],
            self._bucket.bucket_arn,
            conditions={"StringLike": {"s3:prefix": [f"{RUNS}*"]}},
        )

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

    def _tell(self) -> Statements:
        """Whoever ends a run tells of it: its last step, the reaper, the sweep."""
        bus = self._stack.format_arn(
            service="events", resource="event-bus", resource_name="default"
        )
        statements = [
            self._read(f"{RUNS}*/summary.json"),
            allow("SendEvents", ["events:PutEvents"], bus),
        ]
        if self._topic:
            statements += [
                allow("NotifyPeople", ["sns:Publish"], self._topic),
                *self._key.for_topic(self._settings),
            ]
        if self._settings.pipeline_callbacks:
            # IAM knows no resource for these: the token says which execution it is.
            actions = ["Success", "Failure"]
            answers = [f"sagemaker:SendPipelineExecutionStep{action}" for action in actions]
            statements.append(allow("AnswerSteps", answers, "*"))
        return statements

    def _look_at_workflows(self) -> Statements:
        """Human review workflows: before a job is planned, and as Bedrock does for its caller."""
        arns = self._settings.flow_definition_arns
        actions = ["sagemaker:DescribeFlowDefinition"]
        return [allow("LookAtWorkflows", actions, *arns)] if arns else []

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


def _worth_keeping(place: str) -> list[str]:
    """The files that comparisons and reports need, of any run below one of the two places."""
    return [f"{place}*/{name}" for name in ("suite.json", "scores/*", "summary.json")]
