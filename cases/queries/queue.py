"""The queue of what waits for a person, by pages: as many short stretches of an index as they have audiences.

The rules are those of ``TaskQuerySet.decidable_by``, taken apart by audience, because a database reads a stretch of
``queue_team_due`` for one team at once, but no order over several teams. A test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Case, F, Q, Value, When
from django.db.models.expressions import RawSQL

from cases.models import QueueRow, Task
from cases.models.queue import NO_DATE, RANKS
from cases.queries.parts import with_row_parts
from cases.querysets import TaskQuerySet
from cases.visibility.standing import Hat, Standing, read_standing
from cases.visibility.task_rules import ACTIVE, open_to
from integrator.database.clock import is_postgresql
from integrator.database.keyset import Key, Order, Page, cut_page, read_cursor, read_order
from integrator.people.models import Person

RELEASED_PER_COUNTED = 5  # others' among them are passed over
DUE_FIRST, NEW_FIRST = ("due_at", "created_at"), ("-created_at",)
RANK = Key(field=QueueRow._meta.get_field("rank"), is_descending=False)
URGENT_FIRST = (RANK, *DUE_FIRST)
_COLUMNS = {
    "rank": "queued__rank",
    "due_at": "queued__due_at",
    "created_at": "queued__created_at",
    "id": "queued__task_id",
}


@dataclass(frozen=True, kw_only=True)
class Part:
    """Which part of the queue is wanted, beside ``where``, a condition on tasks.

    ``by_name``: what is asked by name or held by the person; ``team_id``: what is asked of that team.
    ``due_from_at`` and ``due_until_at`` bound the due time, which ``NO_DATE`` is without one; None: no bound.
    """

    where: Q = field(default_factory=Q)
    by_name: bool = False
    team_id: int | None = None
    due_from_at: datetime | None = None
    due_until_at: datetime | None = None

    @property
    def is_by_due(self) -> bool:
        """Whether the due time is bounded."""
        return self.due_from_at is not None or self.due_until_at is not None

    @property
    def bounds(self) -> Q:
        """Everything but the audience, as a condition on tasks and their rows in the queue."""
        bounds = self.where
        if self.due_from_at is not None:
            bounds &= Q(queued__due_at__gte=self.due_from_at)
        return bounds if self.due_until_at is None else bounds & Q(queued__due_at__lt=self.due_until_at)


def get_queue_page(person: Person, part: Part, *, order: Order = DUE_FIRST, size: int, cursor: str = "") -> Page[Task]:
    """This will give one page of what the person may answer now, in four queries. Raises CursorRefused.

    ``order`` is ``DUE_FIRST``, ``NEW_FIRST`` or ``URGENT_FIRST``. The rows have everything that lists show.
    """
    keys = read_order(Task, order)
    is_backwards, values = read_cursor(cursor, keys) if cursor else (False, None)
    ways = _list_ways(person, part)
    if not ways:
        return cut_page([], keys, size=size, is_backwards=is_backwards, is_first=values is None)
    turned = [_turn(key, is_backwards) for key in keys]
    beyond = _list_beyond(keys, values, is_backwards=is_backwards, by_rank=part.is_by_due)
    stretches = [
        _cut(Task.objects.filter(way & part.bounds & each), turned, size + 1) for way in ways for each in beyond
    ]
    rows = with_rank(with_row_parts(Task.objects.filter(_is_in(stretches))))
    found = list(rows.order_by(*(key.order_by(is_backwards=is_backwards) for key in keys))[: size + 1])
    return cut_page(found, keys, size=size, is_backwards=is_backwards, is_first=values is None)


def with_rank(tasks: TaskQuerySet) -> TaskQuerySet:
    """The tasks with the place of their priority as ``rank``, for the order ``URGENT_FIRST``."""
    places = [When(priority=priority, then=Value(place)) for priority, place in RANKS.items()]
    return tasks.annotate(rank=Case(*places, output_field=RANK.field))


def count_queue(
    person: Person,
    part: Part = Part(),
    *,
    cap: int,
    since_at: datetime | None = None,
    released_after: datetime | None = None,
) -> int:
    """This will count what the person may answer now, up to ``cap``: one query.

    ``since_at``: only what was made after it, or taken and released again after ``released_after``; that is one query
    more, None: not looked for.
    """
    turned = ["-queued__created_at", "-queued__task_id"]
    newer = [Q()] if since_at is None else [Q(queued__created_at__gt=since_at)]
    if released_after is not None:
        newer += _list_released(released_after, cap)
    ways = _list_ways(person, part)
    if not ways:
        return 0
    stretches = [_cut(Task.objects.filter(way & part.bounds & each), turned, cap) for way in ways for each in newer]
    return min(cap, Task.objects.filter(_is_in(stretches)).order_by().count())


def _list_released(after: datetime, cap: int) -> list[Q]:
    """What was released after it, by its keys: few, so that no database walks a whole queue for them."""
    rows = Task.objects.filter(released_at__gt=after, status="open").order_by("-released_at")
    keys = list(rows.values_list("pk", flat=True)[: cap * RELEASED_PER_COUNTED])
    return [Q(pk__in=keys)] if keys else []


def _list_ways(person: Person, part: Part) -> list[Q]:
    standing = read_standing(person)
    if standing is None:
        return []
    own = open_to(person.pk)
    ways = [way & own for way in _of_hat(standing.own, part)]
    for hat in standing.covers:
        ways += [way & own & open_to(hat.person.pk) for way in _of_hat(hat, part)]
    if part.by_name:
        ways += [way & own for way in _held(standing)]
    return ways


def _of_hat(hat: Hat, part: Part) -> Iterator[Q]:
    """Each audience of which this hat is, with the sort of tasks it may answer there."""
    if part.team_id is None:
        by_name = Q(queued__person=hat.person.pk)
        yield by_name if hat.team_id is None else by_name & Q(team_id=hat.team_id)
    if part.by_name:
        return
    for team_id in sorted(hat.decides | hat.works | hat.led):
        if part.team_id is not None and part.team_id != team_id:
            continue
        of_team = Q(queued__team=team_id)
        if team_id in hat.led or team_id in hat.decides & hat.works:
            yield of_team
        else:
            yield of_team & Q(queued__is_approval=team_id in hat.decides)


def _held(standing: Standing) -> Iterator[Q]:
    """What the person has claimed, asked by whichever way they may answer it."""
    for hat in (standing.own, *standing.covers):
        for way in _of_hat(hat, Part()):
            yield way & Q(assignee=standing.person.pk) & (Q() if hat is standing.own else open_to(hat.person.pk))


def _cut(rows: TaskQuerySet, order: Sequence[Any], size: int) -> Any:
    return rows.filter(status__in=ACTIVE).order_by(*order).values("pk")[:size]


def _turn(key: Key, is_backwards: bool) -> Any:
    column = F(_COLUMNS[key.name])
    return column.desc() if key.is_descending != is_backwards else column.asc()


def _list_beyond(keys: Sequence[Key], values: Sequence[Any] | None, *, is_backwards: bool, by_rank: bool) -> list[Q]:
    """The conditions that take what comes after these values apart, so that each is one stretch of an index.

    By rank it is the rest of the same rank, and the ranks beyond: those one by one where the due time is bounded
    (``by_rank``), because behind a range of ranks no index bounds it.
    """
    if keys[0] is not RANK:
        return [Q() if values is None else _rows_beyond(keys, values, is_backwards=is_backwards)]
    place = None if values is None else int(values[0])
    ranks = [each for each in RANKS.values() if place is None or (each < place if is_backwards else each > place)]
    if by_rank:
        whole = [Q(queued__rank=each) for each in ranks]
    else:
        whole = [Q(queued__rank__gte=min(ranks), queued__rank__lte=max(ranks))] if ranks else []
    if values is None:
        return whole
    rest = _rows_beyond(keys[1:], values[1:], is_backwards=is_backwards)
    return [Q(queued__rank=place) & rest, *whole]


def _rows_beyond(keys: Sequence[Key], values: Sequence[Any], *, is_backwards: bool) -> Q:
    """(due beyond d) or (due = d and made beyond m) or …, and due not before d, which bounds the stretch."""
    beyond, equal = Q(pk__in=[]), Q()
    for place, (key, value) in enumerate(zip(keys, values, strict=True)):
        column, lookup = _COLUMNS[key.name], "lt" if key.is_descending != is_backwards else "gt"
        at = NO_DATE if value is None else value
        beyond |= equal & Q(**{f"{column}__{lookup}": at})
        equal &= Q(**{column: at})
        if place == 0:
            bound = Q(**{f"{column}__{lookup}e": at})
    return bound & beyond


def _is_in(stretches: Sequence[Any]) -> RawSQL:
    """The condition that a task is in one of the stretches: Django's own union takes no limits inside on SQLite.

    PostgreSQL gets the keys as an array, which it makes first; it would join a subquery last of all.
    """
    compiled = [rows.query.sql_with_params() for rows in stretches]
    union = " UNION ALL ".join(f"SELECT * FROM ({text}) AS way_{place}" for place, (text, _) in enumerate(compiled))  # noqa: S608
    condition = f"= ANY(ARRAY({union}))" if is_postgresql() else f"IN ({union})"
    values = [value for _, given in compiled for value in given]
    return RawSQL(f'"cases_task"."id" {condition}', values, output_field=BooleanField())  # noqa: S611  # of querysets
