"""The policy table: what the settings' scorer functions (`lambda-scorer`) bring."""

from __future__ import annotations

from policy_functions import key_for_objects
from policy_rows import ACCOUNT, REGION, Enforced, Row, Rows, on

FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:team-scorer"
NEAR = (f"{FUNCTION}-of-others", f"{FUNCTION}:1")
SCORED_RUN = "a run with a scorer function"

SCORER_STEPS: dict[str, Rows] = {
    "PlanJobs": {
        "LookAtScorers": Row(
            "lambda:GetFunctionConfiguration",
            "the settings' scorer functions are there, and answer in time",
            on("lambda:GetFunctionConfiguration", FUNCTION, *NEAR),
        ),
    },
    "CheckJob": {
        "ReadRuns": Row(
            "s3:GetObject",
            "the records that a scorer function is given, and what it answered",
            Enforced("ObjectDenied", SCORED_RUN),
        ),
        "ListRuns": Row(
            "s3:ListBucket", "which batches were answered", Enforced("s3:ListBucket", SCORED_RUN)
        ),
        "WriteRuns": Row(
            "s3:AbortMultipartUpload s3:PutObject",
            "what a scorer function answered",
            Enforced("s3:PutObject", SCORED_RUN),
        ),
        "InvokeScorers": Row(
            "lambda:InvokeFunction",
            "the settings' scorer functions",
            Enforced("does not let the scorer be invoked", SCORED_RUN),
        ),
        "UseTheKeyForObjects": key_for_objects(),
    },
}
