"""What stands beside a case: links to other cases, notes, parties."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from cases.errors import CaseInvalid, CaseNotFound, PartNotFound
from cases.models import Case, CaseLink, CaseNote, CaseParty
from cases.operations.changing import get_case_to_change
from cases.operations.inside import assert_in_transaction
from cases.people_refs import resolve_people
from cases.queries.beside import LINK_KINDS, list_notes
from cases.queries.cases import get_case_for
from cases.visibility.auditing import only_audits
from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.people.models import Person
from integrator.people.rights import Action, can

MAX_NOTE = 10_000


def link_cases(*, number: str, other: str, kind: str, person: Person, now: datetime) -> CaseLink:
    """This will link two cases that the person sees; linked so already is fine. ``kind``: relates, duplicates, blocks,
    follows. Raises CaseNotFound, CaseForbidden, CaseInvalid ``case.link_invalid``.
    """
    case = get_case_to_change(person, number)
    if kind not in LINK_KINDS:
        raise CaseInvalid("case.link_invalid", f"A link is one of these: {', '.join(LINK_KINDS)}.")
    try:
        to_case = get_case_for(person, other.strip().upper())
    except CaseNotFound as error:
        raise CaseInvalid("case.link_invalid", f"There is no case {other!r:.40} that you may see.") from error
    if to_case.pk == case.pk:
        raise CaseInvalid("case.link_invalid", "A case is not linked to itself. Give the number of another one.")
    with transaction.atomic(durable=True):
        return link_in(case, to_case, kind=kind, person=person, now=now)


def link_in(case: Case, to_case: Case, *, kind: str, person: Person, now: datetime) -> CaseLink:
    """This will link two cases and tell of it on both timelines. The same link again changes nothing."""
    assert_in_transaction()
    link, is_new = CaseLink.objects.get_or_create(
        from_case=case, to_case=to_case, kind=kind, defaults={"added_by": person, "since_at": now}
    )
    if is_new:
        there, back = LINK_KINDS[kind]
        for one, other, words in ((case, to_case, there), (to_case, case, back)):
            _record("case.linked", one, person, {"other": other.number, "kind": kind, "words": words})
    return link


def unlink_cases(*, number: str, link_id: int, person: Person) -> None:
    """This will remove a link, from either side. Raises CaseNotFound, CaseForbidden, PartNotFound."""
    case = get_case_to_change(person, number)
    with transaction.atomic(durable=True):
        link = CaseLink.objects.select_related("from_case", "to_case").filter(pk=link_id).first()
        if link is None or case.pk not in (link.from_case_id, link.to_case_id):
            raise PartNotFound("link")
        if Case.objects.visible_to(person).filter(pk__in=(link.from_case_id, link.to_case_id)).count() < 2:
            raise PartNotFound("link")  # the other case is hidden, and so is the link
        for one, other in ((link.from_case, link.to_case), (link.to_case, link.from_case)):
            _record("case.unlinked", one, person, {"other": other.number, "kind": link.kind})
        link.delete()


def write_note(*, number: str, person: Person, text: str, is_for_team: bool, now: datetime) -> CaseNote:
    """This will keep a note that only its author reads, or the members of the case's team.

    The log keeps that there is one, not what it says. Raises CaseNotFound, CaseInvalid ``case.note_invalid``.
    """
    case = get_case_for(person, number)
    words = text.strip()
    if not words or len(words) > MAX_NOTE:
        raise CaseInvalid("case.note_invalid", f"A note has 1 to {MAX_NOTE:,} characters.")
    if is_for_team and not may_write_for_team(person, case):
        message = f"Notes for the team are written by members of {case.team}. Keep it to yourself instead."
        raise CaseInvalid("case.note_invalid", message)
    with transaction.atomic(durable=True):
        note = CaseNote.objects.create(case=case, author=person, text=words, is_for_team=is_for_team, written_at=now)
        _record("case.note_written", case, person, {"is_for_team": is_for_team}, is_told=False)
    return note


def may_write_for_team(person: Person, case: Case) -> bool:
    """Whether the person may keep a note for the case's team: its members, not those who audit it."""
    return can(person, Action.CASE_READ, case.team_id) and not only_audits(person, case)


def remove_note(*, number: str, note_id: int, person: Person) -> None:
    """This will remove a note of one's own. Raises CaseNotFound, PartNotFound."""
    case = get_case_for(person, number)
    with transaction.atomic(durable=True):
        note = list_notes(person, case).filter(pk=note_id, author=person).first()
        if note is None:
            raise PartNotFound("note of yours")
        note.delete()
        _record("case.note_removed", case, person, {}, is_told=False)


def add_party(*, number: str, who: str, role: str, person: Person, now: datetime) -> CaseParty:
    """This will make somebody a party: a user name, ``team:legal``, or the name and address of somebody outside.

    Parties inside the house see the case. Raises CaseNotFound, CaseForbidden, CaseInvalid, AskInvalid.
    """
    case = get_case_to_change(person, number)
    words, named = role.strip(), who.strip()
    if not words or len(words) > 60:
        raise CaseInvalid("case.party_invalid", "Say in which role, in 1 to 60 characters, such as requester.")
    if not named or len(named) > 300:
        raise CaseInvalid("case.party_invalid", "Say who: a user name, team:legal, or a name and address.")
    party = CaseParty(case=case, role=words, since_at=now)
    if named.startswith("team:") or Person.objects.filter(username=named, is_active=True).exists():
        (candidate,) = resolve_people([named])
        party.person_id, party.team_id = candidate.person_id, candidate.team_id
    else:
        party.contact = named
    try:
        with transaction.atomic(durable=True):
            party.save()
            _record("case.party_added", case, person, {"who": str(party), "role": words})
    except IntegrityError as error:
        raise CaseInvalid("case.party_invalid", f"{named} is {words} of this case already.") from error
    return party


def remove_party(*, number: str, party_id: int, person: Person) -> None:
    """This will make somebody no party any more. Raises CaseNotFound, CaseForbidden, PartNotFound."""
    case = get_case_to_change(person, number)
    with transaction.atomic(durable=True):
        party = case.parties.filter(pk=party_id).select_related("person", "team").first()
        if party is None:
            raise PartNotFound("party")
        _record("case.party_removed", case, person, {"who": str(party), "role": party.role})
        party.delete()


def _record(name: str, case: Case, person: Person, data: dict[str, object], *, is_told: bool = True) -> None:
    record(
        name,
        actor=Actor.person(person),
        subject=("case", case.number),
        data={"number": case.number, **data},
        correlation=case.number if is_told else "",
        team_id=case.team_id,
    )
