"""What a form of the designer offers to choose from: people, connections, tables, flows. Names only, no values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from zoneinfo import available_timezones

from django.db.models import Case, Count, IntegerField, Q, QuerySet, When

from cases.models import CaseType, Form, FormVersion
from flows.definition.model import JSON
from flows.models import Connection, DecisionTable, Flow
from flows.queries.connections import OF_CONNECTIONS
from integrator.events.catalogue import EVENT_TYPES
from integrator.people.models import Person, Team
from integrator.people.rights import ROLES_BY_ACTION, Action
from integrator.secrets.models import Secret
from notifications.models import AlertType

MOST = 500
UNPUBLISHED = "not published"
FEW = 20  # teams, and people, that a search gives


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Something that a setting may name. ``hint`` is a word beside it."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True)
class Choices:
    """What there is in reach of a team; each sort is read when it is first asked for, with one query.

    ``settings`` are those beside the one that is filled in: which versions there are depends on the flow they name.
    """

    team: Team
    flow: Flow
    settings: Mapping[str, JSON]
    steps: Mapping[str, str]
    addable: frozenset[str] = frozenset()
    own_forms: Mapping[str, JSON] = field(default_factory=dict)

    def may_add(self, names: str) -> bool:
        """Whether the reader may make one more of this sort."""
        return names in self.addable

    def options(self, names: str) -> list[Choice]:
        """The choices of one sort (``step``, or what ``Setting.names`` says), at most 500."""
        read = _READERS.get(names)
        return read(self) if read else []

    def find_people(self, words: str) -> list[Choice]:
        """Teams and people whose names hold the words, the best few. Two queries."""
        return find_people(words) if words else self._first_people

    @cached_property
    def _first_people(self) -> list[Choice]:
        return find_people("")

    def name_people(self, refs: Sequence[str]) -> dict[str, Choice]:
        """Those of these references that name a team or somebody active. Two queries, or four."""
        known = {choice.value: choice for choice in self._first_people if choice.value in refs}
        rest = [ref for ref in refs if ref not in known]
        return {**known, **(name_people(rest) if rest else {})}

    @cached_property
    def secrets(self) -> list[Choice]:
        """The names of the team's secrets, but for those that belong to connections."""
        rows = Secret.objects.filter(team=self.team).exclude(name__startswith=OF_CONNECTIONS).order_by("name", "id")
        return [Choice(value=name, label=name) for name in rows.values_list("name", flat=True)[:MOST]]

    @cached_property
    def connections(self) -> list[Choice]:
        """The team's connections by name."""
        rows = Connection.objects.filter(team=self.team).order_by("name", "id")[:MOST]
        return [Choice(value=row.key, label=row.name, hint=row.key if row.key != row.name else "") for row in rows]

    @cached_property
    def tables(self) -> list[Choice]:
        """The team's decision tables by name."""
        rows = DecisionTable.objects.filter(team=self.team).order_by("name", "id")[:MOST]
        return [Choice(value=row.key, label=row.name, hint="" if row.live_version_id else UNPUBLISHED) for row in rows]

    @cached_property
    def forms(self) -> list[Choice]:
        """The team's forms of the library by name."""
        rows = Form.objects.filter(team=self.team).order_by("name", "id").select_related("live_version")[:MOST]
        return [
            Choice(
                value=row.key, label=row.name, hint=f"v{row.live_version.number}" if row.live_version else UNPUBLISHED
            )
            for row in rows
        ]

    def list_own_forms(self) -> list[Choice]:
        """The forms that the flow holds itself, in the order of the file."""
        return [Choice(value=name, label=name) for name in self.own_forms]

    def form_versions(self, key: str) -> list[Choice]:
        """The published versions of one of them, newest first."""
        rows = FormVersion.objects.filter(form__team=self.team, form__key=key).order_by("-number", "-id")
        return [
            Choice(value=str(number), label=f"v{number}") for number in rows.values_list("number", flat=True)[:MOST]
        ]

    @cached_property
    def flows(self) -> list[Choice]:
        """The team's other flows by name."""
        rows = Flow.objects.filter(team=self.team).exclude(pk=self.flow.pk).order_by("name", "id")[:MOST]
        return [Choice(value=row.key, label=row.name, hint="" if row.live_version_id else UNPUBLISHED) for row in rows]

    @cached_property
    def versions(self) -> list[Choice]:
        """The versions of the flow that the settings name, newest first."""
        numbers = Flow.objects.filter(team=self.team, key=str(self.settings.get("flow") or "")).order_by(
            "-versions__number"
        )
        listed = numbers.filter(versions__number__isnull=False).values_list("versions__number", flat=True)[:MOST]
        latest = Choice(value="latest", label="Latest", hint="the one that is live when the step begins")
        return [latest, *(Choice(value=str(number), label=f"v{number}") for number in listed)]

    @cached_property
    def case_types(self) -> list[Choice]:
        """All case types by name."""
        rows = CaseType.objects.order_by("name", "id").values_list("key", "name")[:MOST]
        return [Choice(value=key, label=name) for key, name in rows]

    @cached_property
    def alert_types(self) -> list[Choice]:
        """All alert types by label."""
        rows = AlertType.objects.order_by("label", "id").values_list("key", "label")[:MOST]
        return [Choice(value=key, label=label) for key, label in rows]

    def list_steps(self) -> list[Choice]:
        """The steps of the draft, in the order of the file."""
        return [Choice(value=key, label=title) for key, title in self.steps.items()]

    def list_teams(self) -> list[Choice]:
        """All teams, by their short names."""
        return [
            Choice(value=slug, label=name)
            for slug, name in Team.objects.order_by("name", "id").values_list("slug", "name")[:MOST]
        ]


