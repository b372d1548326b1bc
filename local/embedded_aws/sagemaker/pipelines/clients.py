"""Clients that act as a job's role, through the front door and over TLS."""

from __future__ import annotations

from typing import Any

from botocore.config import Config

from embedded_aws.bedrock.service_role import ServiceRole, botocore_session
from embedded_aws.environment import Home


def lambda_client(role: ServiceRole, home: Home) -> Any:
    """A Lambda client of the role."""
    return _client("lambda", role, home)


def sqs_client(role: ServiceRole, home: Home) -> Any:
    """An SQS client of the role."""
    return _client("sqs", role, home)


def _client(service: str, role: ServiceRole, home: Home) -> Any:
    return botocore_session().create_client(
        service,
        region_name=role.region,
        endpoint_url=home.endpoint,
        verify=str(home.certificate),
        aws_access_key_id=role.access_key,
        aws_secret_access_key=role.secret_key,
        aws_session_token=role.token,
        config=Config(retries={"total_max_attempts": 2}, read_timeout=900),
    )
