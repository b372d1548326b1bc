"""The rules of the judge's format, one mistake at a time."""

import pytest
from dataset_helpers import IDENTIFIER, SOURCE, answered, check, jsonl, record

from modeleval.errors import DatasetInvalid

ENTRY = "modelResponses[0]"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (record(prompt=None), "prompt: is missing. Give the record its prompt"),
        (record(prompt=None, question="q"), "prompt: is missing. Rename question to prompt"),
        (record(prompt=7), "prompt: is a number, and must be a string"),
        (record(prompt=" \n"), "prompt: is empty. Write the prompt"),
        (record(prompt=["a"]), "prompt: is an array, and must be a string"),
        (record(referenceResponse=["a"]), "referenceResponse: is an array, and must be a string"),
        (record(category={"a": 1}), "category: is an object, and must be a string"),
        (record(category="c" * 257), "category: has 257 characters"),
        (record(modelResponses=None), 'modelResponses: is missing. Write "modelResponses": ['),
        (
            record(modelResponses=None, completion="c"),
            "modelResponses: is missing, while completion is there",
        ),
        (
            record(modelResponses=None, response="c"),
            "modelResponses: is missing, while response is there",
        ),
        (record(modelResponses={"response": "r"}), "is an object, and must be an array"),
        (record(modelResponses="r"), "modelResponses: is a string, and must be an array"),
        (record(modelResponses=[]), "holds 0 responses, and must hold exactly one"),
        (
            record(modelResponses=answered("a") + answered("b")),
            "holds 2 responses, and must hold exactly one",
        ),
        (record(modelResponses=["r"]), f"{ENTRY}: is a string, and must be an object"),
        (
            record(modelResponses=[{"modelIdentifier": IDENTIFIER}]),
            f"{ENTRY}.response: is missing",
        ),
        (
            record(modelResponses=[{"text": "r", "modelIdentifier": IDENTIFIER}]),
            f"{ENTRY}.response: is missing. Rename text to response",
        ),
        (record(modelResponses=answered(3)), f"{ENTRY}.response: is a number, and must be"),
        (record(modelResponses=answered(None)), f"{ENTRY}.response: is null, and must be"),
        (
            record(modelResponses=[{"response": "r"}]),
            f"{ENTRY}.modelIdentifier: is missing. Name what produced the response",
        ),
        (
            record(modelResponses=[{"response": "r", "modelId": "m"}]),
            f"{ENTRY}.modelIdentifier: is missing. Rename modelId to modelIdentifier",
        ),
        (
            record(modelResponses=answered("r", "amazon.nova-lite-v1:0")),
            f"{ENTRY}.modelIdentifier: has 21 characters with digest",
        ),
        (record(modelResponses=answered("r", "")), "is empty. Use 1 to 256"),
        (record(modelResponses=answered("r", "m" * 257)), "has 257 characters"),
        (record(modelResponses=answered("r", "m\n")), "is not an identifier"),
        (record(conversationTurns=[]), "conversationTurns: belongs to the format of RAG"),
    ],
)
def test_a_mistake_has_its_message(fields: dict[str, object], message: str) -> None:
    result = check(jsonl(record(1), fields))
    assert "line 2, " in result.only_problem
    assert message in result.only_problem
    assert len(result.records) == len(result.index) == 1


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (b"1e999", "a number"),
        (b"-" + b"9" * 5000, "a number"),
        (b"true", "a boolean"),
        (b'{"a": 1e999}', "an object"),
    ],
)
@pytest.mark.parametrize("field", ["prompt", "category", "response", "modelResponses"])
def test_whatever_stands_for_a_text_is_named_by_its_type(
    field: str, value: bytes, kind: str
) -> None:
    marked = jsonl(
        record(modelResponses=answered("MARK"))
        if field == "response"
        else record(**{field: "MARK"})
    )
    problem = check(marked.replace(b'"MARK"', value)).only_problem
    assert f"{field}: is {kind}, and must be" in problem


@pytest.mark.parametrize("field", ["referenceResponse", "category"])
def test_null_in_an_optional_field_is_to_be_left_out(field: str) -> None:
    result = check(jsonl(record() | {field: None}))
    assert f"{field}: is null" in result.only_problem
    assert "Leave the field out" in result.only_problem


