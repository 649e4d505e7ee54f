"""Types of answers that are text files, such as CSV, so that callers may ask for them."""

from __future__ import annotations

from typing import Any

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
