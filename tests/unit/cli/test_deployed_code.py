"""What a stack's functions were deployed with: their environment and their suites."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from modeleval.cli import deployed_code as module
from modeleval.cli.deployed_code import DeployedCode
from modeleval.errors import StackNotFound, TransientServiceError

URL = (
    "https://awslambda-us-west-2-tasks.s3.us-west-2.amazonaws.com/snapshots/code?X-Amz-Signature=x"
)
VARIABLES = {
    "BUCKET_NAME": "modeleval-bucket",
    "TABLE_NAME": "modeleval-table",
    "SETTINGS": "{}",
    "STACK_NAME": "modeleval",
    "KMS_KEY_ARN": "arn:aws:kms:us-west-2:111122223333:key/k",
    "ANOTHER": "of a layer",
}


def code() -> DeployedCode:
    def get_function(**asked: Any) -> dict[str, Any]:
        assert asked == {"FunctionName": "decide"}
        environment = {"Variables": VARIABLES}
        return {"Code": {"Location": URL}, "Configuration": {"Environment": environment}}

    return DeployedCode("decide", SimpleNamespace(get_function=get_function))


def answer(patch: pytest.MonkeyPatch, content: bytes, *, status: int = 200) -> None:
    """Let the function's code be answered with this."""

    class Session:
        def __init__(self, **_: Any) -> None:
            pass

        def send(self, request: Any) -> Any:
            assert (request.method, request.url) == ("GET", URL)
            return SimpleNamespace(status_code=status, content=content)

    patch.setattr(module, "URLLib3Session", Session)


def archive(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as written:
        for name in names:
            written.writestr(name, name)
    return file.getvalue()


def test_the_environment_is_that_of_the_functions() -> None:
    environment = code().environment

    assert environment.bucket_name == "modeleval-bucket"
    assert environment.kms_key_arn == VARIABLES["KMS_KEY_ARN"]


def test_the_suites_are_written_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    others = ("modeleval/ids.py", "suites/old/c.yaml", "../suites/d.yaml", "/suites/e.yaml")
    answer(monkeypatch, archive("suites/a.yaml", "suites/b.json", *others))

    suites = code().write_suites(tmp_path)

    assert suites == tmp_path / "suites"
    assert sorted(path.name for path in suites.iterdir()) == ["a.yaml", "b.json"]
    assert (suites / "a.yaml").read_text() == "suites/a.yaml"
    assert sorted(tmp_path.iterdir()) == [suites]


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [(b"<html>", 200, "is no archive"), (b"", 403, "was answered with HTTP 403")],
    ids=["no archive", "denied"],
)
def test_code_that_cannot_be_read_is_no_missing_suite(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes, status: int, said: str
) -> None:
    answer(monkeypatch, content, status=status)

    with pytest.raises(StackNotFound, match=said) as caught:
        code().write_suites(tmp_path)

    assert "suites/<name>.yaml" in str(caught.value)


def test_a_lost_connection_is_worth_another_try(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Lost:
        def __init__(self, **_: Any) -> None:
            pass

        def send(self, _: Any) -> Any:
            raise EndpointConnectionError(endpoint_url=URL)

    monkeypatch.setattr(module, "URLLib3Session", Lost)

    with pytest.raises(TransientServiceError):
        code().write_suites(tmp_path)
