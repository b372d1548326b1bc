"""Task: read a dataset, check every record, count what is wrong.

The peers check the fields and their types, the identifier, and that texts are not empty. modeleval
does all that it does before a run: it also measures lengths, finds duplicates, strips thinking,
and writes what is judged with its index. So it does more, and is measured doing it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from benchmarks.generate import IDENTIFIER


def modeleval(path: Path) -> int:
    from modeleval.datasets.lines import read_chunks
    from modeleval.datasets.options import DatasetOptions
    from modeleval.datasets.validation import validate

    options = DatasetOptions(source=path.name, identifier=IDENTIFIER, max_records=None)
    with path.open("rb") as source, Path(os.devnull).open("wb") as nowhere:
        report = validate(read_chunks(source), options, records=nowhere, index=nowhere)
    assert report.problem_count == 0
    return report.records


def json_(path: Path) -> int:
    count = 0
    with path.open("rb") as source:
        for line in source:
            record = json.loads(line)
            [response] = record["modelResponses"]
            assert isinstance(record["prompt"], str)
            assert record["prompt"]
            assert isinstance(record.get("referenceResponse", ""), str)
            assert isinstance(record.get("category", ""), str)
            assert response["modelIdentifier"] == IDENTIFIER
            assert response["response"]
            count += 1
    return count


def pydantic(path: Path) -> int:
    from typing import Annotated, Literal

    from pydantic import BaseModel, Field

    class Response(BaseModel):
        response: Annotated[str, Field(min_length=1)]
        modelIdentifier: Literal["support-bot-v1"]  # noqa: N815

    class Record(BaseModel):
        prompt: Annotated[str, Field(min_length=1)]
        referenceResponse: str | None = None  # noqa: N815
        category: str | None = None
        modelResponses: Annotated[list[Response], Field(min_length=1, max_length=1)]  # noqa: N815

    count = 0
    with path.open("rb") as source:
        for line in source:
            Record.model_validate_json(line)
            count += 1
    return count


def polars(path: Path) -> int:
    os.environ["POLARS_MAX_THREADS"] = "1"
    import polars as pl

    frame = pl.read_ndjson(path)
    response = pl.col("modelResponses").list.first()
    wrong = frame.filter(
        (pl.col("prompt").str.len_bytes() == 0)
        | (pl.col("modelResponses").list.len() != 1)
        | (response.struct.field("modelIdentifier") != IDENTIFIER)
        | (response.struct.field("response").str.len_bytes() == 0)
    )
    assert wrong.height == 0
    return frame.height


def duckdb(path: Path) -> int:
    import duckdb as db

    connection = db.connect()
    connection.execute("SET threads = 1")
    found = connection.execute(
        "SELECT count(*), count(*) FILTER (WHERE length(prompt) = 0 OR len(modelResponses) <> 1 "
        "OR modelResponses[1].modelIdentifier <> ? OR length(modelResponses[1].response) = 0) "
        "FROM read_json(?, format = 'newline_delimited')",
        [IDENTIFIER, str(path)],
    ).fetchone()
    assert found is not None
    assert found[1] == 0
    return int(found[0])


CONTESTANTS = {
    "modeleval": modeleval,
    "json": json_,
    "pydantic": pydantic,
    "polars": polars,
    "duckdb": duckdb,
}
