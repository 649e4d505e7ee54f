"""Reads the ``show`` of a task for a page: what each value is, never as HTML. Pure; the page escapes it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from django.template.defaultfilters import filesizeformat

from cases.approval_levels import say_amount
from integrator.files.facts import is_facts, read_file_id
from integrator.files.names import clean_name
from integrator.files.sniffing import IMAGES, PDF
from integrator.lib.clock import ClockError, parse_instant
from integrator.pages.facts import is_web_address, say_key, say_plain

MAX_ROWS = 200
MAX_COLUMNS = 12
MAX_CELL = 300
_NUMBER = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,20})?")
EXACT_BELOW = 10**15  # beyond it a double no longer tells cents

ShownKind = Literal["text", "money", "day", "moment", "link", "table", "file", "value"]
LINK_ICONS = {"image": "photo", "pdf": "file-text", "link": "external-link"}


@dataclass(frozen=True, kw_only=True)
class ShownRow:
    """One row. ``text`` for text, money and link; ``day`` or ``at`` for dates; ``value`` for JSON of any other shape.

    A file has its name as ``text``, its id as ``file``, ``fine`` about it; ``is_image``: it is to be seen at once;
    ``is_pdf``: it can be shown in place.
    A link has its ``host``, which leads away from here, and an ``icon``. A table has ``columns``, ``rows`` of cells and
    ``more``, the number of rows left out.
    """

    label: str
    kind: ShownKind
    text: str = ""
    host: str = ""
    icon: str = ""
    file: str = ""
    fine: str = ""
    is_image: bool = False
    is_pdf: bool = False
    day: date | None = None
    at: datetime | None = None
    value: Any = None
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = field(default=())
    more: int = 0


def read_shown(show: Sequence[Mapping[str, Any]]) -> list[ShownRow]:
    """The rows as they were asked; a value that does not fit its ``as`` is shown as what it is."""
    return [_read(str(row.get("label", "")), row.get("value"), str(row.get("as", "text"))) for row in show]


def _read(label: str, value: Any, shown_as: str) -> ShownRow:
    readers = {"money": _read_money, "date": _read_date, "table": _read_table}
    found: ShownRow | None = None
    if is_facts(value):
        found = _read_file(label, value, shown_as)
    elif shown_as in LINK_ICONS:
        found = _read_link(label, value, shown_as)
    elif shown_as in readers:
        found = readers[shown_as](label, value)
    return found or _read_plain(label, value)


def _read_plain(label: str, value: Any) -> ShownRow:
    if isinstance(value, str) and value:
        return ShownRow(label=label, kind="text", text=value)
    return ShownRow(label=label, kind="value", value=value)


def _read_link(label: str, value: Any, shown_as: str) -> ShownRow | None:
    if not isinstance(value, str) or not is_web_address(value):
        return None
    host = urlsplit(value).hostname or ""
    return ShownRow(label=label, kind="link", text=value, host=host, icon=LINK_ICONS[shown_as])


def _read_file(label: str, value: Mapping[str, Any], shown_as: str) -> ShownRow:
    media_type, size = str(value["type"]), value["bytes"]
    told = f"{filesizeformat(size)} · {media_type}" if isinstance(size, int) else media_type
    return ShownRow(
        label=label,
        kind="file",
        text=clean_name(str(value["name"])),
        icon="photo" if media_type in IMAGES else "file-text" if media_type == PDF else "paperclip",
        file=str(read_file_id(value)),
        fine=told.replace("\xa0", " "),
        is_image=shown_as == "image" and media_type in IMAGES,
        is_pdf=media_type == PDF,
    )


def _read_money(label: str, value: Any) -> ShownRow | None:
    amount, currency = value, ""
    if isinstance(value, Mapping):
        amount, currency = value.get("amount"), value.get("currency") or ""
    if isinstance(amount, str) and isinstance(value, Mapping):
        if _NUMBER.fullmatch(amount):
            return ShownRow(label=label, kind="money", text=say_amount(amount, str(currency)))
        return ShownRow(label=label, kind="money", text=f"{amount} {currency}".strip())
    if isinstance(amount, bool) or not isinstance(amount, int | float) or abs(amount) >= EXACT_BELOW:
        return None
    return ShownRow(label=label, kind="money", text=f"{amount:,.2f} {currency}".strip())


def _read_date(label: str, value: Any) -> ShownRow | None:
    if not isinstance(value, str):
        return None
    try:
        return ShownRow(label=label, kind="day", day=date.fromisoformat(value))
    except ValueError:
        pass  # no bare day, so it may be a moment
    try:
        return ShownRow(label=label, kind="moment", at=parse_instant(value))
    except ClockError:
        return None


def _read_table(label: str, value: Any) -> ShownRow | None:
    if not isinstance(value, list) or not value or not all(isinstance(row, Mapping) for row in value):
        return None
    names = list(dict.fromkeys(str(name) for row in value[:MAX_ROWS] for name in row))
    columns = names[:MAX_COLUMNS]
    rows = tuple(tuple(_cell(row.get(name)) for name in columns) for row in value[:MAX_ROWS])
    heads = tuple(say_key(name) for name in columns)
    return ShownRow(label=label, kind="table", columns=heads, rows=rows, more=max(0, len(value) - MAX_ROWS))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        value = ", ".join(f"{name}: {item}" for name, item in value.items())
    elif isinstance(value, list):
        value = ", ".join(str(item) for item in value)
    text = say_plain(value)
    return text if len(text) <= MAX_CELL else text[:MAX_CELL] + " …"
