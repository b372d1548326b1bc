"""`python -m benchmarks.performance_page`: docs/performance.md, of what was measured."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import load_page, performance
from benchmarks.cold import AIM as COLD_AIM
from benchmarks.cold import FLOOR, UNZIPPED_LIMIT_MB, ZIPPED_LIMIT_MB
from benchmarks.overhead import AIM, AS_OF, FEWEST_RECORDS
from modeleval.cost.prices import price_list

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
SCALE = Path(__file__).with_name("scale.md")

_HEAD = """# Load and cost

`make bench` wrote this page from `benchmarks/performance.json`; a test holds it to that file.
Measured on {processors} virtual processors ({architecture}, Python {python}) that other work
shared (load {load}): read the ratios, not the seconds. The speed of validation and aggregation
beside duckdb, polars and pydantic is in [results](../benchmarks/results.md), the statistics' in
[statistics](../benchmarks/statistics.md), the report's in [report](../benchmarks/report.md).
"""
_OVERHEAD = """## What AWS's services cost around the judge

A run of one `bedrock-judge` evaluation with six metrics, judged by Nova Pro, compared with an
earlier run of the same size. Aim: below {aim:.0%} of what the judge costs by the
[estimate](costs.md). Prices are those of us-east-1 without free tiers: of {around} in
`modeleval/cost/prices.json`, of {as_of} for reads. Assumed: an invocation takes a second of a GB
of Lambda. Not in it: logs and traces (about 2 KB an invocation, a millionth of a USD) and the
requests of Bedrock itself.
"""
_ABOVE = """
Above the aim is only the smallest run, {fewest} records, when its job takes hours: each look
costs 0.0001 USD whatever it looks at, three state transitions and an invocation. A job of so few
records takes minutes; one that takes 7 days waits for something. To look more seldom would save
fractions of a cent and let people wait longer.
"""
_COUNTED = """## The model beside the counts

The figures above are computed (`benchmarks/overhead.py`): states from the state machines' files,
looks from the waits, calls per run, job and look. Here are runs that really ran, on the embedded
AWS, with everything counted that functions called; a test fails if the model says anything else.
The embedded AWS does not tell the states inside a Parallel: 4 in a run and 1 per job, which are
in the model.
"""
_COLD = """## Cold starts

From the interpreter's start until the handler's module is imported and a first client is made, in
a fresh process with the packaged code and layers; the floor is boto3, one client and powertools'
logger from the same layer. CPU seconds, the median of {rounds} rounds in which floor and
functions took turns. *As deployed* has sources alone, which Python compiles anew at each cold
start; *compiled* has bytecode. Aim: within {aim} of the floor.
"""
_MISSED = """
No function meets it. By a profile (`python -X importtime`), more than a quarter of what is above
the floor is all kinds of evaluations with their documents (`modeleval.kinds.registry`: any
function that touches a job imports every kind), about a tenth each are pydantic itself, the
datasets' formats and SageMaker's modules, and a twentieth each the targets of collecting and
YAML. What was done: in functions Python's garbage collector looks for garbage seldom, which took
a sixth off each start (here, on Python 3.11). What would come next: kinds that are imported when
first asked for, and bytecode in the packages, which needs synth to run on the functions' own
Python. A run waits for some ten cold starts in all, of its minutes.
"""
_SIZES = """## Packages

