"""The requests of one attempt: each dressed by the connection's kind, within one time limit. Judges no answer but 401.

A 401 from the target of an OAuth2 connection renews the token once, and the request is made once more where nothing
can have happened: it is safe to repeat, or the answer challenges us (RFC 9110, section 15.5.2), so it did not act.
"""

from __future__ import annotations

import time
from dataclasses import replace

from flows.connectors.http.sign_in.kind import Dressing, Outgoing
from flows.connectors.http.sign_in.registry import find_connection_kind
from flows.definition.effect import EffectCall, ResolvedConnection
from flows.definition.kind import StepError
from integrator.lib.outbound_http import (
    OutboundPolicy,
    OutboundRequest,
    OutboundResponse,
    OutboundTimeoutError,
    send,
)
from integrator.lib.outbound_http.dialing import TIMEOUT_MESSAGE


class Door:
    """Sends requests for one effect. ``sent`` is the last one as it left; ``secrets`` what nothing kept may hold."""

    def __init__(self, call: EffectCall, connection: ResolvedConnection | None) -> None:
        self.connection = connection
        self.secrets: tuple[str, ...] = ()
        self.sent: OutboundRequest | None = None
        self._call = call
        self._ends_at: float | None = None  # of time.monotonic()
        self._has_renewed = False

    @property
    def remaining_s(self) -> float:
        """What is left of the effect's time; all of it before the first request."""
        return self._call.timeout_s if self._ends_at is None else self._ends_at - time.monotonic()

    def fetch(self, bare: OutboundRequest) -> OutboundResponse:
        """Send a request that carries no credentials yet. Raises OutboundError, and StepError for a failing token."""
        response = self._send(bare)
        connection = self.connection
        if response.status != 401 or connection is None or connection.renew is None or self._has_renewed:
            return response
        self._has_renewed = True
        self.connection = connection.renew()
        if self._call.repeat == "safe" or "www-authenticate" in response.headers:
            return self._send(bare)
        return response

    def _send(self, bare: OutboundRequest) -> OutboundResponse:
        is_first = self._ends_at is None
        remaining_s = self.remaining_s
        if is_first:
            self._ends_at = time.monotonic() + remaining_s
        elif remaining_s <= 0:
            raise OutboundTimeoutError(TIMEOUT_MESSAGE)
        dressing = self._dress(bare)
        taken = {name for name, _ in dressing.query}
        self.sent = replace(
            bare,
            headers={**bare.headers, **dressing.headers},
            params=(*(pair for pair in bare.params if pair[0] not in taken), *dressing.query),
            timeout_s=remaining_s,
        )
        policy = make_policy(self._call.outbound_allow, self.connection, client_pem=dressing.client_pem)
        abort = self._call.abort_before_connect if is_first else None
        return send(self.sent, policy=policy, abort_before_connect=abort)

    def _dress(self, bare: OutboundRequest) -> Dressing:
        if self.connection is None:
            return Dressing()
        kind = find_connection_kind(self.connection.facts.kind)
        if kind is None:
            raise StepError(
                "connection.invalid",
                f"The connection '{self.connection.facts.name}' signs in in a way that this version does not know. "
                "Edit it under Connections.",
            )
        dressing = kind.dress(
            self.connection,
            Outgoing(
                method=bare.method,
                url=bare.url,
                body=bare.body or b"",
                message_id=self._call.idempotency_key,
                now=self._call.now,
            ),
        )
        hidden = (*self.secrets, self.connection.secret, self.connection.token, *dressing.secrets)
        self.secrets = tuple(dict.fromkeys(secret for secret in hidden if secret))
        return dressing


def make_policy(
    allow: tuple[str, ...], connection: ResolvedConnection | None, *, client_pem: str = ""
) -> OutboundPolicy:
    """The installation's allow-list; a connection with one of its own takes away from it, never adds."""
    if connection is None:
        return OutboundPolicy(allow=allow)
    facts = connection.facts
    policy = OutboundPolicy(allow=allow, ca_pem=facts.trust, client_pem=client_pem)
    return policy.narrowed_to(facts.allow) if facts.allow else policy
