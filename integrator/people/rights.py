"""Who may do what: one table, role × action. Pages, API, docs/rights.md and the tests all follow from it.

Nothing is kept between requests, so that a change of rights acts at once. Knows no address and no view.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeAlias, TypeGuard, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, QuerySet, TextChoices

from integrator.people.models import Membership, Person, Team
from integrator.people.roles import Role

Row = TypeVar("Row", bound=Model)

Somebody: TypeAlias = Person | AnonymousUser


class Action(TextChoices):
    """Everything a right is asked for. The label is what docs/rights.md says."""

    CASE_READ = "case.read", "See the team's cases and their timelines"
    CASE_CHANGE = "case.change", "Change the team's cases"
    CASE_EXPORT = "case.export", "Export the team's cases"
    CASE_TYPE_MANAGE = "case_type.manage", "Add and change the team's case types"
    TASK_DO = "task.do", "Do work assigned to the team"
    TASK_DECIDE = "task.decide", "Approve or reject for the team"
    TASK_REASSIGN = "task.reassign", "Give the team's tasks to somebody else"
    FLOW_READ = "flow.read", "See the team's flows and their versions"
    FLOW_DRAFT = "flow.draft", "Change drafts of the team's flows"
    FLOW_TRY = "flow.try", "Run drafts of the team's flows for real in the test environment; cancel one's own"
    FLOW_IMPORT = "flow.import", "Import flow files into the team"
    FLOW_EXPORT = "flow.export", "Export the team's flows as files"
    FLOW_PUBLISH = "flow.publish", "Publish versions of the team's flows"
    FLOW_RELAX = "flow.relax", "Let one publisher alone publish a flow for which two had to agree"
    FLOW_PAUSE = "flow.pause", "Pause and resume the team's flows"
    RUN_READ = "run.read", "See runs of the team's flows, with their data"
    RUN_START = "run.start", "Start runs of the team's flows by hand"
    RUN_OPERATE = "run.operate", "Cancel, retry and repair runs of the team's flows"
    RUN_EXPORT = "run.export", "Export runs of the team's flows"
    INCIDENT_ANSWER = "incident.answer", "Answer incidents of the team's flows"
    MESSAGE_SEND = "message.send", "Send messages to runs of the team's flows"
    REQUEST_READ = "request.read", "See stored requests to the team's flows"
    REQUEST_REPLAY = "request.replay", "Replay stored requests to the team's flows"
    CONNECTION_READ = "connection.read", "See the team's connections, without their secrets"
    CONNECTION_MANAGE = "connection.manage", "Add, change and remove the team's connections"
    TABLE_READ = "table.read", "See the team's decision tables and their versions"
    TABLE_DRAFT = "table.draft", "Change drafts of the team's decision tables"
    TABLE_PUBLISH = "table.publish", "Publish versions of the team's decision tables"
    FORM_READ = "form.read", "See the team's forms and their versions"
    FORM_DRAFT = "form.draft", "Change drafts of the team's forms"
    FORM_PUBLISH = "form.publish", "Publish versions of the team's forms"
    SECRET_SET = "secret.set", "Set the team's secrets"
    SENSITIVE_REVEAL = "sensitive.reveal", "Reveal masked values of the team's runs, requests, cases and tasks"
    EVIDENCE_EXPORT = "evidence.export", "Download evidence packs of the team's approvals, tasks and cases"
    EVENT_READ = "event.read", "Read the event log"
    EVENT_EXPORT = "event.export", "Export the event log"
    SLA_MANAGE = "sla.manage", "Add, change and remove the team's SLA policies"
    TEAM_MANAGE = "team.manage", "Add teams, name leads, give and take roles"
    SUBSTITUTE_NAME = "substitute.name", "Name substitutes for people of the team, within it"
    CALENDAR_MANAGE = "calendar.manage", "Add, change and remove business calendars"
    PEOPLE_MANAGE = "people.manage", "Add, deactivate and reactivate people"
    TOKEN_OWN = "token.own", "Make and revoke access tokens of one's own"


V, A, P, X, R, L, U, M = (  # columns of the table, in the order of Role
    Role.VIEWER,
    Role.ANALYST,
    Role.PUBLISHER,
    Role.APPROVER,
    Role.OPERATOR,
    Role.LEAD,
    Role.AUDITOR,
    Role.ADMIN,
)
ROLES_BY_ACTION: Mapping[Action, frozenset[Role]] = MappingProxyType(
    {
        Action.CASE_READ: frozenset({V, A, P, X, R, L, U, M}),
        Action.CASE_CHANGE: frozenset({X, R, L, M}),
        Action.CASE_EXPORT: frozenset({R, L, U, M}),
        Action.CASE_TYPE_MANAGE: frozenset({L, M}),
        Action.TASK_DO: frozenset({A, P, X, R, L}),
        Action.TASK_DECIDE: frozenset({X, L}),
        Action.TASK_REASSIGN: frozenset({L, M}),
        Action.FLOW_READ: frozenset({V, A, P, X, R, L, U, M}),
        Action.FLOW_DRAFT: frozenset({A, P, M}),
        Action.FLOW_TRY: frozenset({A, P, M}),
        Action.FLOW_IMPORT: frozenset({A, P, M}),
        Action.FLOW_EXPORT: frozenset({A, P, R, L, U, M}),
        Action.FLOW_PUBLISH: frozenset({P, M}),
        Action.FLOW_RELAX: frozenset({L, M}),
        Action.FLOW_PAUSE: frozenset({P, R, L, M}),
        Action.RUN_READ: frozenset({A, P, R, L, U, M}),
        Action.RUN_START: frozenset({P, R, L, M}),
        Action.RUN_OPERATE: frozenset({P, R, L, M}),
        Action.RUN_EXPORT: frozenset({R, L, U, M}),
        Action.INCIDENT_ANSWER: frozenset({P, R, L, M}),
        Action.MESSAGE_SEND: frozenset({P, R, L, M}),
        Action.REQUEST_READ: frozenset({A, P, R, L, U, M}),
        Action.REQUEST_REPLAY: frozenset({P, R, L, M}),
        Action.CONNECTION_READ: frozenset({A, P, R, L, U, M}),
        Action.CONNECTION_MANAGE: frozenset({P, L, M}),
        Action.TABLE_READ: frozenset({V, A, P, X, R, L, U, M}),
        Action.TABLE_DRAFT: frozenset({A, P, M}),
        Action.TABLE_PUBLISH: frozenset({P, M}),
        Action.FORM_READ: frozenset({V, A, P, X, R, L, U, M}),
        Action.FORM_DRAFT: frozenset({A, P, M}),
        Action.FORM_PUBLISH: frozenset({P, M}),
        Action.SECRET_SET: frozenset({P, L, M}),
        Action.SENSITIVE_REVEAL: frozenset({R, L}),  # reading all is no reason to reveal: not auditors, not admins
        Action.EVIDENCE_EXPORT: frozenset({L, U, M}),
        Action.EVENT_READ: frozenset({U, M}),
        Action.EVENT_EXPORT: frozenset({U, M}),
        Action.SLA_MANAGE: frozenset({L, M}),
        Action.TEAM_MANAGE: frozenset({M}),
        Action.SUBSTITUTE_NAME: frozenset({L, M}),
        Action.CALENDAR_MANAGE: frozenset({M}),
        Action.PEOPLE_MANAGE: frozenset({M}),
        Action.TOKEN_OWN: frozenset(Role),
    }
)
EVERYBODY = frozenset({Action.TOKEN_OWN})  # also those who hold no role yet


@dataclass(frozen=True)
class EveryTeam:
    """The answer "in every team, and for what belongs to none"."""

    def __contains__(self, team_id: object) -> bool:
        return True

    def __bool__(self) -> bool:
        return True


ALL = EveryTeam()
TeamScope: TypeAlias = frozenset[int] | EveryTeam


@dataclass(frozen=True, kw_only=True)
class Grants:
    """The roles of one person at one moment: everywhere, and by team id."""

    everywhere: frozenset[Role] = frozenset()
    by_team: Mapping[int, frozenset[Role]] = field(default_factory=dict)

    def scope_of(self, action: Action) -> TeamScope:
        """The teams in which the action is allowed."""
        roles = ROLES_BY_ACTION[action]
        if action in EVERYBODY or self.everywhere & roles:
            return ALL
        return frozenset(team_id for team_id, held in self.by_team.items() if held & roles)


def can(person: Somebody, action: Action | str, team: Team | int | None = None) -> bool:
    """This will say whether the person may do ``action`` in ``team`` (a team or its id).

    Without a team only a right that holds everywhere counts: a global role, or what everybody may. Nobody who is
    deactivated or not signed in may do anything. One query, none when the request remembers the grants.
    """
    scope = team_ids_where(person, action)
    if team is None:
        return isinstance(scope, EveryTeam)
    return (team if isinstance(team, int) else team.pk) in scope


def can_anywhere(person: Somebody, action: Action | str) -> bool:
    """This will say whether there is at least one team in which the person may do ``action`` (for menus)."""
    return bool(team_ids_where(person, action))


def team_ids_where(person: Somebody, action: Action | str) -> TeamScope:
    """This will give the ids of the teams in which the person may do ``action``, or ``ALL``. Queries as ``can``."""
    return get_grants(person).scope_of(Action(action)) if is_active_person(person) else frozenset()


def limit_to_teams(rows: QuerySet[Row], scope: TeamScope, *, field: str = "team_id") -> QuerySet[Row]:
    """This will narrow a queryset to the teams of a scope; ``ALL`` leaves it as it is."""
    if isinstance(scope, EveryTeam):
        return rows
    return rows.filter(**{f"{field}__in": scope}) if scope else rows.none()


def is_active_person(person: Somebody) -> TypeGuard[Person]:
    """Whether this is a signed-in person who is not deactivated."""
    return person.is_authenticated and person.is_active


def get_grants(person: Person) -> Grants:
    """This will read the person's roles: one query, or what ``remember_grants`` allowed this one object to keep.

    A superuser (``createsuperuser``) counts as admin everywhere, so that a new installation has somebody to begin with.
    """
    kept = get_memory(person)
    if kept and "grants" in kept:
        return kept["grants"]  # type: ignore[no-any-return]  # what was put there below
    grants = collect_grants(
        Membership.objects.filter(person_id=person.pk).values_list("team_id", "role"), is_superuser=person.is_superuser
    )
    if kept is not None:
        kept["grants"] = grants
    return grants


def remember_grants(person: Person) -> None:
    """This will let this very object keep its grants from the first question on. Call it once per request only."""
    person._grants_of_this_request = {}  # type: ignore[attr-defined]


def get_memory(person: Person) -> dict[str, Any] | None:
    """What this object may keep about the person's rights until the request ends; None where nothing may be kept."""
    kept: dict[str, Any] | None = getattr(person, "_grants_of_this_request", None)
    return kept


def collect_grants(held: Iterable[tuple[int | None, str]], *, is_superuser: bool) -> Grants:
    """This will sort (team id or None for everywhere, role) pairs into grants."""
    everywhere = {Role.ADMIN} if is_superuser else set()
    by_team: dict[int, set[Role]] = {}
    for team_id, role in held:
        (everywhere if team_id is None else by_team.setdefault(team_id, set())).add(Role(role))
    return Grants(
        everywhere=frozenset(everywhere), by_team={team_id: frozenset(roles) for team_id, roles in by_team.items()}
    )
