"""The whole template, so that a review sees what a change of the code changes in the account.

After a change that is meant: `.venv/bin/pytest tests/infrastructure --snapshot-update`, and read
the difference before it is committed.
"""

from __future__ import annotations

import copy
import re
from typing import Any

from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension
from template_reader import Template, definition

_ASSET = re.compile(r"^[0-9a-f]{64}\.zip$")


def masked(value: Any) -> Any:
    """Without the hashes of packaged code: they change with every line and every platform."""
    if isinstance(value, dict):
        return {key: masked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [masked(item) for item in value]
    if isinstance(value, str) and _ASSET.match(value):
        return "<asset>.zip"
    return value


def readable(template: Template) -> dict[str, Any]:
    """State machines as documents instead of texts in pieces."""
    document: dict[str, Any] = copy.deepcopy(template.document)
    for resource in document["Resources"].values():
        if resource["Type"] == "AWS::StepFunctions::StateMachine":
            properties = resource["Properties"]
            properties["DefinitionString"] = definition(properties)
    return document


def test_template(template: Template, snapshot: SnapshotAssertion) -> None:
    assert masked(readable(template)) == snapshot(extension_class=JSONSnapshotExtension)


def test_masks_leave_no_hash_of_packaged_code(template: Template) -> None:
    assert "<asset>.zip" in str(masked(template.document))
    assert re.search(r"[0-9a-f]{64}", str(masked(template.document))) is None
