"""Addresses of guests: one task by a signed link, without sign-in. Include at the root."""

from __future__ import annotations

from django.urls import path

from cases.views import guest

urlpatterns = [
    path("guest/<str:token>/", guest.show_guest_task, name="guest_task"),
    path("guest/<str:token>/files/<uuid:file_id>/", guest.show_guest_file, name="guest_file"),
]