def find_people(words: str) -> list[Choice]:
    """Teams with how many may decide for them, then people: those whose names hold the words, first who begins so.

    At most ``FEW`` of each; two queries.
    """
    bare = words.strip().removeprefix("team:")
    if "\x00" in bare:
        return []
    begins = Case(When(name__istartswith=bare, then=0), default=1, output_field=IntegerField())
    teams = _count_deciders(Team.objects.filter(Q(name__icontains=bare) | Q(slug__icontains=bare)))
    named = Q(name__icontains=bare) | Q(username__icontains=bare) | Q(email__icontains=bare)
    people = Person.objects.filter(named, is_active=True).order_by(begins, "name", "username", "id")
    return [
        *(_choose_team(team) for team in teams.order_by(begins, "name", "id")[:FEW]),
        *(_choose_person(person) for person in people[:FEW]),
    ]


def name_people(refs: Sequence[str]) -> dict[str, Choice]:
    """Those of these references (``team:legal``, a user name, an e-mail address) that name somebody, by reference."""
    wanted = [ref for ref in refs if "\x00" not in ref]
    slugs = [ref.removeprefix("team:") for ref in wanted if ref.startswith("team:")]
    names = [ref for ref in wanted if not ref.startswith("team:")]
    found: dict[str, Choice] = {}
    if slugs:
        found |= {
            f"team:{team.slug}": _choose_team(team) for team in _count_deciders(Team.objects.filter(slug__in=slugs))
        }
    if names:
        for person in Person.objects.filter(Q(username__in=names) | Q(email__in=names), is_active=True):
            choice = _choose_person(person)
            found |= {ref: choice for ref in names if ref in (person.username, person.email)}
    return found


def _count_deciders(teams: QuerySet[Team]) -> QuerySet[Any]:
    """With ``count``: how many may decide for the team."""
    roles = ROLES_BY_ACTION[Action.TASK_DECIDE]
    decides = Q(memberships__person__is_active=True, memberships__role__in=roles)
    return teams.annotate(count=Count("memberships__person", filter=decides, distinct=True))


def _choose_team(team: Any) -> Choice:
    return Choice(value=f"team:{team.slug}", label=team.name, hint=f"any one of {team.count}")


def _choose_person(person: Person) -> Choice:
    return Choice(value=person.username, label=str(person), hint=person.username)


def _list_events(choices: Choices) -> list[Choice]:
    groups = sorted({name.partition(".")[0] for name in EVENT_TYPES})
    named = [Choice(value=name, label=kind.label) for name, kind in EVENT_TYPES.items()]
    return [*named, *(Choice(value=f"{group}.*", label=f"Anything of {group}") for group in groups)]


def _list_zones(choices: Choices) -> list[Choice]:
    return [Choice(value=name, label=name) for name in sorted(available_timezones())]


_READERS: Mapping[str, Callable[[Choices], list[Choice]]] = {
    "secret": lambda choices: choices.secrets,
    "connection": lambda choices: choices.connections,
    "table": lambda choices: choices.tables,
    "form": lambda choices: choices.forms,
    "own_form": Choices.list_own_forms,
    "flow": lambda choices: choices.flows,
    "flow_version": lambda choices: choices.versions,
    "case_type": lambda choices: choices.case_types,
    "alert_type": lambda choices: choices.alert_types,
    "team": Choices.list_teams,
    "step": Choices.list_steps,
    "event": _list_events,
    "zone": _list_zones,
}
