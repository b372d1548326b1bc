"""Since when a trigger counts: what CloudFormation asks, what is stored, and what it is told."""

from __future__ import annotations

import json
from email.message import Message
from typing import Any
from urllib.error import HTTPError

import pytest
from botocore.exceptions import ClientError
from unit_documents import evaluation, suite
from unit_fakes import NOW, services
from unit_table import MemoryTable

from modeleval.errors import TransientServiceError
from modeleval.store.triggers import TriggerStore
from modeleval.suite.document import parse_suite
from modeleval.triggers import enable
from modeleval.triggers.enable import ResourceRequest, enable_triggers, stated_triggers

URL = "https://cloudformation-custom-resource-response.s3.amazonaws.com/x?signature=y"
LATER = NOW + 1000.0


class Deployment:
    """Requests of CloudFormation's, and what it was told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store = TriggerStore(MemoryTable())  # type: ignore[arg-type]
        self.answers: list[dict[str, Any]] = []
        monkeypatch.setattr(enable.urllib.request, "urlopen", self._put)

    def _put(self, request: Any, *, timeout: float, context: Any) -> Any:
        assert (request.full_url, request.get_method()) == (URL, "PUT")
        assert request.get_header("Content-type") == ""
        assert timeout > 0
        assert context.check_hostname
        self.answers.append(json.loads(request.data))
        return _Nothing()

    def ask(
        self, kind: str, *triggers: Any, now: float = NOW, owner: str = "Enabled", store: Any = None
    ) -> str:
        """The status that CloudFormation was told."""
        request = ResourceRequest.model_validate(
            {
                "RequestType": kind,
                "ResponseURL": URL,
                "StackId": "arn:stack",
                "RequestId": "r1",
                "LogicalResourceId": owner,
                "ResourceProperties": {"ServiceToken": "arn", "Triggers": list(triggers)},
            }
        )
        enable_triggers(request, services(triggers=store or self.store, now=lambda: now))
        return str(self.answers[-1]["Status"])

    @property
    def since(self) -> dict[str, str]:
        return {name: found.enabled_at for name, found in self.store.enabled().items()}


class _Nothing:
    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...


class Broken:
    def __init__(self, error: Exception) -> None:
        self._error = error

    def enabled(self) -> None:
        raise self._error

    def disable(self, **_: str) -> None:
        raise self._error


@pytest.fixture
def deployment(monkeypatch: pytest.MonkeyPatch) -> Deployment:
    return Deployment(monkeypatch)


START, AFTER = "2026-11-22T08:00:00.000Z", "2026-11-22T08:16:40.000Z"


def test_a_trigger_counts_from_its_deployment_on(deployment: Deployment) -> None:
    assert deployment.ask("Create", "a: 1", "b: 2") == "SUCCESS"
    assert deployment.since == {"a": START, "b": START}


def test_only_what_changed_counts_from_now_on_and_what_is_gone_is_gone(
    deployment: Deployment,
) -> None:
    deployment.ask("Create", "a: 1", "b: 2", "c: 3")
    deployment.ask("Update", "a: 1", "b: 22", "d: 4", now=LATER)
    assert deployment.since == {"a": START, "b": AFTER, "d": AFTER}


def test_a_request_that_comes_twice_changes_nothing(deployment: Deployment) -> None:
    deployment.ask("Create", "a: 1")
    deployment.ask("Create", "a: 1", now=LATER)
    assert deployment.since == {"a": START}


def test_a_trigger_that_comes_back_counts_anew(deployment: Deployment) -> None:
    deployment.ask("Create", "a: 1")
    deployment.ask("Update")
    deployment.ask("Update", "a: 1", now=LATER)
    assert deployment.since == {"a": AFTER}


def test_a_deletion_leaves_no_trigger(deployment: Deployment) -> None:
    deployment.ask("Create", "a: 1")
    assert deployment.ask("Delete", "a: 1") == "SUCCESS"
    assert deployment.since == {}


def test_the_deletion_of_a_replaced_resource_leaves_its_successors_triggers(
    deployment: Deployment,
) -> None:
    deployment.ask("Create", "a: 1", owner="Old")
    deployment.ask("Create", "a: 1", owner="New")
    assert deployment.ask("Delete", "a: 1", owner="Old") == "SUCCESS"
    assert deployment.since == {"a": START}


def test_cloudformation_is_told_what_it_asked_about(deployment: Deployment) -> None:
    deployment.ask("Create", "a: 1")
    assert deployment.answers == [
        {
            "Status": "SUCCESS",
            "Reason": "Done",
            "PhysicalResourceId": "modeleval-triggers",
            "StackId": "arn:stack",
            "RequestId": "r1",
            "LogicalResourceId": "Enabled",
        }
    ]


REFUSED = ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetItem")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (REFUSED, "GetItem was refused: AccessDeniedException"),
        (TransientServiceError("DynamoDB", action="x"), "TransientServiceError: DynamoDB"),
    ],
)
def test_a_failure_has_a_reason(deployment: Deployment, error: Exception, reason: str) -> None:
    assert deployment.ask("Create", "a: 1", store=Broken(error)) == "FAILED"
    assert deployment.answers[-1]["Reason"].startswith(reason)


@pytest.mark.parametrize("error", [KeyError("a secret"), TypeError("a secret")])
def test_whatever_goes_wrong_is_answered_and_logged(
    deployment: Deployment, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """Without an answer CloudFormation would wait for an hour."""
    assert deployment.ask("Create", "a: 1", store=Broken(error)) == "FAILED"
    name = type(error).__name__
    assert (
        deployment.answers[-1]["Reason"] == f"{name}; see the log of the function enable_triggers"
    )
    [logged] = caplog.records
    assert logged.exc_info
    assert logged.exc_info[1] is error
    assert deployment.ask("Delete", store=Broken(error)) == "SUCCESS"


def test_a_property_of_another_form_fails_the_deployment(deployment: Deployment) -> None:
    assert deployment.ask("Create", {"a": 1}) == "FAILED"
    assert "not a list of texts" in deployment.answers[-1]["Reason"]


def test_a_deletion_succeeds_whatever_happens(deployment: Deployment) -> None:
    assert deployment.ask("Delete", store=Broken(REFUSED)) == "SUCCESS"


def test_an_answer_that_does_not_arrive_is_an_error_and_tried_again(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise HTTPError(URL, 503, "slow down", Message(), None)

    monkeypatch.setattr(enable.urllib.request, "urlopen", refuse)
    with pytest.raises(HTTPError):
        deployment.ask("Create", "a: 1")


def stated(*groups: str, **changes: Any) -> list[str]:
    answers = evaluation(responses={"precomputed": "{model.group}-v{model.version}"})
    trigger = {"modelPackageGroups": list(groups)}
    one = suite(trigger=trigger, evaluations=[answers], **changes)
    return stated_triggers([parse_suite(one, source="s")])


def test_only_the_patterns_change_what_is_stated() -> None:
    [text] = stated("a", "b-*")
    assert text.startswith("support: ")
    assert stated("b-*", "A", description="edited") == [text]
    assert stated("a") != [text]
    assert stated_triggers([parse_suite(suite(), source="s")]) == []
