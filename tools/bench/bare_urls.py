"""The baseline of part (a): one view that does one INSERT by plain SQL and answers 202."""

from __future__ import annotations

import uuid

from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import path


def insert_one(request: HttpRequest, name: str) -> JsonResponse:
    """Store the body as it is, whatever the name."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_bare (id, body) VALUES (%s, %s)", [uuid.uuid4(), request.body.decode()])
    return JsonResponse({"ok": True}, status=202)


def answer(request: HttpRequest) -> JsonResponse:
    """The server is up."""
    return JsonResponse({"ok": True})


urlpatterns = [path("hooks/<str:name>", insert_one), path("healthz", answer)]
