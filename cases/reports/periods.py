"""The period of a report, from days or from its length. Clock and zone come in by ``now``; reads nothing."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from cases.reports.log import Scope

MAX_DAYS = 3_660
USUAL_DAYS = 30
FIRST_YEAR, LAST_YEAR = 1970, 9000


def make_scope(
    *, now: datetime, since: date | None, until: date | None, days: int, team: str = "", case_type: str = ""
) -> Scope:
    """This will give the scope of whole days in the zone of ``now``, the last one included.

    Without both days: the last ``days`` until now; without ``since``: the 30 days before. The end never lies in the
    future, and no period is longer than ten years.
    """
    soon = now + timedelta(seconds=1)
    if since is None and until is None:
        return Scope(since_at=now - timedelta(days=days), until_at=soon, team=team, case_type=case_type)
    end = soon if until is None else min(_begin(until + timedelta(days=1), now), soon)
    begin = _begin(since, now) if since is not None else end - timedelta(days=USUAL_DAYS)
    least, most = end - timedelta(days=MAX_DAYS), end - timedelta(seconds=1)
    return Scope(since_at=min(max(begin, least), most), until_at=end, team=team, case_type=case_type)


def read_day(text: str) -> date | None:
    """A day from 1970 to 9000 as ISO 8601; None for what is none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def _begin(day: date, now: datetime) -> datetime:
    return datetime.combine(day, time.min, tzinfo=now.tzinfo)
