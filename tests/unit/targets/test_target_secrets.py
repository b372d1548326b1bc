"""The secret of an endpoint: the value of its Authorization header, and never told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError
from botocore.stub import Stubber
from targets_world import SECRET

from modeleval.collecting.endpoint_target import Secret
from modeleval.collecting.protocol import TargetBusy
from modeleval.errors import TargetRefused


@pytest.fixture
def stub() -> Iterator[Stubber]:
    client: Any = boto3.client(
        "secretsmanager",
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",  # noqa: S106 - no secret
    )
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def holds(stub: Stubber, **value: Any) -> Secret:
    stub.add_response("get_secret_value", value, {"SecretId": SECRET})
    return Secret(stub.client, SECRET)


@pytest.mark.parametrize("value", ["Bearer abc.def-123=", "Basic dTpw", "key", " Bearer x\n"])
def test_it_is_read_once(stub: Stubber, value: str) -> None:
    secret = holds(stub, SecretString=value)
    assert [secret(), secret()] == [value.strip()] * 2


@pytest.mark.parametrize(
    "value",
    [
        {"SecretString": '{"token": "abc"}'},
        {"SecretString": "Bearer abc\r\nX-Admin: abc"},
        {"SecretString": "abc\x00"},
        {"SecretString": "abcü"},
        {"SecretString": "  "},
        {"SecretBinary": b"abc"},
    ],
)
def test_what_is_no_header_is_refused_and_not_told(stub: Stubber, value: dict[str, Any]) -> None:
    with pytest.raises(TargetRefused, match="Authorization header") as refused:
        holds(stub, **value)()
    assert "abc" not in str(refused.value)


@pytest.mark.parametrize("code", ["AccessDeniedException", "ResourceNotFoundException"])
def test_a_secret_that_may_not_be_read_refuses_the_target(stub: Stubber, code: str) -> None:
    status = 403 if code.startswith("Access") else 400
    stub.add_client_error("get_secret_value", code, "no", status)
    with pytest.raises(TargetRefused, match=SECRET):
        Secret(stub.client, SECRET)()


def test_a_service_that_is_busy_is_asked_again(stub: Stubber) -> None:
    stub.add_client_error("get_secret_value", "ThrottlingException", "no", 400)
    secret = holds(stub, SecretString="Bearer x")
    with pytest.raises(TargetBusy):
        secret()
    assert secret() == "Bearer x"


def test_a_service_that_hangs_is_asked_again(stub: Stubber) -> None:
    def get(**_: Any) -> Any:
        raise ReadTimeoutError(endpoint_url="x")

    stub.client.get_secret_value = get
    with pytest.raises(TargetBusy):
        Secret(stub.client, SECRET)()
