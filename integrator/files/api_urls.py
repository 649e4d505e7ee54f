"""Addresses of files, beneath ``api/v1/``."""

from __future__ import annotations

from django.urls import path

from integrator.files.api import ContentView, FilesView, FileView

urlpatterns = [
    path("files", FilesView.as_view(), name="api_files"),
    path("files/<uuid:file_id>", FileView.as_view(), name="api_file"),
    path("files/<uuid:file_id>/content", ContentView.as_view(), name="api_file_content"),
]
