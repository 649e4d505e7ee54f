"""Fetching OAuth2 tokens (RFC 6749) through the guarded door. Keeps nothing; says in words why it did not work.

Failures are StepErrors: ``connection.token_refused`` the other side says no, ``connection.token_address`` what answers
there gives out no tokens, ``connection.token_unreachable`` nobody answered (worth another try).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode

from flows.connectors.http.addresses import find_host
from flows.connectors.http.answers import find_words, say_status
from flows.definition.kind import StepError
from integrator.lib.outbound_http import OutboundError, OutboundPolicy, OutboundRequest, OutboundResponse, send
from integrator.lib.redaction import mask_secrets
from integrator.lib.strict_json import StrictJSONError, parse

ANSWER_MAX_BYTES = 65_536
TIMEOUT_S = 8.0
_ADVICE = {  # RFC 6749, section 5.2
    "invalid_client": "It does not accept the client id or the client secret. Correct them under Connections.",
    "unauthorized_client": "It does not let this client have tokens in this way. Ask its owner to allow it.",
    "invalid_scope": "It does not give out the scope '{scope}'. Correct the scope under Connections, or ask its owner.",
    "invalid_grant": "The approval has ended or was taken back. Approve the connection again.",
    "unsupported_grant_type": "It gives out no tokens in this way. Choose another way to sign in under Connections.",
    "invalid_request": "It misses something in the request. Check scope and audience under Connections.",
    "invalid_target": "It does not know the audience. Correct it under Connections.",
}


@dataclass(frozen=True, kw_only=True, repr=False)
class TokenRequest:
    """What is asked for: ``fields`` are the grant's own (``grant_type``, ``code``, ``refresh_token`` …)."""

    settings: Mapping[str, str]
    client_secret: str
    fields: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, repr=False)
class TokenAnswer:
    """A token. ``expires_in_s`` None: the other side does not say; ``refresh`` "" when none was given out."""

    access: str
    refresh: str
    expires_in_s: float | None
    refresh_expires_in_s: float | None


def fetch_token(request: TokenRequest, *, policy: OutboundPolicy) -> TokenAnswer:
    """Ask once for a token, within 8 s. Raises StepError as the module says; nothing in it is secret."""
    address = request.settings.get("token_url", "")
    host = find_host(address) or "the token address"
    secrets = [request.client_secret, *(request.fields.get(name, "") for name in ("code", "refresh_token"))]
    try:
        response = send(_make_request(address, request), policy=policy)
    except OutboundError as error:
        raise _unreachable(error, host) from error
    answer = _read(response)
    access = answer.get("access_token")
    if 200 <= response.status < 300 and isinstance(access, str) and access:
        return TokenAnswer(
            access=access,
            refresh=str(answer.get("refresh_token") or ""),
            expires_in_s=_seconds(answer.get("expires_in")),
            refresh_expires_in_s=_seconds(answer.get("refresh_token_expires_in", answer.get("refresh_expires_in"))),
        )
    raise _refused(response, mask_secrets(answer, secrets), request, host)


def _make_request(address: str, request: TokenRequest) -> OutboundRequest:
    settings = request.settings
    fields = dict(request.fields)
    fields |= {name: settings[name] for name in ("scope", "audience") if settings.get(name)}
    headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
    if settings.get("client_auth") == "body":
        fields |= {"client_id": settings.get("client_id", ""), "client_secret": request.client_secret}
    else:  # RFC 6749, section 2.3.1: both form-encoded before they are joined
        pair = f"{quote_plus(settings.get('client_id', ''))}:{quote_plus(request.client_secret)}"
        headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        if request.fields.get("grant_type") == "authorization_code":
            fields["client_id"] = settings.get("client_id", "")
    return OutboundRequest(
        method="POST",
        url=address,
        headers=headers,
        body=urlencode(fields).encode(),
        timeout_s=TIMEOUT_S,
        max_bytes=ANSWER_MAX_BYTES,
    )


def _read(response: OutboundResponse) -> dict[str, Any]:
    try:
        answer: Any = parse(response.body)
    except StrictJSONError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _seconds(value: object) -> float | None:
    """Some send the number as text; 0 means that it never ends (Keycloak)."""
    try:
        seconds = float(str(value))
    except ValueError:
        return None
    return seconds if 0 < seconds < 10**9 else None


def _refused(response: OutboundResponse, answer: Mapping[str, Any], request: TokenRequest, host: str) -> StepError:
    code = str(answer.get("error") or "")
    if not code and response.status not in {400, 401, 403, 429} and response.status < 500:
        return StepError(
            "connection.token_address",
            f"What answers at {host} gives out no tokens ({say_status(response.status)}). Correct the token address "
            "under Connections.",
            details={"status": response.status},
        )
    advice = _ADVICE.get(code, "Ask its owner why.").format(scope=request.settings.get("scope", ""))
    if not code and response.status in {401, 403}:
        advice = _ADVICE["invalid_client"]
    said = find_words({name: answer[name] for name in ("error_description",) if name in answer})
    quoted = f" “{said.rstrip('.')}”." if said else ""
    return StepError(
        "connection.token_refused",
        f"{host} gave no token ({code or say_status(response.status)}).{quoted} {advice}",
        retryable=response.status == 429 or response.status >= 500,
        details={"status": response.status, "error": code},
    )


def _unreachable(error: OutboundError, host: str) -> StepError:
    said = error.message.replace("The other side", host, 1)
    return StepError(
        error.code if error.code == "outbound.refused" else "connection.token_unreachable",
        f"No token could be fetched. {said} Check the token address under Connections, or try again later.",
        retryable=error.retryable,
        details={"cause": error.code},
    )
