"""Each request of a person: refuses the deactivated and speaks in their time zone. Decides no other right."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from integrator.people.rights import remember_grants


class PersonMiddleware:
    """Ends a session whose person is deactivated or gone, keeps grants for one request, activates the time zone.

    Requests without a session cookie (webhooks, API) pass untouched and cost no query.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return self.get_response(request)
        person = request.user
        if not person.is_authenticated:
            # Django answers "nobody" for a session whose person is inactive, and leaves the session alive.
            if SESSION_KEY in request.session:
                request.session.flush()
            return self.get_response(request)
        remember_grants(person)
        with timezone.override(read_zone(person.time_zone)):
            return self.get_response(request)


def read_zone(name: str) -> zoneinfo.ZoneInfo:
    """The zone of that name; UTC for one this machine does not know."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")
