"""The service's errors, as the answers that carry them."""

from __future__ import annotations

from embedded_aws.http import Response, json_response

# botocore's service model, bedrock 2023-04-20; Conflict and ServiceQuotaExceeded are 400 there.
_STATUS = {
    "AccessDeniedException": 403,
    "ConflictException": 400,
    "InternalServerException": 500,
    "ResourceNotFoundException": 404,
    "ServiceQuotaExceededException": 400,
    "ServiceUnavailableException": 503,
    "ThrottlingException": 429,
    "ValidationException": 400,
}
_CREDENTIALS = 403  # UnrecognizedClientException, InvalidSignatureException and their like


class ServiceError(Exception):
    """An error that the service answers with: its name and its message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @property
    def status(self) -> int:
        """The HTTP status that the service model gives this error."""
        return _STATUS.get(self.code, _CREDENTIALS)

    def response(self) -> Response:
        """As rest-json sends it: the name in a header, the message in the body."""
        return json_response(
            self.status, {"message": self.message}, {"x-amzn-errortype": self.code}
        )


def invalid(message: str) -> ServiceError:
    """A ValidationException."""
    return ServiceError("ValidationException", message)
