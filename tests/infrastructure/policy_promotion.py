"""The policy table: what promotes model packages and keeps runs may do."""

from __future__ import annotations

from policy_functions import BUCKET, TABLE, items, key_for_objects, of_every_function
from policy_rows import ACCOUNT, REGION, Evaluated, Row, Rows, ask, evaluated, on

OTHER_TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/other"
PACKAGES = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package"
RUN = f"{BUCKET}/runs/meaaaaaaaaaaaaaaaa"
KEPT = f"{BUCKET}/kept/meaaaaaaaaaaaaaaaa"
DESCRIBE, UPDATE = "sagemaker:DescribeModelPackage", "sagemaker:UpdateModelPackage"


def own_items(actions: str) -> Row:
    names = " ".join(f"dynamodb:{action}" for action in actions.split())
    return items(actions)._replace(proof=on(names, TABLE, OTHER_TABLE))


def _reads_worth_keeping() -> Evaluated:
    names = ("suite.json", "summary.json", "scores/j0.jsonl")
    return evaluated(
        *(ask("s3:GetObject", f"{RUN}/{name}") for name in names),
        near=(
            ask("s3:GetObject", f"{RUN}/inputs/e0/p0.jsonl"),
            ask("s3:GetObject", f"{RUN}/outputs/j0/a1/output.jsonl"),
            ask("s3:GetObject", f"{BUCKET}/datasets/answers.jsonl"),
        ),
    )


KEEPING: Rows = {
    "ReadRuns": Row(
        "s3:GetObject", "what comparisons and reports need of a run", _reads_worth_keeping()
    ),
    "ListRuns": Row(
        "s3:ListBucket",
        "find those files",
        evaluated(
            ask("s3:ListBucket", BUCKET, s3__prefix="runs/meaaaaaaaaaaaaaaaa/"),
            near=(
                ask("s3:ListBucket", BUCKET, s3__prefix="datasets/"),
                ask("s3:ListBucket", BUCKET),
            ),
        ),
    ),
    "WriteRuns": Row(
        "s3:AbortMultipartUpload s3:PutObject",
        "their copies, which do not expire",
        on(
            "s3:PutObject",
            f"{KEPT}/summary.json",
            f"{KEPT}/inputs/e0/p0.jsonl",
            f"{RUN}/summary.json",
            f"{BUCKET}/kept.json",
        ),
    ),
    "UseTheKeyForObjects": key_for_objects(),
}
"""A run that is a baseline, or of an approved version, is kept."""

_PROMOTING: Rows = {
    "RunItems": own_items("GetItem Query UpdateItem"),
    **KEEPING,
    "PromoteVersions": Row(
        f"{DESCRIBE} {UPDATE}",
        "results and approval of versions in the settings' approvalGroups; else there is no such "
        "statement",
        on(
            f"{DESCRIBE} {UPDATE}",
            f"{PACKAGES}/Support-Assistant/3",
            f"{PACKAGES}/Support-Assistant-two/3",
            f"{PACKAGES}/other/3",
            f"{PACKAGES}/other",
            f"arn:aws:sagemaker:{REGION}:999999999999:model-package/Support-Assistant/3",
            f"{PACKAGES}-group/Support-Assistant",
        ),
    ),
}

PROMOTION_ROLES: dict[str, Rows] = {
    f"Functions{step}Role": {**of_every_function(step), **_PROMOTING}
    for step in ("PromoteRun", "DecideRun")
}
