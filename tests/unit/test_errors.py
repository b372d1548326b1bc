from __future__ import annotations

import inspect

import pytest

from modeleval import errors, objects
from modeleval.errors import ModelevalError, Refused, SuiteInvalid

CLASSES = {
    name: member
    for module in (errors, objects)
    for name, member in inspect.getmembers(module, inspect.isclass)
    if issubclass(member, ModelevalError)
}
ALL = list(CLASSES.values())


def test_an_error_says_what_where_and_what_to_do() -> None:
    error = SuiteInvalid("The name is wrong", where="name", action="Choose another.")
    assert str(error) == "The name is wrong (name). Choose another."


def test_an_error_without_a_place_says_what_and_what_to_do() -> None:
    assert str(Refused("Nothing is there.", action="Look.")) == "Nothing is there. Look."


def test_an_error_is_what_step_functions_sees_of_it() -> None:
    error = SuiteInvalid("What", where="field", action="Do.")
    assert (type(error).__name__, str(error)) == ("SuiteInvalid", error.args[0])


@pytest.mark.parametrize("error", ALL)
def test_every_error_stands_in_the_tree_of_the_docstring(error: type[ModelevalError]) -> None:
    assert f" {error.__name__} " in (errors.__doc__ or "").replace("\n", " \n") + " "


def test_every_name_in_the_docstrings_tree_is_an_error() -> None:
    lines = [line for line in (errors.__doc__ or "").splitlines() if "──" in line]
    named = {line.split("── ")[1].split()[0] for line in lines}
    assert named == {error.__name__ for error in ALL} - {"ModelevalError"}


def test_the_tree_of_the_docstring_is_the_tree_of_the_classes() -> None:
    parent = {0: "ModelevalError"}
    for line in (errors.__doc__ or "").splitlines():
        if "──" not in line:
            continue
        depth = 2 if line.startswith("    │   ") else 1
        name = line.split("── ")[1].split()[0]
        parent[depth] = name
        assert CLASSES[name].__base__.__name__ == parent[depth - 1]


def test_no_error_is_missing_here() -> None:
    found, waiting = {"ModelevalError"}, [ModelevalError]
    while waiting:
        own = [one for one in waiting.pop().__subclasses__() if "modeleval" in one.__module__]
        found |= {one.__name__ for one in own}
        waiting += own
    assert found == set(CLASSES)


def test_what_is_worth_a_retry_is_not_a_refusal() -> None:
    assert not issubclass(errors.TransientServiceError, Refused)
    assert not issubclass(errors.ConcurrencyReached, Refused | errors.JobError)
