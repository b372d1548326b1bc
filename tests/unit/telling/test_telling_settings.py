"""The settings of telling: what is refused, and what holds without them."""

from __future__ import annotations

from typing import Any

import pytest
from unit_documents import settings

from modeleval.errors import SettingsInvalid
from modeleval.settings import parse_settings

JUDGES = {"judgeModels": ["amazon.nova-pro-v1:0"]}
TOPIC = "arn:aws:sns:us-east-1:111122223333:evaluations"


def test_by_default_nobody_is_notified_no_gate_fails_an_execution_and_no_step_is_heard() -> None:
    found = settings()
    assert (found.notify_emails, found.notification_topic_arn) == ((), None)
    assert found.notify_on == ("failed", "inconclusive", "passed", "error")
    assert not found.fail_on_failed_gate
    assert not found.pipeline_callbacks


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"notifyEmails": ["team"]}, "notifyEmails"),
        ({"notifyEmails": ["a b@example.com"]}, "notifyEmails"),
        ({"notificationTopicArn": f"{TOPIC}.fifo"}, "notificationTopicArn"),
        ({"notificationTopicArn": "evaluations"}, "notificationTopicArn"),
        ({"notifyOn": []}, "notifyOn"),
        ({"notifyOn": ["lost"]}, "notifyOn"),
        ({"notifyEmails": ["a@example.com"], "notificationTopicArn": TOPIC}, "leave one of them"),
    ],
)
def test_what_is_wrong_is_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(SettingsInvalid, match=says):
        parse_settings(JUDGES | given)


@pytest.mark.parametrize(
    "given", [{"notifyEmails": ["a.b+c@example.co.uk"]}, {"notificationTopicArn": TOPIC}]
)
def test_addresses_or_a_topic(given: dict[str, Any]) -> None:
    assert parse_settings(JUDGES | given)
