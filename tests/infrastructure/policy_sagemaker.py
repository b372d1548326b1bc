"""The policy table: what the role says that SageMaker assumes, and what the steps say of it."""

from __future__ import annotations

from policy_bedrock import BATCHES, BEDROCK, CALL, GLOBAL, HAIKU, INVOKE, NOVA
from policy_functions import DENIED, HERE, KEY_OF_JOBS, LOOK_AT_ENDPOINTS, LOOKS, PROFILE
from policy_rows import ACCOUNT, REGION, AwsOnly, Enforced, Evaluated, Row, Rows, ask, evaluated, on

OWN = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:"
FOREIGN = f"arn:aws:sagemaker:{REGION}:999999999999:"
PUBLIC = f"arn:aws:sagemaker:{REGION}:aws:"
PIPELINE = f"{OWN}pipeline/modeleval-modeleval-benchmarkevaluation"
OTHER_PIPELINE = f"{OWN}pipeline/modeleval-modeleval-two-benchmarkevaluation"
EXECUTION = f"{PIPELINE}/execution/abcdefghijkl"
OTHER_EXECUTION = f"{OTHER_PIPELINE}/execution/abcdefghijkl"
MODEL_RUN = "a model run"
SCORED_RUN = "a scored model run"
JUDGED_RUN = "a judged model run"
MLFLOW = f"{OWN}mlflow-app/app-ABCDEFGHIJKL"
OTHER_MLFLOW = f"{OWN}mlflow-app/app-of-others"
SCORER = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:SageMaker-score"
NO_RESOURCE = "IAM knows no resource for it"
STOP = "sagemaker:DescribePipelineExecution sagemaker:StopPipelineExecution"


def model_run(says: str) -> Enforced:
    return Enforced(says, MODEL_RUN)


def _named(service: str, actions: str) -> str:
    return " ".join(f"{service}:{action}" for action in actions.split())


