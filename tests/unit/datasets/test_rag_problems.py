"""Wrong RAG datasets, each with the whole of what a person is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from rag_helpers import (
    Line,
    answered,
    check,
    citation,
    line,
    live,
    retrieval,
    said,
    turn,
)

ANSWER = answered("It is so.", "A passage.")
PREFIX = "conversationTurns[0]"
CITED = ("CitationPrecision", "CitationCoverage")


WRONG = yaml.safe_load((Path(__file__).parent / "rag_refusals.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case["says"][:60])
def test_a_wrong_line_and_all_that_is_said_of_it(case: Any) -> None:
    found = {"answers": check, "retrieval": retrieval}[case["of"]](case["line"])
    assert found.only_problem == case["says"]
    assert found.lines == []


def cited(*given: dict[str, Any]) -> Line:
    return line(turn(output=answered("It is so.", "P.", citations=[*given])))


def test_citation_metrics_need_citations_in_every_turn() -> None:
    found = check(line(turn(output=ANSWER)), citations_needed_by=CITED)
    assert found.only_problem == (
        f"line 1, {PREFIX}.output.citations: is missing, and CitationPrecision and "
        "CitationCoverage cannot be judged without it. Add the citations ([] where the answer has "
        "none), or leave the metrics out"
    )
    assert check(cited(), citations_needed_by=CITED).report.problems == ()


@pytest.mark.parametrize("references", [None, [], [said("")]])
def test_context_coverage_needs_references(references: Any) -> None:
    given = line(turn(referenceResponses=references))
    found = retrieval(given, live=True, reference_needed_by=("ContextCoverage",))
    assert "has no text, and ContextCoverage is measured by it" in found.only_problem


def test_a_missing_reference_is_a_warning_where_metrics_can_do_without() -> None:
    found = live(line(turn(referenceResponses=None)), reference_wanted_by=("Correctness",))
    assert "Correctness" in found.only_warning


def test_a_query_over_a_knowledge_bases_limit() -> None:
    found = live(line(turn(prompt=said("x" * 1001))))
    assert "has 1,001 characters, and a knowledge base takes at most 1,000" in found.only_problem
    assert check(line(turn(prompt=said("x" * 1001), output=ANSWER))).report.problems == ()


def test_one_source_per_file() -> None:
    other = answered("x", "P", knowledgeBaseIdentifier="another")
    found = check(line(turn(1, output=ANSWER)), line(turn(2, output=other)), identifier=None)
    assert "is 'another' where line 1 has 'our-rag'" in found.only_problem
    assert found.report.identifier == "our-rag"


def test_long_prompts_may_be_allowed() -> None:
    given = line(turn(prompt=said("x" * 4097), output=ANSWER))
    found = check(given, allow_long_prompts=True)
    assert found.lines == [given]
    assert "longPrompt" in str(found.report.warnings[0].code)


@pytest.mark.parametrize("raw", [b"", b"\n\n"])
def test_a_file_without_a_record(raw: bytes) -> None:
    assert "holds no record" in check(raw=raw).only_problem


def test_a_file_without_an_answer() -> None:
    assert "no turn has an output to judge" in check(line(turn(output=answered("")))).only_problem


def test_fields_given_twice() -> None:
    raw = b'{"conversationTurns": [{"prompt": 1, "prompt": 2}], "conversationTurns": []}\n'
    problems = [str(one) for one in live(raw=raw).report.problems]
    assert any("conversationTurns: is given 2 times" in one for one in problems)


def test_text_is_never_quoted() -> None:
    canary = "CANARY-7f3a"
    wrong = [
        line(turn(prompt=said(canary), output=answered(canary, retrievedPassages=canary))),
        line(turn(prompt=canary, referenceResponses=[canary], output=canary)),
        cited(citation(0, 3, canary, canary), citation(99, 3, canary, canary)),
    ]
    report = check(*wrong).report
    assert report.problem_count >= 5
    assert canary not in "".join(map(str, [*report.problems, *report.warnings]))
