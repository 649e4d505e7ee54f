"""The line "3 new cases. Show them" above a list: how much came since the page was made. Nothing jumps.

The page asks for it when live news tell of the topic, and now and then; the reader lets the news in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict

from integrator.lib.clock import ClockError, parse_instant, to_rfc3339
from integrator.pages.rendering import render_page

LATE_COMMITS = timedelta(seconds=60)  # rows are stamped before their transaction commits, so look back this far
COUNT_CAP = 100


@dataclass(frozen=True, kw_only=True)
class Fresh:
    """For ``components/fresh_line.html``: count, words, the address that lets them in, and the one to ask again."""

    count: int
    said: str  # the count as text, or "changed": rows that are shown are no longer true
    what: str
    href: str
    poll: str
    topic: str


@dataclass(frozen=True, kw_only=True)
class FreshLine:
    """One list's line. ``kept`` names what of its address narrows it, ``count_since`` counts rows made after a time."""

    request: HttpRequest
    kept: Sequence[str]
    topic: str
    words: tuple[str, str]  # ("new case", "new cases")
    count_since: Callable[[datetime], int]
    digest: Callable[[], str] | None = None  # of the rows shown: another one means that some of them changed

    @property
    def is_asked(self) -> bool:
        """Whether this request wants the line alone."""
        return "fresh_after" in self.request.GET

    def begin(self, *, now: datetime) -> Fresh | None:
        """The line of a page made now; None on later pages of the list, where nothing new can come in. One query."""
        if self.request.GET.get("cursor"):
            return None
        since_at, digest = now - LATE_COMMITS, self.digest() if self.digest else ""
        return self._make(since_at=since_at, seen=self.count_since(since_at), digest=digest)

    def answer(self) -> HttpResponse:
        """The line as it is now, or 204 when the page shows it like that already. One query."""
        query = self.request.GET
        seen, said, digest = _read_int(query, "seen"), query.get("said") or "0", query.get("rows", "")[:64]
        try:
            since_at = parse_instant(query.get("fresh_after", ""))
        except ClockError:
            return HttpResponse(status=204)
        count = max(0, self.count_since(since_at) - seen)
        has_changed = self.digest is not None and count == 0 and digest != "" and self.digest() != digest
        fresh = self._make(since_at=since_at, seen=seen, digest=digest, count=count, has_changed=has_changed)
        if fresh.said == said:
            return HttpResponse(status=204)
        return render_page(self.request, "components/fresh_line.html", {"fresh": fresh})

    def _make(self, *, since_at: datetime, seen: int, digest: str, count: int = 0, has_changed: bool = False) -> Fresh:
        here, poll = self._kept_query(), self._kept_query()
        said = "changed" if has_changed else str(count)
        poll.update({"fresh_after": to_rfc3339(since_at), "seen": str(seen), "said": said})
        if digest:
            poll["rows"] = digest
        return Fresh(
            count=count,
            said=said,
            what=self.words[0] if count == 1 else self.words[1],
            href=f"?{here.urlencode()}",
            poll=f"?{poll.urlencode()}",
            topic=self.topic,
        )

    def _kept_query(self) -> QueryDict:
        kept = QueryDict(mutable=True)
        for name in self.kept:
            value = self.request.GET.get(name)
            if isinstance(value, str) and value:
                kept[name] = value
        return kept


def count_newer(rows: QuerySet[Model], field: str, since_at: datetime) -> int:
    """This will count rows whose ``field`` is after ``since_at``, up to 100. One query."""
    return len(rows.filter(**{f"{field}__gt": since_at}).order_by().values_list("pk")[:COUNT_CAP])


def _read_int(query: QueryDict, name: str) -> int:
    text = query.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
