"""The services' errors, as the answers that carry them."""

from __future__ import annotations

from embedded_aws.http import Response, json_response

# botocore's service models: bedrock 2023-04-20 (where Conflict and ServiceQuotaExceeded are 400),
# bedrock-runtime 2023-09-30.
_STATUS = {
    "AccessDeniedException": 403,
    "ConflictException": 400,
    "InternalServerException": 500,
    "ModelErrorException": 424,
    "ModelNotReadyException": 429,
    "ModelTimeoutException": 408,
    "ResourceNotFoundException": 404,
    "ServiceQuotaExceededException": 400,
    "ServiceUnavailableException": 503,
    "ThrottlingException": 429,
    "ValidationException": 400,
}
_CREDENTIALS = 403  # UnrecognizedClientException, InvalidSignatureException and their like


class ServiceError(Exception):
    """An error that a service answers with: its name and its message.

    ``status`` is for a service whose statuses are not Bedrock's (JSON 1.1 has 400 for nearly all).
    """

    def __init__(self, code: str, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self._status = status

    @property
    def status(self) -> int:
        """The HTTP status that it was made with, or that Bedrock's service model gives it."""
        return self._status or _STATUS.get(self.code, _CREDENTIALS)

    def response(self) -> Response:
        """As rest-json sends it: the name in a header, the message in the body."""
        return json_response(
            self.status, {"message": self.message}, {"x-amzn-errortype": self.code}
        )


def invalid(message: str) -> ServiceError:
    """A ValidationException."""
    return ServiceError("ValidationException", message)
