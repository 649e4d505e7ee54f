"""Addresses of the pages about people's work, by area. Those that also show runs are with the flows' pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

AREAS = ("approvals", "cases", "forms", "guests", "inbox", "sla", "tasks")

urlpatterns: list[URLPattern | URLResolver] = [path("", include(f"cases.views.{area}_urls")) for area in AREAS]
