"""Addresses for machines and people outside: webhooks, forms that start flows, and how their request stands."""

from __future__ import annotations

from django.urls import path, re_path

from flows.inbound.hooks import receive_call
from flows.inbound.start_pages import show_receipt, show_start_form
from flows.inbound.status import show_status

urlpatterns = [
    re_path(r"^hooks(?:/(?P<path>.*?))?/?$", receive_call, name="hook"),
    path("status/<str:token>", show_status, name="public_status"),
    path("status/<str:token>/", show_status),
    path("start/<slug:path>/", show_start_form, name="start_form"),
    path("start/<slug:path>/sent/<str:token>/", show_receipt, name="start_receipt"),
]
