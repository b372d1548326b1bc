"""Wrong datasets, suites and combinations, each with the whole message that a person gets.

The cases are data: rows of the YAML files beside this one.
"""

from __future__ import annotations

import inspect

import pytest
from wrong_situations import SITUATIONS
from wrong_ways import Case, cases

from modeleval import errors, objects
from modeleval.errors import ModelevalError

CASES = list(cases())
BASES = {"ModelevalError", "Refused", "JobError"}
"""Never raised themselves."""


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_what_is_wrong_is_told_in_these_words(case: Case) -> None:
    with pytest.raises(ModelevalError) as caught:
        case.try_()
    assert (type(caught.value).__name__, str(caught.value)) == (case.error, case.message)


def test_there_are_many() -> None:
    assert len(CASES) >= 150
    assert len({case.message for case in CASES}) > 0.8 * len(CASES)


def test_every_error_has_a_case() -> None:
    every = {
        name
        for module in (errors, objects)
        for name, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, ModelevalError)
    }
    assert every - {case.error for case in CASES} - BASES == set()


def test_every_situation_is_in_the_file() -> None:
    rows = [case.row["case"] for case in CASES if case.file == "situations"]
    assert sorted(rows) == sorted(SITUATIONS)


def test_no_message_holds_text_of_a_prompt_or_a_response() -> None:
    assert sum("TOP SECRET" in str(case.row.get("lines")) for case in CASES) > 100
    assert not [case.name for case in CASES if "TOP SECRET" in case.message]
