"""What of a RAG dataset is judged: the lines as they are written, and the index beside them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rag_helpers import (
    answered,
    check,
    citation,
    line,
    live,
    passages,
    retrieval,
    retrieved,
    said,
    turn,
)

from modeleval.datasets.rag_line import output_digest, turn_digest

ANSWER = answered("It is so.", "A passage.")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(str.strip)


def test_a_line_is_passed_on_in_bedrocks_format_and_nothing_else() -> None:
    cited = answered(
        "It is so.",
        "A passage.",
        modelIdentifier="a-model",
        citations=[citation(0, 5, "It is", "A passage.")],
    )
    given = line(turn(output=cited), category="rivers", ticket=7)
    found = check(given)
    assert found.lines == [line(turn(output=cited))]
    [entry] = found.index
    assert (entry.category, entry.line, entry.unscored) == ("rivers", 1, None)
    assert entry.input_digest == turn_digest([("Question 0?", ("It 0.",))])
    assert entry.response_digest == output_digest("It is so.", ["A passage."])
    assert "ticket" in found.only_warning


def test_names_and_metadata_of_passages_are_kept() -> None:
    results = {
        "retrievalResults": [
            {"name": "page 3", "content": {"text": "Three."}, "metadata": {"year": "2024"}}
        ]
    }
    given = line(turn(output=retrieved(retrievedResults=results)))
    assert retrieval(given).lines == [given]


def test_a_live_line_needs_no_output_and_has_none() -> None:
    found = live(line(turn(1)), line(turn(2, output=ANSWER)))
    assert found.lines == [line(turn(1)), line(turn(2))]
    assert "unusedResponses" in str(found.report.warnings[0].code)
    assert found.report.identifier is None


def test_a_conversation_is_one_line_and_a_record_per_turn() -> None:
    turns = [turn(number, output=answered(f"So {number}.", "P.")) for number in range(5)]
    found = check(line(*turns))
    assert found.lines == [line(*turns)]
    assert [entry.line for entry in found.index] == [1] * 5
    assert {entry.cluster for entry in found.index} == {"line 1"}
    assert len({entry.key for entry in found.index}) == 5
    assert (found.report.lines, found.report.records, found.report.judged) == (1, 5, 5)


def test_a_single_turn_is_a_record_of_its_own() -> None:
    assert [entry.cluster for entry in check(line(turn(output=ANSWER))).index] == [None]


def test_the_cluster_field_wins_over_the_conversation() -> None:
    given = [line(turn(n, output=ANSWER), turn(9, output=ANSWER), customer="c") for n in (1, 2)]
    found = check(*given, cluster_field="customer")
    assert {entry.cluster for entry in found.index} == {"c"}
    assert found.report.warnings == ()


def test_the_same_question_after_another_conversation_is_another_record() -> None:
    first = line(turn(1, output=ANSWER), turn(3, output=ANSWER))
    second = line(turn(2, output=ANSWER), turn(3, output=ANSWER))
    found = check(first, second)
    assert len({entry.input_digest for entry in found.index}) == 4
    assert found.report.warnings == ()


def test_equal_turns_have_keys_of_their_own_and_are_warned_of() -> None:
    found = check(line(turn(output=ANSWER)), line(turn(output=answered("Or so.", "P."))))
    assert len({entry.key for entry in found.index}) == 2
    assert "duplicateRecord" in str(found.report.warnings[0].code)


@pytest.mark.parametrize("text", ["", "  \n"])
def test_from_an_empty_answer_on_a_conversation_is_not_judged(text: str) -> None:
    turns = [
        turn(1, output=answered("So.", "P.")),
        turn(2, output=answered(text, "P.")),
        turn(3, output=answered("So.", "P.")),
    ]
    found = check(line(*turns))
    assert found.lines == [line(turns[0])]
    assert [entry.unscored for entry in found.index] == [None, "emptyResponse", "emptyResponse"]


def test_a_retrieval_of_nothing_is_unscored_and_not_sent() -> None:
    found = retrieval(line(turn(1, output=retrieved())), line(turn(2, output=retrieved("P."))))
    assert len(found.lines) == 1
    assert [entry.unscored for entry in found.index] == ["nothingRetrieved", None]
    assert "counts as unscored" in found.only_warning


def test_an_answer_without_passages_is_judged() -> None:
    assert check(line(turn(output=answered("I do not know.")))).report.judged == 1


def test_thinking_is_taken_out_of_answers_without_citations() -> None:
    given = line(turn(output=answered("<thinking>Hm.</thinking>So.", "P.")))
    assert check(given).lines[0]["conversationTurns"][0]["output"]["text"] == "So."
    assert check(given, keep_thinking=True).lines == [given]


def test_the_record_of_awss_announcement_is_valid_and_warned_of() -> None:
    """Its third citation's text is not what stands at its span."""
    text = "Amazon's SEC file number is 000-22513."
    citations = [
        citation(0, 11, "Amazon's SEC", "UNITED STATES"),
        citation(12, 22, "file number", "Commission File No. 000-22513"),
        citation(23, 33, "is 000-22513", "Commission File No. 000-22513"),
    ]
    given = line(turn(output=answered(text, "Commission File No.", citations=citations)))
    found = check(given, citations_needed_by=("CitationPrecision",))
    assert found.report.problems == ()
    assert found.lines == [given]
    assert "A citation's text is not what stands at its span" in found.only_warning


