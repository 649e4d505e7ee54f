"""The one guarded door for outbound HTTP. Everything that calls out goes through `send`; nothing else opens a socket.

`messages` request, policy and response · `errors` what can go wrong · `allow_list` the private ones that may be
reached · `addresses` which addresses may be called · `urls` which texts pass as an address ·
`dialing` sockets that connect only to a checked address and keep one deadline · `tls` certificates, theirs and ours ·
`connection` the transport of requests · `sending` the call itself · `answers` what a status or a Retry-After means.
"""

from integrator.lib.outbound_http.addresses import Resolver, system_resolver
from integrator.lib.outbound_http.allow_list import parse_allow_entry
from integrator.lib.outbound_http.answers import classify_status, retry_after_s
from integrator.lib.outbound_http.errors import (
    AbortedError,
    BadRequestError,
    BadURLError,
    OutboundError,
    OutboundTimeoutError,
    RedirectError,
    RefusedError,
    StatusError,
    TooLargeError,
    UnreachableError,
)
from integrator.lib.outbound_http.messages import OutboundPolicy, OutboundRequest, OutboundResponse, Sink, StreamedBody
from integrator.lib.outbound_http.sending import send

__all__ = [
    "AbortedError",
    "BadRequestError",
    "BadURLError",
    "OutboundError",
    "OutboundPolicy",
    "OutboundRequest",
    "OutboundResponse",
    "OutboundTimeoutError",
    "RedirectError",
    "RefusedError",
    "Resolver",
    "Sink",
    "StatusError",
    "StreamedBody",
    "TooLargeError",
    "UnreachableError",
    "classify_status",
    "parse_allow_entry",
    "retry_after_s",
    "send",
    "system_resolver",
]
