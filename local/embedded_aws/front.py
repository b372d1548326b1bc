"""The one door: decides per request whether a stand-in or MiniStack answers it.

A request is routed as AWS routes it: by the service it is signed for (the SigV4 credential scope),
then by its path. What the stand-ins do not know goes to MiniStack unread.
"""

from __future__ import annotations

import asyncio
import logging
import re

from ministack import app as ministack

from embedded_aws import control, endpoints, http
from embedded_aws.bedrock.service import Bedrock
from embedded_aws.patches import connections

log = logging.getLogger("embedded_aws")
_BEDROCK_PATH = re.compile(
    r"/(evaluation-jobs?|foundation-models|foundation-model-availability|inference-profiles"
    r"|provisioned-model-throughput|imported-models|prompt-routers)(/|$)"
)
_CONTROL_PATH = "/_standin/"


class Front:
    """The ASGI application that is served."""

    def __init__(self, bedrock: Bedrock) -> None:
        self._bedrock = bedrock
        self._control = control.Control(bedrock)

    async def __call__(self, scope: http.Scope, receive: http.Receive, send: http.Send) -> None:
        """Answer one request; lifespan and websockets are MiniStack's."""
        if scope["type"] == "http":
            if scope["path"].startswith(_CONTROL_PATH):
                request = await http.read(scope, receive)
                response = await asyncio.to_thread(self._control.answer, request)
                return await http.write(response, send)
            signed = http.signature(scope)
            if signed and signed.service == "bedrock" and _BEDROCK_PATH.match(scope["path"]):
                request = await http.read(scope, receive)
                # A thread: the stand-in calls this same server (S3), and must not block its loop.
                response = await asyncio.to_thread(self._bedrock.answer, request, signed)
                if response.cut:
                    return connections.cut()
                return await http.write(response, send)
            if signed and signed.service == "sagemaker" and endpoints.is_ours(scope["headers"]):
                request = await http.read(scope, receive)
                registry = self._bedrock.registry
                response = await asyncio.to_thread(endpoints.answer, registry, request, signed)
                return await http.write(response, send)
        await ministack.app(scope, receive, send)
        return None
