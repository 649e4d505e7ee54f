"""The rules by which somebody sees a task: each a condition and its words. The querysets are made of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, OuterRef, Q

from cases.visibility.rules import Reason, Rule, join_any, match_any, rows_of, say_day, say_since
from cases.visibility.standing import Hat, Standing
from integrator.people.models import Membership
from integrator.people.rights import ROLES_BY_ACTION, Action
from integrator.people.roles import Role

if TYPE_CHECKING:
    from cases.models import Task

ACTIVE = ("open", "claimed")


def action_for(kind: str) -> Action:
    """The right that a member of an asked team needs: to decide for an approval, to do work for the rest."""
    return Action.TASK_DECIDE if kind == "approve" else Action.TASK_DO


def asked_as(hat: Hat) -> Q | None:
    """Tasks of which this hat is a candidate: by name, as fitting member of an asked team, or as its lead."""
    return join_any([_by_name(hat), _as_member(hat), _as_lead(hat)])


def decidable_as(standing: Standing) -> Q | None:
    """Tasks that the person may answer, as themselves or for somebody they cover.

    Not one's own request, nothing that one edited, and no second entry of one approval: the one
    covered and the substitute count as one person.
    """
    ways = [asked_as(standing.own)]
    for hat in standing.covers:
        asked = asked_as(hat)
        ways.append(None if asked is None else asked & open_to(hat.person.pk))
    condition = join_any(ways)
    return None if condition is None else condition & open_to(standing.person.pk)


def asked_covered(hat: Hat) -> Q | None:
    """What is asked of somebody covered: open tasks, and those that ended since the substitution began."""
    asked = asked_as(hat)
    if asked is None or hat.substitution is None:
        return None
    since_at = hat.substitution.starts_at
    return asked & (Q(status__in=ACTIVE) | Q(decided_at__gte=since_at) | Q(withdrawn_at__gte=since_at))


def answered_by(person_id: int) -> Exists:
    """Whether the person, or somebody for them, has answered another entry of the task's approval."""
    rows = rows_of("Task").filter(approval_id=OuterRef("approval_id"), approval_id__isnull=False, status="done")
    rows = rows.filter(overtaken=False)
    return Exists(rows.filter(Q(decided_by=person_id) | Q(covered=person_id)))


def edited_by(person_id: int) -> Exists:
    """Whether the person changed what the task's approval is about."""
    return Exists(rows_of("ApprovalEditor").filter(approval_id=OuterRef("approval_id"), person=person_id))


def open_to(person_id: int) -> Q:
    """Tasks that are neither the person's own request, nor edited by them, nor a second entry for them."""
    barred = Q(kind="approve", requested_by=person_id)
    return ~barred & ~Q(answered_by(person_id)) & ~Q(edited_by(person_id))


def _candidates(**wanted: Any) -> Any:
    return rows_of("TaskCandidate").filter(task_id=OuterRef("pk"), **wanted)


def _by_name(hat: Hat) -> Q:
    named = Q(Exists(_candidates(person=hat.person.pk)))
    return named if hat.team_id is None else named & Q(team_id=hat.team_id)


def _as_member(hat: Hat) -> Q | None:
    both, decides, works = hat.decides & hat.works, hat.decides - hat.works, hat.works - hat.decides
    approvals = Q(task__kind="approve")
    conditions = [
        Q(team_id__in=sorted(teams)) & kind
        for teams, kind in ((both, Q()), (decides, approvals), (works, ~approvals))
        if teams
    ]
    fitting = join_any(conditions)
    return None if fitting is None else Q(Exists(_candidates().filter(fitting)))


def _as_lead(hat: Hat) -> Q | None:
    return Q(Exists(_candidates(team_id__in=sorted(hat.led)))) if hat.led else None


def _as_watcher(standing: Standing) -> Q:
    """What happens in a confidential case is not opened by watching."""
    rows = rows_of("TaskWatcher").filter(task_id=OuterRef("pk"), person=standing.person.pk)
    return Q(Exists(rows.filter(Q(task__case__isnull=True) | Q(task__case__confidential=False))))


