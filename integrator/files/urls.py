"""Addresses of stored files. Include at the root."""

from __future__ import annotations

from django.urls import path

from integrator.files import views

urlpatterns = [
    path("files/<uuid:file_id>/", views.download_file, name="file"),
    path("files/<uuid:file_id>/preview/", views.preview_file, name="file_preview"),
    path("files/<uuid:file_id>/inline/", views.show_inline, name="file_inline"),
]
