"""A page's list by keyset: reads the cursor of the address. The query itself is ``integrator.database.keyset``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from integrator.database.keyset import CursorRefused, Page, get_keyset_page
from integrator.database.near import get_near_page

Row = TypeVar("Row", bound=Model)
PAGE_ROWS = 50


def get_page(
    request: HttpRequest,
    rows: QuerySet[Row],
    *,
    order: Sequence[str],
    size: int = PAGE_ROWS,
    walked: QuerySet[Row] | None = None,
) -> Page[Row]:
    """This will give the page that ``?cursor=`` names; one query. A cursor of another list shows the first page.

    With ``walked``, the same rows asked for row by row, it is looked for among the next ones first: two queries more.
    """
    try:
        return _read_page(rows, walked, order=order, size=size, cursor=request.GET.get("cursor", ""))
    except CursorRefused:
        return _read_page(rows, walked, order=order, size=size)


def _read_page(
    rows: QuerySet[Row], walked: QuerySet[Row] | None, *, order: Sequence[str], size: int, cursor: str = ""
) -> Page[Row]:
    if walked is not None:
        return get_near_page(rows, walked, order=order, size=size, cursor=cursor)
    return get_keyset_page(rows, order=order, size=size, cursor=cursor)


def count_capped(rows: QuerySet[Any], cap: int = 100) -> int:
    """This will count the rows, but never beyond ``cap``: cheap on any table."""
    return rows.order_by()[:cap].count()
