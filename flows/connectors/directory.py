"""The directory of an installation: what its tables say. Takes numbers of cases; writes nothing else."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cases.case_types import choose_priority
from cases.models import CaseType
from cases.operations import reserve_case_number
from cases.people_refs import ApprovalEntry, Asking, Candidate, resolve_approvers, resolve_people
from cases.queries.forms import get_published
from flows.definition.directory import Directory
from flows.definition.kind import StepCall
from flows.definition.model import JSON
from integrator.people import refs
from integrator.people.models import Person, Team
from notifications.audience import resolve_audience
from notifications.models import AlertType


class StoredDirectory:
    """See ``Directory``. At most a few queries each."""

    def has_case_type(self, key: str) -> bool:
        """One query."""
        return CaseType.objects.filter(key=key).exists()

    def choose_case_priority(self, key: str, data: JSON) -> str:
        """One query."""
        case_type = CaseType.objects.filter(key=key).first()
        return choose_priority(case_type, data) if case_type and isinstance(data, dict) else "normal"

    def has_alert_type(self, key: str) -> bool:
        """One query."""
        return AlertType.objects.filter(key=key).exists()

    def find_team(self, slug: str) -> tuple[int, str] | None:
        """One query."""
        team = Team.objects.filter(slug=slug).first()
        return (team.pk, team.slug) if team else None

    def find_person(self, name: str) -> Person | None:
        """Two queries at most."""
        return refs.find_person(name)

    def find_workers(self, refs: JSON) -> tuple[Candidate, ...]:
        """Raises AskInvalid."""
        return resolve_people(refs)

    def find_approvers(self, refs: JSON, *, team_id: int, requested_by: Person | None) -> tuple[ApprovalEntry, ...]:
        """Raises AskInvalid."""
        return resolve_approvers(refs, Asking(team_id=team_id, requested_by=requested_by))

    def find_audience(self, refs: JSON) -> tuple[int, ...]:
        """Raises AudienceInvalid."""
        return resolve_audience(refs)

    def find_form(self, key: str, version: int | None, *, team_id: int) -> Any:
        """One query. Raises FormNotFound, FormRefused."""
        return get_published(key, version, team_id=team_id).schema

    def take_case_number(self, now: datetime, type_key: str) -> str:
        """It stays taken, whatever becomes of the case."""
        return reserve_case_number(now, type_key)


STORED = StoredDirectory()


def directory_of(call: StepCall) -> Directory:
    """The directory that this execution looks things up in."""
    return call.directory or STORED
