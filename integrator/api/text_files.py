"""Answers that are text files, such as CSV: callers may ask for their types, and lines leave while they are made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import StreamingHttpResponse
from rest_framework.renderers import BaseRenderer, JSONRenderer


class CsvRenderer(BaseRenderer):
    """Lets a caller ask for ``text/csv``; the view makes the text itself."""

    media_type = "text/csv"
    format = "csv"

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        """Nothing of a view comes this way; were it so, it would be JSON."""
        return JSONRenderer().render(data)


class JsonLinesRenderer(CsvRenderer):
    """Lets a caller ask for ``application/x-ndjson``."""

    media_type = "application/x-ndjson"
    format = "jsonl"


TEXT_RENDERERS = (JSONRenderer, CsvRenderer, JsonLinesRenderer)


def send_lines(pieces: Iterable[str], *, name: str, content_type: str) -> StreamingHttpResponse:
    """This will send a file piece by piece, to be kept under ``name`` and in no cache."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(pieces, content_type=content_type, headers=headers)
