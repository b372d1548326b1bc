from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from rich.console import Console
from unit_documents import RUN
from unit_fakes import FakeExecutions, MemoryS3, bucket, run, services

from modeleval.artifacts import summary_key
from modeleval.cli.documents import run_document
from modeleval.cli.show import agreement_lines, score_tables, show_findings, show_run
from modeleval.store.items import EvaluationFacts, Failure, Run, RunStatus, Score
from modeleval.workflow.margin_words import margin_sentence

FACTS = EvaluationFacts(
    name="answers", kind="bedrock-judge", subject="support-bot-v3", judge="amazon.nova-pro-v1:0"
)


def score(**changes: Any) -> Score:
    fields: dict[str, Any] = {
        "run_id": RUN,
        "suite": "support",
        "evaluation": "answers",
        "subject": "support-bot-v3",
        "series": "support-bot-v3",
        "metric": "Correctness",
        "direction": "higherIsBetter",
        "started_at": "2026-11-22T07:00:00.000Z",
        "n": 4,
        "mean": Decimal("0.75"),
        "not_applicable": 0,
        "unscored": 0,
        "value_counts": {"0.5": 2, "1.0": 2},
    }
    return Score(**fields | changes)


def finding(**changes: Any) -> dict[str, Any]:
    fields = {
        "line": 7,
        "recordKey": "k",
        "metric": "Correctness",
        "value": 0.25,
        "category": "billing",
        "explanation": "It is wrong.",
    }
    return fields | changes


def low(
    *items: dict[str, Any], total: int | None = None, warnings: Sequence[str] = ()
) -> dict[str, Any]:
    counted = len(items) if total is None else total
    return {
        "name": "answers",
        "warnings": list(warnings),
        "lowScores": {"total": counted, "items": list(items)},
    }


def test_control_characters_of_a_category_do_not_reach_the_terminal(console: Console) -> None:
    [row] = table(console, score(category="a\x1b[31mb\nc"))
    assert row[0] == "a\\x1b[31mb\\nc"


def test_how_far_people_agree_is_told_with_how_many_were_asked_twice() -> None:
    known = {"metric": "Useful", "units": 12, "ratings": 36, "workers": 3}
    entry = {
        "name": "people",
        "agreement": [
            {**known, "percent": 0.75, "alpha": 0.5},
            {**known, "percent": 1, "alpha": None},
            {**known, "units": 0, "percent": None, "alpha": None},
        ],
    }
    assert list(agreement_lines(entry)) == [
        (
            "people Useful: people agree on 75% (Krippendorff's alpha 0.50); "
            "12 rated by two or more of 3"
        ),
        (
            "people Useful: people agree on 100% (Krippendorff's alpha not defined, as all said "
            "the same); 12 rated by two or more of 3"
        ),
        "people Useful: no response was rated by two people, so nobody could agree.",
    ]


@pytest.mark.parametrize(
    ("ended", "why"),
    [(False, "its jobs have not ended"), (True, "the run ended before its jobs did")],
)
def test_an_evaluation_that_is_waited_for_is_told(console: Console, ended: bool, why: str) -> None:
    with console.capture() as printed:
        show_findings(console, {"name": "people", "status": "pending"}, ended=ended)
    assert printed.get() == f"people has no scores: {why}.\n"


def test_a_long_category_leaves_room_for_the_numbers(console: Console) -> None:
    [row] = table(console, score(category="x" * 200))
    assert row[0].endswith("…")
    assert row[2:4] == ["4", "0.750"]


@pytest.fixture
def console() -> Console:
    return Console(record=True, width=130, file=None, quiet=False, force_terminal=False)


def table(console: Console, *scores: Score) -> list[list[str]]:
    """The cells of the one table, row by row, without its head."""
    [found] = score_tables(run(evaluations=(FACTS,)), scores)
    console.print(found)
    lines = console.export_text().splitlines()
    rows = [line.strip("│") for line in lines if line.startswith("│")]
    return [[cell.strip() for cell in row.split("│")] for row in rows]


def shown(console: Console, entry: dict[str, Any]) -> str:
    show_findings(console, entry)
    return console.export_text()


