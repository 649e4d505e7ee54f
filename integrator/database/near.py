"""A page of a list that is narrowed dearly: looked for among the next rows of the order first, then in all of it.

A planner that believes many rows to be asked computes a rule's whole set before it gives the first page. Told that
there are few thousand rows, it walks the order's index and asks the rule row by row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from django.db.models import Model, QuerySet

from integrator.database.keyset import Page, get_keyset_page, read_cursor, read_order

Row = TypeVar("Row", bound=Model)
NEAR = 5_000


def get_near_page(
    rows: QuerySet[Row], walked: QuerySet[Row], *, order: Sequence[str], size: int, cursor: str = "", near: int = NEAR
) -> Page[Row]:
    """This will give the page that ``get_keyset_page`` gives, in two queries, or three where few of ``rows`` are near.

    ``walked`` are the same rows, asked for in whatever way is quick for few thousand of them. The first column of
    ``order`` is never null and has an index. Raises CursorRefused.
    """
    key = read_order(rows.model, order)[0]
    is_backwards, values = read_cursor(cursor, read_order(rows.model, order)) if cursor else (False, None)
    is_descending = key.is_descending != is_backwards
    ahead = rows.model._default_manager.order_by(f"{'-' if is_descending else ''}{key.name}")
    if values is not None:
        ahead = ahead.filter(**{f"{key.name}__{'lte' if is_descending else 'gte'}": values[0]})
    bound = list(ahead.values_list(key.name, flat=True)[near : near + 1])
    if bound:
        close = walked.filter(**{f"{key.name}__{'gte' if is_descending else 'lte'}": bound[0]})
        page = get_keyset_page(close, order=order, size=size, cursor=cursor)
        if (page.previous if is_backwards else page.next) is not None:
            return page
    return get_keyset_page(rows, order=order, size=size, cursor=cursor)
