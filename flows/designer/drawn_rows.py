"""Rows of the outline as HTML. One that is as before is not drawn again: an edit changes few of many. Reads nothing."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence

from django.template.loader import get_template

from flows.designer.outline_rows import Row

TEMPLATE = "flows/designer/parts/outline_row.html"
ROWS_KEPT = 1_500  # of 2 KiB each, in each web process

_kept: OrderedDict[bytes, str] = OrderedDict()
_lock = threading.Lock()


def draw_rows(rows: Sequence[Row]) -> list[str]:
    """Each row as the page shows it, as safe text; people may share what is kept, for nothing else goes into it."""
    template = get_template(TEMPLATE)
    drawn = []
    for row in rows:
        name = hashlib.sha256(repr(row).encode()).digest()
        with _lock:
            found = _kept.get(name)
        if found is None:
            found = template.render({"row": row})
        _keep(name, found)
        drawn.append(found)
    return drawn


def _keep(name: bytes, drawn: str) -> None:
    with _lock:
        _kept[name] = drawn
        _kept.move_to_end(name)
        if len(_kept) > ROWS_KEPT:
            _kept.popitem(last=False)