def test_a_row_is_a_metric_with_its_mean_and_counts(console: Console) -> None:
    assert table(console, score(not_applicable=2, unscored=1)) == [
        ["Correctness", "higher", "4", "0.750", "", "2", "1", "0.5:2  1:2"]
    ]


def test_lower_is_better_is_said_where_it_is_so(console: Console) -> None:
    [row] = table(console, score(metric="Harmfulness", direction="lowerIsBetter"))
    assert row[:2] == ["Harmfulness", "lower"]


def test_without_a_score_there_is_no_mean_and_no_zero(console: Console) -> None:
    [row] = table(console, score(n=0, mean=None, value_counts=None, not_applicable=4))
    assert row == ["Correctness", "higher", "0", "-", "", "4", "0", ""]


def test_a_category_stands_below_its_metric(console: Console) -> None:
    rows = table(console, score(), score(category="billing", n=1, mean=Decimal(1)))
    assert [row[:4] for row in rows] == [
        ["Correctness", "higher", "4", "0.750"],
        ["billing", "", "1", "1.000"],
    ]


def test_levels_that_are_texts_are_counted_as_they_are_written(console: Console) -> None:
    [row] = table(
        console, score(mean=None, value_counts=None, string_counts={"polite": 3, "[red]": 1})
    )
    assert row[3:] == ["-", "", "0", "0", "polite:3  [red]:1"]


def test_numbers_and_texts_of_one_metric_stand_side_by_side(console: Console) -> None:
    [row] = table(console, score(value_counts={"1.0": 2}, string_counts={"odd": 1}))
    assert row[-1] == "1:2  odd:1"


@pytest.mark.parametrize("category", ["[red]", "[/bold]", "[link=x]y", "a\\[b]"])
def test_a_category_is_shown_as_it_is_written(console: Console, category: str) -> None:
    rows = table(console, score(), score(category=category))
    assert rows[1][0] == category


def test_a_table_says_whose_answers_who_judged(console: Console) -> None:
    table_of_run = next(iter(score_tables(run(evaluations=(FACTS,)), [score()])))
    assert table_of_run.title == "answers: support-bot-v3, judged by amazon.nova-pro-v1:0"


def test_an_evaluation_without_scores_has_no_table() -> None:
    assert list(score_tables(run(evaluations=(FACTS,)), [score(evaluation="other")])) == []


def test_each_evaluation_has_its_own_table() -> None:
    facts = (FACTS, FACTS.model_copy(update={"name": "other"}))
    found = list(score_tables(run(evaluations=facts), [score(), score(evaluation="other")]))
    assert len(found) == 2


def test_a_low_score_is_named_by_line_category_metric_and_reason(console: Console) -> None:
    text = shown(console, low(finding()))
    assert "Low scores of answers: 1, the worst first" in text
    assert "line 7, billing: Correctness 0.25 - It is wrong." in text


def test_a_long_explanation_is_cut_and_kept_on_one_line(console: Console) -> None:
    console.width = 300
    text = shown(console, low(finding(explanation="word\n" * 100)))
    [line] = [line for line in text.splitlines() if "line 7" in line]
    assert line.endswith("…")
    assert len(line) < 220


@pytest.mark.parametrize("words", ["[red]x[/red]", "[/bold]", "a [b", "x\\"])
def test_an_explanation_is_shown_as_it_is_written(console: Console, words: str) -> None:
    assert f" - {words}" in shown(console, low(finding(explanation=words)))


@pytest.mark.parametrize("value", ["rude", "[red]rude"])
def test_a_low_score_may_be_a_text(console: Console, value: str) -> None:
    assert f"Correctness {value} - It is wrong." in shown(console, low(finding(value=value)))


def test_a_low_score_without_category_or_explanation_says_so(console: Console) -> None:
    text = shown(console, low(finding(category=None, explanation=None)))
    assert "line 7: Correctness 0.25 - no explanation" in text


def test_more_low_scores_than_are_shown_are_counted(console: Console) -> None:
    text = shown(console, low(*[finding(line=n) for n in range(9)], total=12))
    assert "line 4," in text
    assert "line 5," not in text
    assert "and 7 more in the summary document" in text


