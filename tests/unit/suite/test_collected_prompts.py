"""Prompts that grow with the answers are held to the service's limit before anybody is asked."""

from __future__ import annotations

from typing import Any

import pytest
from unit_documents import evaluation, suite

from modeleval.errors import SuiteInvalid
from modeleval.suite.document import parse_suite


def collected(most: int, **changes: Any) -> dict[str, Any]:
    target = {"model": "amazon.nova-lite-v1:0"}
    dataset = {"scenarios": "s.yaml", "target": target, "maxHistoryBytes": most}
    return suite(evaluations=[evaluation(dataset=dataset, responses=None, **changes)])


def test_prompts_above_the_limit_must_be_allowed() -> None:
    with pytest.raises(SuiteInvalid, match=r"evaluations\[0\].dataset.maxHistoryBytes: .* 4,096"):
        parse_suite(collected(4097), source="s")


@pytest.mark.parametrize(("most", "changes"), [(4096, {}), (9000, {"allowLongPrompts": True})])
def test_prompts_within_it_and_prompts_that_are_allowed_are_taken(
    most: int, changes: dict[str, Any]
) -> None:
    found = parse_suite(collected(most, **changes), source="s")
    assert found.collected[0].max_history_bytes == most
