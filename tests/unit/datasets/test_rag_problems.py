"""Wrong RAG datasets, each with the whole of what a person is told."""

from __future__ import annotations

from typing import Any

import pytest
from rag_helpers import (
    Line,
    answered,
    check,
    citation,
    line,
    live,
    retrieval,
    retrieved,
    said,
    turn,
)
from rag_helpers import passages as passages_of

ANSWER = answered("It is so.", "A passage.")
PREFIX = "conversationTurns[0]"
CITED = ("CitationPrecision", "CitationCoverage")


GENERATE: list[tuple[Line, str, str]] = [
    ({"prompt": "x"}, "conversationTurns", "or choose kind bedrock-judge"),
    ({"turns": []}, "conversationTurns", "is missing"),
    (line(), "conversationTurns", "holds no turn"),
    (line(*[turn(n, output=ANSWER) for n in range(6)]), "conversationTurns", "takes at most 5"),
    ({"conversationTurns": {}}, "conversationTurns", "is an object, and must be an array"),
    (line("x"), PREFIX, "is a string, and must be an object"),  # type: ignore[arg-type]
    (line(turn(prompt=None, output=ANSWER)), f"{PREFIX}.prompt", "is missing"),
    (line(turn(prompt="x", output=ANSWER)), f"{PREFIX}.prompt", 'Write {"content": [{"text"'),
    (line(turn(prompt={"content": []}, output=ANSWER)), f"{PREFIX}.prompt.content", "0 texts"),
    (line(turn(prompt=said(" "), output=ANSWER)), f"{PREFIX}.prompt", "is empty"),
    (line(turn(prompt=said("x" * 4097), output=ANSWER)), f"{PREFIX}.prompt", "4,097 bytes"),
    (
        line(turn(prompt={"content": [{"text": 1}]}, output=ANSWER)),
        f"{PREFIX}.prompt.content[0].text",
        "is a number",
    ),
    (
        line(turn(referenceResponses="x", output=ANSWER)),
        f"{PREFIX}.referenceResponses",
        "is a string, and must be an array",
    ),
    (
        line(turn(referenceContexts=[said("x")], output=ANSWER)),
        f"{PREFIX}.referenceContexts",
        "stands beside referenceResponses, which Bedrock refuses with built-in metrics",
    ),
    (line(turn()), f"{PREFIX}.output", "is missing"),
    (line(turn(output="x")), f"{PREFIX}.output", "is a string"),
    (line(turn(output=answered("x", "P.", text=None))), f"{PREFIX}.output.text", "is missing"),
    (
        line(turn(output=answered("x", knowledgeBaseIdentifier=None))),
        f"{PREFIX}.output.knowledgeBaseIdentifier",
        "Name the RAG system",
    ),
    (
        line(turn(output=answered("x", knowledgeBaseIdentifier="a b"))),
        f"{PREFIX}.output.knowledgeBaseIdentifier",
        "is not an identifier",
    ),
    (
        line(turn(output=answered("x", knowledgeBaseIdentifier="another"))),
        f"{PREFIX}.output.knowledgeBaseIdentifier",
        "is 'another' where the suite names 'our-rag'",
    ),
    (
        line(turn(output=answered("x", retrievedPassages=None))),
        f"{PREFIX}.output.retrievedPassages",
        "is missing",
    ),
    (
        line(turn(output=answered("x", retrievedPassages=None, retrievedResults=passages_of("P")))),
        f"{PREFIX}.output.retrievedResults",
        "for generated answers the field is retrievedPassages",
    ),
    (
        line(turn(output=answered("x", retrievedPassages={"retrievalResults": ["P"]}))),
        f"{PREFIX}.output.retrievedPassages.retrievalResults[0]",
        "is a string, and must be an object",
    ),
    (
        line(turn(output=answered("x", " "))),
        f"{PREFIX}.output.retrievedPassages.retrievalResults[0].content.text",
        "Remove the passage",
    ),
    (
        line(
            turn(
                output=answered(
                    "x",
                    retrievedPassages={
                        "retrievalResults": [{"content": {"text": "P"}, "metadata": []}]
                    },
                )
            )
        ),
        f"{PREFIX}.output.retrievedPassages.retrievalResults[0].metadata",
        "is an array, and must be an object",
    ),
    (
        line(turn(output=answered("<thinking>x", "P."))),
        f"{PREFIX}.output.text",
        "block that does not end",
    ),
    (
        line(
            turn(
                output=answered(
                    "<thinking>x</thinking>So.", "P.", citations=[citation(0, 3, "So.", "P.")]
                )
            )
        ),
        f"{PREFIX}.output.text",
        "citations whose spans count its characters",
    ),
    (
        line(turn(output=ANSWER), category=7),
        "category",
        "is a number",
    ),
]


@pytest.mark.parametrize(("given", "field", "words"), GENERATE)
def test_wrong_lines_of_answers(given: Line, field: str, words: str) -> None:
    found = check(given)
    assert found.only_problem.startswith(f"line 1, {field}")
    assert words in found.only_problem
    assert found.lines == []


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        (
            line(turn(1, output=retrieved("P")), turn(2, output=retrieved("P"))),
            "conversationTurns",
            "a retrieval has exactly one. Put each turn on a line of its own, or judge",
        ),
        (
            line(turn(output=answered("x", "P"))),
            f"{PREFIX}.output.retrievedPassages",
            "Rename it to retrievedResults",
        ),
        (
            line(turn(output=retrieved(retrievedResults={}))),
            f"{PREFIX}.output.retrievedResults.retrievalResults",
            "is missing",
        ),
        (line(turn(output=retrieved(retrievedResults=None))), f"{PREFIX}.output", "is missing"),
    ],
)
def test_wrong_lines_of_retrievals(given: Line, field: str, words: str) -> None:
    said_of_it = retrieval(given).report.problems[0]
    assert str(said_of_it).startswith(f"line 1, {field}")
    assert words in str(said_of_it)


def cited(*given: dict[str, Any]) -> Line:
    return line(turn(output=answered("It is so.", "P.", citations=[*given])))


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (0, 10, "is 0 to 10, and the answer has 9 characters"),
        (-1, 3, "is -1 to 3"),
        (5, 3, "is 5 to 3"),
        (0.5, 3, "no whole number"),
        ("0", 3, "no whole number"),
    ],
)
def test_a_span_that_is_out_of_bounds_is_a_problem(start: Any, end: Any, words: str) -> None:
    found = check(cited(citation(start, end, "It", "P.")))
    assert "textResponsePart.span" in found.only_problem
    assert words in found.only_problem


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        ({"retrievedReferences": []}, "citations[0].generatedResponsePart"),
        ({"generatedResponsePart": {}, "retrievedReferences": []}, "textResponsePart"),
        ({**citation(0, 2, "It"), "retrievedReferences": "P"}, "citations[0].retrievedReferences"),
        ("x", "citations[0]"),
    ],
)
def test_citations_of_another_form(broken: Any, field: str) -> None:
    assert field in check(cited(broken)).only_problem


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
