"""What stands beside a case, as one person may see it: checklist, links, notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from cases.models import Case, CaseLink, CaseNote, CaseParty, Contribution
from integrator.people.models import Person
from integrator.people.rights import Action, can

LINK_KINDS: Mapping[str, tuple[str, str]] = {
    "relates": ("relates to", "relates to"),
    "duplicates": ("is a duplicate of", "has the duplicate"),
    "blocks": ("blocks", "is blocked by"),
    "follows": ("follows up", "is followed up by"),
}


@dataclass(frozen=True, kw_only=True)
class LinkRow:
    """A link as it reads from one of its cases: ``is blocked by C-2026-000087``."""

    id: int
    kind: str
    words: str
    other: Case


def list_links(person: Person, case: Case) -> list[LinkRow]:
    """The links of a case to those that the person sees too, in both directions, the oldest first. Three queries."""
    rows = list(CaseLink.objects.filter(Q(from_case=case) | Q(to_case=case)).order_by("id"))
    ids = {row.to_case_id if row.from_case_id == case.pk else row.from_case_id for row in rows}
    seen = {other.pk: other for other in Case.objects.visible_to(person).filter(pk__in=ids)} if ids else {}
    found = []
    for row in rows:
        there, back = LINK_KINDS[row.kind]
        is_out = row.from_case_id == case.pk
        other = seen.get(row.to_case_id if is_out else row.from_case_id)
        if other is not None:
            found.append(LinkRow(id=row.pk, kind=row.kind, words=there if is_out else back, other=other))
    return found


def list_notes(person: Person, case: Case) -> QuerySet[CaseNote]:
    """The person's own notes, and those for the members of the case's team where they are one. Newest first."""
    theirs = Q(author=person)
    if can(person, Action.CASE_READ, case.team_id):
        theirs |= Q(is_for_team=True)
    return case.notes.filter(theirs).select_related("author").order_by("-written_at", "-id")


def list_contributions(case: Case) -> QuerySet[Contribution]:
    """The checklist in the order asked."""
    rows = case.contributions.select_related("team", "person", "by", "task__assignee", "task__decided_by")
    return rows.order_by("id")


def list_parties(case: Case) -> QuerySet[CaseParty]:
    """Whom the case concerns, the first one first."""
    return case.parties.select_related("person", "team").order_by("since_at", "id")
