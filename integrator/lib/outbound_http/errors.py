"""Owns what can go wrong on the way out. Knows nothing of how calls are made.

OutboundError
├── BadURLError            outbound.bad_url       the address cannot be used as written
├── BadRequestError        outbound.bad_request   the method or a header cannot be sent
├── RefusedError           outbound.refused       the address is private, or one that is never called
├── AbortedError           outbound.aborted       the caller called it off before the socket opened
├── UnreachableError       outbound.unreachable   no name, no connection, no TLS, or cut off in mid-answer   retryable
├── OutboundTimeoutError   outbound.timeout       the time for the whole call was over                        retryable
├── TooLargeError          outbound.too_large     the answer is larger than the caller takes
├── RedirectError          http.redirect          the answer points elsewhere and is not followed
└── StatusError            http.status            4xx or 5xx; retryable for 429 and 5xx
"""

from __future__ import annotations

from typing import Any


class OutboundError(Exception):
    """An outbound call did not give a usable answer.

    `message` is safe to show; `retryable` means a later try may fare better; `sent` means that at least one byte of
    the request may have left, so that the other side may have acted on it; `details` is JSON without secrets.
    """

    code = "outbound.error"
    retryable = False

    def __init__(self, message: str, *, sent: bool = False, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.sent = sent
        self.details: dict[str, Any] = details or {}


class BadURLError(OutboundError):
    """The address cannot be used as it is written."""

    code = "outbound.bad_url"


class BadRequestError(OutboundError):
    """The method or a header cannot be sent."""

    code = "outbound.bad_request"


class RefusedError(OutboundError):
    """The address may not be called; the message is the same whatever listens there."""

    code = "outbound.refused"


class AbortedError(OutboundError):
    """The caller called it off just before the socket opened."""

    code = "outbound.aborted"
    retryable = True


class UnreachableError(OutboundError):
    """No such name, no connection, no trust in the certificate, or the connection broke."""

    code = "outbound.unreachable"
    retryable = True


class OutboundTimeoutError(OutboundError):
    """The time for the whole call was over."""

    code = "outbound.timeout"
    retryable = True


class TooLargeError(OutboundError):
    """The answer, unpacked, is larger than the caller takes."""

    code = "outbound.too_large"


class RedirectError(OutboundError):
    """The answer points elsewhere and is not followed."""

    code = "http.redirect"


class StatusError(OutboundError):
    """The other side answered 4xx or 5xx; `details` hold the answer."""

    code = "http.status"

    def __init__(self, message: str, *, retryable: bool, details: dict[str, Any]) -> None:
        super().__init__(message, sent=True, details=details)
        self.retryable = retryable
