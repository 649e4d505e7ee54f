"""Reads ``lee``, ``lee@example.org``, ``team:legal``, ``each:team:legal`` and finds who is meant. Only reads.

Raises ``AskInvalid`` (``task.unknown_person``, ``task.nobody``) from ``cases.errors``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Exists, OuterRef, Q

from cases.errors import AskInvalid
from cases.querysets import action_for
from integrator.people import refs
from integrator.people.models import Membership, Person, Team
from integrator.people.refs import Ref, RefUnknown
from integrator.people.rights import ROLES_BY_ACTION
from integrator.people.roles import Role

MAX_ENTRIES = 100
GUEST = "guest:"


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Somebody who may answer: one of ``person_id``, ``team_id`` and ``guest``, an e-mail address of nobody here.

    ``stands_for``: see ``TaskCandidate``.
    """

    ref: str
    person_id: int | None = None
    team_id: int | None = None
    stands_for: str = ""
    guest: str = ""


@dataclass(frozen=True, kw_only=True)
class ApprovalEntry:
    """One entry of an approval: how it was written, how it is called, who may answer it, and its level in a chain."""

    ref: str
    label: str
    veto: bool = False
    candidates: tuple[Candidate, ...] = ()
    level: str = ""


@dataclass(frozen=True, kw_only=True)
class Asking:
    """In whose name an approval is asked: the flow's team, and the person (None: nobody we know) who requests it."""

    team_id: int
    requested_by: Person | None = None
    named_ids: frozenset[int] = field(default_factory=frozenset)


@contextmanager
def _asking() -> Iterator[None]:
    """Who is unknown cannot be asked: the same words, as an error of the task."""
    try:
        yield
    except RefUnknown as error:
        raise AskInvalid("task.unknown_person", error.message, error.details) from error


def parse_ref(text: Any) -> Ref:
    """Read one reference. Raises AskInvalid when it is no text or names nobody."""
    with _asking():
        return refs.parse_ref(text)


def get_person_to_ask(name: str) -> Person:
    """The active person of this name. Raises AskInvalid naming it."""
    with _asking():
        return refs.get_active_person(name)


def get_team_to_ask(slug: str) -> Team:
    """The team of this short name. Raises AskInvalid naming it."""
    with _asking():
        return refs.get_team(slug)


def find_guest(text: str) -> Candidate | None:
    """The candidate for ``guest:name@example.org`` or for a bare address that belongs to nobody here; else None.

    An address of somebody here is that person: they answer in their inbox. Raises AskInvalid for what is no address
    after ``guest:``.
    """
    is_marked = text.startswith(GUEST)
    address = text.removeprefix(GUEST).strip()
    if not is_marked and "@" not in address:
        return None
    person = refs.find_person(address)
    if person is not None:
        return Candidate(ref=person.username, person_id=get_person_to_ask(address).pk) if is_marked else None
    try:
        validate_email(address)
    except ValidationError as error:
        if not is_marked:
            return None
        message = f"{address!r:.300} is no e-mail address that a guest can be invited by. Correct it."
        raise AskInvalid("task.unknown_person", message, {"who": text}) from error
    refuse_without_mail()
    return Candidate(ref=f"{GUEST}{address.lower()}", guest=address.lower())


def refuse_without_mail() -> None:
    """Raises AskInvalid where no link could be sent to a guest."""
    if not (settings.MAIL_SERVER and settings.BASE_URL):
        message = (
            "No mail can be sent to guests from here. Ask an administrator to set a mail server"
            " (INTEGRATOR_EMAIL_HOST) and the public address (INTEGRATOR_BASE_URL)."
        )
        raise AskInvalid("guest.no_mail", message)


def list_deciders(team_ids: Sequence[int], kind: str) -> list[Person]:
    """The active people who may answer a task of this kind for one of these teams, leads included, by user name."""
    roles = ROLES_BY_ACTION[action_for(kind)]
    members = Membership.objects.filter(team_id__in=team_ids, role__in=roles).values("person_id")
    leads = Team.objects.filter(id__in=team_ids, lead__isnull=False).values("lead_id")
    people = Person.objects.filter(Q(id__in=members) | Q(id__in=leads), is_active=True)
    return list(people.order_by("username", "id"))


