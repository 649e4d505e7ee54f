"""Bodies of API calls: strict JSON only, whatever the caller calls it, and not above 1 MiB."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser

from integrator.lib.strict_json import StrictJSONError, parse


class BodyTooLarge(APIException):
    """413."""

    status_code = 413
    default_detail = "The body is larger than 1 MiB."
    default_code = "too_large"


class BodyFaulty(ParseError):
    """400 with the place of the fault."""

    def __init__(self, message: str, pointer: str = "") -> None:
        super().__init__(message)
        self.errors = [{"pointer": pointer, "message": message}]


class StrictJSONParser(BaseParser):
    """Takes ``application/json``, ``application/*+json`` and no type at all; refuses the rest with 415."""

    media_type = "*/*"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """This will give the parsed value. Raises UnsupportedMediaType, BodyTooLarge, BodyFaulty."""
        if not is_json(media_type or ""):
            raise UnsupportedMediaType(media_type or "", detail="Send JSON, with the type application/json.")
        limit = settings.HOOK_BODY_MAX_BYTES
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise BodyTooLarge
        try:
            return parse(raw)
        except StrictJSONError as error:
            raise BodyFaulty(error.message, error.pointer) from error


def is_json(media_type: str) -> bool:
    """Whether a Content-Type means JSON in UTF-8; none at all does."""
    essence, _, rest = media_type.lower().partition(";")
    essence = essence.strip()
    charset = next((part.partition("=")[2].strip(' "') for part in rest.split(";") if "charset=" in part), "utf-8")
    is_known = essence in {"", "application/json"} or (essence.startswith("application/") and essence.endswith("+json"))
    return is_known and charset in {"utf-8", "utf8", "us-ascii"}
