"""The results as a page: what was aimed at, and what came out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Rows = list[dict[str, Any]]

_HEAD = """# Do the statistics hold?

`python -m benchmarks.statistics` wrote this, with every number also in `statistics.json`; seeded,
so that all but the speed comes out the same. Conversations of which fewer samples are said were
drawn apart from the rest. Scores lie between 0 and 1. In conversations the records of one are
correlated (intraclass correlation 0.5). *Student* is the t interval (cluster-robust, clusters minus
one degrees of freedom), *Wilson* on conversations is with the effective sample size.
"""


def page(results: dict[str, Rows]) -> str:
    parts = [
        [_HEAD],
        _coverage(results["coverage"]),
        _gate(results["gate"]),
        _limits(results["limits"]),
        _words(results["words"]),
        _aggregates(results["aggregates"]),
        _differences(results["aggregate differences"]),
        _power(results["published"]),
        _detectable(results["detectable"]),
        _speed(results["speed"]),
    ]
    return "\n".join(line for part in parts for line in part) + "\n"


def misses(results: dict[str, Rows]) -> list[str]:
    """Every aim that was missed, in words."""
    missed = [
        f"coverage of {row['scenario']} at {row['records']}: {row['coverage']}"
        for row in results["coverage"]
        if row["shown"] and row["coverage"] < 0.93  # noqa: PLR2004
    ]
    missed += [
        f"coverage of {name} with a standard error at {n}: {coverage}"
        for name, n, coverage in aggregate_coverage(results["aggregates"])
        if coverage < 0.93  # noqa: PLR2004
    ]
    gates = (
        *gate_errors(results["gate"]),
        *word_errors(results["words"]),
        *aggregate_errors(results["aggregates"], results["aggregate differences"]),
    )
    for about, chances in gates:
        if max(chances) > 0.05:  # noqa: PLR2004
            missed.append(f"{about}: {max(chances)}")
    return missed


def _coverage(rows: Rows) -> Iterator[str]:
    yield "## Coverage of 95 % intervals\n"
    yield "Aim: at least 93 % per scenario and size, averaged over the scenario's distributions;"
    yield "the lowest of them is told too. Where a method falls short it is not shown;"
    yield "where units are too unequal, only in a share of the samples, which are those counted.\n"
    columns = "records | units | shown | coverage | lowest | width | bounded | Student | Wilson"
    yield f"| scenario | {columns} |"
    yield "|---|---:|---:|---|---:|---:|---:|---:|---:|---:|"
    for row in rows:
        shown = row["method"] if row["shown"] else "no interval"
        if row["shown"] and row["share"] < 1:
            shown += f" in {_percent(row['share'])}"
        peers = [_percent(row["peers"].get(name)) for name in ("bounded", "student", "wilson")]
        own = [_percent(row["coverage"]), _percent(row["lowest"]), _number(row["width"])]
        if not row["shown"]:
            own = ["", "", ""]
        scenario = row["scenario"]
        scenario += _fewer(row["samples"], rows) if "conversations" in scenario else ""
        yield _line(scenario, row["records"], row["units"], shown, *own, *peers)


def gate_errors(rows: Rows) -> Iterator[tuple[str, list[float]]]:
    """Per question, unit and size: the chance of each shape."""
    questions = (
        ("maxRegression 0.05: failed, no difference", "failed", None),
        ("noSignificantRegression: failed, no difference", "failed_significance", None),
        ("passed, worse by 0.05", "passed", 0.05),
        ("passed, worse by 0.1", "passed", 0.1),
    )
    for about, field, margin in questions:
        asked = [row for row in rows if field in row and row["margin"] == margin]
        for unit, n in dict.fromkeys((row["unit"], row["records"]) for row in asked):
            cell = [r[field] for r in asked if (r["unit"], r["records"]) == (unit, n)]
            yield f"{about}; {unit}; {n}", cell


def _gate(rows: Rows) -> Iterator[str]:
    yield "\n## The gate's errors\n"
    yield "Aim: at most 5 % for each shape of the differences. Their average, and the highest of"
    yield "them (of 20,000 samples, or 6,000 of conversations: 5.0 % is found as 4.4 to 5.6).\n"
    yield "| question | unit | records | average | highest | Student, highest |"
    yield "|---|---|---:|---:|---:|---:|"
    naive = {(row["margin"], row["unit"], row["records"]): 0.0 for row in rows if "student" in row}
    for row in rows:
        if "student" in row:
            place = (row["margin"], row["unit"], row["records"])
            naive[place] = max(naive[place], row["student"])
    samples = {row["unit"]: row["samples"] for row in rows}
    for about, cell in gate_errors(rows):
        question, unit, n = about.split("; ")
        margin = float(question.split()[-1]) if question.startswith("passed") else None
        peer = _percent(naive.get((margin, unit, int(n)))) if margin else ""
        unit += _fewer(samples[unit], rows)
        yield _line(question, unit, n, _percent(sum(cell) / len(cell)), _percent(max(cell)), peer)


def _limits(rows: Rows) -> Iterator[str]:
    yield "\n## `minimum` and `maximum`, with the true mean at the limit\n"
    yield "Aim: at most 5 % either way, averaged over the scenario's distributions.\n"
    yield "| scenario | records | passed | failed |"
    yield "|---|---:|---:|---:|"
    for row in rows:
        shares = [_percent(sum(row[name]) / len(row[name])) for name in ("passed", "failed")]
        yield _line(row["scenario"], row["records"], *shares)


def word_errors(rows: Rows) -> Iterator[tuple[str, list[float]]]:
    for row in rows:
        yield f"words, +0.25 in {row['gain']}, {row['records']} records", [row["words"]]


def _words(rows: Rows) -> Iterator[str]:
    yield "\n## *Improved* or *regressed* where the means are equal\n"
    yield "Asymmetric differences: a gain of 0.25 often, a loss of 1 seldom. Aim: at most 5 %. The"
    yield "sign-flip test alone is too sure where the sample holds no loss; Wilcoxon's signed-rank"
    yield "test asks another question.\n"
    yield "| gain of 0.25 | loss of 1 | records | said | sign-flip alone | Wilcoxon |"
    yield "|---:|---:|---:|---:|---:|---:|"
    for row in rows:
        shares = [_percent(row[name]) for name in ("words", "flip_alone", "wilcoxon")]
        yield _line(_percent(row["gain"]), _percent(row["loss"]), row["records"], *shares)


def aggregate_coverage(rows: Rows) -> Iterator[tuple[str, int, float]]:
    """Per scenario and size, averaged over the scenario's distributions."""
    cells: dict[tuple[str, int], list[float]] = {}
    for row in rows:
        if row["share"] >= 0.05:  # noqa: PLR2004 - seldom shown
            name = "yes/no" if row["scenario"].startswith("yes/no") else row["scenario"]
            cells.setdefault((name.split(":")[0], row["records"]), []).append(row["coverage"])
    for (name, n), cell in cells.items():
        yield name, n, round(sum(cell) / len(cell), 4)