Lambda takes {unzipped} MB for code and layers together, unzipped, and {zipped} MB for an upload;
the layers are built for this machine. `score_run` and `check_budget` have dependencies and
statistics, `collect_job` dependencies and reference, `report_run` dependencies and report; all
others dependencies alone.
"""


def page(found: dict[str, Any]) -> str:
    """The page. Raises KeyError if a part was never measured."""
    parts = [
        [_HEAD.format(**found["machine"])],
        _overhead(found["overhead"]),
        _counted(found["counted"]),
        _cold(found["cold"]),
        _sizes(found["sizes"]),
        _seconds(found["deployment"], found.get("freshClone", {})),
        load_page.sections(found),
        [SCALE.read_text().rstrip()],
    ]
    return "\n".join(line for part in parts for line in part) + "\n"


def _overhead(rows: list[dict[str, Any]]) -> Iterator[str]:
    yield _OVERHEAD.format(aim=AIM, around=price_list().as_of, as_of=AS_OF)
    yield (
        "| jobs | records | a job takes | transitions | invocations | table: reads | writes "
        "| bucket: PUT, LIST | GET | USD | the judge's | share |"
    )
    yield "|---:|---:|---|" + "---:|" * 9
    for row in rows:
        yield (
            f"| {row['shards']:,} | {row['records']:,} | {row['length']} | {row['transitions']:,} "
            f"| {row['invocations']:,} | {row['table_reads']:,} | {row['table_writes']:,} "
            f"| {row['puts']:,} | {row['gets']:,} | {row['usd']:,.4f} | {row['judgeUsd']:,.2f} "
            f"| {_share(row['share'])} |"
        )
    yield _ABOVE.format(fewest=FEWEST_RECORDS)


def _share(share: float) -> str:
    text = f"{share:.2%}"
    return text if share < AIM else f"**{text}**"


def _counted(rows: list[dict[str, Any]]) -> Iterator[str]:
    yield _COUNTED
    yield (
        "| jobs | looks | transitions told | invocations | calls to DynamoDB | to S3 "
        "| events of the run's history (of 25,000) | of a job's |"
    )
    yield "|" + "---:|" * 8
    for row in rows:
        of_run, of_job = row["historyEvents"]
        yield (
            f"| {row['shards']} | {row['looks']} | {row['transitions']} | {row['invocations']} "
            f"| {_calls(row, 'dynamodb')} | {_calls(row, 's3')} | {of_run} | {of_job} |"
        )
    yield ""


def _calls(row: dict[str, Any], service: str) -> int:
    return sum(
        count
        for calls in row["calls"].values()
        for name, count in calls.items()
        if name.startswith(f"{service}:")
    )


def _cold(found: dict[str, Any]) -> Iterator[str]:
    yield _COLD.format(rounds=found["rounds"], aim=COLD_AIM)
    deployed, compiled = found["asDeployed"], found["compiled"]
    yield "| function | as deployed, CPU s | / floor | compiled, CPU s | / floor |"
    yield "|---|---:|---:|---:|---:|"
    for name in compiled:
        yield f"| `{name}` | {_ratio(deployed, name)} | {_ratio(compiled, name)} |"
    yield _MISSED


def _ratio(seconds: dict[str, float], name: str) -> str:
    if name not in seconds:
        return "not measured | "
    return f"{seconds[name]:.2f} | {seconds[name] / seconds[FLOOR]:.2f}"


def _sizes(found: dict[str, dict[str, float]]) -> Iterator[str]:
    yield _SIZES.format(unzipped=UNZIPPED_LIMIT_MB, zipped=ZIPPED_LIMIT_MB)
    yield "| package | MB | as a zip | of the upload's limit |"
    yield "|---|---:|---:|---:|"
    for name, size in found.items():
        share = size["zippedMb"] / ZIPPED_LIMIT_MB
        yield f"| {name} | {size['mb']:.1f} | {size['zippedMb']:.1f} | {share:.0%} |"
    yield ""


def _seconds(deployment: dict[str, float], fresh: dict[str, float]) -> Iterator[str]:
    yield "## Synth, deployment and a fresh clone\n"
    yield "Of the wall's clock, once each, on that loaded machine: what else ran is in them.\n"
    yield "| | seconds |"
    yield "|---|---:|"
    yield f"| `cdk synth`, layers built before | {deployment['synthSeconds']:.0f} |"
    yield f"| `cdk synth` again, all built before | {deployment['synthAgainSeconds']:.0f} |"
    yield f"| `cdk deploy` of it to the embedded AWS | {deployment['deploySeconds']:.0f} |"
    if fresh:
        yield f"| `make setup` in a fresh clone, packages cached | {fresh['setupSeconds']:.0f} |"
        yield f"| `make demo` after it | {fresh['demoSeconds']:.0f} |"
    yield ""


def main() -> None:
    PAGE.write_text(page(performance.read()))


if __name__ == "__main__":
    main()
