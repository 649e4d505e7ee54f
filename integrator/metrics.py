"""Figures for Prometheus at ``/metrics``: for this machine itself, or for who brings the token. Defines no figure."""

from __future__ import annotations

import hmac
import ipaddress

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest


@require_safe
@never_cache
def answer_metrics(request: HttpRequest) -> HttpResponse:
    """The process's figures in Prometheus' text format; 404 for strangers, as if there were nothing here."""
    if not can_read_metrics(request):
        raise Http404
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def can_read_metrics(request: HttpRequest) -> bool:
    """With ``INTEGRATOR_METRICS_TOKEN`` set only its bearer may; without it only a direct call from this machine may.

    A call that a proxy handed on is not direct, though it comes from a loopback address.
    """
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    if any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP")):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
