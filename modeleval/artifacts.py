"""Every S3 key that modeleval writes, each defined once.

    runs/<run>/suite.json               the suite as it was run
    runs/<run>/inputs/e<n>/p<m>.jsonl   validated records of evaluation n, part m (a part per job);
                                        the service reads them
    runs/<run>/outputs/j<n>/a<k>/       the service's raw output, one prefix per attempt
    runs/<run>/index/e<n>/p<m>.jsonl    their record index
    runs/<run>/validation/e<n>.json     what validation found; e<n>-c<m>.json of a further candidate
    runs/<run>/scores/j<n>.jsonl        record scores of job n
    runs/<run>/scores/j<n>-aggregates.json  scores that its service gave for many records at once
    runs/<run>/inputs/e<n>/custom-metrics.json  the custom metrics of evaluation n, for SageMaker
    runs/<run>/collected/e<n>/scenarios.jsonl   the scenarios that are asked for evaluation n
    runs/<run>/collected/e<n>/s<m>.json the conversation of scenario m, as far as it has come
    runs/<run>/collected/e<n>/b<m>.jsonl    the records of batch m
    runs/<run>/collected/e<n>/dataset.jsonl the collected dataset
    runs/<run>/summary.json             the summary document
    runs/<run>/report.html              the report that people open; it holds texts of records
    kept/<run>/…                        copies of summary.json, suite.json and scores/, of the run
                                        of a baseline or an approved version; they do not expire

The role that Bedrock assumes reaches `inputs/` (read) and `outputs/` (read and write), no more.
"""

from __future__ import annotations

RUNS = "runs/"
KEPT = "kept/"
INPUTS = "inputs"
OUTPUTS = "outputs"
COLLECTED = "collected"


def run_prefix(run_id: str) -> str:
    return f"{RUNS}{run_id}/"


def suite_key(run_id: str) -> str:
    return f"{run_prefix(run_id)}suite.json"


def records_key(run_id: str, evaluation: int, part: int) -> str:
    return f"{run_prefix(run_id)}{INPUTS}/e{evaluation}/p{part}.jsonl"


def index_key(run_id: str, evaluation: int, part: int) -> str:
    return f"{run_prefix(run_id)}index/e{evaluation}/p{part}.jsonl"


def validation_key(run_id: str, evaluation: int, candidate: int = 0) -> str:
    further = f"-c{candidate}" if candidate else ""
    return f"{run_prefix(run_id)}validation/e{evaluation}{further}.json"


def scenarios_key(run_id: str, evaluation: int) -> str:
    return f"{_collected(run_id, evaluation)}/scenarios.jsonl"


def conversations_prefix(run_id: str, evaluation: int) -> str:
    """Of the conversations, and of the scenarios' file."""
    return f"{_collected(run_id, evaluation)}/s"


def conversation_key(run_id: str, evaluation: int, position: int) -> str:
    return f"{conversations_prefix(run_id, evaluation)}{position}.json"


def batch_records_key(run_id: str, evaluation: int, batch: int) -> str:
    return f"{_collected(run_id, evaluation)}/b{batch}.jsonl"


def collected_dataset_key(run_id: str, evaluation: int) -> str:
    return f"{_collected(run_id, evaluation)}/dataset.jsonl"


def _collected(run_id: str, evaluation: int) -> str:
    return f"{run_prefix(run_id)}{COLLECTED}/e{evaluation}"


def output_prefix(run_id: str, job: int, attempt: int) -> str:
    """With its trailing slash: `a1/` must not list what belongs to `a10/`."""
    return f"{run_prefix(run_id)}{OUTPUTS}/j{job}/a{attempt}/"


def record_scores_key(run_id: str, job: int) -> str:
    return f"{run_prefix(run_id)}scores/j{job}.jsonl"


def aggregates_key(run_id: str, job: int) -> str:
    return f"{run_prefix(run_id)}scores/j{job}-aggregates.json"


def custom_metrics_key(run_id: str, evaluation: int) -> str:
    return f"{run_prefix(run_id)}{INPUTS}/e{evaluation}/custom-metrics.json"


def summary_key(run_id: str) -> str:
    return f"{run_prefix(run_id)}summary.json"


def report_key(run_id: str) -> str:
    return f"{run_prefix(run_id)}report.html"


def is_worth_keeping(key: str) -> bool:
    """Whether comparisons need this file of a run; reports can be made of them, without texts."""
    name = key.removeprefix(RUNS).partition("/")[2]
    return name in ("summary.json", "suite.json") or name.startswith("scores/")


def kept_key(key: str) -> str:
    """Where a file of a run is kept after the run's own files expired."""
    return f"{KEPT}{key.removeprefix(RUNS)}"


def kept_prefix(run_id: str) -> str:
    return f"{KEPT}{run_id}/"


def s3_uri(bucket: str, key: str) -> str:
    return f"s3://{bucket}/{key}"
