"""What holds for every request and answer: one length, security headers, no storing of signed-in pages."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)
PERMISSIONS_POLICY = (
    "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()"
)


class OneLengthMiddleware(MiddlewareMixin):
    """Refuses a request that gives its length in two ways (RFC 9112, section 6.1): a proxy before us may have believed
    the other one, and what it took for the body would be the next request here. The connection is closed."""

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        """400, or None to go on."""
        if "Transfer-Encoding" not in request.headers or not request.headers.get("Content-Length"):
            return None
        text = "Send either Content-Length or Transfer-Encoding, not both.\n"
        return HttpResponse(text, status=400, content_type="text/plain; charset=utf-8", headers={"Connection": "close"})


class SecurityHeadersMiddleware(MiddlewareMixin):
    """Adds what is missing. A view that serves somebody's file sets ``response.content_security_policy`` to a policy
    of its own (such as ``sandbox; default-src 'none'``), which is then sent instead."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Set the headers; asks no database."""
        policy = getattr(response, "content_security_policy", CONTENT_SECURITY_POLICY)
        response.headers["Content-Security-Policy"] = policy
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ("HX-Request",))
        if is_personal(request) and not response.has_header("Cache-Control"):
            response.headers["Cache-Control"] = "no-store"
        return response


def is_personal(request: HttpRequest) -> bool:
    """Whether the answer may hold what only this caller may see: they sent a session or a credential."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES or "HTTP_AUTHORIZATION" in request.META
