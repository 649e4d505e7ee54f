"""How the clocks of a period ended: in time or late, by type, team and month, as far as the reader may see them."""

from __future__ import annotations

from calendar import month_name
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median

from django.db.models import Q, QuerySet
from django.utils import timezone

from cases.models import Case, SlaClock, Task
from integrator.people.models import Person

WHATS = {"assign": "Work", "approve": "Approval", "information": "Question", "reopen": "Request to reopen", "": "Case"}
MOST_ROWS = 200_000


@dataclass(frozen=True, kw_only=True)
class ReportFilter:
    """[since, until), and what is wanted of it; empty members let all through. ``month`` is ``2026-11``."""

    since_at: datetime
    until_at: datetime
    case_type: str = ""
    team: str = ""
    what: str = ""
    month: str = ""
    state: str = ""


@dataclass(kw_only=True)
class ReportRow:
    """One group. ``used`` are the shares of the budget that were used in the end, in per cent."""

    month: str
    case_type: str
    case_type_key: str
    team: str
    team_slug: str
    kind: str
    what: str
    met: int = 0
    late: int = 0
    used: list[int] = field(default_factory=list, repr=False)

    @property
    def month_words(self) -> str:
        """The month as people say it: ``November 2026``."""
        return say_month(self.month)

    @property
    def count(self) -> int:
        """All of the group."""
        return self.met + self.late

    @property
    def met_percent(self) -> int:
        """The share that was in time."""
        return round(100 * self.met / self.count) if self.count else 0

    @property
    def median_used(self) -> int:
        """The median of what was used, in per cent."""
        return round(median(self.used)) if self.used else 0


def list_ended(person: Person, wanted: ReportFilter) -> QuerySet[SlaClock]:
    """The clocks that ended in the period, of tasks and cases that the person may see, newest first."""
    tasks = Task.objects.visible_to(person).order_by().values("pk")
    cases = Case.objects.visible_to(person).order_by().values("pk")
    rows = SlaClock.objects.filter(
        Q(task__in=tasks) | Q(case__in=cases),
        ended_at__gte=wanted.since_at,
        ended_at__lt=wanted.until_at,
        state__in=("met", "breached"),
    )
    exact = {
        "case_type__key": "" if wanted.case_type == "-" else wanted.case_type,
        "team__slug": wanted.team,
        "state": wanted.state,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if wanted.case_type == "-":
        rows = rows.filter(case_type__isnull=True)
    if wanted.what:
        rows = rows.filter(task_kind="" if wanted.what == "case" else wanted.what)
    return rows.order_by("-ended_at", "-id")


def make_report(person: Person, wanted: ReportFilter) -> list[ReportRow]:
    """The groups, newest month first, then by type and team. One query; at most 200,000 clocks count."""
    groups: dict[tuple[str, ...], ReportRow] = {}
    for month, type_name, type_key, team, slug, kind, state, used in _read(person, wanted):
        key = (month, type_key, slug, kind)
        row = groups.get(key)
        if row is None:
            row = groups[key] = ReportRow(
                month=month,
                case_type=type_name or "No case",
                case_type_key=type_key or "-",
                team=team,
                team_slug=slug,
                kind=kind or "case",
                what=WHATS.get(kind, kind),
            )
        row.met, row.late = row.met + (state == "met"), row.late + (state != "met")
        row.used.append(used)
    return sorted(groups.values(), key=lambda row: (_newest_first(row.month), row.case_type, row.team, row.what))


def sum_up(rows: list[ReportRow]) -> ReportRow:
    """All groups as one."""
    total = ReportRow(month="", case_type="", case_type_key="", team="", team_slug="", kind="", what="All")
    for row in rows:
        total.met, total.late = total.met + row.met, total.late + row.late
        total.used += row.used
    return total


def say_month(month: str) -> str:
    """``2026-11`` as ``November 2026``; "" for none."""
    year, _, number = month.partition("-")
    return f"{month_name[int(number)]} {year}" if month else ""


def month_of(at: datetime) -> str:
    """``2026-11``, in the reader's zone."""
    return timezone.localtime(at).strftime("%Y-%m")


def _read(person: Person, wanted: ReportFilter) -> Iterator[tuple[str, str, str, str, str, str, str, int]]:
    columns = ("ended_at", "case_type__name", "case_type__key", "team__name", "team__slug", "task_kind", "state")
    for row in list_ended(person, wanted).values_list(*columns, "end_percent")[:MOST_ROWS]:
        ended_at, type_name, type_key, team, slug, kind, state, used = row
        yield month_of(ended_at), type_name or "", type_key or "", team, slug, kind, state, used or 0


def _newest_first(month: str) -> int:
    return -int(month.replace("-", ""))
