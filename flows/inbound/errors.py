"""How a refused call is answered: the status of each code, and problem+json that always has ``errors``."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpResponse, JsonResponse

from flows.errors import CallRefused
from integrator.api.problems import make_problem

STATUS_BY_CODE: Mapping[str, int] = {
    "email.automatic": 202,
    "intake.invalid": 400,
    "intake.cut_off": 400,
    "intake.unauthenticated": 401,
    "intake.unknown_path": 404,
    "intake.not_live": 404,
    "intake.paused": 404,
    "intake.too_large": 413,
    "intake.media_type": 415,
    "intake.rate": 429,
    "intake.keys_unreachable": 503,
}
_CHALLENGES: Mapping[str, str] = {
    "basic": 'Basic realm="hooks", charset="UTF-8"',
    "bearer": 'Bearer realm="hooks"',
    "jwt": 'Bearer realm="hooks"',
    "api_key": 'ApiKey realm="hooks"',
}


def answer_refusal(error: CallRefused, *, auth_kind: str = "") -> HttpResponse:
    """The answer to the caller. A flow that is paused or not published looks like an address nobody knows."""
    status = STATUS_BY_CODE[error.code]
    if status == 202:  # a mail system that heard of a failure would try again, or tell the sender
        return JsonResponse({"run": None, "case": None, "status_url": None, "ignored": error.message}, status=202)
    headers = {}
    if status in (429, 503):
        headers["Retry-After"] = str(error.details.get("retry_after_s", 60))
    if status == 401:
        headers["WWW-Authenticate"] = _CHALLENGES.get(auth_kind, 'Signature realm="hooks"')
    code = "intake.unknown_path" if status == 404 else error.code
    return make_problem(status=status, code=code, detail=error.message, errors=error.errors, headers=headers)
