"""Owns why a call's signature is refused.

SignatureError
    signature.missing      a header is not there
    signature.malformed    a header is there and cannot be read
    signature.clock        the timestamp is too far from our clock
    signature.mismatch     it was made with another secret, or the body was changed
    signature.claim        a token says another issuer or audience, or no time of expiry
    signature.no_secret    no usable secret is stored here
"""

from __future__ import annotations


class SignatureError(Exception):
    """A call is not accepted as its sender's. `message` (also `reason`) tells an analyst why, without any secret."""

    retryable = False

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.message = reason
        self.details: dict[str, str] = {}

    @property
    def reason(self) -> str:
        """The same as `message`."""
        return self.message


MISSING = "signature.missing"
MALFORMED = "signature.malformed"
CLOCK = "signature.clock"
MISMATCH = "signature.mismatch"
CLAIM = "signature.claim"
NO_SECRET = "signature.no_secret"
