"""What a rule of visibility is: a condition for the database and its words, which cannot part. Knows no table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, Generic, TypeVar

from django.apps import apps
from django.db.models import Model, Q
from django.utils import timezone

from cases.visibility.standing import Standing

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why somebody sees something. ``words`` is a fragment: ``member of Legal since 3 May 2026``.

    ``since_at`` is None where nothing says since when.
    """

    rule: str
    words: str
    since_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Rule(Generic[Row]):
    """``matches`` gives the condition, None where it can hold for nothing; ``tell`` the reasons where it holds.

    ``is_listed`` False: it lets somebody open the row by its name, but puts it into no list.
    """

    key: str
    matches: Callable[[Standing], Q | None]
    tell: Callable[[Standing, Row], list[Reason]]
    is_listed: bool = True


def match_any(rules: Iterable[Rule[Any]], standing: Standing) -> Q | None:
    """The condition that one of the rules holds; None when none can."""
    return join_any(rule.matches(standing) for rule in rules)


def join_any(conditions: Iterable[Q | None]) -> Q | None:
    """Any of the conditions; None when there is none."""
    found = [condition for condition in conditions if condition is not None]
    return reduce(or_, found) if found else None


def rows_of(name: str) -> Any:
    """The manager of a model of this app."""
    return apps.get_model("cases", name)._default_manager  # cycle: models are built from the querysets above


def say_since(words: str, since_at: datetime) -> str:
    """``member of Legal since 3 May 2026``, in the reader's zone."""
    return f"{words} since {say_day(since_at)}"


def say_day(moment: datetime) -> str:
    """``3 May 2026``, in the reader's zone."""
    day = timezone.localtime(moment)
    return f"{day.day} {day:%B %Y}"
