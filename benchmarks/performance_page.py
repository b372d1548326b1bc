"""`python -m benchmarks.performance_page`: docs/performance.md, of what was measured."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import files_page, load_page, performance
from benchmarks.cold import AIM as COLD_AIM
from benchmarks.cold import FLOOR, UNZIPPED_LIMIT_MB, ZIPPED_LIMIT_MB
from benchmarks.overhead import AIM, AS_OF, FEWEST_RECORDS
from modeleval.cost.prices import price_list

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
SCALE = Path(__file__).with_name("scale.md")

_HEAD = """# Load and cost

`make bench` wrote this page from `benchmarks/performance.json`; a test holds it to that file.
Measured on {processors} virtual processors ({architecture}, Python {python}) of a shared machine:
read the ratios, not the seconds. Average load in the quarter of an hour before each part's end, the
part itself included, which takes one or two:
{noted}.

The statistics' speed and promises are in [statistics](../benchmarks/statistics.md) and
[resampling](../benchmarks/resampling.md).
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
logger from the same layer. CPU seconds, the median of the rounds in which floor and functions
took turns. Rounds: {rounds}.
*Compiled* is with bytecode in the packages, as a machine that has the functions' Python builds
them; *sources* is without, so that Python compiles anew at each cold start. Aim: within {aim} of
the floor.
"""
_MISSED = """
{met} of {functions} functions meets it as compiled. A kind, a service and a
document are imported or built when first asked for, so that a step pays for what it uses, once, at
its first event: that is not in the figures. By a profile (`python -X importtime`) what stays above
the floor is pydantic itself, about a third of the floor, which reads every event, setting and item;
then, a tenth to a third, the module of the step: those that read suites import the suite's
documents and YAML. `score_run` and `check_budget` load scipy and numpy, and `report_run` Jinja2,
each most of what it is above the others. Below 1.15 would need steps without pydantic: events,
settings and items checked by hand. In functions Python's garbage collector looks for garbage
seldom, and pydantic looks for no plugins. A run waits for some ten cold starts in all, of its
minutes.
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
        [_HEAD.format(**found["machine"], noted=_noted(found["machine"]["loads"]))],
        files_page.sections(found),
        _overhead(found["overhead"]),
        _counted(found["counted"]),
        _cold(found["cold"]),
        _sizes(found["sizes"]),
        _seconds(found["deployment"], found.get("freshClone", {})),
        load_page.sections(found),
        [SCALE.read_text().rstrip()],
    ]
    return "\n".join(line for part in parts for line in part) + "\n"


def _noted(loads: dict[str, int]) -> str:
    return ", ".join(f"{load} ({part})" for part, load in sorted(loads.items()))


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
    compiled, sources = found["compiled"], found["sources"]
    yield "| function | compiled, CPU s | / floor | sources, CPU s | / floor |"
    yield "|---|---:|---:|---:|---:|"
    for name in compiled:
        yield f"| `{name}` | {_ratio(compiled, name)} | {_ratio(sources, name)} |"
    names = [name for name in compiled if name != FLOOR]
    met = sum(compiled[name] <= COLD_AIM * compiled[FLOOR] for name in names)
    yield _MISSED.format(met=met or "None", functions=len(names))


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
    yield "Of the wall's clock, once each: what else the machine did is in them.\n"
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