def list_idle_teams(slugs: Collection[str], kinds: Collection[str]) -> dict[tuple[str, str], str]:
    """Those of these teams in which nobody may answer a task of these kinds: their names by slug and kind.

    "" where there is no such team. One query.
    """
    able = {
        kind: Team.objects.filter(
            Q(memberships__role__in=ROLES_BY_ACTION[action_for(kind)], memberships__person__is_active=True)
            | Q(lead__is_active=True),
            pk=OuterRef("pk"),
        )
        for kind in kinds
    }
    found = Team.objects.filter(slug__in=slugs).annotate(
        **{f"can_{kind}": Exists(teams) for kind, teams in able.items()}
    )
    teams = {team.slug: team for team in found}
    return {
        (slug, kind): teams[slug].name if slug in teams else ""
        for slug in slugs
        for kind in kinds
        if not getattr(teams.get(slug), f"can_{kind}", False)
    }


def list_leads(team_ids: Sequence[int]) -> list[Person]:
    """The active leads of these teams, the named lead of a team before those with the role."""
    named = Team.objects.filter(id__in=team_ids, lead__isnull=False).values_list("lead_id", flat=True)
    first = set(named)
    holders = Membership.objects.filter(team_id__in=team_ids, role=Role.LEAD).values("person_id")
    people = Person.objects.filter(Q(id__in=first) | Q(id__in=holders), is_active=True)
    return sorted(people, key=lambda person: (person.pk not in first, person.username))


def list_team_ids_of(person_ids: Sequence[int]) -> list[int]:
    """The teams these people are members of: where their leads are looked for."""
    rows = Membership.objects.filter(person_id__in=person_ids, team__isnull=False).order_by("team_id")
    return list(dict.fromkeys(row.team_id for row in rows if row.team_id is not None))


def resolve_people(refs: Any) -> tuple[Candidate, ...]:
    """Who may do a piece of work: a reference or a list of them. Raises AskInvalid."""
    listed = refs if isinstance(refs, list) else [refs]
    found = [_resolve_worker(parse_ref(text)) for text in listed[:MAX_ENTRIES]]
    if not found:
        raise AskInvalid("task.nobody", "There is nobody to ask: name a person or a team in “to”.")
    return tuple(dict.fromkeys(found))


def _resolve_worker(ref: Ref) -> Candidate:
    if ref.sort == "person":
        guest = find_guest(ref.name) if ref.name.startswith(GUEST) else None
        if guest is not None:
            return guest
        person = get_person_to_ask(ref.name)
        return Candidate(ref=person.username, person_id=person.pk)
    if ref.sort == "each":
        message = f"“each:team:{ref.name}” is for approvals. Write team:{ref.name} for work that any member may do."
        raise AskInvalid("task.unknown_person", message, {"who": f"each:team:{ref.name}"})
    team = get_team_to_ask(ref.name)
    if not list_deciders([team.pk], "assign"):
        raise _nobody_in(team)
    return Candidate(ref=f"team:{team.slug}", team_id=team.pk)


def resolve_approvers(approvers: Any, asking: Asking) -> tuple[ApprovalEntry, ...]:
    """The entries of an approval: ``[text or {who, veto}]``, resolved as of now. Raises AskInvalid.

    An entry whose only candidates would be the one who requests it gets the leads as candidates beside them: the
    requester still sees the task and is told why they may not decide it.
    """
    listed = approvers if isinstance(approvers, list) else [approvers]
    refs = [_read_approver(item) for item in listed[:MAX_ENTRIES]]
    guests = {ref.name: find_guest(ref.name) for ref, _ in refs if ref.name.startswith(GUEST)}
    refs = [(_as_person(ref, guests.get(ref.name)), veto) for ref, veto in refs]
    found = [get_person_to_ask(ref.name) for ref, _ in refs if ref.sort == "person" and ref.name not in guests]
    asking = replace(asking, named_ids=frozenset(person.pk for person in found))
    entries: list[ApprovalEntry] = []
    for ref, veto in refs:
        if ref.sort == "each":
            entries.extend(_entries_of_each(ref, veto, asking))
        elif ref.sort == "team":
            entries.append(_entry_of_team(ref, veto, asking))
        elif (guest := guests.get(ref.name)) is not None:
            entries.append(ApprovalEntry(ref=guest.ref, label=f"Guest {guest.guest}", veto=veto, candidates=(guest,)))
        else:
            entries.append(_entry_of_person(get_person_to_ask(ref.name), veto, asking))
    if not entries or len(entries) > MAX_ENTRIES:
        message = "There is nobody to ask: name at least one approver, and at most 100."
        raise AskInvalid("task.nobody", message)
    return tuple(entries)