def aggregate_errors(means: Rows, differences: Rows) -> Iterator[tuple[str, list[float]]]:
    """Of yes/no scores, whose chances are exact: per question and size, of each distribution."""
    exact = [row for row in means if row["scenario"].startswith("yes/no")]
    for n in dict.fromkeys(row["records"] for row in exact):
        own = [row for row in exact if row["records"] == n]
        yield f"minimum by a standard error: passed at it; {n}", [row["passed"] for row in own]
        yield f"minimum by a standard error: failed at it; {n}", [row["failed"] for row in own]
    for n in dict.fromkeys(row["records"] for row in differences):
        own = [row for row in differences if row["records"] == n]
        yield f"passed by standard errors, worse by it; {n}", [row["passed"] for row in own]
        yield f"failed by standard errors, no difference; {n}", [row["failed"] for row in own]


def _aggregates(rows: Rows) -> Iterator[str]:
    yield "\n## Means that come with a standard error and no records\n"
    yield "Coverage of the interval (aim: 93 % averaged over a scenario's distributions), and how"
    yield "often `minimum` errs with the true mean at it (aim: 5 %), exact for yes/no scores. A"
    yield "standard error of zero gives no interval: *shown* says how many samples have one. *z* is"
    yield "the value plus or minus z standard errors.\n"
    columns = "records | shown | coverage | z | passed | failed | z, passed"
    yield f"| scores | {columns} |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|"
    names = ("share", "coverage", "naive", "passed", "failed", "naive_passed")
    for row in rows:
        yield _line(row["scenario"], row["records"], *(_percent(row[name]) for name in names))


def _differences(rows: Rows) -> Iterator[str]:
    yield "\n## Differences of two such means\n"
    yield "`maxRegression` on yes/no scores, exact, the worst over base means from 0.5 to 0.97:"
    yield "passed where new is worse by the margin, failed where both are equal. Aim: 5 %.\n"
    yield "| margin | records of each | passed | failed | z, passed |"
    yield "|---:|---:|---:|---:|---:|"
    for margin, n in dict.fromkeys((row["margin"], row["records"]) for row in rows):
        own = [row for row in rows if (row["margin"], row["records"]) == (margin, n)]
        worst = [max(row[name] for row in own) for name in ("passed", "failed", "naive_passed")]
        yield _line(margin, n, *(_percent(share) for share in worst))


def _power(rows: Rows) -> Iterator[str]:
    yield "\n## How many records a margin needs\n"
    yield "`records_needed`, and how often a version that is equally good then passes"
    yield "`maxRegression`. Aim: about 80 % or more, whatever shape the differences have. Beside it"
    yield "what the t interval would ask for, whose errors are above.\n"
    yield "| scale | sd of differences | margin | records | Student | passed |"
    yield "|---|---:|---:|---:|---:|---|"
    for row in rows:
        powers = ", ".join(f"{name} {_percent(power)}" for name, power in row["power"].items())
        numbers = (row["sd"], row["margin"], row["records"], row["records_student"])
        yield _line(row["scale"], *numbers, powers)


def _detectable(rows: Rows) -> Iterator[str]:
    yield "\n## The smallest difference that records could have shown\n"
    yield "The median statement, and how often a true difference of that size is found."
    yield "Aim: 80 %.\n"
    yield "| changes | of size | records | stated | found |"
    yield "|---:|---:|---:|---:|---:|"
    for row in rows:
        told = (_number(row["smallest"]), _percent(row["power"]))
        yield _line(_percent(row["changed"]), row["step"], row["records"], *told)


def _speed(rows: Rows) -> Iterator[str]:
    yield "\n## Speed\n"
    yield "20 metrics of 10,000 records compared with a baseline; CPU seconds on one of two shared"
    yield "virtual cores, memory above what the process held before.\n"
    yield "| scale | seconds | MB |"
    yield "|---|---:|---:|"
    for row in rows:
        yield _line(row["scale"], row["seconds"], row["mb"])


def _fewer(samples: int, rows: Rows) -> str:
    """How many samples a row has, if few."""
    return f" ({samples:,} samples)" if samples < max(row["samples"] for row in rows) / 3 else ""


def _line(*cells: Any) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f} %"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
