from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, ValidationError

from modeleval.documents import Document, closest, field_path, formed, problems

CONTENT = "the prompt's own words"


class Leaf(Document):
    first_word: str
    second_word: str | None = None


class Tree(Document):
    tree_name: str
    max_height: Annotated[int, Field(ge=1)] = 3
    leaves: tuple[Leaf, ...] = ()
    root: Leaf | None = None


def found(document: object, model: type[Document] = Tree, **arguments: Any) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(document)
    return problems(caught.value, model, **arguments)


def test_documents_are_camel_case() -> None:
    assert Tree.model_validate({"treeName": "oak"}).tree_name == "oak"


def test_pythons_names_are_unknown_fields() -> None:
    messages = found({"tree_name": "oak"})
    assert "tree_name: unknown field; did you mean 'treeName'?" in messages


def test_a_document_is_written_in_camel_case_without_what_is_unset() -> None:
    tree = Tree.model_validate({"treeName": "oak", "leaves": [{"firstWord": "a"}]})
    assert tree.to_document() == {
        "treeName": "oak",
        "maxHeight": 3,
        "leaves": [{"firstWord": "a"}],
    }


def test_a_document_does_not_change() -> None:
    tree = Tree.model_validate({"treeName": "oak"})
    with pytest.raises(ValidationError, match="frozen"):
        tree.tree_name = "elm"  # type: ignore[misc]


def test_a_missing_field_is_named() -> None:
    assert found({}) == ["treeName: missing"]


def test_a_nested_field_is_named_by_its_path() -> None:
    assert found({"treeName": "oak", "leaves": [{"firstWord": "a"}, {}]}) == [
        "leaves[1].firstWord: missing"
    ]


class Forest(Document):
    height: Annotated[int, Field(ge=1)] = 3
    names: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=3)], ...],
        Field(min_length=1, max_length=2),
    ] = ("a",)
    kind: Literal["oak", "elm"] = "oak"
    code: Annotated[str, formed(r"\d\d", "write two digits")] = "00"


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"height": 0}, "height: must be at least 1"),
        ({"height": 1.5}, "height: write a whole number"),
        ({"names": []}, "names: must have 1 or more entries"),
        ({"names": ["a"] * 3}, "names: must have at most 2 entries"),
        ({"names": [""]}, "names[0]: is empty; write a text"),
        ({"names": ["abcd"]}, "names[0]: must have at most 3 characters"),
        ({"kind": "ash"}, "kind: must be 'oak' or 'elm'"),
        ({"code": "x1"}, "code: write two digits"),
    ],
)
def test_what_is_wrong_is_said_once_and_in_our_words(document: object, said: str) -> None:
    assert found(document, Forest) == [said]


def test_an_unknown_field_is_answered_with_the_nearest() -> None:
    assert found({"treeName": "oak", "maxHieght": 2}) == [
        "maxHieght: unknown field; did you mean 'maxHeight'?"
    ]


def test_an_unknown_field_unlike_any_other_is_answered_with_all() -> None:
    assert found({"treeName": "oak", "zzz": 2}) == [
        "zzz: unknown field; known fields: treeName, maxHeight, leaves, root"
    ]


@pytest.mark.parametrize(
    "document",
    [
        {"treeName": "oak", "leaves": [{"firstWord": "a", "secondWrod": "b"}]},
        {"treeName": "oak", "root": {"firstWord": "a", "secondWrod": "b"}},
    ],
)
def test_a_nested_unknown_field_is_answered_with_the_nested_models_fields(document: Any) -> None:
    assert found(document)[0].endswith("secondWrod: unknown field; did you mean 'secondWord'?")


def test_a_field_that_is_not_built_yet_is_said_to_be_so() -> None:
    assert found({"treeName": "oak", "maxWidth": 1}, later={"maxWidth": "measure it by hand"}) == [
        "maxWidth: not built yet; measure it by hand"
    ]


def test_all_problems_are_listed() -> None:
    assert len(found({"maxHeight": 0, "leaves": [{}], "zzz": 1})) == 4


def test_a_document_within_another_is_named_from_the_outer_one() -> None:
    assert found({}, at=("trees", 2)) == ["trees[2].treeName: missing"]


def test_a_problem_of_the_whole_document_has_a_place_too() -> None:
    assert found([])[0].startswith("the document: ")


@pytest.mark.parametrize(
    "document",
    [
        {"treeName": [CONTENT]},
        {"treeName": "oak", "maxHeight": CONTENT},
        {"treeName": "oak", "leaves": CONTENT},
        {"treeName": "oak", "root": CONTENT},
        {"treeName": "oak", "zzz": CONTENT},
        CONTENT,
    ],
)
def test_values_that_were_given_are_never_repeated(document: object) -> None:
    assert CONTENT not in "".join(found(document))
    with pytest.raises(ValidationError) as caught:
        Tree.model_validate(document)
    assert CONTENT not in str(caught.value)


@pytest.mark.parametrize("known", [["mmlu", "mmmu"], ["mmmu", "mmlu"]])
def test_letters_in_another_order_are_the_nearest(known: list[str]) -> None:
    assert closest("mmul", known) == "mmlu"
    assert closest("MMMUU", known) == "mmmu"


def test_a_near_miss_is_found_without_regard_to_case() -> None:
    assert closest("MAXHEIGHT", ["maxHeight", "root"]) == "maxHeight"
    assert closest("zzz", ["maxHeight", "root"]) is None


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ((), ""),
        (("judge",), "judge"),
        (("evaluations", 0, "judge"), "evaluations[0].judge"),
        ((0, "judge"), "[0].judge"),
    ],
)
def test_a_field_path_is_as_a_person_writes_it(location: tuple[int | str, ...], path: str) -> None:
    assert field_path(location) == path