def test_every_problem_of_a_line_is_reported() -> None:
    fields = record(prompt=1, referenceResponse=2, category=3, modelResponses=answered(4, 5))
    fields_named = [problem.field for problem in check(jsonl(fields)).report.problems]
    assert fields_named == [
        "prompt",
        "referenceResponse",
        "category",
        f"{ENTRY}.response",
        f"{ENTRY}.modelIdentifier",
    ]


def test_the_first_identifier_holds_for_the_file() -> None:
    result = check(jsonl(record(), record(1, modelResponses=answered("r", "other-v1"))))
    assert "is 'other-v1' where line 1 has 'support-bot-v3'" in result.only_problem
    assert result.report.identifier == IDENTIFIER


def test_the_suite_s_identifier_holds_for_the_file() -> None:
    result = check(jsonl(record(), record(1)), identifier="support-bot-v4")
    assert result.report.problem_count == 2
    what = "is 'support-bot-v3' where the suite names 'support-bot-v4'"
    assert what in result.report.problems[0].what


def test_a_prompt_may_have_4096_bytes() -> None:
    assert check(jsonl(record(prompt="é" * 2048))).report.problem_count == 0
    result = check(jsonl(record(prompt="é" * 2048 + "x")))
    assert "prompt: has 4,097 bytes in UTF-8, and Bedrock takes at most 4,096" in (
        result.only_problem
    )


def test_long_prompts_can_be_allowed_and_are_warned_of() -> None:
    result = check(jsonl(record(prompt="x" * 5000)), allow_long_prompts=True)
    assert result.report.problem_count == 0
    assert result.report.warnings[0].code == "longPrompt"
    assert len(result.records) == 1


def test_the_cluster_is_read_and_not_passed_on() -> None:
    lines = jsonl(record(talk="t-1"), record(1, talk=7), record(2, talk=1.5))
    result = check(lines, cluster_field="talk")
    assert result.report.warnings == ()
    assert [entry.cluster for entry in result.index] == ["t-1", "7", "1.5"]
    assert result.records == [record(), record(1), record(2)]


def test_the_category_can_be_the_cluster() -> None:
    result = check(jsonl(record()), cluster_field="category")
    assert result.index[0].cluster == result.index[0].category == "numbers"
    assert result.records == [record()]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "talk: is missing, and is the cluster field"),
        (True, "talk: is a boolean; a cluster is a string or a number"),
        ([1], "talk: is an array; a cluster is a string or a number"),
        ("", "talk: is empty, and is the cluster field"),
        ("x" * 257, "talk: has 257 characters"),
        (10**300, "talk: has 301 characters"),
    ],
)
def test_a_record_without_a_usable_cluster_is_refused(value: object, message: str) -> None:
    result = check(jsonl(record(talk="a"), record(1, talk=value)), cluster_field="talk")
    assert message in result.only_problem


def test_problems_are_raised_with_source_and_count_each_kind_once() -> None:
    lines = [record(number, prompt=1) for number in range(60)]
    with pytest.raises(DatasetInvalid) as raised:
        check(jsonl(*lines)).report.raise_if_invalid()
    assert str(raised.value) == (
        f"The dataset has 60 problems ({SOURCE}). Correct it and upload it again:\n"
        "- lines 1 to 60, prompt: is a number, and must be a string. Make it a string"
    )


def test_the_first_fifty_kinds_of_problem_are_listed() -> None:
    answer = [answered("x", f"bot{chr(97 + n % 26)}{chr(97 + n // 26)}") for n in range(60)]
    lines = [record(0), *(record(n, modelResponses=one) for n, one in enumerate(answer))]
    with pytest.raises(DatasetInvalid) as raised:
        check(jsonl(*lines)).report.raise_if_invalid()
    message = str(raised.value)
    assert message.count("\n- line ") == 50
    assert message.endswith("- and 10 more")


def test_a_valid_dataset_raises_nothing() -> None:
    check(jsonl(record())).report.raise_if_invalid()
