"""Every address that has a name, from the URL list itself, and the address of one with parts put in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

AREAS = {"forms": "form", "settings/case-types": "case_type", "settings/sla": "policy", "cases/new": "case_type",
         "flows": "flow", "gallery": "starter"}  # fmt: skip
PARTS = {"number": "case", "request_id": "question", "pass_id": "guest", "file_format": "csv"}


@dataclass(frozen=True, kw_only=True)
class PageAddress:
    """A named address. ``path`` is its pattern, ``converters`` are the names of its parts."""

    name: str
    path: str
    converters: tuple[str, ...]

    def fill(self, parts: Mapping[str, Any]) -> str:
        """The address of these parts; what ``parts`` does not have is taken as it is named in ``PARTS``."""
        return reverse(self.name, kwargs={each: self._find(each, parts) for each in self.converters})

    def _find(self, converter: str, parts: Mapping[str, Any]) -> Any:
        part = PARTS.get(converter, converter.removesuffix("_id"))
        if converter == "request_id" and self.path.startswith("requests/"):
            part = "request"
        if converter == "number" and self.path.startswith("flows/"):
            part = "first"
        if converter == "key":
            area = next((area for area in sorted(AREAS, key=len, reverse=True) if self.path.startswith(area)), "")
            part = AREAS.get(area, "contribution")
        return parts.get(part, part)


@cache
def list_pages() -> dict[str, PageAddress]:
    """Every named address by its name, but those of the API, the administration and the sign-in."""
    found = _walk(get_resolver().url_patterns, "")
    return {page.name: page for page in found if not page.path.startswith(("api/", "admin/", "accounts/", "^"))}


def _walk(patterns: list[Any], prefix: str) -> Iterator[PageAddress]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern) and pattern.name is not None:
            yield PageAddress(name=pattern.name, path=path, converters=_list_parts(path))


def _list_parts(path: str) -> tuple[str, ...]:
    return tuple(part.partition(">")[0].rpartition(":")[2] for part in path.split("<")[1:])