def test_no_low_scores_are_good_news(console: Console) -> None:
    assert "answers: no low scores." in shown(console, low())


@pytest.mark.parametrize("words", ["Role [/bold] refused", "See [red]docs"])
def test_an_evaluation_that_failed_says_why_as_it_is_written(console: Console, words: str) -> None:
    entry = {"name": "answers", "error": {"name": "JobFailed", "message": words}}
    assert f"answers failed: JobFailed: {words}" in shown(console, entry)


def show(
    console: Console,
    one: Run,
    summary: dict[str, Any] | None = None,
    executions: FakeExecutions | None = None,
) -> str:
    s3 = MemoryS3(**{summary_key(RUN): json.dumps(summary).encode()})

    class Store:
        def scores(self, _: str) -> list[Score]:
            return [score()]

    show_run(console, one, services(store=Store(), objects=bucket(s3), executions=executions))
    return console.export_text()


def test_a_run_that_was_not_published_shows_its_error_and_no_scores(console: Console) -> None:
    failure = Failure(name="BudgetExceeded", message="Too dear (budget.maxUsd) [/x]")
    text = show(console, run(status=RunStatus.FAILED, error=failure, evaluations=(FACTS,)))
    assert f"Run {RUN}: suite support, failed" in text
    assert "BudgetExceeded: Too dear (budget.maxUsd) [/x]" in text
    assert "No scores were published." in text
    assert "Correctness" not in text


def test_a_run_shows_the_execution_that_stops_it_in_one_piece(console: Console) -> None:
    arn = "arn:aws:states:us-east-1:111122223333:execution:modeleval-run:" + "x" * 100
    assert f"Execution: {arn}\n" in show(console, run(execution_arn=arn))


def test_a_trial_is_said_to_be_one(console: Console) -> None:
    assert "A trial on 5 records: no baseline, no promotion" in show(console, run(sample=5))


def test_a_whole_run_is_not_said_to_be_a_trial(console: Console) -> None:
    assert "trial" not in show(console, run())


def test_a_published_run_shows_its_cost_warnings_scores_and_findings(console: Console) -> None:
    one = run(
        status=RunStatus.SUCCEEDED,
        evaluations=(FACTS,),
        estimate={"usd": "0.12"},
        published=True,
        report={"uri": "s3://bucket/report.html"},
    )
    text = show(console, one, {"evaluations": [low(finding(), warnings=["line 3: [odd]"])]})
    assert "Estimated cost: 0.12 USD for the models" in text
    assert "Warning (answers): line 3: [odd]" in text
    assert "Correctness" in text
    assert "line 7, billing" in text
    assert "Not done" not in text


@pytest.mark.parametrize("status", ["ABORTED", "TIMED_OUT", None, "RUNNING"])
def test_what_an_execution_left_undone_is_told_once_it_has_ended(
    console: Console, status: str | None
) -> None:
    one = run(status=RunStatus.SUCCEEDED, evaluations=(FACTS,), published=True)
    executions = FakeExecutions(**({one.execution_arn: status} if status else {}))
    text = show(console, one, {"evaluations": [low()]}, executions)
    told = (
        "Not done: its report; the execution ended before that. The scores stand. "
        f"`modeleval resume {RUN}` does what is left, and pays for nothing.\n"
    )
    assert (told in text) == (status != "RUNNING")


def test_the_margins_that_can_be_decided_are_told_once(console: Console) -> None:
    note = {"evaluation": "answers", "metric": "Correctness", "category": None, "margin": 0.1}
    fine = note | {"records": 400, "clusters": None, "decides": 0.03, "needed": 64, "assumed": True}
    short = fine | {"category": "de", "records": 12, "decides": None, "clusters": 3.0}
    warned = FACTS.model_copy(update={"warnings": (margin_sentence(short),)})
    text = show(console, run(margins=(fine, short), evaluations=(warned,)))
    assert (
        "Margin (answers): Correctness: 400 records can decide a margin of 0.03; 0.1 needs about "
        "64 (by an assumed scatter)\n"
    ) in text
    assert text.count("Correctness in de: 12 records, which may weigh as little as 3 ") == 1
    assert run_document(run(margins=(fine,)))["margins"] == (fine,)
