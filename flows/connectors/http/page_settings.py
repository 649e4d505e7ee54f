"""The setting ``paginate`` of an HTTP step: its members, and what publishing refuses in it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flows.connectors.http.pages import MAX_ITEMS, MAX_PAGES, STYLES
from flows.definition.expressions import check_expression, is_expression
from flows.definition.kind import Setting
from flows.definition.model import JSON
from flows.definition.words import did_you_mean

ROOTS = ("body", "headers", "status")
_EXPRESSIONS = {"cursor": "cursor", "next": "link", "more": "page"}  # each with its style; items is for all
_MEMBERS = ("style", "items", "cursor", "next", "more", "param", "start", "max_pages", "max_items")
_LIMITS = {"start": 1_000_000, "max_pages": MAX_PAGES, "max_items": MAX_ITEMS}

PAGE_FIELDS = (
    Setting(name="style", type="choice", label="Pages follow by", literal=True, required=True, choices=STYLES,
            labels={"cursor": "A cursor", "page": "Page numbers", "link": "Links"}),
    Setting(name="items", label="Where the items are", sample="= body.data"),
    Setting(name="cursor", label="Where the next cursor is", sample="= body.next", only_for={"style": ("cursor",)}),
    Setting(name="next", label="Where the next link is", sample="= body.links.next", only_for={"style": ("link",)},
            help="Without it, the header Link says."),
    Setting(name="more", label="Whether more pages follow", sample="= body.has_more", only_for={"style": ("page",)}),
    Setting(name="param", type="text", label="Name in the address", literal=True, sample="page",
            only_for={"style": ("cursor", "page")}),
    Setting(name="start", type="number", label="First page", literal=True, only_for={"style": ("page",)}),
    Setting(name="max_pages", type="number", label="At most so many pages", literal=True, otherwise=MAX_PAGES),
    Setting(name="max_items", type="number", label="At most so many items", literal=True, otherwise=MAX_ITEMS),
)  # fmt: skip

Fault = tuple[str, str]


def check_paginate(value: JSON, *, is_safe: bool) -> Iterator[Fault]:
    """Faults as ``(sentence, JSON pointer in with)``; ``is_safe``: the request may be made again."""
    if value is None:
        return
    if not isinstance(value, dict):
        yield "'paginate' must be a mapping, such as {style: page, items: \"= body.data\"}.", "/paginate"
        return
    if not is_safe:
        yield "Pages are read only where that is safe to repeat. Use GET, or say 'repeat: safe'.", "/paginate"
    for name in value:
        if name not in _MEMBERS:
            yield f"'paginate' has no '{name}'.{did_you_mean(name, _MEMBERS, what='It has')}", f"/paginate/{name}"
    style = value.get("style")
    if style not in STYLES:
        yield f"'style' says how pages follow: one of {', '.join(STYLES)}.", "/paginate/style"
    elif style == "cursor" and not value.get("cursor"):
        yield 'Say where a page has the cursor of the next one, such as cursor: "= body.next".', "/paginate/cursor"
    yield from _check_expressions(value)
    yield from _check_plain(value)


def _check_expressions(value: Mapping[str, JSON]) -> Iterator[Fault]:
    for name in ("items", *_EXPRESSIONS):
        source = value.get(name)
        if source is None:
            continue
        if not is_expression(source):
            yield f"'{name}' is read from each page, so it is an expression: begin it with '='.", f"/paginate/{name}"
            continue
        if name in _EXPRESSIONS and value.get("style") != _EXPRESSIONS[name]:
            yield f"'{name}' belongs to the style '{_EXPRESSIONS[name]}'. Remove it.", f"/paginate/{name}"
        for message in check_expression(str(source)[1:], roots=ROOTS, steps=None):
            yield f"{message.rstrip('.')}.", f"/paginate/{name}"


def _check_plain(value: Mapping[str, JSON]) -> Iterator[Fault]:
    param = value.get("param")
    if param is not None and (not isinstance(param, str) or not param or is_expression(param)):
        yield "'param' is the name in the query that asks for a page, such as page.", "/paginate/param"
    for name, most in _LIMITS.items():
        number = value.get(name)
        least = 0 if name == "start" else 1
        if number is None:
            continue
        if isinstance(number, bool) or not isinstance(number, int) or not least <= number <= most:
            yield f"'{name}' must be a whole number from {least} to {most:,}.", f"/paginate/{name}"
