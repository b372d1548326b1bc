"""Every key of the table, each defined once.

    pk          sk                          item         lists (GSI)
    RUN#<run>   RUN                         the run      SUITE#<suite>, <start>#<run>
    RUN#<run>   LISTED#ALL                  a pointer    RUNS, <start>#<run>
    RUN#<run>   LISTED#MODEL                a pointer    MODEL#<group, or model>, <start>#<run>
    RUN#<run>   JOB#<n>                     one job      -
    RUN#<run>   SOURCE#<n>[#<candidate>]    the ETag of      -
                                            evaluation n's
                                            dataset
    RUN#<run>   BATCH#<n>                   one batch of     -
                                            scenarios
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
    RUN#<run>   TOLD                        who was told -
                                            of its end
    CALLBACK#<execution> CALLBACK           the token of the     -
                                            pipeline step that
                                            waits for it
    RESUMING#<id>   RESUMING                the run that the     -
                                            execution resumes whose own
                                            run would have this id
    BUDGET#<suite>[#<origin>] MONTH#<yyyy-mm> what its runs      -
                                            reserved of a
                                            month's budget
    QUEUE#<queue>   WAITS#<since>#<run>#<n> until when a job     -
                                            counts as waiting

One run is one partition: read, and deleted, by one query. `lists` gives the latest runs of a suite,
of a model or of all, and the history of a metric for a model package group or subject; `open` is
sparse and holds the runs that have not ended, and those that ended and were not told of yet.

An item stands in one place of `lists`. So a run's further places are items of their own, that hold
keys and nothing else: written once, while the run itself is written at every step. A further index
would copy each of those writes.
"""

from __future__ import annotations

from typing import NamedTuple

from modeleval.digests import text_digest

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
UNTOLD = "UNTOLD"
EVERY_RUN = "RUNS"
RUN_SORT = "RUN"
_RUN = "RUN#"
JOB_PREFIX = "JOB#"
SCORE_PREFIX = "SCORE#"
BATCH_PREFIX = "BATCH#"
_TRIGGERS = "TRIGGERS"
_TOLD = "TOLD"
ENABLED_TRIGGERS_KEY = {PARTITION: _TRIGGERS, SORT: "ENABLED"}


def run_partition(run_id: str) -> str:
    return f"{_RUN}{run_id}"


def run_key(run_id: str) -> dict[str, str]:
    return {PARTITION: run_partition(run_id), SORT: RUN_SORT}


def job_key(run_id: str, job: int) -> dict[str, str]:
    return {PARTITION: run_partition(run_id), SORT: f"{JOB_PREFIX}{job:05d}"}


def batch_key(run_id: str, batch: int) -> dict[str, str]:
    return {PARTITION: run_partition(run_id), SORT: f"{BATCH_PREFIX}{batch:05d}"}


def source_key(run_id: str, evaluation: int, candidate: int = 0) -> dict[str, str]:
    further = f"#{candidate}" if candidate else ""
    return {PARTITION: run_partition(run_id), SORT: f"SOURCE#{evaluation:05d}{further}"}


def budget_key(suite: str, month: str, *, deployed: bool) -> dict[str, str]:
    """`month` as yyyy-mm. Suites that were not deployed share nothing with one that was."""
    owner = suite if deployed else f"{suite}#own"
    return {PARTITION: f"BUDGET#{owner}", SORT: f"MONTH#{month}"}


def ticket_key(queue: str, since: str, run_id: str, job: int) -> dict[str, str]:
    """`since` is ISO 8601 in UTC: tickets sort by their jobs' arrival."""
    return {PARTITION: f"QUEUE#{queue}", SORT: f"WAITS#{since}#{run_id}#{job:05d}"}


def result_key(digest: str) -> dict[str, str]:
    return {PARTITION: f"RESULT#{digest}", SORT: "RESULT"}


def score_key(
    run_id: str, evaluation: str, metric: str, category: str | None, candidate: str | None = None
) -> dict[str, str]:
    """The subject sorts before candidates, a metric's overall summary before its categories."""
    label = f"@{_part(candidate)}" if candidate else ""
    sort = f"{SCORE_PREFIX}{evaluation}{label}#{_part(metric)}"
    if category is not None:
        sort += f"#{_part(category)}"
    return {PARTITION: run_partition(run_id), SORT: sort}


_LONGEST_PART = 250
"""Bytes of a name within a key, of which DynamoDB takes 1,024."""


def _part(name: str) -> str:
    """A name that somebody else chose, as part of a key: without separators, not too long."""
    escaped = name.replace("%", "%25").replace("#", "%23")
    if len(escaped.encode()) <= _LONGEST_PART:
        return escaped
    return f"{escaped.encode()[: _LONGEST_PART - 40].decode(errors='ignore')}%{text_digest(name)}"


def suite_list(suite: str) -> str:
    return f"SUITE#{suite}"


def metric_list(series: str, suite: str, evaluation: str, metric: str) -> str:
    return f"METRIC#{series}#{suite}#{evaluation}#{metric}"


def model_list(series: str) -> str:
    return f"MODEL#{series}"


class Listing(NamedTuple):
    """A list that points to runs: which kind of list, and its partition in `lists`."""

    kind: str
    partition: str

    @classmethod
    def of_all(cls) -> Listing:
        return cls("ALL", EVERY_RUN)

    @classmethod
    def of_model(cls, series: str) -> Listing:
        """`series`: a model package group, or the name of a model that has none."""
        return cls("MODEL", model_list(series))


def listing_key(run_id: str, listing: Listing) -> dict[str, str]:
    """In the run's own partition: whoever deletes the run deletes it too."""
    return {PARTITION: run_partition(run_id), SORT: f"LISTED#{listing.kind}"}


def run_of(partition: str) -> str:
    """The run whose partition it is."""
    return partition.removeprefix(_RUN)


def trigger_key(suite: str, occasion: str) -> dict[str, str]:
    """An occasion is `MODEL#` and a model package's ARN, or `TIME#` and a scheduled time."""
    return {PARTITION: f"TRIGGER#{suite}", SORT: occasion}


def trigger_count_key(day: str) -> dict[str, str]:
    return {PARTITION: _TRIGGERS, SORT: f"DAY#{day}"}


def resuming_key(own_id: str) -> dict[str, str]:
    """Of an execution that resumes a run, by the id that a run of its own would have."""
    return {PARTITION: f"RESUMING#{own_id}", SORT: "RESUMING"}


def told_key(run_id: str) -> dict[str, str]:
    return {PARTITION: run_partition(run_id), SORT: _TOLD}


def callback_key(execution_name: str) -> dict[str, str]:
    """Of an execution that a step of a SageMaker pipeline asked for."""
    return {PARTITION: f"CALLBACK#{execution_name}", SORT: "CALLBACK"}
