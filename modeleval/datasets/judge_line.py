"""A line of the judge's dataset as it is written for Bedrock, and as ordinary ones are read."""

from __future__ import annotations

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


class ClusteredLine(JudgeLine, kw_only=True, gc=False):
    """A line with a cluster field of its own, which is not written."""

    cluster: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


def line_type(cluster_field: str | None) -> type[JudgeLine]:
    """How an ordinary line is read if `cluster_field` holds its cluster."""
    if cluster_field is None or cluster_field == "category":
        return JudgeLine
    cluster = ("cluster", msgspec.Raw | msgspec.UnsetType, msgspec.UNSET)
    return msgspec.defstruct(
        "_Line", [cluster], bases=(ClusteredLine,), rename={"cluster": cluster_field}, kw_only=True
    )
