"""The marks of a clock: reminders, the warning, the end, and the rungs of the ladder, each once. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from cases.sla.arithmetic import Dial, moment_of

TO = ("assignee", "lead", "manager")
DOES = ("tell", "reassign", "raise_priority")
MAX_PERCENT = 1_000
END = "breach"
_ORDER = {"remind": 0, "warn": 1, "breach": 2, "climb": 3}


@dataclass(frozen=True, kw_only=True)
class Rung:
    """A rung of the ladder: at ``percent`` of the budget, do this; ``to`` is empty where nobody is meant."""

    percent: int
    do: str
    to: str = ""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What happens when, and what may pause the clock. ``warn_percent`` None: no warning."""

    warn_percent: int | None = None
    reminders: tuple[int, ...] = (50, 90)
    ladder: tuple[Rung, ...] = ()
    pause_reasons: tuple[str, ...] = ("information",)


NO_POLICY = Terms()


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Something that happens once at a share of the budget. ``name`` stays the same when other marks change."""

    what: str
    percent: int
    rung: Rung | None = None

    @property
    def name(self) -> str:
        """``warn``, ``breach``, ``remind:50``, ``climb:100:tell:lead``."""
        if self.what == "remind":
            return f"remind:{self.percent}"
        return self.what if self.rung is None else f"climb:{self.percent}:{self.rung.do}:{self.rung.to}"


@dataclass(frozen=True, kw_only=True)
class DueMark:
    """A mark and when it is, or was, to be reached."""

    mark: Mark
    at: datetime


def list_marks(terms: Terms, *, subject: str = "task") -> tuple[Mark, ...]:
    """Every mark under these terms, by share of the budget. Only tasks are reminded of."""
    return tuple(sorted(_make_marks(terms, subject), key=lambda each: (each.percent, _ORDER[each.what], each.name)))


def list_due(terms: Terms, dial: Dial, reached: Collection[str], now: datetime, *, subject: str) -> list[DueMark]:
    """The marks that are due by now and were not reached before, in order. Of late reminders only the last one."""
    due = [each for each in _list_open(terms, dial, reached, subject) if each.at <= now]
    reminders = [each for each in due if each.mark.what == "remind"]
    return [each for each in due if each.mark.what != "remind" or each is reminders[-1]]


def find_next(terms: Terms, dial: Dial, reached: Collection[str], *, subject: str) -> datetime | None:
    """When the next mark is reached, that of the smallest share; None while the clock stands, or with none left."""
    if dial.running_since is None:
        return None
    return next((each.at for each in _list_open(terms, dial, reached, subject)), None)


def skip_late(terms: Terms, due: Collection[DueMark], *, subject: str) -> list[str]:
    """The names of all that counts as reached with ``due``: earlier reminders too, which nobody needs any more."""
    names = [each.mark.name for each in due]
    percent = max((each.mark.percent for each in due), default=0)
    late = (
        each.name for each in list_marks(terms, subject=subject) if each.what == "remind" and each.percent <= percent
    )
    return [*names, *(name for name in late if name not in names)]


def _list_open(terms: Terms, dial: Dial, reached: Collection[str], subject: str) -> Iterator[DueMark]:
    for mark in list_marks(terms, subject=subject):
        if mark.name not in reached:
            at = moment_of(dial, mark.percent)
            if at is not None:
                yield DueMark(mark=mark, at=at)


def _make_marks(terms: Terms, subject: str) -> Iterator[Mark]:
    yield Mark(what=END, percent=100)
    if terms.warn_percent is not None:
        yield Mark(what="warn", percent=terms.warn_percent)
    if subject == "task":
        yield from (Mark(what="remind", percent=percent) for percent in terms.reminders)
    yield from (Mark(what="climb", percent=rung.percent, rung=rung) for rung in terms.ladder)
