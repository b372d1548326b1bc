"""Every key of the table, each defined once.

    pk          sk                          item         lists (GSI)
    RUN#<run>   RUN                         the run      SUITE#<suite>, <start>#<run>
    RUN#<run>   JOB#<n>                     one job      -
    RUN#<run>   SOURCE#<n>                  the ETag of      -
                                            evaluation n's
                                            dataset
    RUN#<run>   SCORE#<eval>#<metric>[#<c>] one summary  METRIC#<subject>#<suite>#<eval>#<metric>,
                                                         <start>#<run>; overall summaries only

One run is one partition: read, and deleted, by one query. `lists` gives the latest runs of a suite
and the history of a metric for a subject; `open` is sparse and holds the runs that have not ended.
"""

from __future__ import annotations

PARTITION = "pk"
SORT = "sk"
LISTS_INDEX = "lists"
LISTS_PARTITION = "listsPk"
LISTS_SORT = "listsSk"
OPEN_INDEX = "open"
OPEN_PARTITION = "openPk"
OPEN_SORT = "openSk"

EXPIRES = "expiresAt"
"""Epoch seconds after which DynamoDB deletes an item: the one retention holds here too."""

OPEN = "OPEN"
RUN_SORT = "RUN"
JOB_PREFIX = "JOB#"
SCORE_PREFIX = "SCORE#"


def run_partition(run_id: str) -> str:
    return f"RUN#{run_id}"


def run_key(run_id: str) -> dict[str, str]:
    return {PARTITION: run_partition(run_id), SORT: RUN_SORT}


def job_key(run_id: str, job: int) -> dict[str, str]:
    return {PARTITION: run_partition(run_id), SORT: f"{JOB_PREFIX}{job:05d}"}


def source_key(run_id: str, evaluation: int) -> dict[str, str]:
    return {PARTITION: run_partition(run_id), SORT: f"SOURCE#{evaluation:05d}"}


def score_key(run_id: str, evaluation: str, metric: str, category: str | None) -> dict[str, str]:
    """The overall summary of a metric sorts before those of its categories."""
    sort = f"{SCORE_PREFIX}{evaluation}#{metric}"
    if category is not None:
        sort += f"#{category}"
    return {PARTITION: run_partition(run_id), SORT: sort}


def suite_list(suite: str) -> str:
    return f"SUITE#{suite}"


def metric_list(subject: str, suite: str, evaluation: str, metric: str) -> str:
    return f"METRIC#{subject}#{suite}#{evaluation}#{metric}"
