"""The rules by which somebody sees a case: each a condition and its words. The querysets are made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from cases.visibility.rules import Reason, Rule, rows_of
from cases.visibility.standing import Standing
from cases.visibility.task_rules import match_theirs, tell_memberships, tell_watching
from integrator.people.models import Membership
from integrator.people.rights import ROLES_BY_ACTION, Action, EveryTeam
from integrator.people.roles import Role

if TYPE_CHECKING:
    from cases.models import Case

READERS = ROLES_BY_ACTION[Action.CASE_READ]
TASKS_TOLD = 3


def _as_member(standing: Standing) -> Q | None:
    if isinstance(standing.reads, EveryTeam) or not standing.reads:
        return None
    return Q(team_id__in=sorted(standing.reads), confidential=False)


def _everywhere(standing: Standing, *, is_confidential: bool) -> Q | None:
    return Q(confidential=is_confidential) if isinstance(standing.reads, EveryTeam) else None


def _as_party(standing: Standing) -> Q:
    return Q(Exists(rows_of("CaseParty").filter(_parties_that_are(standing), case_id=OuterRef("pk"))))


def _parties_that_are(standing: Standing) -> Q:
    """By name, or as somebody who may see the cases of a team that is one, or leads it."""
    teams = set(standing.own.led) | (set() if isinstance(standing.reads, EveryTeam) else set(standing.reads))
    own = Q(person=standing.person.pk)
    return own | Q(team_id__in=sorted(teams)) if teams else own


def _with_task(standing: Standing) -> Q | None:
    theirs = match_theirs(standing)
    return None if theirs is None else Q(Exists(rows_of("Task").filter(theirs, case_id=OuterRef("pk"))))


def _as_watcher(standing: Standing) -> Q:
    rows = rows_of("CaseWatcher").filter(case_id=OuterRef("pk"), person=standing.person.pk)
    return Q(Exists(rows)) & Q(confidential=False)


def _tell_member(standing: Standing, case: Case) -> list[Reason]:
    return tell_memberships(standing, [case.team_id], READERS, rule="member")


def _tell_everywhere(standing: Standing, case: Case) -> list[Reason]:
    held = Membership.objects.filter(person_id=standing.person.pk, team=None, role__in=READERS).order_by(
        "since_at", "id"
    )
    row = held.first()
    role = Role(row.role).label.lower() if row is not None else "admin"  # a superuser holds no row
    logged = "; reading a confidential case is kept in its history" if case.confidential else ""
    return [Reason(rule="everywhere", words=f"{role}{logged}", since_at=row.since_at if row is not None else None)]


def _tell_owner(standing: Standing, case: Case) -> list[Reason]:
    return [Reason(rule="owner", words="owner of the case")]


def _tell_party(standing: Standing, case: Case) -> list[Reason]:
    rows = case.parties.filter(_parties_that_are(standing)).select_related("team").order_by("since_at", "id")
    return [
        Reason(
            rule="party",
            words=f"party of the case: {row.role}{f', as {row.team}' if row.team else ''}",
            since_at=row.since_at,
        )
        for row in rows
    ]


def _tell_task(standing: Standing, case: Case) -> list[Reason]:
    theirs = match_theirs(standing)
    if theirs is None:
        return []
    rows = rows_of("Task").filter(theirs, case_id=case.pk).order_by("created_at", "id")
    return [
        Reason(rule="task", words=f"asked in it: “{row.title}”", since_at=row.created_at) for row in rows[:TASKS_TOLD]
    ]


def _tell_watcher(standing: Standing, case: Case) -> list[Reason]:
    rows = case.watchers.filter(person=standing.person.pk).select_related("added_by")
    return [tell_watching(row, standing) for row in rows]


CASE_RULES: tuple[Rule[Case], ...] = (
    Rule(key="owner", matches=lambda standing: Q(owner=standing.person.pk), tell=_tell_owner),
    Rule(key="party", matches=_as_party, tell=_tell_party),
    Rule(key="task", matches=_with_task, tell=_tell_task),
    Rule(key="member", matches=_as_member, tell=_tell_member),
    Rule(key="watcher", matches=_as_watcher, tell=_tell_watcher),
    Rule(
        key="everywhere",
        matches=lambda standing: _everywhere(standing, is_confidential=False),
        tell=_tell_everywhere,
    ),
    Rule(  # opened by number, each time with an event, and in no list
        key="oversight",
        matches=lambda standing: _everywhere(standing, is_confidential=True),
        tell=_tell_everywhere,
        is_listed=False,
    ),
)
LISTED_CASE_RULES: tuple[Rule[Case], ...] = tuple(rule for rule in CASE_RULES if rule.is_listed)
