"""Who reads a case for no other reason than to audit it. Such a person changes nothing in it, not by words either."""

from __future__ import annotations

from cases.errors import CaseForbidden
from cases.models import Case
from cases.visibility.explaining import explain_case
from integrator.people.models import Person
from integrator.people.rights import get_grants
from integrator.people.roles import Role

BY_READING = {"member", "everywhere", "oversight", "watcher"}  # rules that give no part in the case


def only_audits(person: Person, case: Case) -> bool:
    """Whether the person is an auditor there and nothing else: not asked in the case, no party, not its owner.

    No query for those who are no auditors.
    """
    grants = get_grants(person)
    roles = grants.everywhere | grants.by_team.get(case.team_id, frozenset())
    if roles != {Role.AUDITOR}:
        return False
    return {reason.rule for reason in explain_case(person, case)} <= BY_READING


def refuse_auditors(person: Person, case: Case) -> None:
    """Raises CaseForbidden for whoever only audits the case."""
    if only_audits(person, case):
        raise CaseForbidden("Auditors read cases and add nothing to them. Tell the case's team what you want to say.")
