"""Every write to people, teams, roles and tokens: check, change, record the event, return. Each is one transaction."""

from integrator.people.operations.calendars import (
    CalendarData,
    OwnDay,
    add_calendar,
    change_calendar,
    remove_calendar,
    set_team_calendar,
)
from integrator.people.operations.people import (
    add_person,
    change_person,
    deactivate_person,
    make_password,
    reactivate_person,
    set_password,
)
from integrator.people.operations.substitutes import NewSubstitution, end_substitution, name_substitute
from integrator.people.operations.teams import (
    add_membership,
    add_team,
    change_team,
    remove_membership,
    set_lead,
    set_parent,
)
from integrator.people.operations.tokens import NewToken, create_token, record_token_use, revoke_token

__all__ = [
    "CalendarData",
    "NewSubstitution",
    "NewToken",
    "OwnDay",
    "add_calendar",
    "add_membership",
    "add_person",
    "add_team",
    "change_calendar",
    "change_person",
    "change_team",
    "create_token",
    "deactivate_person",
    "end_substitution",
    "make_password",
    "name_substitute",
    "reactivate_person",
    "record_token_use",
    "remove_calendar",
    "remove_membership",
    "revoke_token",
    "set_lead",
    "set_parent",
    "set_password",
    "set_team_calendar",
]