_TRUST: Rows = {
    "TrustSageMaker": Row(
        "sts:AssumeRole",
        "SageMaker, for what this account has in this Region",
        Enforced("SageMaker cannot assume the role", "a model run with another trust policy"),
    ),
    "TrustBedrock": Row(
        "sts:AssumeRole",
        "Bedrock, for the evaluation jobs that SageMaker's judges start with the same role",
        Enforced("cannot assume the role", "a judged model run with another trust policy"),
    ),
}
_FILES: Rows = {
    "ReadInputs": Row(
        "s3:GetObject", "the runs' validated records", Enforced("s3:GetObject", SCORED_RUN)
    ),
    "WriteOutputs": Row(
        "s3:AbortMultipartUpload s3:GetObject s3:ListMultipartUploadParts s3:PutObject",
        "the jobs' results",
        model_run("s3:PutObject"),
    ),
    "ListRuns": Row("s3:ListBucket", "below runs/", model_run("s3:ListBucket")),
    "LocateBucket": Row(
        "s3:GetBucketLocation s3:ListBucketMultipartUploads",
        "jobs look at the bucket that they write to",
        model_run("s3:GetBucketLocation"),
    ),
    "ReadWeights": Row(
        "s3:GetObject",
        "the models' weights, in the buckets of the settings",
        on("s3:GetObject", "arn:aws:s3:::team-models/x", "arn:aws:s3:::team-models-of-others/x"),
    ),
    "ListWeights": Row(
        "s3:GetBucketLocation s3:ListBucket",
        "the same",
        on(
            "s3:GetBucketLocation s3:ListBucket",
            "arn:aws:s3:::team-models",
            "arn:aws:s3:::team-models-of-others",
        ),
    ),
}
_PULL = "ecr:BatchCheckLayerAvailability ecr:BatchGetImage ecr:GetDownloadUrlForLayer"
_RUNNING: Rows = {
    "RunJobs": Row(
        "sagemaker:AddTags sagemaker:CreateTrainingJob sagemaker:DescribeTrainingJob "
        "sagemaker:StopTrainingJob",
        "the pipelines' training jobs",
        model_run("sagemaker:CreateTrainingJob"),
    ),
    "PassItselfToJobs": Row(
        "iam:PassRole", "the jobs work with the same role", model_run("iam:PassRole")
    ),
    "WriteLogs": Row(
        "logs:CreateLogGroup logs:CreateLogStream logs:DescribeLogStreams logs:PutLogEvents",
        "the log group of training jobs",
        model_run("logs:CreateLogGroup"),
    ),
    "PutMetrics": Row(
        "cloudwatch:PutMetricData",
        f"in SageMaker's own namespaces; {NO_RESOURCE}",
        model_run("cloudwatch:PutMetricData"),
    ),
    "LogInToRegistries": Row(
        "ecr:GetAuthorizationToken",
        f"pull the jobs' images; {NO_RESOURCE}",
        AwsOnly("the embedded AWS pulls no image"),
    ),
    "PullImages": Row(
        _PULL,
        "AWS's own images, in accounts that differ by Region",
        on(
            _PULL,
            f"arn:aws:ecr:{REGION}:763104351884:repository/evaluation",
            "arn:aws:ecr:eu-west-1:763104351884:repository/evaluation",
        ),
    ),
}
_KNOWING: Rows = {
    "LookAtModels": Row(
        "sagemaker:DescribeModelPackage sagemaker:DescribeModelPackageGroup",
        "the package that is evaluated; of another account if that one allows it",
        model_run("sagemaker:DescribeModelPackage"),
    ),
    "ReadHubs": Row(
        "sagemaker:DescribeHub sagemaker:DescribeHubContent sagemaker:ListHubContents",
        "base models in the public hub; scorers and datasets in the account's own",
        model_run("sagemaker:DescribeHubContent"),
    ),
    "KeepLineage": Row(
        _named(
            "sagemaker",
            "AddAssociation AddTags CreateAction CreateArtifact CreateContext DescribeAction "
            "DescribeArtifact DescribeContext UpdateAction UpdateArtifact UpdateContext",
        ),
        "what was evaluated with which result, as lineage",
        Enforced("sagemaker:CreateAction", "a model run's lineage"),
    ),
    "FindLineage": Row(
        "sagemaker:ListArtifacts sagemaker:ListAssociations",
        f"the same; {NO_RESOURCE}",
        AwsOnly("the embedded AWS's lineage steps list nothing"),
    ),
}
_JUDGING: Rows = {
    "CreateJudgeJobs": Row(
        "bedrock:CreateEvaluationJob",
        "SageMaker's judges; its resources in IAM are models, not jobs",
        Enforced("bedrock:CreateEvaluationJob", JUDGED_RUN),
    ),
    "LookAtJudgeJobs": Row(
        "bedrock:GetEvaluationJob bedrock:StopEvaluationJob",
        "how such a job is",
        Enforced("bedrock:GetEvaluationJob", JUDGED_RUN),
    ),
    "InvokeModels": Row(
        INVOKE, "the judges of the settings", Enforced("bedrock:InvokeModel", JUDGED_RUN)
    ),
    "InvokeBehindProfiles": Row(
        INVOKE,
        "the judges' models in every Region, through their profiles only",
        evaluated(
            ask(CALL, f"arn:aws:bedrock:us-west-2::{NOVA}", bedrock__InferenceProfileArn=PROFILE),
            ask(CALL, f"arn:aws:bedrock:::{HAIKU}", bedrock__InferenceProfileArn=GLOBAL),
            near=(
                ask(CALL, f"arn:aws:bedrock:us-west-2::{NOVA}"),
                ask(
                    CALL,
                    f"arn:aws:bedrock:us-west-2::{NOVA}",
                    bedrock__InferenceProfileArn=f"{HERE}inference-profile/us.any.model",
                ),
                ask(
                    CALL,
                    "arn:aws:bedrock:us-west-2::foundation-model/any.model",
                    bedrock__InferenceProfileArn=PROFILE,
                ),
            ),
        ),
    ),
    "RunBatches": Row(
        BATCHES,
        "as AWS's page on judges has it",
        on(BATCHES, f"{HERE}model-invocation-job/x", f"{HERE}evaluation-job/x"),
    ),
    "LookAtProfiles": LOOKS["LookAtProfiles"],
    "ListProfiles": BEDROCK["ListProfiles"],
    "PassItselfToBedrock": Row(
        "iam:PassRole",
        "hand Bedrock the same role",
        Enforced("iam:PassRole", JUDGED_RUN),
    ),
}
_FIND_MLFLOW = "sagemaker:DescribeMlflowApp sagemaker:DescribeMlflowTrackingServer"
_TRACK = _named(
    "sagemaker-mlflow",
    "CreateExperiment CreateRun GetExperiment GetExperimentByName GetRun LogBatch LogMetric "
    "LogParam SearchExperiments SearchRuns SetTag UpdateRun",
)
_JOIN = _named(
    "ec2",
    "CreateNetworkInterface CreateNetworkInterfacePermission DeleteNetworkInterface "
    "DeleteNetworkInterfacePermission DescribeDhcpOptions DescribeNetworkInterfaces "
    "DescribeSecurityGroups DescribeSubnets DescribeVpcs",
)
_OPTIONAL: Rows = {
    "CallScorers": Row(
        "lambda:InvokeFunction",
        "the scorers of the settings, also by version or alias",
        evaluated(
            ask("lambda:InvokeFunction", SCORER),
            ask("lambda:InvokeFunction", f"{SCORER}:live"),
            near=(
                ask("lambda:InvokeFunction", f"{SCORER}-of-others"),
                ask("lambda:InvokeFunction", f"{SCORER}-of-others:live"),
            ),
        ),
    ),
    "FindMlflow": Row(
        _FIND_MLFLOW, "the MLflow resource of the settings", on(_FIND_MLFLOW, MLFLOW, OTHER_MLFLOW)
    ),
    "TrackWithMlflow": Row(_TRACK, "the same", on(_TRACK, MLFLOW, OTHER_MLFLOW)),
    "JoinTheVpc": Row(
        _JOIN,
        "network interfaces of the jobs, on any resource, as AWS documents it",
        AwsOnly("the embedded AWS has no network"),
    ),
}

