"""Whether an object is there: by its whole key, not by the beginning of another one's."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.stub import Stubber
from unit_documents import BUCKET

from modeleval.objects import Objects

KEY = "runs/me/scores/j1.jsonl"


@pytest.mark.parametrize(
    ("listed", "there"),
    [([], False), ([KEY], True), ([KEY, KEY + ".bak"], True), ([KEY + ".bak"], False)],
)
def test_an_object_is_there(s3: Stubber, s3_client: Any, listed: list[str], *, there: bool) -> None:
    answer = {"Contents": [{"Key": key} for key in listed]} if listed else {}
    s3.add_response("list_objects_v2", answer, {"Bucket": BUCKET, "Prefix": KEY})
    assert Objects(s3_client, BUCKET).exists(KEY) is there
