"""Task: read record scores, aggregate them per metric and category.

The peers count and average. modeleval also keeps an exact sum or a count per value, and tells *not
applicable* from unscored.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from pathlib import Path


def modeleval(path: Path) -> int:
    from modeleval.scores.metrics import JUDGE_METRICS
    from modeleval.scores.records import read_record_scores
    from modeleval.scores.summary import summarise

    with path.open("rb") as source:
        summaries = summarise(read_record_scores(source), evaluation="bench", metrics=JUDGE_METRICS)
    return sum(summary.n for summary in summaries if summary.category is None)


def json_(path: Path) -> int:
    totals: dict[tuple[str, str | None], list[float]] = defaultdict(lambda: [0, 0.0])
    with path.open("rb") as source:
        for line in source:
            score = json.loads(line)
            for category in (None, score["category"]):
                total = totals[score["metric"], category]
                total[0] += 1
                total[1] += score["value"]
    return _overall(totals)


def _overall(totals: dict[tuple[str, str | None], list[float]]) -> int:
    return sum(int(count) for (_, category), (count, _) in totals.items() if category is None)


def pydantic(path: Path) -> int:
    from pydantic import BaseModel

    class Score(BaseModel):
        metric: str
        value: float | None = None
        category: str | None = None

    totals: dict[tuple[str, str | None], list[float]] = defaultdict(lambda: [0, 0.0])
    with path.open("rb") as source:
        for line in source:
            score = Score.model_validate_json(line)
            for category in (None, score.category):
                total = totals[score.metric, category]
                total[0] += 1
                total[1] += score.value or 0.0
    return _overall(totals)


def polars(path: Path) -> int:
    os.environ["POLARS_MAX_THREADS"] = "1"
    import polars as pl

    scores = pl.read_ndjson(path)
    overall = scores.group_by("metric").agg(pl.len(), pl.col("value").mean())
    scores.group_by("metric", "category").agg(pl.len(), pl.col("value").mean())
    return int(overall["len"].sum())


def duckdb(path: Path) -> int:
    import duckdb as db

    connection = db.connect()
    connection.execute("SET threads = 1")
    rows = connection.execute(
        "SELECT metric, category, count(*), avg(value) "
        "FROM read_json(?, format = 'newline_delimited') "
        "GROUP BY GROUPING SETS ((metric), (metric, category))",
        [str(path)],
    ).fetchall()
    return sum(count for _, category, count, _ in rows if category is None)


CONTESTANTS = {
    "modeleval": modeleval,
    "json": json_,
    "pydantic": pydantic,
    "polars": polars,
    "duckdb": duckdb,
}