SAGEMAKER_ROLE: Rows = {
    **_TRUST,
    **_FILES,
    **_RUNNING,
    **_KNOWING,
    **_JUDGING,
    **_OPTIONAL,
    **KEY_OF_JOBS,
}

LIST_EXECUTIONS = "sagemaker:ListPipelineExecutions"


def _lists(proof: Enforced | Evaluated) -> Row:
    return Row(LIST_EXECUTIONS, "executions of this stack's pipelines", proof)


def _stops(proof: Enforced | Evaluated) -> Row:
    return Row(STOP, "executions of this stack's pipelines", proof)


BEDROCK_MODEL_RUN = "a run for a Bedrock model"

SAGEMAKER_STEPS: dict[str, Rows] = {
    "ResolveModel": {
        "LookAtPackages": Row(
            "sagemaker:DescribeModelPackage sagemaker:DescribeModelPackageGroup",
            "the run's model; of another account if that one allows it",
            model_run("does not let this stack look at"),
        ),
        "ListPackages": Row(
            "sagemaker:ListModelPackageGroups sagemaker:ListModelPackages",
            "a group's versions; the closest names of a group that is not there",
            Enforced("sagemaker:ListModelPackages", "a run for a group's latest version"),
        ),
        "LookAtBaseModels": Row(
            "sagemaker:DescribeHubContent",
            "base models and JumpStart models, in the public hub",
            model_run("does not let this stack look at"),
        ),
        "ListBaseModels": Row(
            "sagemaker:ListHubContents",
            "the closest names of a JumpStart model that is not there",
            Enforced("(input.model). modeleval find-model", "a run for a mistyped model"),
        ),
        **LOOKS,
        "LookAtEndpoints": LOOK_AT_ENDPOINTS,
        "ListProfiles": Row(
            "bedrock:ListInferenceProfiles",
            f"suggest a profile for such a model; {NO_RESOURCE}",
            AwsOnly("the code is that of PlanJobs, where it is enforced"),
        ),
        "LookAtModels": Row(
            "bedrock:GetFoundationModel",
            "the run's model, where it is one of Bedrock's",
            Enforced("GetFoundationModel", BEDROCK_MODEL_RUN),
        ),
        "SeeAvailability": Row(
            "bedrock:GetFoundationModelAvailability",
            f"the same; {NO_RESOURCE}",
            Enforced("GetFoundationModelAvailability", BEDROCK_MODEL_RUN),
        ),
    },
    "PlanJobs": {
        "LookAtGroups": Row(
            "sagemaker:DescribeModelPackageGroup",
            "the group that an evaluation names",
            Enforced("or it may not be seen", "a model run beside a group"),
        ),
        "ReadHubs": Row(
            "sagemaker:DescribeHubContent",
            "evaluation recipes in the public hub; scorers and datasets in the account's own",
            Enforced("sagemaker:DescribeHubContent", "a model run over a hub's dataset"),
        ),
        "ReadRecipes": Row(
            "s3:GetObject", "the recipes' hyperparameters", model_run("s3:GetObject")
        ),
    },
    "StartJob": {
        "MakePipelines": Row(
            "sagemaker:AddTags sagemaker:CreatePipeline sagemaker:DescribePipeline "
            "sagemaker:StartPipelineExecution sagemaker:UpdatePipeline",
            "this stack's pipelines, by their names",
            model_run("sagemaker:UpdatePipeline"),
        ),
        "ListExecutions": _lists(model_run(LIST_EXECUTIONS)),
        "StopExecutions": _stops(on(STOP, EXECUTION, OTHER_EXECUTION, PIPELINE)),
        "FindArtifacts": Row(
            "sagemaker:ListArtifacts",
            f"the model in the lineage; {NO_RESOURCE}",
            model_run("sagemaker:ListArtifacts"),
        ),
        "MakeArtifacts": Row(
            "sagemaker:CreateArtifact",
            "the same, where it is not there yet",
            model_run("sagemaker:CreateArtifact"),
        ),
        "PassTheSageMakerRole": Row(
            "iam:PassRole", "hand SageMaker its role", model_run("iam:PassRole")
        ),
    },
    "CheckJob": {
        "LookAtExecutions": Row(
            "sagemaker:DescribePipelineExecution sagemaker:ListPipelineExecutionSteps",
            "how the execution is, and which of its steps failed",
            model_run("sagemaker:DescribePipelineExecution"),
        ),
    },
    "CollectJob": {
        "ListSteps": Row(
            "sagemaker:ListPipelineExecutionSteps",
            "which training jobs hold the results",
            model_run("sagemaker:ListPipelineExecutionSteps"),
        ),
    },
    "FailJob": {
        "ListExecutions": _lists(Enforced(DENIED, "failing a SageMaker job without ARN")),
        "StopExecutions": _stops(Enforced(DENIED, "failing a SageMaker job")),
    },
    "ReapRun": {
        "ListExecutions": _lists(on(LIST_EXECUTIONS, PIPELINE, OTHER_PIPELINE)),
        "StopExecutions": _stops(on(STOP, EXECUTION, OTHER_EXECUTION, PIPELINE)),
    },
    "SweepRuns": {
        "ListExecutions": _lists(Enforced("SweepIncomplete", "sweeping a dead model run")),
        "StopExecutions": _stops(Enforced("SweepIncomplete", "sweeping a dead model run")),
    },
}
"""Beside what policy_functions.py has for the same steps."""