def _as_person(ref: Ref, guest: Candidate | None) -> Ref:
    """A guest who turns out to be somebody here is asked as that person."""
    return replace(ref, name=guest.ref) if guest is not None and guest.person_id is not None else ref


def _read_approver(item: Any) -> tuple[Ref, bool]:
    if not isinstance(item, dict):
        return parse_ref(item), False
    veto = item.get("veto", False)
    if set(item) - {"who", "veto"} or not isinstance(veto, bool):
        raise AskInvalid("task.unknown_person", "An approver is a name, or {who: name, veto: true}.")
    return parse_ref(item.get("who")), veto


def _entry_of_person(person: Person, veto: bool, asking: Asking) -> ApprovalEntry:
    candidate = Candidate(ref=person.username, person_id=person.pk)
    entry = ApprovalEntry(ref=person.username, label=str(person)[:200], veto=veto, candidates=(candidate,))
    if not _is_requester(person, asking):
        return entry
    leads = _leads_instead(list_team_ids_of([person.pk]), asking) or _leads_instead([asking.team_id], asking)
    return _with_leads(entry, leads)


def _entry_of_team(ref: Ref, veto: bool, asking: Asking) -> ApprovalEntry:
    team = get_team_to_ask(ref.name)
    written = f"team:{team.slug}"
    deciders = list_deciders([team.pk], "approve")
    if not deciders:
        raise _nobody_in(team)
    candidate = Candidate(ref=written, team_id=team.pk)
    entry = ApprovalEntry(ref=written, label=team.name, veto=veto, candidates=(candidate,))
    if all(_is_requester(person, asking) for person in deciders):
        return _with_leads(entry, _leads_instead([asking.team_id], asking))
    return entry


def _entries_of_each(ref: Ref, veto: bool, asking: Asking) -> list[ApprovalEntry]:
    """One entry per member; the requester's own is left to the lead, unless the lead has an entry already."""
    team = get_team_to_ask(ref.name)
    members = list_deciders([team.pk], "approve")
    if not members:
        raise _nobody_in(team)
    taken = replace(asking, named_ids=asking.named_ids | {person.pk for person in members})
    others = [person for person in members if not _is_requester(person, asking)]
    entries = [_entry_of_person(person, veto, asking) for person in others]
    leads = _leads_instead([team.pk], taken) or _leads_instead([asking.team_id], taken)
    for person in members:
        if _is_requester(person, asking) and (leads or not others):
            candidate = Candidate(ref=person.username, person_id=person.pk)
            entry = ApprovalEntry(ref=person.username, label=str(person)[:200], veto=veto, candidates=(candidate,))
            entries.append(_with_leads(entry, leads))
    return entries


def _is_requester(person: Person, asking: Asking) -> bool:
    return asking.requested_by is not None and person.pk == asking.requested_by.pk


def _leads_instead(team_ids: Sequence[int], asking: Asking) -> list[Person]:
    """Leads who may stand in: neither the requester nor named in an entry of their own."""
    return [
        lead for lead in list_leads(team_ids) if not _is_requester(lead, asking) and lead.pk not in asking.named_ids
    ]


def _with_leads(entry: ApprovalEntry, leads: Sequence[Person]) -> ApprovalEntry:
    if not leads:
        message = (
            f"{entry.label} asked for this and may not approve it, and no lead is left to ask instead."
            " Name another approver, or give the team a lead."
        )
        raise AskInvalid("task.nobody", message, {"who": entry.ref})
    stand_ins = tuple(Candidate(ref=lead.username, person_id=lead.pk, stands_for=entry.ref) for lead in leads)
    return replace(entry, candidates=(*entry.candidates, *stand_ins))


def _nobody_in(team: Team) -> AskInvalid:
    message = f"Nobody in the team {team.name} may answer this. Give somebody there a fitting role."
    return AskInvalid("task.nobody", message, {"who": f"team:{team.slug}"})
