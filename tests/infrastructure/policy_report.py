"""The policy table: what the function that writes reports may do."""

from __future__ import annotations

from policy_functions import BUCKET, key_for_objects, of_every_function
from policy_promotion import RUN, own_items
from policy_rows import Row, Rows, ask, evaluated, on

_REPORT: Rows = {
    "RunItems": own_items("GetItem Query UpdateItem"),
    "ReadRuns": Row(
        "s3:GetObject",
        "the summary, and the texts of the records with the lowest scores",
        evaluated(
            *(
                ask("s3:GetObject", f"{RUN}/{name}")
                for name in (
                    "summary.json",
                    "inputs/e0/p0.jsonl",
                    "index/e0/p0.jsonl",
                    "outputs/j0/a1/output.jsonl",
                )
            ),
            near=(
                ask("s3:GetObject", f"{RUN}/suite.json"),
                ask("s3:GetObject", f"{RUN}/scores/j0.jsonl"),
                ask("s3:GetObject", f"{BUCKET}/datasets/answers.jsonl"),
                ask("s3:GetObject", f"{BUCKET}/kept/meaaaaaaaaaaaaaaaa/summary.json"),
            ),
        ),
    ),
    "ListRuns": Row(
        "s3:ListBucket",
        "find the services' outputs",
        evaluated(
            ask("s3:ListBucket", BUCKET, s3__prefix="runs/meaaaaaaaaaaaaaaaa/outputs/"),
            near=(ask("s3:ListBucket", BUCKET, s3__prefix="datasets/"),),
        ),
    ),
    "WriteRuns": Row(
        "s3:AbortMultipartUpload s3:PutObject",
        "the report",
        on(
            "s3:PutObject",
            f"{RUN}/report.html",
            f"{RUN}/summary.json",
            f"{RUN}/inputs/e0/p0.jsonl",
            f"{BUCKET}/report.html",
        ),
    ),
    "UseTheKeyForObjects": key_for_objects(),
}

REPORT_ROLES: dict[str, Rows] = {
    "FunctionsReportRunRole": {**of_every_function("ReportRun"), **_REPORT}
}
