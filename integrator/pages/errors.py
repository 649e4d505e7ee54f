"""What a person, an htmx fragment or a machine reads when a request cannot be answered. No database, no internals."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

logger = logging.getLogger(__name__)
MACHINE_PATHS = ("/api/", "/hooks/", "/status/")


@dataclass(frozen=True, kw_only=True)
class ErrorWords:
    """One error as a page and as a problem: ``code`` is stable, ``title`` says what happened, ``advice`` what to do."""

    status: int
    code: str
    title: str
    advice: str


BAD_REQUEST = ErrorWords(
    status=400,
    code="request.bad",
    title="The browser sent something we cannot read",
    advice="Go back, load the page again and try once more. Nothing was changed.",
)
FORBIDDEN = ErrorWords(
    status=403,
    code="request.forbidden",
    title="You may not do this",
    advice="Your roles do not allow it. Ask an administrator or your team’s lead if you should be able to.",
)
SIGNED_OUT = ErrorWords(
    status=401,
    code="request.unauthenticated",
    title="You are signed out",
    advice="Load the page again to sign in.",
)
CSRF = ErrorWords(
    status=403,
    code="request.csrf",
    title="This page was open for too long, or cookies are blocked",
    advice="Nothing was changed. Load the page again, sign in if asked, and send it once more.",
)
NOT_FOUND = ErrorWords(
    status=404,
    code="request.not_found",
    title="There is nothing here that you can see",
    advice="The address may be mistyped, the thing may be gone, or it belongs to a team you are not in.",
)
BROKEN = ErrorWords(
    status=500,
    code="server.error",
    title="Something went wrong on our side",
    advice="It was noted with its details. Try again in a moment; if it happens again, tell an administrator.",
)


def handle_400(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """``handler400``."""
    return answer_error(request, BAD_REQUEST)


def handle_403(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """``handler403``."""
    return answer_error(request, FORBIDDEN)


def handle_404(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """``handler404``: the same for what is missing and for what is not theirs."""
    return answer_error(request, NOT_FOUND)


def handle_500(request: HttpRequest) -> HttpResponse:
    """``handler500``."""
    return answer_error(request, BROKEN)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """``CSRF_FAILURE_VIEW``. ``reason`` is Django's and goes to the log only."""
    logger.warning("A form was refused: %s", reason)
    return answer_error(request, CSRF)


def answer_error(request: HttpRequest, words: ErrorWords) -> HttpResponse:
    """This will answer in the form the caller reads: problem+json (RFC 9457), a sentence for htmx, or a page."""
    if request.path.startswith(MACHINE_PATHS) or reads_json(request):
        return _answer_problem(words)
    if request.headers.get("HX-Request") == "true":
        text = f"{words.title}. {words.advice}"
        return HttpResponse(text, status=words.status, content_type="text/plain; charset=utf-8")
    page = render_to_string("errors/error.html", {"words": words})
    return HttpResponse(page, status=words.status)


def reads_json(request: HttpRequest) -> bool:
    """Whether a script asks, of our pages or of others, that sends JSON or wants it and can do nothing with a page."""
    wants = request.headers.get("Accept", "")
    return request.content_type == "application/json" or "X-Inspector" in request.headers or wants == "application/json"


def _answer_problem(words: ErrorWords) -> HttpResponse:
    problem = {
        "type": "about:blank",
        "title": words.title,
        "status": words.status,
        "code": words.code,
        "detail": words.advice,
    }
    return HttpResponse(json.dumps(problem), status=words.status, content_type="application/problem+json")
