"""A line of the judge's dataset as it is written for Bedrock, and as ordinary ones are read."""

from __future__ import annotations

from typing import cast

import msgspec


class Response(msgspec.Struct, rename="camel", forbid_unknown_fields=True, gc=False):
    """The one entry of `modelResponses`."""

    response: str
    model_identifier: str


class JudgeLine(msgspec.Struct, rename="camel", kw_only=True, forbid_unknown_fields=True, gc=False):
    """The fields of the format, in the order in which they are written."""

    prompt: str
    reference_response: str | msgspec.UnsetType = msgspec.UNSET
    category: str | msgspec.UnsetType = msgspec.UNSET
    model_responses: tuple[Response]


_ATTRIBUTES = {field.encode_name: field.name for field in msgspec.structs.fields(JudgeLine)}
_CLUSTER = ("cluster", msgspec.Raw | msgspec.UnsetType, msgspec.UNSET)


class LineDecoder:
    """Decodes lines of exactly the format's fields and, if there is one, the cluster field."""

    def __init__(self, cluster_field: str | None) -> None:
        self.cluster_attribute = _ATTRIBUTES.get(cluster_field or "", "cluster")
        self.decode = msgspec.json.Decoder(self._type(cluster_field)).decode

    def _type(self, cluster_field: str | None) -> type[JudgeLine]:
        if cluster_field is None or cluster_field in _ATTRIBUTES:
            return JudgeLine
        names = {"cluster": cluster_field}
        clustered = msgspec.defstruct(
            "_ClusteredLine", [_CLUSTER], bases=(JudgeLine,), rename=names, kw_only=True, gc=False
        )
        return cast("type[JudgeLine]", clustered)
