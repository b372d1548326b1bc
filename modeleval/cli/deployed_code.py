"""What the functions of a stack were deployed with: their environment, and their suites."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session
from botocore.utils import get_environ_proxies

from modeleval.aws import transient_errors
from modeleval.errors import StackNotFound
from modeleval.services import Environment

_OK = 200
_SUITES = "suites"


class DeployedCode:
    """One function's, and so every function's: they share their code and their environment."""

    def __init__(self, function: str, client: Any) -> None:
        """Raises TransientServiceError, and ClientError if the function may not be read."""
        self._function = function
        with transient_errors("Lambda"):
            found = client.get_function(FunctionName=function)
        # By TLS alone, whatever the scheme that is named.
        self._location = "https://" + found["Code"]["Location"].partition("://")[2]
        variables = found["Configuration"].get("Environment", {}).get("Variables", {})
        self.environment = Environment.model_validate(variables)

    def write_suites(self, folder: Path) -> Path:
        """Write the suites that were deployed into a folder below `folder`, and name it.

        Raises StackNotFound if Lambda gives no code.
        """
        suites = folder / _SUITES
        suites.mkdir()
        try:
            archive = zipfile.ZipFile(io.BytesIO(self._download()))
        except zipfile.BadZipFile:
            raise self._unreadable("is no archive") from None
        with archive:
            for name in archive.namelist():
                path = PurePosixPath(name)
                if len(path.parts) == 2 and path.parts[0] == _SUITES:  # noqa: PLR2004 - no folders
                    (suites / path.name).write_bytes(archive.read(name))
        return suites

    def _download(self) -> bytes:
        request = AWSRequest("GET", self._location).prepare()
        # As boto3 does it: a path, or whether at all.
        verify: Any = os.environ.get("AWS_CA_BUNDLE") or True
        session = URLLib3Session(verify=verify, proxies=get_environ_proxies(self._location))
        with transient_errors("Lambda"):
            answer = session.send(request)
            content = bytes(answer.content)
        if answer.status_code != _OK:
            raise self._unreadable(f"was answered with HTTP {answer.status_code}")
        return content

    def _unreadable(self, what: str) -> StackNotFound:
        return StackNotFound(
            f"The suites of the stack cannot be read: the code of its functions {what}",
            where=self._function,
            action="Name the suite's file instead, as in suites/<name>.yaml.",
        )
