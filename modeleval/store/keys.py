"""Every key of the table, each defined once.

    pk          sk                          item         lists (GSI)
    RUN#<run>   RUN                         the run      SUITE#<suite>, <start>#<run>
    RUN#<run>   JOB#<n>                     one job      -
    RUN#<run>   SOURCE#<n>[#<candidate>]    the ETag of      -
                                            evaluation n's
                                            dataset
    RUN#<run>   SCORE#<eval>[@<candidate>]  one summary  METRIC#<series>#<suite>#<eval>#<metric>,
                #<metric>[#<category>]                   <start>#<run>; overall summaries of the
                                                         subject only
    RESULT#<d>  RESULT                      where the result with this digest is: run and job
    TRIGGER#<suite> MODEL#<package ARN>,    what it      -
                    or TIME#<time>          started
    TRIGGERS    ENABLED                     since when   -
                                            each counts
    TRIGGERS    DAY#<UTC day>               what they    -
                                            started then

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
_TRIGGERS = "TRIGGERS"
ENABLED_TRIGGERS_KEY = {PARTITION: _TRIGGERS, SORT: "ENABLED"}


def run_partition(run_id: str) -> str:
    return f"RUN#{run_id}"


def run_key(run_id: str) -> dict[str, str]:
    return {PARTITION: run_partition(run_id), SORT: RUN_SORT}


def job_key(run_id: str, job: int) -> dict[str, str]:
    return {PARTITION: run_partition(run_id), SORT: f"{JOB_PREFIX}{job:05d}"}


def source_key(run_id: str, evaluation: int, candidate: int = 0) -> dict[str, str]:
    further = f"#{candidate}" if candidate else ""
    return {PARTITION: run_partition(run_id), SORT: f"SOURCE#{evaluation:05d}{further}"}


def result_key(digest: str) -> dict[str, str]:
    return {PARTITION: f"RESULT#{digest}", SORT: "RESULT"}


def score_key(
    run_id: str, evaluation: str, metric: str, category: str | None, candidate: str | None = None
) -> dict[str, str]:
    """The subject sorts before candidates, a metric's overall summary before its categories."""
    label = f"@{candidate}" if candidate else ""
    sort = f"{SCORE_PREFIX}{evaluation}{label}#{metric}"
    if category is not None:
        sort += f"#{category}"
    return {PARTITION: run_partition(run_id), SORT: sort}


def suite_list(suite: str) -> str:
    return f"SUITE#{suite}"


def metric_list(series: str, suite: str, evaluation: str, metric: str) -> str:
    return f"METRIC#{series}#{suite}#{evaluation}#{metric}"


def trigger_key(suite: str, occasion: str) -> dict[str, str]:
    """An occasion is `MODEL#` and a model package's ARN, or `TIME#` and a scheduled time."""
    return {PARTITION: f"TRIGGER#{suite}", SORT: occasion}


def trigger_count_key(day: str) -> dict[str, str]:
    return {PARTITION: _TRIGGERS, SORT: f"DAY#{day}"}
