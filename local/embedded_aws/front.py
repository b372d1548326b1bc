"""The one door: decides per request whether a stand-in or MiniStack answers it.

A request is routed as AWS routes it: by the service it is signed for (the SigV4 credential scope),
then by its path. What the stand-ins do not know goes to MiniStack unread.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable

from ministack import app as ministack

from embedded_aws import connections, control, http, invocations
from embedded_aws.bedrock.service import Bedrock
from embedded_aws.disturbing import Disturbing
from embedded_aws.function_calls import FunctionCalls, arrival
from embedded_aws.sagemaker.service import SageMaker

log = logging.getLogger("embedded_aws")
_BEDROCK_PATH = re.compile(
    r"/(evaluation-jobs?|foundation-models|foundation-model-availability|inference-profiles"
    r"|provisioned-model-throughput|imported-models|prompt-routers|knowledgebases)(/|$)"
    r"|/model/.+/converse/?$"
)
_CONTROL_PATH = "/_standin/"


class Front:
    """The ASGI application that is served."""

    def __init__(self, bedrock: Bedrock, sagemaker: SageMaker) -> None:
        self._bedrock = bedrock
        self._sagemaker = sagemaker
        calls = FunctionCalls()
        invocations.listen(calls.learn)
        self._control = control.Control(bedrock, sagemaker, calls)
        self._disturbing = Disturbing(calls, self._serve)

    async def __call__(self, scope: http.Scope, receive: http.Receive, send: http.Send) -> None:
        """Answer one request; lifespan and websockets are MiniStack's."""
        found = arrival(scope) if scope["type"] == "http" else None
        if found is None:
            await self._serve(scope, receive, send)
        else:
            await self._disturbing.serve(found, scope, receive, send)

    async def _serve(self, scope: http.Scope, receive: http.Receive, send: http.Send) -> None:
        answer = self._stand_in(scope) if scope["type"] == "http" else None
        if answer is None:
            await ministack.app(scope, receive, send)
            return
        request = await http.read(scope, receive)
        # A thread: a stand-in calls this same server (S3), and must not block its loop.
        response = await asyncio.to_thread(answer, request)
        if response.cut:
            connections.cut()
        else:
            await http.write(response, send)

    def _stand_in(self, scope: http.Scope) -> Callable[[http.Request], http.Response] | None:
        """Who answers the request, or None: MiniStack.

        SageMaker is all the stand-in's: MiniStack has nothing of it.
        """
        if scope["path"].startswith(_CONTROL_PATH):
            return self._control.answer
        signed = http.signature(scope)
        if signed and signed.service == "bedrock" and _BEDROCK_PATH.match(scope["path"]):
            return lambda request: self._bedrock.answer(request, signed)
        if signed and signed.service == "sagemaker":
            return lambda request: self._sagemaker.answer(request, signed)
        return None
