"""Every address of the product, and what it is with parts that there are: for tests that try all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver

VERBS = ("post", "put", "patch", "delete")


def list_addresses(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, list[str], list[str]]]:
    """Every address as its pattern, with the names of its parts and the unsafe verbs it knows."""
    for one in resolver.url_patterns:
        path = f"{before}{one.pattern}"
        if isinstance(one, URLResolver):
            yield from list_addresses(one, path)
        elif isinstance(one, URLPattern):
            view = getattr(one.callback, "cls", None)  # a page has none, and says itself what it takes
            verbs = [verb for verb in VERBS if hasattr(view, verb)] if view is not None else ["post"]
            yield path, list(one.pattern.converters), verbs


def fill(path: str, parts: dict[str, Any], names: list[str]) -> str | None:
    """The address with the parts that there are; None for one about something that is not."""
    for name in names:
        if name not in parts:
            return None
        path = re.sub(rf"<(\w+:)?{name}>", str(parts[name]), path)
    return None if any(mark in path for mark in "^$(<\\") else f"/{path}"