@pytest.mark.parametrize("end", [4, 5])
def test_a_span_may_end_at_its_last_character_or_behind_it(end: int) -> None:
    given = answered("It is so.", "P.", citations=[citation(0, end, "It is", "P.")])
    assert check(line(turn(output=given))).report.warnings == ()


def test_reference_contexts_are_kept_for_custom_metrics() -> None:
    contexts = [said("The right passage.")]
    alone = line(turn(referenceContexts=contexts, referenceResponses=None, output=ANSWER))
    both = line(turn(referenceContexts=contexts, output=ANSWER))
    assert check(alone).lines == [alone]
    assert check(both, built_in=False).lines == [both]


def test_empty_references_are_none() -> None:
    found = live(line(turn(referenceResponses=[])))
    assert found.lines == [line(turn(referenceResponses=None))]


def test_lines_are_counted_by_their_turns() -> None:
    conversations = [
        line(*(turn(f"{number}.{n}") for n in range(5)))  # type: ignore[arg-type]
        for number in range(200)
    ]
    assert live(*conversations).report.problems == ()
    found = live(*conversations, line(turn("more")))  # type: ignore[arg-type]
    assert "t most 1,000 turns can be judged, and this file has 1,001" in found.only_problem


@given(
    st.lists(
        st.lists(st.tuples(TEXTS, st.lists(TEXTS, max_size=2), TEXTS), min_size=1, max_size=5),
        min_size=1,
        max_size=4,
    )
)
def test_what_is_written_has_the_digests_of_the_index(
    conversations: list[list[tuple[str, list[str], str]]],
) -> None:
    """The join of the output rests on it."""
    lines = [
        line(
            *(
                {
                    "prompt": said(prompt),
                    "referenceResponses": [said(one) for one in references],
                    "output": answered(answer, answer),
                }
                for prompt, references, answer in turns
            )
        )
        for turns in conversations
    ]
    found = check(*lines, keep_thinking=True)
    assert found.report.problems == ()
    expected = []
    for written in found.lines:
        history: list[tuple[str, tuple[str, ...]]] = []
        for one in written["conversationTurns"]:
            texts = [text["content"][0]["text"] for text in one.get("referenceResponses", [])]
            history.append((one["prompt"]["content"][0]["text"], tuple(texts)))
            answer = one["output"]["text"]
            expected.append((turn_digest(history), output_digest(answer, [answer])))
    assert [(entry.input_digest, entry.response_digest) for entry in found.index] == expected


def test_a_digest_knows_prompt_from_reference_and_turn_from_turn() -> None:
    given: list[Any] = [
        [("a", ())],
        [("a", ("a",))],
        [("a", ()), ("a", ())],
        [("aa", ())],
        [("a", ("a",)), ("a", ())],
        [("a", ()), ("a", ("a",))],
    ]
    assert len({turn_digest(one) for one in given}) == len(given)
    assert turn_digest([("a", ("",))]) == turn_digest([("a", ())])


def test_what_is_not_utf8_and_what_is_no_json_is_a_problem_of_its_line() -> None:
    data = b'{"conversationTurns": "\xff"}\n' + json.dumps(line(turn())).encode() + b"\n{\n"
    problems = [str(one) for one in live(raw=data).report.problems]
    assert [one.split(",")[0].split(":")[0] for one in problems] == ["line 1", "line 3"]


def test_passages_helper_is_what_bedrock_calls_it() -> None:
    assert list(passages("x")) == ["retrievalResults"]
