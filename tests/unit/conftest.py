"""Clients that reach nothing: every call must have been stubbed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache

import boto3
import pytest
import typer.main
import typer.testing
from botocore.stub import Stubber


@pytest.fixture(scope="module", autouse=True)
def _no_aws() -> Iterator[None]:
    """Tests of the deployed stack may have run in this process, and their AWS may still run."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        yield


@pytest.fixture(scope="session", autouse=True)
def _commands_built_once() -> Iterator[None]:
    """Typer builds all commands from their signatures at each call: 0.08 s, most of a short one."""
    with pytest.MonkeyPatch.context() as patch:
        built = cache(typer.main.get_command)
        patch.setattr(typer.main, "get_command", built)
        patch.setattr(typer.testing, "_get_command", built)
        yield


def _client(service: str) -> object:
    return boto3.client(
        service,
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",  # noqa: S106 - no secret
    )


def _stubbed(client: object) -> Iterator[Stubber]:
    """A call that was not prepared raises; so does a prepared one that was not made."""
    with Stubber(client) as stub:
        yield stub
        stub.assert_no_pending_responses()


@pytest.fixture(scope="session")
def bedrock_client() -> object:
    return _client("bedrock")


@pytest.fixture(scope="session")
def s3_client() -> object:
    return _client("s3")


@pytest.fixture(scope="session")
def sfn_client() -> object:
    return _client("stepfunctions")


@pytest.fixture
def bedrock(bedrock_client: object) -> Iterator[Stubber]:
    yield from _stubbed(bedrock_client)


@pytest.fixture
def s3(s3_client: object) -> Iterator[Stubber]:
    yield from _stubbed(s3_client)


@pytest.fixture
def step_functions(sfn_client: object) -> Iterator[Stubber]:
    yield from _stubbed(sfn_client)