def _tell_named(standing: Standing, task: Task) -> list[Reason]:
    rows = task.candidates.filter(person=standing.person.pk).values_list("stands_for", flat=True)
    words = [f"asked instead of {name}, where nobody else may answer" if name else "asked by name" for name in rows]
    return [Reason(rule="named", words=each, since_at=task.created_at) for each in words]


def _tell_member(standing: Standing, task: Task) -> list[Reason]:
    return tell_memberships(standing, _asked_team_ids(task), ROLES_BY_ACTION[action_for(task.kind)], rule="member")


def tell_memberships(standing: Standing, team_ids: Iterable[int], roles: Iterable[Role], *, rule: str) -> list[Reason]:
    """One reason for each of these teams in which the person holds one of the roles: the oldest counts. One query."""
    held = Membership.objects.filter(person_id=standing.person.pk, team_id__in=team_ids, role__in=roles)
    first: dict[int | None, Membership] = {}
    for row in held.select_related("team").order_by("since_at", "id"):
        first.setdefault(row.team_id, row)
    return [
        Reason(
            rule=rule,
            words=say_since(f"{'lead' if row.role == Role.LEAD else 'member'} of {row.team}", row.since_at),
            since_at=row.since_at,
        )
        for row in first.values()
    ]


def _tell_lead(standing: Standing, task: Task) -> list[Reason]:
    asked = task.candidates.filter(team_id__in=standing.own.led).select_related("team").order_by("id")
    return [Reason(rule="lead", words=f"lead of {row.team}") for row in asked]


def _tell_covers(standing: Standing, task: Task) -> list[Reason]:
    return [
        Reason(
            rule="substitute",
            words=f"substitute for {hat.person} until {say_day(hat.substitution.ends_at)}",
            since_at=hat.substitution.starts_at,
        )
        for hat in standing.covers
        if hat.substitution is not None and _is_asked_covered(hat, task)
    ]


def _is_asked_covered(hat: Hat, task: Task) -> bool:
    condition = asked_covered(hat)
    return condition is not None and bool(rows_of("Task").filter(condition, pk=task.pk).exists())


def _tell_decided(standing: Standing, task: Task) -> list[Reason]:
    for_whom = f" for {task.covered}" if task.covered is not None else ""
    return [Reason(rule="decided", words=f"you answered it{for_whom}", since_at=task.decided_at)]


def _tell_watcher(standing: Standing, task: Task) -> list[Reason]:
    rows = task.watchers.filter(person=standing.person.pk).select_related("added_by")
    return [tell_watching(row, standing) for row in rows]


def tell_watching(row: Any, standing: Standing) -> Reason:
    """Why a row of watchers lets its person see: ``watcher, added by Lia``, or nobody when it was they themselves."""
    by = f", added by {row.added_by}" if row.added_by and row.added_by_id != standing.person.pk else ""
    return Reason(rule="watcher", words=f"{say_since('watcher', row.since_at)}{by}", since_at=row.since_at)


def _asked_team_ids(task: Task) -> list[int]:
    rows = task.candidates.exclude(team=None).annotate(asked_id=F("team_id")).values_list("asked_id", flat=True)
    return [team_id for team_id in rows if team_id is not None]


ASKED: tuple[Rule[Task], ...] = (
    Rule(key="named", matches=lambda standing: _by_name(standing.own), tell=_tell_named),
    Rule(key="member", matches=lambda standing: _as_member(standing.own), tell=_tell_member),
    Rule(key="lead", matches=lambda standing: _as_lead(standing.own), tell=_tell_lead),
    Rule(
        key="substitute",
        matches=lambda standing: join_any(map(asked_covered, standing.covers)),
        tell=_tell_covers,
    ),
)
THEIRS: tuple[Rule[Task], ...] = (
    *ASKED,
    Rule(key="decided", matches=lambda standing: Q(decided_by=standing.person.pk), tell=_tell_decided),
)
TASK_RULES: tuple[Rule[Task], ...] = (*THEIRS, Rule(key="watcher", matches=_as_watcher, tell=_tell_watcher))


def match_theirs(standing: Standing) -> Q | None:
    """Tasks that are the person's own business: asked of them, or answered by them."""
    return match_any(THEIRS, standing)
