"""A service's own throttling and internal errors, in the service's own protocol."""

from __future__ import annotations

from embedded_aws.http import Response, json_response

_THROTTLED = {
    "dynamodb": "ProvisionedThroughputExceededException",
    "lambda": "TooManyRequestsException",
    "s3": "SlowDown",
    "sns": "Throttling",
    "sts": "Throttling",
}
_INTERNAL = {
    "bedrock": "InternalServerException",
    "bedrock-agent": "InternalServerException",
    "dynamodb": "InternalServerError",
    "events": "InternalException",
    "lambda": "ServiceException",
    "s3": "InternalError",
}
_THROTTLED_STATUS = {"rest-xml": 503, "rest-json": 429}
_NOTHING_DONE = "The embedded AWS was asked to answer so; nothing was done."


def throttled(service: str, protocol: str) -> Response:
    """The answer of a service that is asked too often."""
    code = _THROTTLED.get(service, "ThrottlingException")
    return _answer(protocol, _THROTTLED_STATUS.get(protocol, 400), code, sender=True)


def internal(service: str, protocol: str) -> Response:
    """The answer of a service that has broken down."""
    return _answer(protocol, 500, _INTERNAL.get(service, "InternalFailure"), sender=False)


def _answer(protocol: str, status: int, code: str, *, sender: bool) -> Response:
    if protocol in ("json", "rest-json"):
        body = {"__type": code, "message": _NOTHING_DONE}
        return json_response(status, body, {"x-amzn-errortype": code})
    error = f"<Code>{code}</Code><Message>{_NOTHING_DONE}</Message>"
    if protocol == "query":
        side = "Sender" if sender else "Receiver"
        error = f"<ErrorResponse><Error><Type>{side}</Type>{error}</Error></ErrorResponse>"
    elif protocol == "rest-xml":
        error = f"<Error>{error}</Error>"
    else:
        raise ValueError(f"no errors are known of the protocol {protocol!r}")
    return Response(status, error.encode(), {"content-type": "application/xml"})
